/*
 * policies/capture.yaml: the doors by which mail is captured, the archives it goes to, and whose
 * mail goes into which.  Read strictly: what is not understood is refused, by line and key.
 */
#ifndef PB_POLICY_CAPTURE_H
#define PB_POLICY_CAPTURE_H

#include <stdbool.h>

#include "core/buf.h"

enum pb_door_kind { PB_DOOR_MILTER, PB_DOOR_PROXY, PB_DOOR_LMTP };

/* What a door does with a message that cannot be kept now. */
enum pb_on_failure {
	PB_FAILURE_DEFER,              /* the client keeps it and tries again */
	PB_FAILURE_DEFER_THEN_DELIVER, /* so long; then as the next */
	PB_FAILURE_DELIVER             /* it passes, and a signed gap says so */
};

/* Where to listen, or whom to call: "unix:/path", "192.0.2.1:25", "[2001:db8::1]:25". */
struct pb_policy_address {
	char *path; /* of a unix socket, or NULL */
	char *host; /* IP address, without brackets */
	unsigned port;
};

struct pb_policy_door {
	char *name; /* 1 to 32 of a-z 0-9 - */
	enum pb_door_kind kind;
	struct pb_policy_address listen;
	struct pb_policy_address next_hop; /* of a proxy alone */
	enum pb_on_failure on_failure;
	uint32_t deliver_after_s; /* of PB_FAILURE_DEFER_THEN_DELIVER */
	uint64_t max_message;     /* octets */
	uint32_t max_sessions;
	char *tls_certificate; /* PEM, chain and all, for STARTTLS; or NULL */
	char *tls_key;
	uint32_t silence_s; /* a message comes at least so often; 0: nobody knows */
	bool journal;       /* lmtp: what comes may be a journal report (Exchange, Microsoft 365) */
};

struct pb_policy_archive {
	char *name; /* as a door's */
	char *path;
	char **mailbox; /* "a@b.example", or "@b.example" for a whole domain */
	size_t mailbox_count;
};

/* A mailbox, a domain or a name, and the archive that it stands for; the text is borrowed. */
struct pb_policy_row {
	const char *text;
	size_t archive; /* PB_POLICY_NOBODY: none, and that is meant */
	bool mapped;    /* a line of the map's file said so */
};
#define PB_POLICY_NOBODY (SIZE_MAX - 1)

/* Whose mail an address is, beside the archives' own mailboxes. */
enum pb_map_kind { PB_MAP_NONE, PB_MAP_FILE, PB_MAP_SOCKETMAP };
struct pb_policy_map {
	enum pb_map_kind kind;
	char *file; /* its path; and, once it was read, its text */
	char *text;
	struct pb_policy_address server; /* by the protocol of socketmap_table(5) */
	char *name;                      /* the map there that answers with an archive's name */
	char *domains; /* the one that answers whether a domain is ours; or NULL */
};

enum pb_otherwise { PB_OTHERWISE_DEFER, PB_OTHERWISE_PASS, PB_OTHERWISE_ARCHIVE };

struct pb_policy_alerts; /* policy/alerts.h */

struct pb_capture_policy {
	char *runtime_dir; /* sockets; made if it is not there */
	char *state_dir;   /* what doors must not forget while the writer is away */
	char *timestamp;   /* path of the timestamp policy in force, or NULL */
	char *door_user, *writer_user, *stamper_user; /* NULL: who started it */
	char *herald_user;                            /* NULL: as the stamper */
	struct pb_policy_address metrics; /* who asks how capture does; zeros: nobody may */
	uint32_t heartbeat_s;
	struct pb_policy_archive *archive;
	size_t archive_count;
	struct pb_policy_map map;
	/* In order, for the calls below: mailboxes; their domains, once for each archive; names. */
	struct pb_policy_row *owner, *domain, *named;
	size_t owner_count, domain_count;
	struct pb_policy_door *door;
	size_t door_count;
	/* Mail that concerns no archive's mailbox. */
	enum pb_otherwise otherwise;
	size_t otherwise_archive;
	struct pb_policy_alerts *alerts; /* NULL: nobody is told of anything */
};

/*
 * PB_EDATA: it is not one; err->object says where ("line 12: doors[0].listen").  PB_ELIMIT: more
 * than a policy may have.
 */
enum pb_status pb_capture_policy_parse(const void *yaml, size_t len,
    struct pb_capture_policy **ret_policy, struct pb_error *err) PB_MUST_CHECK;
void pb_capture_policy_free(struct pb_capture_policy *policy); /* NULL is fine */

/*
 * The lines of its map's file, each "address archive" or "address -": they count as if they stood
 * among the archives' mailboxes.  Once.  PB_EDATA, PB_ELIMIT: err->object says in which line.
 */
enum pb_status pb_capture_policy_map(struct pb_capture_policy *policy, const void *text, size_t len,
    struct pb_error *err) PB_MUST_CHECK;

/* Which archive of the policy has this address as a mailbox: exactly before by its domain.
 * SIZE_MAX: none; PB_POLICY_NOBODY: none, and that is meant. */
size_t pb_capture_policy_owner(
    const struct pb_capture_policy *policy, const char *address, size_t len);
/* Of the archives that have a mailbox in that domain ("@b.example") the nth, from 0; SIZE_MAX:
 * there are not so many. */
size_t pb_capture_policy_domain(
    const struct pb_capture_policy *policy, const char *domain, size_t len, size_t nth);
/* The archive of that name, exactly; SIZE_MAX: none. */
size_t pb_capture_policy_named(
    const struct pb_capture_policy *policy, const char *name, size_t len);

#endif
