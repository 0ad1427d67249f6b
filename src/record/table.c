#include "record/table.h"

#include "core/buf.h"
#include "core/cursor.h"
#include "record/types.h"

size_t
pb_table_len(unsigned count)
{
	return (size_t)count * PB_TABLE_ROW + 1;
}

size_t
pb_table_encode(const struct pb_table *table, uint8_t out[PB_TABLE_MAX])
{
	uint8_t *p = out;

	for (uint8_t i = 0; i < table->count; i++) {
		*p = table->kind[i];
		pb_put_u64(p + 1, table->len[i]);
		p += PB_TABLE_ROW;
	}
	*p++ = table->count;
	return (size_t)(p - out);
}

bool
pb_table_decode(const uint8_t *end, size_t len, uint64_t total, struct pb_table *ret_table)
{
	struct pb_cursor c;
	uint64_t left;
	size_t table_len;

	if (len == 0 || end[len - 1] == 0)
		return false;
	ret_table->count = end[len - 1];
	table_len = pb_table_len(ret_table->count);
	if (table_len > len)
		return false;
	left = total - table_len;
	pb_cursor_init(&c, end + len - table_len, table_len - 1);
	for (uint8_t i = 0; i < ret_table->count; i++) {
		ret_table->kind[i] = pb_cursor_u8(&c);
		ret_table->len[i] = pb_cursor_u64(&c);
		if (ret_table->len[i] > left)
			return false;
		left -= ret_table->len[i];
	}
	return left == 0;
}

const uint8_t *
pb_table_message(const struct pb_table *table, const uint8_t *parts, size_t *ret_len)
{
	size_t len = 0;
	unsigned i = 0;

	while (i < table->count && !pb_part_kind_message(table->kind[i]))
		parts += table->len[i++];
	while (i < table->count && pb_part_kind_message(table->kind[i]))
		len += (size_t)table->len[i++];
	while (i < table->count && !pb_part_kind_message(table->kind[i]))
		i++;
	if (i < table->count)
		return NULL;
	*ret_len = len;
	return parts;
}
