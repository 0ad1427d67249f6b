/*
 * Replay: from a known head forward through the frames of the vault, to the
 * last commit that holds.  Opening, recovery and the glance of `status` all find the
 * head this way.
 */
#ifndef PB_ARCHIVE_REPLAY_H
#define PB_ARCHIVE_REPLAY_H

#include "archive/head.h"
#include "log/note.h"

/* Bytes behind the last commit: a commit that was cut short, never acknowledged. */
struct pb_tail {
	char segment[PB_SEGMENT_NAME_LEN + 1]; /* "": no tail */
	uint64_t offset;  /* where it begins; 0: the segment holds no commit at all */
	uint64_t records; /* committed ones of that segment: their slots stay */
};

/*
 * Advance head over every whole commit behind it: leaves in order, payloads
 * with the digest their leaf states, a checkpoint of this log and key that agrees with
 * chain and tree.
 *
 * verifier: the log's key.  names: the segments in order (pb_frames_list).
 * What follows the last commit in the newest segment goes to ret_tail.
 * PB_ECORRUPT: the vault does not hold what head says it held (it is older: rolled
 * back), or a segment before the newest does not end with a commit.
 */
enum pb_status pb_replay(const struct pb_files *files, const char *dir, const char *origin,
    const struct pb_note_verifier *verifier, char (*names)[PB_SEGMENT_NAME_LEN + 1], size_t count,
    struct pb_head *head, struct pb_tail *ret_tail, struct pb_error *err) PB_MUST_CHECK;

#endif
