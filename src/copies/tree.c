#include "copies/tree.h"

#include <stdlib.h>
#include <string.h>

#include "copies/names.h"
#include "copies/place.h"
#include "copies/snapshot.h"
#include "copies/tree_state.h"
#include "core/error.h"
#include "core/io.h"

#define FACTS_MAX 65536

static const char COPY[] = N_("copy the archive");

/* ---- whose place it is ---------------------------------------------------------------------- */

/* A run that was cut off before it could claim the place left nothing else. */
static int
note_entry(void *arg, const char *name)
{
	if (strcmp(name, PB_COPIES_TEMPORARY) != 0)
		*(bool *)arg = true;
	return 0;
}

static enum pb_status
foreign(const char *dir, const char *why, struct pb_error *err)
{
	(void)pb_fail(err, PB_EEXIST, COPY, why, "%s", dir);
	return pb_fail_todo(err, PB_EEXIST, N_("name an empty directory, or a new one"));
}

/* ret_there: what the copy that stands there states, if one does. */
static enum pb_status
check_owner(struct pb_tree_copy *t, bool anew, struct pb_snapshot *ret_there, struct pb_error *err)
{
	struct pb_snapshot there = PB_SNAPSHOT_EMPTY;
	struct pb_buf json = PB_BUF_EMPTY;
	bool any = false, complete;
	struct pb_path path;
	enum pb_status status;
	int answer = t->files->list(t->files->ctx, t->dir, note_entry, &any);

	if (answer < 0)
		return pb_fail_sys(err, answer, COPY, "%s", t->dir);
	if (!any)
		return PB_OK;
	if (anew)
		return foreign(t->dir, N_("it is not empty"), err);
	status = pb_path_make(&path, t->dir, PB_COPIES_FACTS, NULL, err);
	if (status == PB_OK)
		status = pb_io_read_regular(t->files, path.text, FACTS_MAX, &json, err);
	if (status == PB_OK)
		status = pb_snapshot_decode(json.data, json.len, &there, &complete, err);
	if (status == PB_ENOENT || status == PB_EDATA || status == PB_ELIMIT)
		status = foreign(t->dir, N_("it is not empty, and holds no copy"), err);
	else if (status == PB_OK && strcmp(there.origin, t->founded->origin) != 0)
		status = foreign(t->dir, N_("it holds a copy of another archive"), err);
	else if (status == PB_OK)
		*ret_there = there;
	pb_buf_done(&json);
	return status;
}

static enum pb_status
write_whole(
    struct pb_tree_copy *t, const char *name, const void *data, size_t len, struct pb_error *err)
{
	struct pb_path path, temporary;
	enum pb_status status = pb_path_make(&path, t->dir, name, NULL, err);

	if (status == PB_OK)
		status = pb_path_make(&temporary, t->dir, PB_COPIES_TEMPORARY, NULL, err);
	if (status == PB_OK)
		status =
		    pb_io_replace_file(t->files, path.text, temporary.text, data, len, true, err);
	return status;
}

/* It is ours, and not whole as long as this stands: whoever restores it is told. */
static enum pb_status
claim(struct pb_tree_copy *t, const struct pb_snapshot *snapshot, struct pb_error *err)
{
	struct pb_buf json = PB_BUF_EMPTY;
	enum pb_status status;

	status =
	    pb_snapshot_encode(snapshot, false, &json) == PB_OK ? PB_OK : pb_fail_memory(err, COPY);
	if (status == PB_OK)
		status = write_whole(t, PB_COPIES_FACTS, json.data, json.len, err);
	pb_buf_done(&json);
	return status;
}

/* ---- what is small and may change ------------------------------------------------------------ */

static enum pb_status
gather(void *ctx, const uint8_t *data, size_t len, struct pb_error *err)
{
	return pb_buf_append(ctx, data, len) == PB_OK ? PB_OK : pb_fail_memory(err, COPY);
}

static enum pb_status
put_whole(struct pb_tree_copy *t, const struct pb_copied *file, struct pb_error *err)
{
	struct pb_buf wanted = PB_BUF_EMPTY, there = PB_BUF_EMPTY;
	struct pb_path path;
	enum pb_status status = pb_copied_read(t->files, file, 0, false, gather, &wanted, err);

	if (status == PB_OK)
		status = pb_path_make(&path, t->dir, file->path, NULL, err);
	if (status != PB_OK)
		goto out;
	status = pb_io_read_regular(t->files, path.text, (size_t)file->len, &there, NULL);
	if (status == PB_OK && there.len == wanted.len &&
	    memcmp(there.data, wanted.data, wanted.len) == 0)
		goto out;
	status = status == PB_ENOMEM ? pb_fail_memory(err, COPY)
				     : write_whole(t, file->path, wanted.data, wanted.len, err);
	t->copied.written += wanted.len;
out:
	pb_buf_done(&wanted);
	pb_buf_done(&there);
	return status;
}

/* ---- the sink ------------------------------------------------------------------------------- */

static enum pb_status
digest(void *ctx, const uint8_t *data, size_t len, struct pb_error *err)
{
	(void)err;
	pb_digest_update(ctx, data, len);
	return PB_OK;
}

