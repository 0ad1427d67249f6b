/*
 * Walking the vault by seq: forward is cheap; a jump costs one segment's frame heads, fewer in the
 * open one.
 */
#ifndef PB_ARCHIVE_WALK_H
#define PB_ARCHIVE_WALK_H

#include "core/world.h"
#include "vault/frames.h"

struct pb_walk;

/* Over the segments that stand in the vault now.  Borrows files; copies dir. */
enum pb_status pb_walk_new(const struct pb_files *files, const char *dir, struct pb_walk **ret_walk,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * The frame of record `seq`, usable until the next call; ret_slot: its slot in
 * its segment's key file.  PB_ENOENT: there is no such record.
 */
enum pb_status pb_walk_record(struct pb_walk *walk, uint64_t seq, struct pb_frame *ret_frame,
    uint64_t *ret_slot, struct pb_error *err) PB_MUST_CHECK;

/* The segment that the last record came from; borrowed until the next call. */
struct pb_frames *pb_walk_frames(const struct pb_walk *walk);
const char *pb_walk_segment(const struct pb_walk *walk);

void pb_walk_free(struct pb_walk *walk);

#endif
