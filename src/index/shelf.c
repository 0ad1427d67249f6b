#include "index/shelf.h"

#include <string.h>

#include "index/varint.h"

int
pb_key_compare(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	if (order != 0)
		return order;
	return a_len < b_len ? -1 : a_len > b_len;
}

static size_t
shared(const struct pb_shelf_writer *writer, const uint8_t *key, size_t key_len)
{
	size_t len = 0;

	while (len < writer->key_len && len < key_len && writer->key[len] == key[len])
		len++;
	return len;
}

enum pb_status
pb_shelf_put(struct pb_shelf_writer *writer, struct pb_buf *shelf, const uint8_t *key,
    size_t key_len, const uint8_t *rows, size_t rows_len)
{
	uint8_t number[PB_VARINT_MAX];
	size_t same = shared(writer, key, key_len);

	if (pb_buf_reserve(shelf, 2 + key_len - same + PB_VARINT_MAX + rows_len) != PB_OK)
		return PB_ENOMEM;
	if (pb_buf_append_u8(shelf, (uint8_t)same) != PB_OK ||
	    pb_buf_append_u8(shelf, (uint8_t)(key_len - same)) != PB_OK ||
	    pb_buf_append(shelf, key + same, key_len - same) != PB_OK ||
	    pb_buf_append(shelf, number, pb_varint_put(number, rows_len)) != PB_OK ||
	    pb_buf_append(shelf, rows, rows_len) != PB_OK)
		return PB_ENOMEM;
	memcpy(writer->key, key, key_len);
	writer->key_len = key_len;
	return PB_OK;
}

void
pb_shelf_read(struct pb_shelf_reader *reader, const void *shelf, size_t len)
{
	pb_cursor_init(&reader->c, shelf, len);
	reader->key_len = 0;
}

bool
pb_shelf_next(struct pb_shelf_reader *reader)
{
	struct pb_cursor *c = &reader->c;
	const uint8_t *rest;
	size_t same, len;

	if (pb_cursor_left(c) == 0)
		return false;
	same = pb_cursor_u8(c);
	len = pb_cursor_u8(c);
	rest = pb_cursor_bytes(c, len);
	/* In ascending order: the first octet that differs is larger, or there was none. */
	if (rest == NULL || len < 1 || same > reader->key_len || same + len > sizeof(reader->key) ||
	    (same < reader->key_len && rest[0] <= reader->key[same])) {
		pb_cursor_fail(c);
		return false;
	}
	memcpy(reader->key + same, rest, len);
	reader->key_len = same + len;
	reader->rows_len = (size_t)pb_varint_get(c);
	reader->rows = pb_cursor_bytes(c, reader->rows_len);
	return reader->rows != NULL;
}

bool
pb_shelf_whole(const struct pb_shelf_reader *reader)
{
	return pb_cursor_finished(&reader->c);
}

void
pb_postings_read(struct pb_postings_reader *reader, const uint8_t *rows, size_t len, uint64_t count)
{
	pb_cursor_init(&reader->c, rows, len);
	reader->row = UINT32_MAX; /* -1 */
	reader->count = count;
}

enum pb_status
pb_postings_next(struct pb_postings_reader *reader, uint32_t *ret_row)
{
	uint64_t step, row;

	if (reader->c.at == reader->c.end && !reader->c.failed)
		return PB_EEND;
	if (!reader->c.failed && reader->c.at[0] < 0x80)
		step = *reader->c.at++; /* nearly all of them */
	else
		step = pb_varint_get(&reader->c);
	row = (uint64_t)(uint32_t)(reader->row + 1) + step - 1;
	if (reader->c.failed || step == 0 || step > UINT32_MAX || row >= reader->count)
		return PB_ECORRUPT;
	*ret_row = reader->row = (uint32_t)row;
	return PB_OK;
}
