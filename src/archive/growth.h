/* How fast an archive grows, by its segments. */
#ifndef PB_ARCHIVE_GROWTH_H
#define PB_ARCHIVE_GROWTH_H

#include "core/world.h"

/* The vault grew by so much in so long, up to a week; span_s 0: it is younger than a day, and
 * nobody can tell. */
struct pb_growth {
	uint64_t bytes;
	uint64_t span_s;
};

/* now_s: local clock, as segments have it.  No lock is needed.  PB_ECORRUPT. */
enum pb_status pb_growth_read(const struct pb_files *files, const char *dir, int64_t now_s,
    struct pb_growth *ret_growth, struct pb_error *err) PB_MUST_CHECK;

uint64_t pb_growth_a_day(const struct pb_growth *growth);
/* Days until so many octets are full; UINT64_MAX: never, or nobody can tell. */
uint64_t pb_growth_days_left(uint64_t free_bytes, uint64_t bytes_a_day);

#endif
