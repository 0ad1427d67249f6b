/*
 * A node's log from within: node.c is its door, node_files.c what stands on the disk.
 *
 *   key         its Ed25519 key, PKCS#8 PEM
 *   hashes      the hash of each full subtree, behind those of its leaves: a file that only grows
 *   checkpoint  the newest one that was signed: what it covers is the log
 *   lock        whose it is now (flock)
 *
 * Signing syncs hashes, then replaces the checkpoint.  A crash between the two leaves hashes that
 * no checkpoint covers; they are cut off.  Beginning anew removes the checkpoint first and writes
 * it last: what a crash leaves has none, and is begun anew.
 */
#ifndef PB_ANCHOR_NODE_STATE_H
#define PB_ANCHOR_NODE_STATE_H

#include "anchor/node.h"
#include "archive/paths.h"
#include "log/checkpoint.h"
#include "log/tree.h"

/*
 * Invariants:
 * 1. checkpoint.size leaves are durable and signed; tree has those and what is pending.
 * 2. pending holds the hashes behind theirs, as they follow in the file.
 * 3. Once stopped is set nothing is written any more.
 */
struct pb_node {
	const struct pb_world *world;
	char *dir;
	struct pb_path hashes;
	int lock_fd, fd;
	struct pb_ed25519 *key;
	struct pb_buf key_text; /* its verifier key */
	struct pb_tree tree;
	struct pb_checkpoint checkpoint;
	struct pb_buf note; /* of it */
	struct pb_buf pending;
	uint8_t head[PB_DIGEST_LEN]; /* SHA3-256 of the last entry */
	bool stopped;
};

/* In `hashes`: how many there are of so many leaves; a subtree's; PB_ECORRUPT: cut short. */
uint64_t pb_node_hash_count(uint64_t leaves);
enum pb_status pb_node_hash(void *node, unsigned level, uint64_t index, uint8_t out[PB_DIGEST_LEN],
    struct pb_error *err) PB_MUST_CHECK;

/* Take the lock, and what is there; or begin another log, if that is lost. */
enum pb_status pb_node_load(struct pb_node *node, struct pb_error *err) PB_MUST_CHECK;

/* node->checkpoint signed into node->note, durably. */
enum pb_status pb_node_publish(struct pb_node *node, struct pb_error *err) PB_MUST_CHECK;

#endif
