/* The commit: the one way by which records enter the log (FORMAT 4). */
#ifndef PB_ARCHIVE_COMMIT_H
#define PB_ARCHIVE_COMMIT_H

#include "archive/archive.h"
#include "record/intake.h"

/*
 * Append sealed records as one commit and make them durable under one signed
 * checkpoint.
 *
 * On PB_OK all of them survive power loss, and ret_receipts[i] says where items[i]
 * stands.  On any other status the log is as it was; PB_ESTOPPED and PB_EIO
 * after a failed sync: this writer has stopped, and only opening again tells what
 * reached the medium.  Borrows items; 1 <= count <= PB_LIMIT_GROUP_RECORDS.
 */
enum pb_status pb_commit(struct pb_archive *archive, struct pb_sealed *const *items, size_t count,
    struct pb_receipt *ret_receipts, struct pb_error *err) PB_MUST_CHECK;

/* The local clock did not go on as time did. */
struct pb_clock_step {
	uint64_t from_us, to_us;    /* what it showed before and behind, since 1970 */
	int64_t since_us, until_us; /* the monotonic one at the same moments */
};

/* A commit that states what who watches the clock saw of it (FORMAT 1.5, clock step). */
enum pb_status pb_commit_step(struct pb_archive *archive, const struct pb_clock_step *step,
    struct pb_error *err) PB_MUST_CHECK;

/* A sync failed: nothing is written any more, and only opening again tells what is there. */
bool pb_archive_has_stopped(const struct pb_archive *archive);

/*
 * Seal and commit one record of the archive's own: its facts, and an envelope
 * if envelope is not NULL (both JSON).
 */
enum pb_status pb_commit_own(struct pb_archive *archive, uint8_t type, const struct pb_buf *facts,
    const struct pb_buf *envelope, uint64_t *ret_seq, struct pb_error *err) PB_MUST_CHECK;

#endif
