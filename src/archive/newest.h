/* When the newest message was kept, for a glance without any key or lock. */
#ifndef PB_ARCHIVE_NEWEST_H
#define PB_ARCHIVE_NEWEST_H

#include "core/world.h"
#include "probant/status.h"

/*
 * *ret_time_s: the local clock of the newest record that is a message; 0: there is none in the
 * newest PB_NEWEST_SEGMENTS segments.  PB_ECORRUPT: the vault is damaged before its end.
 */
#define PB_NEWEST_SEGMENTS 64
enum pb_status pb_newest_message(const struct pb_files *files, const char *dir,
    uint64_t *ret_time_s, struct pb_error *err) PB_MUST_CHECK;

#endif
