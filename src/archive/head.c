#include "archive/head.h"

#include <string.h>

#include "archive/paths.h"
#include "core/cursor.h"
#include "core/error.h"
#include "core/io.h"
#include "log/chain.h"

#define MAGIC "PBFRONT2"
#define MAGIC_LEN 8
/* Magic, nine integers, prev, two names, 64 nodes at most, the marks, digest. */
#define FILE_MAX 4096
#define FIRST_STEP 256

void
pb_head_init(struct pb_head *head, const char *origin)
{
	memset(head, 0, sizeof(*head));
	pb_tree_init(&head->tree);
	pb_chain_start(origin, head->prev);
}

struct pb_place
pb_head_here(const struct pb_head *head)
{
	struct pb_place place = { .size = head->tree.size,
		.checkpoint_offset = head->checkpoint_offset };

	memcpy(place.segment, head->segment, sizeof(place.segment));
	return place;
}

/* Where there are too many, every second one stays. */
static void
thin_out(struct pb_head_marks *marks)
{
	marks->step *= 2;
	marks->count /= 2;
	for (uint64_t i = 1; i < marks->count; i++)
		marks->at[i] = marks->at[2 * i];
}

void
pb_head_mark(struct pb_head *head, const char *segment)
{
	struct pb_head_marks *marks = &head->marks;

	if (strcmp(head->segment, segment) != 0) {
		memcpy(head->segment, segment, sizeof(head->segment));
		marks->count = 0;
	}
	if (marks->count == 0)
		marks->step = FIRST_STEP;
	if (marks->count > 0 && head->tree.size - marks->at[marks->count - 1].seq < marks->step)
		return;
	if (marks->count == PB_HEAD_MARKS)
		thin_out(marks);
	marks->at[marks->count].seq = head->tree.size;
	marks->at[marks->count++].offset = head->end;
}

void
pb_head_checkpoint(
    const struct pb_head *head, const char *origin, struct pb_checkpoint *ret_checkpoint)
{
	size_t len = strlen(origin);

	pb_assert(len <= PB_LIMIT_ORIGIN);
	memset(ret_checkpoint, 0, sizeof(*ret_checkpoint));
	memcpy(ret_checkpoint->origin, origin, len);
	ret_checkpoint->size = head->tree.size;
	pb_tree_root(&head->tree, ret_checkpoint->root);
	memcpy(ret_checkpoint->head, head->prev, PB_DIGEST_LEN);
}

static enum pb_status
encode(const struct pb_head *head, struct pb_buf *buf)
{
	enum pb_status status = pb_buf_append(buf, MAGIC, MAGIC_LEN);
	uint8_t digest[PB_DIGEST_LEN];
	unsigned i;

#define PUT(call) (status = status == PB_OK ? (call) : status)
	PUT(pb_buf_append_u64(buf, head->tree.size));
	for (i = 0; i < 64; i++)
		if (head->tree.size >> i & 1)
			PUT(pb_buf_append(buf, head->tree.node[i], PB_DIGEST_LEN));
	PUT(pb_buf_append(buf, head->prev, PB_DIGEST_LEN));
	PUT(pb_buf_append_u64(buf, head->time_s));
	PUT(pb_buf_append(buf, head->segment, PB_SEGMENT_NAME_LEN));
	PUT(pb_buf_append_u64(buf, head->segment_records));
	PUT(pb_buf_append_u64(buf, head->checkpoint_offset));
	PUT(pb_buf_append_u64(buf, head->end));
	PUT(pb_buf_append_u64(buf, head->marks.step));
	PUT(pb_buf_append_u64(buf, head->marks.count));
	for (i = 0; i < head->marks.count; i++) {
		PUT(pb_buf_append_u64(buf, head->marks.at[i].seq));
		PUT(pb_buf_append_u64(buf, head->marks.at[i].offset));
	}
	PUT(pb_buf_append_u64(buf, head->stamped.size));
	PUT(pb_buf_append(buf, head->stamped.segment, PB_SEGMENT_NAME_LEN));
	PUT(pb_buf_append_u64(buf, head->stamped.checkpoint_offset));
#undef PUT
	if (status != PB_OK)
		return status;
	pb_digest_sha256(buf->data, buf->len, digest);
	return pb_buf_append(buf, digest, sizeof(digest));
}