static enum pb_status
add_item(struct pb_tree_copy *t, const struct pb_copied *file, struct pb_tree_item **ret_item,
    struct pb_error *err)
{
	struct pb_tree_item item = { .kind = file->kind, .len = file->len };
	bool kept = file->source != NULL && file->kind != PB_COPIED_WHOLE;
	enum pb_status status = PB_OK;

	if (t->count == t->cap) {
		size_t cap = t->cap == 0 ? 64 : 2 * t->cap;
		struct pb_tree_item *grown = realloc(t->item, cap * sizeof(*grown));

		if (grown == NULL)
			return pb_fail_memory(err, COPY);
		t->item = grown;
		t->cap = cap;
	}
	item.path = strdup(file->path);
	item.source = kept ? strdup(file->source) : NULL;
	if (item.path == NULL || (kept && item.source == NULL)) {
		free(item.path);
		free(item.source);
		return pb_fail_memory(err, COPY);
	}
	if (!kept) {
		status = pb_copied_read(t->files, file, 0, false, digest, t->sha256, err);
		pb_digest_final(t->sha256, item.sha256);
	}
	if (status != PB_OK) {
		free(item.path);
		return status;
	}
	t->item[t->count] = item;
	*ret_item = &t->item[t->count++];
	return PB_OK;
}

/* All of it is there now, and not compared yet. */
static enum pb_status
put_facts(struct pb_tree_copy *t, const struct pb_copied *file, struct pb_error *err)
{
	struct pb_snapshot snapshot = PB_SNAPSHOT_EMPTY;
	bool complete;
	enum pb_status status =
	    pb_snapshot_decode(file->data, (size_t)file->len, &snapshot, &complete, err);

	if (status == PB_OK && pb_buf_append(&t->facts, file->data, (size_t)file->len) != PB_OK)
		status = pb_fail_memory(err, COPY);
	t->size = snapshot.size;
	return status == PB_OK ? claim(t, &snapshot, err) : status;
}

static enum pb_status
put(void *ctx, const struct pb_copied *file, struct pb_error *err)
{
	struct pb_tree_copy *t = ctx;
	struct pb_tree_item *item = NULL;
	enum pb_status status;

	if (strcmp(file->path, PB_COPIES_FACTS) == 0)
		return put_facts(t, file, err);
	status = pb_place_make(t->files, t->dir, file->path, err);
	if (status == PB_OK)
		status = add_item(t, file, &item, err);
	if (status != PB_OK)
		return status;
	return file->kind == PB_COPIED_WHOLE ? put_whole(t, file, err)
					     : pb_tree_copy_append(t, file, item, err);
}

enum pb_status
pb_tree_copy_new(const struct pb_files *files, const char *dir, const char *archive,
    const struct pb_founded *founded, bool anew, struct pb_tree_copy **ret_tree,
    struct pb_error *err)
{
	struct pb_tree_copy *t = calloc(1, sizeof(*t));
	struct pb_snapshot there = PB_SNAPSHOT_EMPTY;
	enum pb_status status;

	if (t == NULL || (t->dir = strdup(dir)) == NULL) {
		free(t);
		return pb_fail_memory(err, COPY);
	}
	t->files = files;
	t->archive = archive;
	t->founded = founded;
	t->sink = (struct pb_copy_sink){ t, put };
	memcpy(there.origin, founded->origin, sizeof(there.origin));
	status = pb_digest_new(PB_DIGEST_SHA256, &t->sha256, err);
	if (status == PB_OK)
		status = check_owner(t, anew, &there, err);
	if (status == PB_OK)
		status = pb_tree_copy_continues(t, err);
	if (status == PB_OK)
		status = claim(t, &there, err);
	if (status != PB_OK) {
		pb_tree_copy_free(t);
		return status;
	}
	*ret_tree = t;
	return PB_OK;
}

const struct pb_copy_sink *
pb_tree_copy_sink(const struct pb_tree_copy *tree)
{
	return &tree->sink;
}

enum pb_status
pb_tree_copy_end(struct pb_tree_copy *t, struct pb_tree_copied *ret_copied, struct pb_error *err)
{
	enum pb_status status = pb_place_sync(t->files, t->dir, false, err);

	if (status == PB_OK)
		status = pb_tree_copy_erase(t, err);
	if (status == PB_OK)
		status = pb_tree_copy_compare(t, err);
	if (status == PB_OK)
		status = pb_tree_copy_forget(t, err);
	if (status == PB_OK)
		status = write_whole(t, PB_COPIES_SUMS, t->sums.data, t->sums.len, err);
	if (status == PB_OK)
		status = write_whole(t, PB_COPIES_FACTS, t->facts.data, t->facts.len, err);
	if (status == PB_OK)
		*ret_copied = t->copied;
	return status;
}

void
pb_tree_copy_free(struct pb_tree_copy *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->count; i++) {
		free(t->item[i].path);
		free(t->item[i].source);
		pb_runs_done(&t->item[i].erase);
	}
	free(t->item);
	free(t->dir);
	pb_digest_free(t->sha256);
	pb_buf_done(&t->facts);
	pb_buf_done(&t->sums);
	free(t);
}
