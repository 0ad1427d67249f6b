/*
 * A node's own log, for shared anchors (FORMAT 2.2): in a directory of its own, of one process at
 * a time.  What is lost of it costs a token at most, and never evidence: an anchor keeps all that
 * it needs.  So a log that is damaged or gone is begun anew, under another origin and key.
 */
#ifndef PB_ANCHOR_NODE_H
#define PB_ANCHOR_NODE_H

#include "core/world.h"
#include "log/shared.h"

/* Behind the name of the directory of state, beside which it stands: that one is the doors', who
 * could lead whoever opens something in it to another file. */
#define PB_NODE_DIR ".node"

struct pb_node;

/*
 * Open the log in `dir`, which is made if it is not there; costs the same at any size.
 * PB_ELOCKED: another process has it; PB_EACCESS: others may read its key.
 */
enum pb_status pb_node_open(const struct pb_world *world, const char *dir,
    struct pb_node **ret_node, struct pb_error *err) PB_MUST_CHECK;
void pb_node_close(struct pb_node *node); /* NULL is fine */

/* Its verifier key, which begins with its origin (FORMAT 2.1). */
const char *pb_node_key(const struct pb_node *node);
uint64_t pb_node_size(const struct pb_node *node);

/* One more entry, over a checkpoint; it is of the log once that is signed. */
enum pb_status pb_node_add(struct pb_node *node, const void *checkpoint, size_t len,
    uint8_t ret_salt[PB_SHARED_SALT_LEN], uint64_t *ret_index, struct pb_error *err) PB_MUST_CHECK;

/*
 * The log as it is now, durable and signed: its checkpoint, appended to `note`.  After a failure
 * the node is only good to be closed.
 */
enum pb_status pb_node_sign(
    struct pb_node *node, struct pb_buf *note, struct pb_error *err) PB_MUST_CHECK;

/* The tlog-proof of an entry under the checkpoint that was signed last, appended to `proof`. */
enum pb_status pb_node_proof(
    struct pb_node *node, uint64_t index, struct pb_buf *proof, struct pb_error *err) PB_MUST_CHECK;

#endif
