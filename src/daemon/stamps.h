/* A timestamp policy in force, as the writer carries it out. */
#ifndef PB_DAEMON_STAMPS_H
#define PB_DAEMON_STAMPS_H

#include "anchor/stamping.h"
#include "archive/tsa_follow.h"
#include "crypto/digest.h"
#include "policy/timestamp.h"

struct pb_stamps {
	struct pb_timestamp_policy *policy;
	const struct pb_policy_profile *profile; /* the one in force */
	uint8_t sha256[PB_DIGEST_LEN];           /* of its text */
	struct pb_stamping_rule rule;            /* whom it asks, and how often at most */
	struct pb_tsa_plan plan;                 /* whom an archive is to have for that */
	/* What the two above point into. */
	const char *asked[PB_LIMIT_TSAS + 1];
	struct pb_tsa_settings settings[PB_LIMIT_TSAS + 1];
	struct pb_buf roots[PB_LIMIT_TSAS];
};

/*
 * From the text of the policy; the roots of its authorities are read.  One whose roots cannot be
 * used is said in the log, and asked only by archives that have it already.
 */
enum pb_status pb_stamps_new(const struct pb_world *world, const struct pb_buf *text,
    struct pb_stamps **ret_stamps, struct pb_error *err) PB_MUST_CHECK;
void pb_stamps_free(struct pb_stamps *stamps); /* NULL is fine */

#endif