static bool
decode(const uint8_t *data, size_t len, struct pb_head *head)
{
	uint8_t digest[PB_DIGEST_LEN];
	struct pb_cursor c;
	unsigned i;

	if (len < PB_DIGEST_LEN)
		return false;
	pb_digest_sha256(data, len - PB_DIGEST_LEN, digest);
	if (!pb_equal(digest, data + len - PB_DIGEST_LEN, PB_DIGEST_LEN))
		return false;
	pb_cursor_init(&c, data, len - PB_DIGEST_LEN);
	pb_cursor_expect(&c, MAGIC, MAGIC_LEN);
	head->tree.size = pb_cursor_u64(&c);
	for (i = 0; i < 64; i++)
		if (head->tree.size >> i & 1)
			pb_cursor_copy(&c, head->tree.node[i], PB_DIGEST_LEN);
	pb_cursor_copy(&c, head->prev, PB_DIGEST_LEN);
	head->time_s = pb_cursor_u64(&c);
	pb_cursor_copy(&c, head->segment, PB_SEGMENT_NAME_LEN);
	head->segment_records = pb_cursor_u64(&c);
	head->checkpoint_offset = pb_cursor_u64(&c);
	head->end = pb_cursor_u64(&c);
	head->marks.step = pb_cursor_u64(&c);
	head->marks.count = pb_cursor_u64(&c);
	if (head->marks.count > PB_HEAD_MARKS)
		return false;
	for (i = 0; i < head->marks.count; i++) {
		head->marks.at[i].seq = pb_cursor_u64(&c);
		head->marks.at[i].offset = pb_cursor_u64(&c);
	}
	head->stamped.size = pb_cursor_u64(&c);
	pb_cursor_copy(&c, head->stamped.segment, PB_SEGMENT_NAME_LEN);
	head->stamped.checkpoint_offset = pb_cursor_u64(&c);
	return pb_cursor_finished(&c);
}

enum pb_status
pb_head_save(
    const struct pb_head *head, const struct pb_files *files, const char *dir, struct pb_error *err)
{
	struct pb_buf buf = PB_BUF_EMPTY;
	struct pb_path path, temporary;
	enum pb_status status;

	status = encode(head, &buf);
	if (status != PB_OK) {
		status = pb_fail_memory(err, N_("save the frontier"));
		goto out;
	}
	status = pb_path_make(&path, dir, PB_FILE_FRONTIER, NULL, err);
	if (status == PB_OK)
		status = pb_path_make(&temporary, dir, PB_DIR_TMP, PB_FILE_FRONTIER, err);
	if (status == PB_OK)
		status = pb_io_replace_file(
		    files, path.text, temporary.text, buf.data, buf.len, false, err);
out:
	pb_buf_done(&buf);
	return status;
}

enum pb_status
pb_head_load(
    const struct pb_files *files, const char *dir, struct pb_head *ret_head, struct pb_error *err)
{
	struct pb_head head;
	struct pb_buf buf = PB_BUF_EMPTY;
	struct pb_path path;
	enum pb_status status;

	memset(&head, 0, sizeof(head));
	status = pb_path_make(&path, dir, PB_FILE_FRONTIER, NULL, err);
	if (status == PB_OK)
		status = pb_io_read_regular(files, path.text, FILE_MAX, &buf, err);
	if (status == PB_ELIMIT || status == PB_ECORRUPT ||
	    (status == PB_OK && !decode(buf.data, buf.len, &head)))
		status = pb_fail(err, PB_ENOENT, N_("read the frontier"), N_("the file is damaged"),
		    "%s", path.text);
	if (status == PB_OK)
		*ret_head = head;
	pb_buf_done(&buf);
	return status;
}
