/* The table of an index: its rows by columns, and the shelves with the key each begins with. */
#ifndef PB_INDEX_TABLE_H
#define PB_INDEX_TABLE_H

#include "core/buf.h"
#include "index/shelves.h"
#include "index/terms.h"

struct pb_shelf_place {
	uint64_t offset; /* in the file */
	uint64_t len;    /* as sealed */
	uint32_t key;    /* where its first key stands in keys */
	uint8_t key_len;
};

struct pb_index_table {
	struct pb_index_row *row;
	uint64_t rows;
	struct pb_shelf_place *shelf;
	size_t shelves;
	struct pb_buf keys;
};

#define PB_INDEX_TABLE_EMPTY ((struct pb_index_table){ 0 })
void pb_index_table_done(struct pb_index_table *table);

/* One more shelf of `len` octets as sealed. */
enum pb_status pb_index_table_add_shelf(
    struct pb_index_table *table, const uint8_t *key, size_t key_len, uint64_t len) PB_MUST_CHECK;

/* Append the octets of it (FORMAT 6.3). */
enum pb_status pb_index_table_encode(const struct pb_index_table *table,
    const struct pb_index_row *row, uint64_t rows, struct pb_buf *out) PB_MUST_CHECK;

/* `rows` of them.  offset: where the first shelf stands; *ret_end: where the last ends.
 * PB_ECORRUPT, PB_ENOMEM; the table is empty then. */
enum pb_status pb_index_table_decode(struct pb_index_table *table, const void *data, size_t len,
    uint64_t rows, uint64_t offset, uint64_t *ret_end) PB_MUST_CHECK;

#endif
