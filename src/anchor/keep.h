/* What authorities answered, into the log: under its lock, and beside what others wrote meanwhile.
 */
#ifndef PB_ANCHOR_KEEP_H
#define PB_ANCHOR_KEEP_H

#include "anchor/round.h"
#include "anchor/stamped.h"

/*
 * Has what waits waited for as long as the policy lets it without a word?  Never where somebody
 * else stamped the checkpoint of the question, or a newer one.  stamped: as it stands now.
 */
bool pb_anchor_gap_is_due(
    const struct pb_anchor_question *question, const struct pb_stamped *stamped);

/*
 * Commit every token, and with them the end of a gap; or, if there is none and it is due, the
 * gap.  ret_outcome learns tokens, gap and gap_ended.  PB_ECORRUPT: the log does not hold the
 * checkpoint of the question, and nothing was written.
 */
enum pb_status pb_anchor_keep(struct pb_archive *archive, const struct pb_anchor_question *question,
    const struct pb_anchor_answers *answers, struct pb_stamp_outcome *ret_outcome,
    struct pb_error *err) PB_MUST_CHECK;

#endif
