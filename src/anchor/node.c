#include <stdlib.h>
#include <string.h>

#include "anchor/node_state.h"
#include "core/error.h"
#include "core/io.h"
#include "log/tlog_proof.h"

static const char KEEPING[] = N_("keep the log of this node");

/* ---- life ----------------------------------------------------------------------------------- */

enum pb_status
pb_node_open(
    const struct pb_world *world, const char *dir, struct pb_node **ret_node, struct pb_error *err)
{
	struct pb_node *n = calloc(1, sizeof(*n));
	enum pb_status status;

	if (n == NULL)
		return pb_fail_memory(err, KEEPING);
	n->world = world;
	n->lock_fd = n->fd = -1;
	n->dir = strdup(dir);
	status = n->dir == NULL ? pb_fail_memory(err, KEEPING) : pb_node_load(n, err);
	if (status != PB_OK) {
		pb_node_close(n);
		return status;
	}
	*ret_node = n;
	return PB_OK;
}

void
pb_node_close(struct pb_node *n)
{
	if (n == NULL)
		return;
	pb_io_close(n->world->files, &n->fd);
	pb_io_close(n->world->files, &n->lock_fd);
	pb_ed25519_free(n->key);
	pb_buf_done(&n->key_text);
	pb_buf_done(&n->note);
	pb_buf_done(&n->pending);
	free(n->dir);
	free(n);
}

const char *
pb_node_key(const struct pb_node *n)
{
	return (const char *)n->key_text.data;
}

uint64_t
pb_node_size(const struct pb_node *n)
{
	return n->tree.size;
}

/* ---- entries -------------------------------------------------------------------------------- */

/* The leaf's hash, and that of each subtree that it completes. */
static enum pb_status
append(struct pb_node *n, const uint8_t leaf[PB_DIGEST_LEN])
{
	uint8_t hash[PB_DIGEST_LEN];
	size_t before = n->pending.len;
	enum pb_status status = pb_buf_append(&n->pending, leaf, PB_DIGEST_LEN);

	memcpy(hash, leaf, sizeof(hash));
	for (unsigned level = 0; status == PB_OK && n->tree.size >> level & 1; level++) {
		pb_tree_node_hash(n->tree.node[level], hash, hash);
		status = pb_buf_append(&n->pending, hash, sizeof(hash));
	}
	if (status != PB_OK)
		n->pending.len = before;
	else
		pb_tree_append(&n->tree, leaf);
	return status;
}

enum pb_status
pb_node_add(struct pb_node *n, const void *checkpoint, size_t len,
    uint8_t ret_salt[PB_SHARED_SALT_LEN], uint64_t *ret_index, struct pb_error *err)
{
	const struct pb_random *random = n->world->random;
	uint8_t salt[PB_SHARED_SALT_LEN], entry[PB_DIGEST_LEN], leaf[PB_DIGEST_LEN];
	int answer = random->fill(random->ctx, salt, sizeof(salt));

	if (answer < 0)
		return pb_fail_sys(err, answer, KEEPING, "%s", n->dir);
	pb_shared_entry(salt, checkpoint, len, entry);
	pb_tree_leaf_hash(entry, sizeof(entry), leaf);
	if (append(n, leaf) != PB_OK)
		return pb_fail_memory(err, KEEPING);
	pb_digest_sha3_256(entry, sizeof(entry), n->head);
	memcpy(ret_salt, salt, sizeof(salt));
	*ret_index = n->tree.size - 1;
	return PB_OK;
}

static enum pb_status
write_pending(struct pb_node *n, struct pb_error *err)
{
	const struct pb_files *files = n->world->files;
	uint64_t offset = pb_node_hash_count(n->checkpoint.size) * PB_DIGEST_LEN;
	enum pb_status status;

	status = pb_io_pwrite(
	    files, n->fd, n->hashes.text, n->pending.data, n->pending.len, offset, err);
	if (status == PB_OK)
		status = pb_io_sync(files, n->fd, n->hashes.text, err);
	if (status != PB_OK)
		return status;
	n->checkpoint.size = n->tree.size;
	pb_tree_root(&n->tree, n->checkpoint.root);
	memcpy(n->checkpoint.head, n->head, sizeof(n->head));
	pb_buf_clear(&n->pending);
	return pb_node_publish(n, err);
}

enum pb_status
pb_node_sign(struct pb_node *n, struct pb_buf *note, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	if (n->stopped)
		return pb_fail(
		    err, PB_ESTOPPED, KEEPING, N_("it could not be written before"), "%s", n->dir);
	if (n->pending.len > 0)
		status = write_pending(n, err);
	n->stopped = status != PB_OK;
	if (status == PB_OK && pb_buf_append(note, n->note.data, n->note.len) != PB_OK)
		status = pb_fail_memory(err, KEEPING);
	return status;
}

enum pb_status
pb_node_proof(struct pb_node *n, uint64_t index, struct pb_buf *proof, struct pb_error *err)
{
	const struct pb_tree_reader reader = { .ctx = n, .node = pb_node_hash };
	uint8_t hashes[PB_PROOF_MAX * PB_DIGEST_LEN];
	struct pb_tlog_proof made = {
		.index = index, .note = (const char *)n->note.data, .note_len = n->note.len
	};
	enum pb_status status;

	status =
	    pb_tree_prove_inclusion(&reader, index, n->checkpoint.size, hashes, &made.count, err);
	if (status != PB_OK)
		return status;
	pb_assert(made.count <= sizeof(made.hash) / sizeof(made.hash[0]));
	memcpy(made.hash, hashes, made.count * PB_DIGEST_LEN);
	return pb_tlog_proof_encode(&made, proof) == PB_OK ? PB_OK : pb_fail_memory(err, KEEPING);
}
