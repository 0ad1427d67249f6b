#include "index/index.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/io.h"
#include "core/limits.h"

static const char what_open[] = N_("open the index of a segment");

uint8_t
pb_index_direction(const char *direction)
{
	if (direction == NULL)
		return 0;
	return strcmp(direction, "received") == 0 ? 1 : strcmp(direction, "sent") == 0 ? 2 : 0;
}

uint8_t
pb_index_source(const char *source)
{
	static const char *const sources[] = { NULL, "import", "milter", "proxy", "lmtp" };

	for (uint8_t i = 1; source != NULL && i < sizeof(sources) / sizeof(sources[0]); i++)
		if (strcmp(source, sources[i]) == 0)
			return i;
	return 0;
}

static enum pb_status
check_key(struct pb_unit_seal *seal, const uint8_t check[PB_INDEX_CHECK_LEN], struct pb_error *err)
{
	uint8_t expected[PB_INDEX_CHECK_LEN];

	pb_unit_key_check(seal->key, expected);
	if (memcmp(check, expected, sizeof(expected)) == 0)
		return PB_OK;
	return pb_fail(
	    err, PB_EACCESS, what_open, N_("it was sealed with another key"), "%s", seal->stem);
}

enum pb_status
pb_index_head(struct pb_unit_seal *seal, uint8_t *data, uint64_t file_len,
    struct pb_index_head *ret_head, struct pb_error *err)
{
	uint8_t *root = data + PB_INDEX_HEAD_LEN;
	enum pb_status status;

	if (memcmp(data, PB_INDEX_MAGIC, 8) != 0)
		return pb_unit_damaged(seal->stem, err);
	seal->first_seq = pb_get_u64(data + 8);
	seal->count = pb_get_u64(data + 16);
	status = check_key(seal, data + 24, err);
	if (status == PB_OK)
		status = pb_unit_unseal(seal, PB_UNIT_ROOT, root, PB_INDEX_ROOT_LEN, err);
	if (status != PB_OK)
		return status;
	ret_head->first_seq = seal->first_seq;
	ret_head->count = seal->count;
	ret_head->table_len = pb_get_u64(root + 8);
	if (pb_get_u64(root) != file_len || file_len > PB_LIMIT_INDEX_FILE ||
	    seal->count > PB_LIMIT_INDEX_ROWS || ret_head->table_len < PB_AEAD_TAG_LEN ||
	    ret_head->table_len > file_len - PB_INDEX_HEAD_LEN - PB_INDEX_ROOT_LEN)
		return pb_unit_damaged(seal->stem, err);
	return PB_OK;
}

/* Octets of the file into buf, which is cleared first. */
static enum pb_status
read_at(
    struct pb_index *index, uint64_t offset, size_t len, struct pb_buf *buf, struct pb_error *err)
{
	enum pb_status status;

	pb_buf_clear(buf);
	if (pb_buf_reserve(buf, len) != PB_OK)
		return pb_fail_memory(err, what_open);
	status =
	    pb_io_pread_exact(index->files, index->fd, index->stem, buf->data, len, offset, err);
	if (status == PB_OK)
		buf->len = len;
	return status;
}

static enum pb_status
read_table(struct pb_index *index, uint64_t file_len, struct pb_error *err)
{
	const size_t begin = PB_INDEX_HEAD_LEN + PB_INDEX_ROOT_LEN;
	struct pb_buf data = PB_BUF_EMPTY, table = PB_BUF_EMPTY;
	struct pb_index_head head;
	enum pb_status status;
	uint64_t end = 0;

	status = read_at(index, 0, begin, &data, err);
	if (status == PB_OK)
		status = pb_index_head(&index->seal, data.data, file_len, &head, err);
	if (status == PB_OK)
		status = read_at(index, begin, (size_t)head.table_len, &data, err);
	if (status == PB_OK)
		status =
		    pb_unit_open(&index->seal, PB_UNIT_TABLE, data.data, data.len, &table, err);
	if (status != PB_OK)
		goto out;
	status = pb_index_table_decode(
	    &index->table, table.data, table.len, head.count, begin + head.table_len, &end);
	if (status == PB_ENOMEM)
		status = pb_fail_memory(err, what_open);
	else if (status != PB_OK || end > file_len)
		status = pb_unit_damaged(index->stem, err);
out:
	pb_buf_done(&data);
	pb_buf_done(&table);
	return status;
}

static enum pb_status
length_of(const struct pb_index *index, uint64_t *ret_len, struct pb_error *err)
{
	struct pb_file_info info;
	int answer = index->files->stat_fd(index->files->ctx, index->fd, &info);

	if (answer < 0)
		return pb_fail_sys(err, answer, what_open, "%s", index->stem);
	if (info.size < PB_INDEX_HEAD_LEN + PB_INDEX_ROOT_LEN)
		return pb_unit_damaged(index->stem, err);
	*ret_len = info.size;
	return PB_OK;
}

