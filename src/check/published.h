/*
 * Verifying log/: the published checkpoint and the tiles, which are derived from
 * the vault and must say the same.
 *
 * What was published is listed before the vault is read, so that a writer who adds
 * to both meanwhile is not taken for a forger.
 */
#ifndef PB_CHECK_PUBLISHED_H
#define PB_CHECK_PUBLISHED_H

#include "core/world.h"
#include "record/leaf.h"
#include "verify/verification.h"

struct pb_published;

/* Read log/checkpoint and the names of the tiles.  Borrows files and v; copies dir. */
enum pb_status pb_published_new(const struct pb_files *files, const char *dir,
    struct pb_verification *v, struct pb_published **ret_published,
    struct pb_error *err) PB_MUST_CHECK;

/* log/checkpoint as it stands; borrowed; NULL: nothing was published. */
const struct pb_buf *pb_published_note(const struct pb_published *published);

/* The next leaf of the vault: what pb_verify_log_options.leaf calls, ctx a struct pb_published. */
enum pb_status pb_published_leaf(void *ctx, uint64_t seq, const uint8_t leaf[PB_LEAF_LEN],
    const uint8_t leaf_hash[PB_DIGEST_LEN], struct pb_error *err) PB_MUST_CHECK;

/* All leaves were seen: compare every tile, and look for those that must be there. */
enum pb_status pb_published_end(struct pb_published *published, struct pb_error *err) PB_MUST_CHECK;

void pb_published_free(struct pb_published *published); /* NULL is fine */

#endif
