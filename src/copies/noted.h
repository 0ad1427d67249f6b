/* copies.json: where copies of this archive were made, and when; derived, for `status`. */
#ifndef PB_COPIES_NOTED_H
#define PB_COPIES_NOTED_H

#include <stdbool.h>

#include "core/limits.h"
#include "core/world.h"
#include "probant/status.h"

#define PB_COPIES_NOTED 16
#define PB_COPIES_OLD_S (24 * 3600) /* from then on `status` warns */

struct pb_noted_copy {
	char path[PB_LIMIT_PATH];
	uint64_t size; /* records in it */
	int64_t made_s;
};

struct pb_noted {
	size_t count;
	struct pb_noted_copy copy[PB_COPIES_NOTED];
};

/* None noted if there is no such file, or it cannot be read. */
enum pb_status pb_noted_read(const struct pb_files *files, const char *dir,
    struct pb_noted *ret_noted, struct pb_error *err) PB_MUST_CHECK;

/* This copy succeeded; the oldest of too many is forgotten. */
enum pb_status pb_noted_write(const struct pb_files *files, const char *dir,
    const struct pb_noted_copy *copy, struct pb_error *err) PB_MUST_CHECK;

#endif
