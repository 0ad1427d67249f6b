/*
 * The timestamping authorities of an archive (FORMAT 3.1): tsa/authorities.json, the
 * roots under which each stands, and what is remembered of how it answered.
 */
#ifndef PB_ARCHIVE_AUTHORITIES_H
#define PB_ARCHIVE_AUTHORITIES_H

#include "core/json.h"
#include "core/limits.h"
#include "core/world.h"
#include "probant/stamp.h"
#include "stamp/roots.h"
#include "stamp/token.h"

#define PB_TSA_LOCAL "local"
#define PB_TSA_NAME_MAX 32

/* tsa/<name>.state: derived, and written without a sync; lost, an authority is asked sooner. */
struct pb_tsa_state {
	int64_t tried_us;  /* local clock of the last request; 0: none */
	int64_t good_us;   /* of the last good answer; 0: none */
	uint64_t failures; /* in a row */
	uint64_t retry_s;  /* it asked not to be asked again so soon; 0 */
	char reason[32];   /* of the last failure: a stable word; "" */
};

struct pb_tsa {
	char name[PB_TSA_NAME_MAX + 1];
	bool local;
	char url[PB_LIMIT_TSA_URL + 1]; /* "" for the local one */
	enum pb_stamp_hash hash;
	char policy[PB_STAMP_OID_MAX]; /* asked for; "": none */
	char client_pem[PB_LIMIT_TSA_PATH + 1];
	char server_roots[PB_LIMIT_TSA_PATH + 1];
	uint32_t timeout_s;
	uint32_t interval_s;
	struct pb_buf pem;            /* tsa/<name>.pem as it stands */
	struct pb_stamp_roots *roots; /* NULL: not taken out of pem yet */
	struct pb_tsa_state state;
};

struct pb_authorities {
	uint64_t gap_after_s;
	uint64_t heartbeat_s; /* 0: none */
	struct pb_tsa tsa[PB_LIMIT_TSAS];
	size_t count;
};

/*
 * Read all of it; free with pb_authorities_free.  An archive without tsa/authorities.json
 * has none: PB_OK, count 0.  PB_ECORRUPT: the configuration or a root is damaged.  Who may
 * change them is for whoever opens the archive (pb_archive_open).
 */
enum pb_status pb_authorities_read(const struct pb_files *files, const char *dir,
    struct pb_authorities **ret_authorities, struct pb_error *err) PB_MUST_CHECK;
/*
 * The same, but roots are NULL: to take certificates apart costs more than all the rest, and who
 * asks no authority needs none.  pb_authorities_trust: before roots are used.
 */
enum pb_status pb_authorities_look(const struct pb_files *files, const char *dir,
    struct pb_authorities **ret_authorities, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_authorities_trust(
    const char *dir, struct pb_tsa *tsa, struct pb_error *err) PB_MUST_CHECK;
void pb_authorities_free(struct pb_authorities *authorities); /* NULL is fine */
void pb_tsa_done(struct pb_tsa *tsa);

/* How long nobody may answer before the log says so, and the heartbeat: 8 hours, a day. */
void pb_authorities_policy(struct pb_authorities *authorities);
/* NULL: none of that name. */
struct pb_tsa *pb_authorities_find(struct pb_authorities *authorities, const char *name);

/* tsa/authorities.json, replaced durably. */
enum pb_status pb_authorities_write(const struct pb_files *files, const char *dir,
    const struct pb_authorities *authorities, struct pb_error *err) PB_MUST_CHECK;

/*
 * One more authority, from settings: checked, and its roots parsed.  PB_EEXIST: of that name;
 * PB_EINVAL: a name, URL, hash, policy or path that none can have; PB_EDATA: its roots;
 * PB_ELIMIT: too many.  Nothing is written.
 */
enum pb_status pb_authorities_put(struct pb_authorities *authorities,
    const struct pb_tsa_settings *settings, struct pb_error *err) PB_MUST_CHECK;

/*
 * The embedded one: a key and certificates are made and written (private/tsa.key,
 * tsa/local.pem), and it is added.
 */
enum pb_status pb_authorities_put_local(struct pb_authorities *authorities,
    const struct pb_world *world, const char *dir, const char *origin, bool rsa,
    struct pb_error *err) PB_MUST_CHECK;

/* tsa/<name>.pem of an authority that was put, durably. */
enum pb_status pb_authorities_write_roots(const struct pb_files *files, const char *dir,
    const struct pb_tsa *tsa, struct pb_error *err) PB_MUST_CHECK;

/* The member "tsa_roots" of FORMAT 1.5. */
void pb_authorities_state(const struct pb_authorities *authorities, struct pb_json_writer *w);

/* tsa->state from its file; zeros if that does not read as one. */
void pb_authorities_recall(const struct pb_files *files, const char *dir, struct pb_tsa *tsa);
/* Remember how it answered; what cannot be written is forgotten. */
void pb_authorities_remember(
    const struct pb_files *files, const char *dir, const struct pb_tsa *tsa);

/* How long it is still not to be asked at now_us: back-off and shortest interval; 0: ask. */
int64_t pb_authorities_wait_us(const struct pb_tsa *tsa, int64_t now_us);

#endif
