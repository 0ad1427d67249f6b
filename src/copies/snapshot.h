/*
 * An archive as it stood at a commit, read while a writer may be at work (FORMAT 7.1).
 *
 * The order in which things are read makes what is handed out consistent: the published log before
 * the vault, which only grows; slots before frames, so that every frame has its slot, and a slot
 * that is zeros already has the record that says so.
 */
#ifndef PB_COPIES_SNAPSHOT_H
#define PB_COPIES_SNAPSHOT_H

#include "copies/source.h"
#include "core/buf.h"
#include "core/limits.h"

struct pb_snapshot {
	char origin[PB_LIMIT_ORIGIN + 1];
	uint64_t size; /* records */
	int64_t made_s;
	uint64_t private_len;     /* of what private.cms holds; 0: there is none */
	struct pb_buf checkpoint; /* the newest of those records */
};

#define PB_SNAPSHOT_EMPTY ((struct pb_snapshot){ .size = 0 })

/*
 * Hand everything to the sink, `backup.json` last.  Takes no lock.  PB_ECORRUPT: there is no
 * record 0, or no commit.
 */
enum pb_status pb_snapshot_take(const struct pb_world *world, const char *dir,
    const struct pb_copy_sink *sink, struct pb_snapshot *ret_snapshot,
    struct pb_error *err) PB_MUST_CHECK;
void pb_snapshot_done(struct pb_snapshot *snapshot);

/* backup.json: written; and read, without the checkpoint.  PB_EDATA.  complete: nothing is missing.
 */
enum pb_status pb_snapshot_encode(
    const struct pb_snapshot *snapshot, bool complete, struct pb_buf *json) PB_MUST_CHECK;
enum pb_status pb_snapshot_decode(const void *json, size_t len, struct pb_snapshot *ret_snapshot,
    bool *ret_complete, struct pb_error *err) PB_MUST_CHECK;

#endif
