/* Within the room: how views_update.c hands segments to the threads of views.c. */
#ifndef PB_ARCHIVE_VIEWS_GIVE_H
#define PB_ARCHIVE_VIEWS_GIVE_H

#include "archive/views.h"

/* As pb_views_offer, as far as the catalog knows the segment; waits for room. */
enum pb_status pb_views_give(struct pb_views *views, const char *stem,
    struct pb_secret *segment_key, struct pb_error *err) PB_MUST_CHECK;

/* The catalog's calls, beside threads that use it. */
enum pb_status pb_views_catch_up(
    struct pb_views *views, const struct pb_archive *archive, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_views_segment_next(struct pb_views *views, bool first, uint64_t first_seq,
    struct pb_catalog_segment *ret_segment, struct pb_error *err) PB_MUST_CHECK;

bool pb_views_anew(const struct pb_views *views);

#endif
