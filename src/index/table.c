#include "index/table.h"

#include <stdlib.h>
#include <string.h>

#include "core/limits.h"
#include "index/varint.h"

#define HAS_DATE 0x01
#define CUT 0x02
#define BODYLESS 0x04

void
pb_index_table_done(struct pb_index_table *table)
{
	free(table->row);
	free(table->shelf);
	pb_buf_done(&table->keys);
	*table = PB_INDEX_TABLE_EMPTY;
}

/* Room doubles when the number reaches a power of two. */
enum pb_status
pb_index_table_add_shelf(
    struct pb_index_table *table, const uint8_t *key, size_t key_len, uint64_t len)
{
	struct pb_shelf_place *shelf = table->shelf;

	if ((table->shelves & (table->shelves - 1)) == 0) {
		shelf =
		    realloc(shelf, (table->shelves == 0 ? 1 : 2 * table->shelves) * sizeof(*shelf));
		if (shelf == NULL)
			return PB_ENOMEM;
		table->shelf = shelf;
	}
	shelf[table->shelves] = (struct pb_shelf_place){
		.len = len, .key = (uint32_t)table->keys.len, .key_len = (uint8_t)key_len
	};
	if (pb_buf_append(&table->keys, key, key_len) != PB_OK)
		return PB_ENOMEM;
	table->shelves++;
	return PB_OK;
}

/* One octet of each row, then the next: columns of equal octets pack to nothing. */
static void
put_octets(struct pb_buf *out, const struct pb_index_row *row, uint64_t rows)
{
	uint8_t *at = out->data + out->len;

	for (uint64_t i = 0; i < rows; i++) {
		at[i] = row[i].type;
		at[rows + i] = row[i].state;
		at[2 * rows + i] = row[i].direction;
		at[3 * rows + i] = row[i].source;
		at[4 * rows + i] = (row[i].has_date ? HAS_DATE : 0) | (row[i].cut ? CUT : 0) |
				   (row[i].bodyless ? BODYLESS : 0);
	}
	out->len += 5 * rows;
}

static void
put_number(struct pb_buf *out, uint64_t value)
{
	out->len += pb_varint_put(out->data + out->len, value);
}

/* Differences of times wrap in 64 bits, both ways alike. */
static void
put_numbers(struct pb_buf *out, const struct pb_index_row *row, uint64_t rows)
{
	uint64_t before = 0;

	for (uint64_t i = 0; i < rows; i++) {
		put_number(out, pb_zigzag((int64_t)(row[i].time_s - before)));
		before = row[i].time_s;
	}
	for (uint64_t i = 0; i < rows; i++)
		if (row[i].has_date)
			put_number(
			    out, pb_zigzag((int64_t)(row[i].time_s - (uint64_t)row[i].date_s)));
	for (uint64_t i = 0; i < rows; i++)
		put_number(out, row[i].size);
}

enum pb_status
pb_index_table_encode(const struct pb_index_table *table, const struct pb_index_row *row,
    uint64_t rows, struct pb_buf *out)
{
	if (pb_buf_reserve(out, rows * (5 + 3 * PB_VARINT_MAX) + PB_VARINT_MAX) != PB_OK)
		return PB_ENOMEM;
	put_octets(out, row, rows);
	put_numbers(out, row, rows);
	put_number(out, table->shelves);
	for (size_t i = 0; i < table->shelves; i++) {
		const struct pb_shelf_place *shelf = &table->shelf[i];

		if (pb_varint_append(out, shelf->len) != PB_OK ||
		    pb_buf_append_u8(out, shelf->key_len) != PB_OK ||
		    pb_buf_append(out, table->keys.data + shelf->key, shelf->key_len) != PB_OK)
			return PB_ENOMEM;
	}
	return PB_OK;
}

static void
get_rows(struct pb_cursor *c, struct pb_index_row *row, uint64_t rows)
{
	const uint8_t *at = pb_cursor_bytes(c, 5 * rows);
	uint64_t before = 0;

	if (at == NULL)
		return;
	for (uint64_t i = 0; i < rows; i++) {
		row[i].type = at[i];
		row[i].state = at[rows + i];
		row[i].direction = at[2 * rows + i];
		row[i].source = at[3 * rows + i];
		row[i].has_date = (at[4 * rows + i] & HAS_DATE) != 0;
		row[i].cut = (at[4 * rows + i] & CUT) != 0;
		row[i].bodyless = (at[4 * rows + i] & BODYLESS) != 0;
		if (at[4 * rows + i] > (HAS_DATE | CUT | BODYLESS))
			pb_cursor_fail(c);
	}
	for (uint64_t i = 0; i < rows; i++)
		before = row[i].time_s = before + (uint64_t)pb_unzigzag(pb_varint_get(c));
	for (uint64_t i = 0; i < rows; i++)
		if (row[i].has_date)
			row[i].date_s =
			    (int64_t)(row[i].time_s - (uint64_t)pb_unzigzag(pb_varint_get(c)));
	for (uint64_t i = 0; i < rows; i++)
		row[i].size = pb_varint_get(c);
}

static enum pb_status
get_shelves(struct pb_cursor *c, struct pb_index_table *table, uint64_t offset, uint64_t *ret_end)
{
	uint64_t count = pb_varint_get(c);

	for (uint64_t i = 0; i < count && !c->failed; i++) {
		uint64_t len = pb_varint_get(c);
		uint8_t key_len = pb_cursor_u8(c);
		const uint8_t *key = pb_cursor_bytes(c, key_len);

		if (key == NULL || key_len == 0 || len > PB_LIMIT_INDEX_FILE - offset)
			return PB_ECORRUPT;
		if (pb_index_table_add_shelf(table, key, key_len, len) != PB_OK)
			return PB_ENOMEM;
		table->shelf[i].offset = offset;
		offset += len;
	}
	*ret_end = offset;
	return PB_OK;
}

enum pb_status
pb_index_table_decode(struct pb_index_table *table, const void *data, size_t len, uint64_t rows,
    uint64_t offset, uint64_t *ret_end)
{
	enum pb_status status;
	struct pb_cursor c;

	*table = PB_INDEX_TABLE_EMPTY;
	if (rows > PB_LIMIT_INDEX_ROWS || rows > len || offset > PB_LIMIT_INDEX_FILE)
		return PB_ECORRUPT;
	table->row = calloc(rows + 1, sizeof(*table->row));
	if (table->row == NULL)
		return PB_ENOMEM;
	table->rows = rows;
	pb_cursor_init(&c, data, len);
	get_rows(&c, table->row, rows);
	status = get_shelves(&c, table, offset, ret_end);
	if (status == PB_OK && !pb_cursor_finished(&c))
		status = PB_ECORRUPT;
	if (status != PB_OK)
		pb_index_table_done(table);
	return status;
}
