/*
 * Stamping in three steps, so that nobody who captures waits for an authority:
 *
 *   1. begin   under the archive's lock: what is due; the checkpoint, which is durable
 *   2. ask     without it, in whatever thread: the authorities, one after the other; nothing is
 *              written but how each answered (tsa/<name>.state, which is derived)
 *   3. keep    under it again: how far the log is stamped now, and one commit
 *
 * A crash leaves a log that is as it was, or whole.  One behind 2 loses tokens that authorities
 * gave; the next run asks for others.
 */
#ifndef PB_ANCHOR_STAMPING_H
#define PB_ANCHOR_STAMPING_H

#include "anchor/round.h"

struct pb_stamping_rule {
	bool now;         /* whether it is due or not, and whoever failed before */
	uint32_t every_s; /* no sooner behind the last token; 0: no such rule */
	/* Whom of the archive's authorities, by name; NULL: all. */
	const char *const *asked;
	size_t asked_count;
};

/* One checkpoint on its way.  The members are for this room, and for who asks for many at once. */
struct pb_stamping {
	char *dir;
	struct pb_authorities *authorities;
	struct pb_anchor_question question;
	struct pb_anchor_answers answers;
};

/*
 * *ret_stamping: NULL if nothing is due; then *ret_wait_s (may be NULL): for so long nothing will
 * be, if nothing is recorded (UINT32_MAX: for ever).  http: NULL, or borrowed until it was asked.
 * PB_EUNAVAIL: the archive has no authority, and rule->now or rule->asked asks for one.
 */
enum pb_status pb_stamping_begin(struct pb_archive *archive, const struct pb_http *http,
    const struct pb_stamping_rule *rule, struct pb_stamping **ret_stamping, uint32_t *ret_wait_s,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * One that nobody can be asked for, since it could not be begun: for what `why` says, which is not
 * PB_OK.  Whom rule->asked names fail by it, so that the log says it when `gap_after_s` is over.
 */
enum pb_status pb_stamping_begin_barred(struct pb_archive *archive,
    const struct pb_stamping_rule *rule, uint64_t gap_after_s, const struct pb_error *why,
    struct pb_stamping **ret_stamping, struct pb_error *err) PB_MUST_CHECK;

/* Will asking wait for the network?  Then the lock is to be let go of before. */
bool pb_stamping_goes_out(const struct pb_stamping *stamping);

/* PB_OK whatever they answer; another status is about us, and there are answers all the same. */
enum pb_status pb_stamping_ask(struct pb_stamping *stamping, struct pb_error *err) PB_MUST_CHECK;

/* Is there anything to record: tokens, or that there is none for too long?  Takes no lock. */
bool pb_stamping_has_to_say(const struct pb_stamping *stamping);

/* What became of it, but for what keeping adds. */
void pb_stamping_tell(const struct pb_stamping *stamping, struct pb_stamp_outcome *ret_outcome);
/* PB_EUNAVAIL: nobody stamped it; err says who failed last, and why. */
enum pb_status pb_stamping_nobody(const struct pb_stamping *stamping, struct pb_error *err);

/*
 * As pb_stamping_tell, and what was recorded.  PB_OK if at least one good token was, or nobody
 * could be asked so soon again; PB_EUNAVAIL as pb_stamping_nobody; PB_ECORRUPT: the log does not
 * hold the checkpoint any more.
 */
enum pb_status pb_stamping_keep(struct pb_archive *archive, struct pb_stamping *stamping,
    struct pb_stamp_outcome *ret_outcome, struct pb_error *err) PB_MUST_CHECK;

void pb_stamping_free(struct pb_stamping *stamping); /* NULL is fine */

#endif
