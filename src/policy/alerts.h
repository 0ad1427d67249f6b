/* Who is told when capture does not do as it should, and how; a part of a capture policy. */
#ifndef PB_POLICY_ALERTS_H
#define PB_POLICY_ALERTS_H

#include "policy/capture.h"
#include "policy/reader.h"

enum pb_policy_language { PB_LANGUAGE_FR, PB_LANGUAGE_EN };

struct pb_policy_email {
	char **to; /* of ASCII, as all addresses here */
	size_t to_count;
	char *from;
	struct pb_policy_address relay; /* an IP address and its port */
	char *tls_name;  /* STARTTLS is asked for, and the relay has a certificate of that name; or
			    NULL */
	char *tls_roots; /* path of PEM; NULL: the system's */
};

struct pb_policy_webhook {
	char *url;
	char *roots;      /* path of PEM; NULL: the system's */
	char *token_file; /* a bearer token (RFC 6750) in it; or NULL */
};

struct pb_policy_dead_man {
	char *url;
	char *roots;
	uint32_t every_s;
};

struct pb_policy_alerts {
	enum pb_policy_language language;
	uint32_t after_s;   /* something must last so long to begin, or to end */
	uint32_t calm_s;    /* what only happens is over when it did not happen again for so long */
	uint32_t repeat_s;  /* what stands is told again so often */
	uint64_t disk_free; /* octets */
	/* NULL where nobody is told by it. */
	struct pb_policy_email *email;
	struct pb_policy_webhook *webhook;
	struct pb_policy_dead_man *dead_man;
};

/* policy->alerts, behind its doors; NULL without that key.  On failure too, for ..._done. */
void pb_policy_alerts(struct pb_policy_reader *r, const struct pb_policy_node *root,
    struct pb_capture_policy *policy);
void pb_policy_alerts_free(struct pb_policy_alerts *alerts); /* NULL is fine */

#endif
