/* What a policy means: as sentences, and as members of a JSON object that is open. */
#ifndef PB_CLI_POLICY_H
#define PB_CLI_POLICY_H

#include "core/json.h"
#include "policy/capture.h"
#include "policy/timestamp.h"

void pb_policy_say_capture(const struct pb_capture_policy *policy);
void pb_policy_json_capture(const struct pb_capture_policy *policy, struct pb_json_writer *w);
/* Its part on alerts, if there is one. */
void pb_policy_say_alerts(const struct pb_capture_policy *policy);
void pb_policy_json_alerts(const struct pb_capture_policy *policy, struct pb_json_writer *w);

/* beside: the capture policy that says how many archives there are, or NULL: then for one. */
void pb_policy_say_timestamp(
    const struct pb_timestamp_policy *policy, const struct pb_capture_policy *beside);
void pb_policy_json_timestamp(const struct pb_timestamp_policy *policy,
    const struct pb_capture_policy *beside, struct pb_json_writer *w);

/* A year of one authority (NULL: the archive's own), for all archives together. */
struct pb_policy_year {
	struct pb_policy_tokens tokens;
	bool priced;
	uint64_t least_hundredths, most_hundredths; /* of the currency, rounded up */
};
struct pb_policy_year pb_policy_year(const struct pb_policy_profile *profile,
    const struct pb_policy_authority *authority, const struct pb_capture_policy *beside);
/* "18.25" */
#define PB_POLICY_AMOUNT_LEN 32
void pb_policy_amount(uint64_t hundredths, char out[PB_POLICY_AMOUNT_LEN]);

#endif
