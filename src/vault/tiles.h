/*
 * Publishing: log/checkpoint and the tiles it needs, derived from the vault
 * (FORMAT 2).  A tile file appears whole, by rename; the checkpoint last.
 */
#ifndef PB_VAULT_TILES_H
#define PB_VAULT_TILES_H

#include "core/world.h"
#include "log/checkpoint.h"
#include "record/leaf.h"
#include "vault/logdir.h"

/* The leaves first .. first + count - 1 of the log, count <= 256, into out. */
struct pb_leaf_reader {
	void *ctx;
	enum pb_status (*leaves)(
	    void *ctx, uint64_t first, unsigned count, uint8_t *out, struct pb_error *err);
};

/*
 * Write what a tree of checkpoint->size needs and is not there yet, then the
 * note as log/checkpoint; all durable, the checkpoint last.  A tile that is there with
 * the right length is taken as it is, and so are those below it, which stood before it did;
 * damage is for verification to find.  Partial tiles that are full now are removed at the end.
 * Needs <dir>/tmp; writes nothing if log/checkpoint holds exactly this note.
 */
enum pb_status pb_tiles_publish(const struct pb_files *files, const char *dir,
    const struct pb_leaf_reader *leaves, const struct pb_checkpoint *checkpoint, const void *note,
    size_t note_len, struct pb_error *err) PB_MUST_CHECK;

/*
 * Ahead of the checkpoint that will need them: a full tile of level 0, whose leaves these are, and
 * its entry bundle, durable.  They are final, whatever follows.
 */
enum pb_status pb_tiles_full(struct pb_logdir *logdir, uint64_t index,
    const uint8_t leaves[PB_TILE_WIDTH * PB_LEAF_LEN], struct pb_error *err) PB_MUST_CHECK;

/* log/checkpoint as it stands, appended to buf.  PB_ENOENT: nothing was published yet. */
enum pb_status pb_tiles_checkpoint(const struct pb_files *files, const char *dir,
    struct pb_buf *buf, struct pb_error *err) PB_MUST_CHECK;

#endif
