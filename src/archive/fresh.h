/*
 * What was just sealed by this process, by its seq, until it is viewed: so that it need not be
 * read, decrypted and decompressed for that.  For one thread at a time.
 */
#ifndef PB_ARCHIVE_FRESH_H
#define PB_ARCHIVE_FRESH_H

#include <stdbool.h>

#include "record/kept.h"

/* More than fit into the memory that they are kept in, but for tiny ones. */
#define PB_FRESH_RECORDS 4096

/* entry[first ...], around the end, are `count`, by ascending seq. */
struct pb_fresh {
	struct pb_fresh_entry {
		uint64_t seq;
		struct pb_kept plain;
	} entry[PB_FRESH_RECORDS];
	size_t first, count;
};

/* Taken over; it is released where there is no place for it.  seq: above all before. */
void pb_fresh_put(struct pb_fresh *fresh, uint64_t seq, struct pb_kept *take_plain);

/* What is before seq is given up.  false: it is not there; *ret_plain is owned by the caller. */
bool pb_fresh_take(struct pb_fresh *fresh, uint64_t seq, struct pb_kept *ret_plain);

void pb_fresh_clear(struct pb_fresh *fresh);

#endif
