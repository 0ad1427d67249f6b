/* Which segment the next commit goes to, and the record that opens one. */
#ifndef PB_ARCHIVE_SEGMENTS_H
#define PB_ARCHIVE_SEGMENTS_H

#include "archive/archive.h"

/*
 * Make archive->append the segment for a commit at now_s: the one in use, the newest
 * one continued if its key was kept or the reader key opens it, or a new one (none in use, 64 MiB,
 * 24 hours).
 */
enum pb_status pb_segments_ready(
    struct pb_archive *archive, uint64_t now_s, struct pb_error *err) PB_MUST_CHECK;

/*
 * The type 13 record with which the segment in use, which is still empty, begins:
 * its id, the H2 of its header, and what the segment before was; for record 0
 * the founding members too.
 */
enum pb_status pb_segments_opening_record(
    struct pb_archive *archive, struct pb_sealed *ret_sealed, struct pb_error *err) PB_MUST_CHECK;

#endif
