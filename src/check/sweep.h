/*
 * The vault and the key files of an archive as a verifier reads them: one pass
 * from the first segment to the last whole commit of the newest, with every
 * finding about the files themselves.
 *
 * Takes no lock.  The segments are those that stood there when it began, the
 * newest as long as it was when it was reached; what a writer adds meanwhile is not
 * seen, or looks like a commit that was cut short.
 */
#ifndef PB_CHECK_SWEEP_H
#define PB_CHECK_SWEEP_H

#include "archive/replay.h"
#include "crypto/reader.h"
#include "log/source.h"
#include "verify/verification.h"

struct pb_sweep;

struct pb_sweep_options {
	const struct pb_reader_key *key; /* borrowed; NULL: sealed records come without secret */
	void (*progress)(void *ctx, uint64_t records, uint64_t bytes); /* may be NULL */
	void *progress_ctx;
	bool threaded; /* files may be used by a thread beside the caller's */
};

/* Borrows files, options and v; copies dir.  PB_ENOENT: there is no vault. */
enum pb_status pb_sweep_new(const struct pb_files *files, const char *dir,
    const struct pb_sweep_options *options, struct pb_verification *v, struct pb_sweep **ret_sweep,
    struct pb_error *err) PB_MUST_CHECK;

const struct pb_source *pb_sweep_source(const struct pb_sweep *sweep); /* borrowed */

/*
 * When the source has ended: what stands behind the last commit of the newest
 * segment, torn or damaged.  Borrowed; segment is "" if nothing does.
 */
const struct pb_tail *pb_sweep_tail(const struct pb_sweep *sweep);

void pb_sweep_free(struct pb_sweep *sweep); /* NULL is fine */

#endif
