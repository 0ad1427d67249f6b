/*
 * policies/timestamp.yaml: which authorities stamp the log, how often, and what that costs.  Read
 * as strictly as policies/capture.yaml; what it says fits struct pb_tsa_settings (probant/stamp.h)
 * and FORMAT 2.2.
 */
#ifndef PB_POLICY_TIMESTAMP_H
#define PB_POLICY_TIMESTAMP_H

#include <stdbool.h>

#include "core/buf.h"
#include "core/limits.h"

struct pb_policy_authority {
	char *name; /* not "local" */
	char *url;
	char *roots;              /* path of PEM: under which it stands */
	char *policy;             /* OID asked for, or NULL */
	const char *hash;         /* "sha256", "sha384", "sha512" */
	char *client_certificate; /* path of PEM with its key, or NULL */
	char *server_roots;       /* path of PEM for https, or NULL: the system's */
	uint32_t timeout_s;       /* of one exchange */
	uint32_t interval_s;      /* shortest time between two requests */
	bool priced;
	uint64_t price_millionths; /* of the currency, for a token */
};

#define PB_POLICY_CURRENCY_LEN 4

struct pb_policy_profile {
	char *name;
	uint32_t every_s;                /* the newest checkpoint is stamped at most so often */
	uint32_t heartbeat_s;            /* and at least so often, even if nothing was recorded */
	uint32_t gap_after_s;            /* nobody answered for so long: the log says so */
	size_t authority[PB_LIMIT_TSAS]; /* of the policy */
	size_t authority_count;
	bool local;  /* the archive's own one stamps too (FORMAT 2.2) */
	bool shared; /* one token of each authority for all archives: shared anchors (FORMAT 2.2) */
};

struct pb_timestamp_policy {
	struct pb_policy_authority *authority;
	size_t authority_count;
	struct pb_policy_profile *profile;
	size_t profile_count;
	size_t in_force;                       /* which of them */
	char currency[PB_POLICY_CURRENCY_LEN]; /* of all prices, "EUR"; "" if there is none */
};

/* As pb_capture_policy_parse. */
enum pb_status pb_timestamp_policy_parse(const void *yaml, size_t len,
    struct pb_timestamp_policy **ret_policy, struct pb_error *err) PB_MUST_CHECK;
void pb_timestamp_policy_free(struct pb_timestamp_policy *policy); /* NULL is fine */

/* Does the profile in force ask anybody but the archive itself? */
bool pb_timestamp_policy_goes_out(const struct pb_timestamp_policy *policy);

/*
 * Tokens that an authority (NULL: the archive's own) is asked for in a year of 365 days under a
 * profile: if no message comes, and if one always does.  running_s: how often capture records that
 * it runs (pb_capture_policy, heartbeat_s), which is stamped as well; 0: it doesn't run.
 */
struct pb_policy_tokens {
	uint64_t least, most;
};
struct pb_policy_tokens pb_timestamp_policy_tokens(const struct pb_policy_profile *profile,
    const struct pb_policy_authority *authority, uint32_t running_s);

#endif
