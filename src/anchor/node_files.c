#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anchor/node_state.h"
#include "core/error.h"
#include "core/io.h"
#include "core/text.h"

static const char KEEPING[] = N_("keep the log of this node");

/* ---- where hashes stand --------------------------------------------------------------------- */

/* Of all full subtrees of that many leaves: each leaf's, and one for each that it completes. */
uint64_t
pb_node_hash_count(uint64_t leaves)
{
	return 2 * leaves - (uint64_t)__builtin_popcountll(leaves);
}

/* The subtree is completed by its last leaf, whose hash and those below stand right before. */
static uint64_t
hash_place(unsigned level, uint64_t index)
{
	return pb_node_hash_count(((index + 1) << level) - 1) + level;
}

enum pb_status
pb_node_hash(
    void *node, unsigned level, uint64_t index, uint8_t out[PB_DIGEST_LEN], struct pb_error *err)
{
	struct pb_node *n = node;

	return pb_io_pread_exact(n->world->files, n->fd, n->hashes.text, out, PB_DIGEST_LEN,
	    hash_place(level, index) * PB_DIGEST_LEN, err);
}

/* ---- the log as it was signed last ---------------------------------------------------------- */

static enum pb_status
damaged(const struct pb_node *n, struct pb_error *err)
{
	return pb_fail(err, PB_ECORRUPT, KEEPING, N_("it is damaged"), "%s", n->dir);
}

static enum pb_status
name_key(struct pb_node *n, struct pb_note_verifier *ret_verifier, struct pb_error *err)
{
	uint8_t public_key[PB_ED25519_PUBLIC_LEN];
	enum pb_status status;

	pb_ed25519_public(n->key, public_key);
	status = pb_note_verifier_make(
	    n->checkpoint.origin, PB_NOTE_ED25519, public_key, ret_verifier, err);
	if (status == PB_OK && (pb_note_verifier_format(ret_verifier, &n->key_text) != PB_OK ||
				   pb_buf_text(&n->key_text) == NULL))
		status = pb_fail_memory(err, KEEPING);
	return status;
}

static enum pb_status
read_key(struct pb_node *n, struct pb_error *err)
{
	const struct pb_files *files = n->world->files;
	struct pb_buf pem = PB_BUF_EMPTY;
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, n->dir, "key", NULL, err);

	if (status == PB_OK)
		status = pb_path_private(files, path.text, err);
	if (status == PB_OK)
		status = pb_io_read_regular(files, path.text, PB_LIMIT_PEM, &pem, err);
	if (status == PB_OK)
		status = pb_fail_of(
		    err, pb_ed25519_from_pem(pem.data, pem.len, &n->key, err), path.text);
	pb_buf_wipe(&pem);
	pb_buf_done(&pem);
	return status;
}

static enum pb_status
read_checkpoint(struct pb_node *n, struct pb_note *note, struct pb_error *err)
{
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, n->dir, "checkpoint", NULL, err);

	if (status == PB_OK)
		status =
		    pb_io_read_regular(n->world->files, path.text, PB_LIMIT_NOTE, &n->note, err);
	if (status == PB_OK)
		status = pb_note_parse(n->note.data, n->note.len, note, err);
	if (status == PB_OK)
		status = pb_checkpoint_parse(note, &n->checkpoint, err);
	return status;
}

static enum pb_status
check_signature(struct pb_node *n, const struct pb_note *note, struct pb_error *err)
{
	struct pb_note_verifier verifier;
	enum pb_status status = name_key(n, &verifier, err);

	if (status != PB_OK)
		return status;
	switch (pb_note_verify(note, &verifier, NULL)) {
	case PB_NOTE_GOOD:
		return PB_OK;
	case PB_NOTE_UNSETTLED:
		return pb_fail_memory(err, KEEPING);
	case PB_NOTE_ABSENT:
	case PB_NOTE_FORGED:
		break;
	}
	return damaged(n, err);
}

/* The frontier of the tree, which is all that what comes next builds on. */
static enum pb_status
read_frontier(struct pb_node *n, struct pb_error *err)
{
	uint64_t size = n->checkpoint.size;
	uint8_t root[PB_DIGEST_LEN];
	enum pb_status status = PB_OK;

	if (size >> 57 != 0) /* no file is that long */
		return damaged(n, err);
	pb_tree_init(&n->tree);
	n->tree.size = size;
	for (unsigned level = 0; status == PB_OK && size >> level > 0; level++)
		if (size >> level & 1)
			status =
			    pb_node_hash(n, level, (size >> level) - 1, n->tree.node[level], err);
	if (status != PB_OK)
		return status;
	pb_tree_root(&n->tree, root);
	return memcmp(root, n->checkpoint.root, sizeof(root)) == 0 ? PB_OK : damaged(n, err);
}

/* PB_ENOENT, PB_ECORRUPT, PB_EDATA, PB_ELIMIT: it is not there, or not whole. */
static enum pb_status
load(struct pb_node *n, struct pb_error *err)
{
	const struct pb_files *files = n->world->files;
	struct pb_note *note = malloc(sizeof(*note));
	enum pb_status status;
	int answer;

	if (note == NULL)
		return pb_fail_memory(err, KEEPING);
	status = read_checkpoint(n, note, err);
	if (status == PB_OK)
		status = read_key(n, err);
	if (status == PB_OK)
		status = check_signature(n, note, err);
	if (status == PB_OK)
		status = read_frontier(n, err);
	free(note);
	if (status != PB_OK)
		return status;
	answer = files->truncate(
	    files->ctx, n->fd, pb_node_hash_count(n->checkpoint.size) * PB_DIGEST_LEN);
	return answer < 0 ? pb_fail_sys(err, answer, KEEPING, "%s", n->hashes.text) : PB_OK;
}

