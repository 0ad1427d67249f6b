/* The checkpoints that the receiver of an export holds (FORMAT 5.3, log/consistency/). */
#ifndef PB_EXPORT_HELD_H
#define PB_EXPORT_HELD_H

#include "core/limits.h"
#include "export/leaves.h"
#include "log/note.h"
#include "probant/bundle.h"

/* Their sizes, ascending, each once. */
struct pb_export_held_sizes {
	uint64_t size[PB_LIMIT_EXPORT_HELD];
	size_t count;
};

/*
 * Hold them against the log, whose key `verifier` is, under its origin.  PB_EDATA: one is no
 * checkpoint; PB_EINVAL: one is of another log; PB_ECORRUPT: one says to be of this log, and is
 * not of its history: who holds the archive should know before he hands out anything.
 */
enum pb_status pb_export_held_read(const struct pb_export_options *options,
    const struct pb_note_verifier *verifier, const char *origin, struct pb_export_leaves *leaves,
    struct pb_export_held_sizes *ret_sizes, struct pb_error *err) PB_MUST_CHECK;

#endif
