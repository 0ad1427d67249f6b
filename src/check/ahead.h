/*
 * The segments of an archive but the newest, scanned by threads that stay close to who reads the
 * same segments: what they read is in memory for him.  Each segment is one thread's.
 */
#ifndef PB_CHECK_AHEAD_H
#define PB_CHECK_AHEAD_H

#include <stdbool.h>

#include "check/scan.h"
#include "vault/segment.h"

struct pb_ahead;

/*
 * Of names[0 .. count - 1].  threaded: files may be used by threads beside the caller's; else all
 * of it is done in pb_ahead_get.  Borrows all.
 */
enum pb_status pb_ahead_new(const struct pb_files *files, const char *dir,
    char (*names)[PB_SEGMENT_NAME_LEN + 1], size_t count, bool threaded,
    struct pb_ahead **ret_ahead, struct pb_error *err) PB_MUST_CHECK;

/* The caller begins to read segment `at`; of those before, no payload is asked for any more. */
void pb_ahead_reach(struct pb_ahead *ahead, size_t at);

/* That of segment `at`, which was reached; borrowed. */
struct pb_scan *pb_ahead_get(struct pb_ahead *ahead, size_t at);

void pb_ahead_free(struct pb_ahead *ahead); /* NULL is fine */

#endif