/* ---- another one ---------------------------------------------------------------------------- */

static enum pb_status
replace(struct pb_node *n, const char *name, const struct pb_buf *bytes, struct pb_error *err)
{
	struct pb_path path, temporary;
	enum pb_status status = pb_path_make(&path, n->dir, name, NULL, err);

	if (status == PB_OK)
		status = pb_path_make(&temporary, n->dir, "new", NULL, err);
	if (status == PB_OK)
		status = pb_io_replace_file(
		    n->world->files, path.text, temporary.text, bytes->data, bytes->len, true, err);
	return status;
}

enum pb_status
pb_node_publish(struct pb_node *n, struct pb_error *err)
{
	struct pb_buf note = PB_BUF_EMPTY;
	enum pb_status status = pb_checkpoint_sign(&n->checkpoint, n->key, &note, err);

	if (status == PB_OK)
		status = replace(n, "checkpoint", &note, err);
	if (status != PB_OK) {
		pb_buf_done(&note);
		return status;
	}
	pb_buf_done(&n->note);
	n->note = note;
	return PB_OK;
}

static enum pb_status
remove_checkpoint(const struct pb_node *n, struct pb_error *err)
{
	const struct pb_files *files = n->world->files;
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, n->dir, "checkpoint", NULL, err);
	int answer = 0;

	if (status == PB_OK)
		answer = files->unlink(files->ctx, path.text);
	if (answer < 0 && answer != -ENOENT)
		status = pb_fail_sys(err, answer, KEEPING, "%s", path.text);
	if (status == PB_OK)
		status = pb_io_sync_dir(files, n->dir, err);
	if (status == PB_OK && (answer = files->truncate(files->ctx, n->fd, 0)) < 0)
		status = pb_fail_sys(err, answer, KEEPING, "%s", n->hashes.text);
	return status;
}

/* Its name says nothing of whose it is: it goes into bundles (FORMAT 5.3). */
static enum pb_status
make_origin(struct pb_node *n, struct pb_error *err)
{
	uint8_t octets[4];
	char hex[2 * sizeof(octets) + 1];
	int answer = n->world->random->fill(n->world->random->ctx, octets, sizeof(octets));

	if (answer < 0)
		return pb_fail_sys(err, answer, KEEPING, "%s", n->dir);
	pb_hex_encode(octets, sizeof(octets), hex);
	n->checkpoint = (struct pb_checkpoint){ .size = 0 };
	(void)snprintf(n->checkpoint.origin, sizeof(n->checkpoint.origin), "node/%s", hex);
	pb_tree_init(&n->tree);
	pb_tree_root(&n->tree, n->checkpoint.root);
	pb_digest_sha3_256(n->checkpoint.origin, strlen(n->checkpoint.origin), n->checkpoint.head);
	return PB_OK;
}

static enum pb_status
write_key(struct pb_node *n, struct pb_error *err)
{
	struct pb_buf pem = PB_BUF_EMPTY;
	enum pb_status status = pb_ed25519_generate(n->world->random, &n->key, err);

	if (status == PB_OK)
		status = pb_ed25519_to_pem(n->key, &pem, err);
	if (status == PB_OK)
		status = replace(n, "key", &pem, err);
	pb_buf_wipe(&pem);
	pb_buf_done(&pem);
	return status;
}

static enum pb_status
begin_anew(struct pb_node *n, struct pb_error *err)
{
	struct pb_note_verifier verifier;
	enum pb_status status;

	pb_ed25519_free(n->key);
	n->key = NULL;
	pb_buf_clear(&n->key_text);
	pb_buf_clear(&n->note);
	status = remove_checkpoint(n, err);
	if (status == PB_OK)
		status = make_origin(n, err);
	if (status == PB_OK)
		status = write_key(n, err);
	if (status == PB_OK)
		status = name_key(n, &verifier, err);
	return status == PB_OK ? pb_node_publish(n, err) : status;
}

/* ---- either ---------------------------------------------------------------------------------- */

static enum pb_status
open_files(struct pb_node *n, struct pb_error *err)
{
	const struct pb_files *files = n->world->files;
	struct pb_path lock;
	enum pb_status status = pb_path_make(&lock, n->dir, PB_FILE_LOCK, NULL, err);
	int answer = files->mkdir(files->ctx, n->dir, 0700);

	if (status == PB_OK && answer < 0 && answer != -EEXIST)
		status = pb_fail_sys(err, answer, KEEPING, "%s", n->dir);
	if (status == PB_OK)
		status = pb_io_open(
		    files, lock.text, O_RDWR | O_CREAT | O_NOFOLLOW, 0600, &n->lock_fd, err);
	if (status == PB_OK && (answer = files->lock(files->ctx, n->lock_fd)) < 0)
		status = pb_fail_sys(err, answer, KEEPING, "%s", lock.text);
	if (status == PB_OK)
		status = pb_path_make(&n->hashes, n->dir, "hashes", NULL, err);
	if (status == PB_OK)
		status = pb_io_open(
		    files, n->hashes.text, O_RDWR | O_CREAT | O_NOFOLLOW, 0600, &n->fd, err);
	return status;
}

static bool
is_lost(enum pb_status status)
{
	return status == PB_ENOENT || status == PB_ECORRUPT || status == PB_EDATA ||
	       status == PB_ELIMIT;
}

enum pb_status
pb_node_load(struct pb_node *n, struct pb_error *err)
{
	enum pb_status status = open_files(n, err);

	if (status != PB_OK)
		return status;
	status = load(n, err);
	return is_lost(status) ? begin_anew(n, err) : status;
}
