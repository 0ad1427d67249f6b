/*
 * Is it a torn tail, or damage?  A commit that was cut short was never
 * acknowledged and may go to quarantine.  Damage to a commit that was whole once
 * must not: its messages were acknowledged, and a good copy may still exist.
 */
#ifndef PB_ARCHIVE_TAIL_H
#define PB_ARCHIVE_TAIL_H

#include "archive/replay.h"

/*
 * Look through the tail for checkpoints of this log, damaged ones too.  A commit
 * that a crash cut short has at most one, as its very last bytes; one with more behind
 * it than belongs to it means that commits followed, so PB_ECORRUPT: something there
 * was damaged since.  published: the size of log/checkpoint (0: none); if it lies
 * beyond `head`, what is missing was acknowledged: PB_ECORRUPT too.
 */
enum pb_status pb_tail_examine(const struct pb_files *files, const char *dir, const char *origin,
    const struct pb_note_verifier *verifier, const struct pb_head *head, const struct pb_tail *tail,
    uint64_t published, struct pb_error *err) PB_MUST_CHECK;

#endif