enum pb_status
pb_index_open(const struct pb_files *files, int fd, const char *origin, const char *stem,
    struct pb_secret *index_key, struct pb_index **ret_index, struct pb_error *err)
{
	struct pb_index *index = NULL;
	uint64_t file_len = 0;
	enum pb_status status;

	status = pb_unit_key_fits(index_key, err);
	if (status != PB_OK)
		return status;
	index = calloc(1, sizeof(*index));
	if (index == NULL)
		return pb_fail_memory(err, what_open);
	index->files = files;
	index->fd = fd;
	index->origin = strdup(origin);
	index->stem = strdup(stem);
	if (index->origin == NULL || index->stem == NULL) {
		status = pb_fail_memory(err, what_open);
		goto out;
	}
	index->seal =
	    (struct pb_unit_seal){ .origin = index->origin, .stem = index->stem, .key = index_key };
	status = length_of(index, &file_len, err);
	if (status == PB_OK)
		status = read_table(index, file_len, err);
	if (status != PB_OK)
		goto out;
	*ret_index = index;
	index = NULL;
out:
	pb_index_free(index);
	return status;
}

void
pb_index_free(struct pb_index *index)
{
	if (index == NULL)
		return;
	pb_index_table_done(&index->table);
	free(index->origin);
	free(index->stem);
	free(index);
}

void
pb_index_use(struct pb_index *index, int fd)
{
	index->fd = fd;
}

uint64_t
pb_index_first(const struct pb_index *index)
{
	return index->seal.first_seq;
}

uint64_t
pb_index_count(const struct pb_index *index)
{
	return index->seal.count;
}

const struct pb_index_row *
pb_index_row(const struct pb_index *index, uint64_t seq)
{
	if (seq < index->seal.first_seq || seq - index->seal.first_seq >= index->table.rows)
		return NULL;
	return &index->table.row[seq - index->seal.first_seq];
}

static int
compare_first(const struct pb_index *index, size_t shelf, const struct pb_buf *key)
{
	const struct pb_shelf_place *place = &index->table.shelf[shelf];

	return pb_key_compare(
	    index->table.keys.data + place->key, place->key_len, key->data, key->len);
}

/* The last shelf that begins at lo or before: what comes first in the range may stand in it. */
static size_t
first_shelf(const struct pb_index *index, const struct pb_buf *lo)
{
	size_t from = 0, to = index->table.shelves;

	while (to - from > 1) {
		size_t middle = from + (to - from) / 2;

		if (compare_first(index, middle, lo) <= 0)
			from = middle;
		else
			to = middle;
	}
	return from;
}

/* PB_EEND: beyond hi, or `each` has seen enough. */
static enum pb_status
walk_shelf(const struct pb_buf *shelf, const struct pb_buf *lo, const struct pb_buf *hi,
    pb_index_term_fn *each, void *arg)
{
	struct pb_shelf_reader term;
	enum pb_status status = PB_OK;

	pb_shelf_read(&term, shelf->data, shelf->len);
	while (status == PB_OK && pb_shelf_next(&term)) {
		if (pb_key_compare(term.key, term.key_len, lo->data, lo->len) < 0)
			continue;
		if (pb_key_compare(term.key, term.key_len, hi->data, hi->len) >= 0)
			return PB_EEND;
		status = each(arg, &term);
	}
	return status == PB_OK && !pb_shelf_whole(&term) ? PB_ECORRUPT : status;
}

enum pb_status
pb_index_range(struct pb_index *index, const struct pb_buf *lo, const struct pb_buf *hi,
    pb_index_term_fn *each, void *arg, struct pb_error *err)
{
	struct pb_buf data = PB_BUF_EMPTY, shelf = PB_BUF_EMPTY;
	enum pb_status status = PB_OK;
	size_t i;

	for (i = first_shelf(index, lo); i < index->table.shelves && status == PB_OK; i++) {
		if (compare_first(index, i, hi) >= 0)
			break;
		pb_buf_clear(&shelf);
		status = read_at(index, index->table.shelf[i].offset,
		    (size_t)index->table.shelf[i].len, &data, err);
		if (status == PB_OK)
			status = pb_unit_open(
			    &index->seal, PB_UNIT_SHELF + i, data.data, data.len, &shelf, err);
		if (status != PB_OK)
			goto out;
		status = walk_shelf(&shelf, lo, hi, each, arg);
	}
	if (status == PB_EEND)
		status = PB_OK;
	else if (status == PB_ECORRUPT)
		status = pb_unit_damaged(index->stem, err);
	else if (status == PB_ENOMEM)
		status = pb_fail_memory(err, N_("look up words"));
out:
	pb_buf_done(&data);
	pb_buf_done(&shelf);
	return status;
}
