/* The end of a copy: all of it is read back from the medium. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "copies/names.h"
#include "copies/sums.h"
#include "copies/tree_state.h"
#include "core/error.h"
#include "core/io.h"
#include "vault/segment.h"

#define CHUNK ((size_t)PB_SLOT_LEN * 4096)

static const char COMPARE[] = N_("compare the copy with the archive");

/* ---- compared ------------------------------------------------------------------------------- */

static enum pb_status
differs(const char *path, uint64_t offset, struct pb_error *err)
{
	(void)pb_fail(err, PB_ECORRUPT, COMPARE, N_("it is not what the archive holds"),
	    "%s:%" PRIu64, path, offset);
	return pb_fail_todo(err, PB_ECORRUPT,
	    N_("one of the two is damaged: run `probant verify` on both before anything is "
	       "written"));
}

/* A slot that was destroyed while the copy was made becomes zeros with the next one. */
static bool
slots_agree(const uint8_t *ours, const uint8_t *theirs, size_t len, size_t *ret_at)
{
	static const uint8_t zeros[PB_SLOT_LEN];

	for (size_t i = 0; i < len; i += PB_SLOT_LEN) {
		size_t left = len - i < PB_SLOT_LEN ? len - i : PB_SLOT_LEN;

		*ret_at = i;
		if (memcmp(ours + i, theirs + i, left) != 0 &&
		    (left < PB_SLOT_LEN || memcmp(ours + i, zeros, PB_SLOT_LEN) != 0))
			return false;
	}
	return true;
}

struct beside {
	int ours, theirs; /* the archive's, the copy's */
	uint8_t *a, *b;
};

static enum pb_status
compare_open(struct pb_tree_copy *t, const struct pb_tree_item *item, const char *path,
    struct beside *s, struct pb_error *err)
{
	enum pb_status status = PB_OK;
	size_t at = 0;

	for (uint64_t offset = 0; status == PB_OK && offset < item->len; offset += CHUNK) {
		uint64_t left = item->len - offset;
		size_t len = left < CHUNK ? (size_t)left : CHUNK;
		bool same;

		status = pb_io_pread_exact(t->files, s->theirs, path, s->b, len, offset, err);
		if (status == PB_OK && item->source != NULL)
			status = pb_io_pread_exact(
			    t->files, s->ours, item->source, s->a, len, offset, err);
		if (status != PB_OK)
			break;
		pb_copied_blank(item->kind, offset, s->a, len);
		pb_digest_update(t->sha256, s->b, len);
		t->copied.read += len;
		if (item->source == NULL)
			continue;
		same = item->kind == PB_COPIED_SLOTS ? slots_agree(s->a, s->b, len, &at)
						     : memcmp(s->a, s->b, len) == 0;
		if (!same)
			status = differs(path, offset + at, err);
	}
	return status;
}

static enum pb_status
compare_item(
    struct pb_tree_copy *t, const struct pb_tree_item *item, struct beside *s, struct pb_error *err)
{
	uint8_t sha256[PB_DIGEST_LEN];
	struct pb_file_info info;
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, t->dir, item->path, NULL, err);

	if (status == PB_OK)
		status = pb_io_open_regular(
		    t->files, path.text, O_RDONLY | O_NOFOLLOW, &s->theirs, &info, err);
	if (status == PB_OK && item->source != NULL)
		status = pb_io_open_regular(t->files, item->source, O_RDONLY, &s->ours, NULL, err);
	if (status == PB_OK && info.size != item->len)
		status = differs(path.text, item->len, err);
	if (status == PB_OK) {
		(void)t->files->drop_cache(t->files->ctx, s->theirs);
		status = compare_open(t, item, path.text, s, err);
	}
	pb_digest_final(t->sha256, sha256);
	if (status == PB_OK && item->source == NULL &&
	    memcmp(sha256, item->sha256, sizeof(sha256)) != 0)
		status = differs(path.text, 0, err);
	if (status == PB_OK && pb_copies_sums_add(&t->sums, item->path, sha256) != PB_OK)
		status = pb_fail_memory(err, COMPARE);
	pb_io_close(t->files, &s->ours);
	pb_io_close(t->files, &s->theirs);
	return status;
}

enum pb_status
pb_tree_copy_compare(struct pb_tree_copy *t, struct pb_error *err)
{
	struct beside s = { .ours = -1, .theirs = -1, .a = malloc(CHUNK), .b = malloc(CHUNK) };
	enum pb_status status = s.a == NULL || s.b == NULL ? pb_fail_memory(err, COMPARE) : PB_OK;

	for (size_t i = 0; status == PB_OK && i < t->count; i++)
		status = compare_item(t, &t->item[i], &s, err);
	free(s.a);
	free(s.b);
	return status;
}
