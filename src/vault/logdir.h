/*
 * log/: where the published files stand, how one of them appears whole and
 * durable, and how old ones go.  `relative` is a path below log/.
 */
#ifndef PB_VAULT_LOGDIR_H
#define PB_VAULT_LOGDIR_H

#include <stdbool.h>

#include "core/buf.h"
#include "core/world.h"
#include "log/tile.h"

struct pb_logdir;

/* For one publication.  Makes <dir>/log, durably.  Borrows files and dir. */
enum pb_status pb_logdir_new(const struct pb_files *files, const char *dir,
    struct pb_logdir **ret_logdir, struct pb_error *err) PB_MUST_CHECK;

/*
 * The folders of a tile, made if need be, and their entries durable: what is
 * found there afterwards is durable too, whoever made it.
 */
enum pb_status pb_logdir_settle(
    struct pb_logdir *logdir, const struct pb_tile *tile, struct pb_error *err) PB_MUST_CHECK;

/* Is there a file of just len bytes?  Then they replace what buf holds. */
enum pb_status pb_logdir_find(struct pb_logdir *logdir, const char *relative, size_t len,
    struct pb_buf *buf, bool *ret_there, struct pb_error *err) PB_MUST_CHECK;

/* Write a file, or replace it, durably. */
enum pb_status pb_logdir_write(struct pb_logdir *logdir, const char *relative, const void *data,
    size_t len, struct pb_error *err) PB_MUST_CHECK;

/*
 * Remove the partial tiles of a full one.  What can't be removed is only
 * superfluous, and serves readers of an old checkpoint (C2SP tlog-tiles), so no failure
 * counts.
 */
void pb_logdir_remove_partials(struct pb_logdir *logdir, const struct pb_tile *tile);

void pb_logdir_free(struct pb_logdir *logdir); /* NULL is fine */

#endif
