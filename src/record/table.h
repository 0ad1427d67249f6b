/* The table behind the parts of a record: n x (u8 kind || u64 length) || u8 n (FORMAT 3.4). */
#ifndef PB_RECORD_TABLE_H
#define PB_RECORD_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/limits.h"

#define PB_TABLE_ROW 9                                   /* bytes */
#define PB_TABLE_MAX (PB_LIMIT_PARTS * PB_TABLE_ROW + 1) /* bytes */

struct pb_table {
	uint8_t count;
	uint8_t kind[PB_LIMIT_PARTS];
	uint64_t len[PB_LIMIT_PARTS]; /* bytes */
};

/* Bytes that a table of count rows takes. */
size_t pb_table_len(unsigned count);

/* Answers the bytes written. */
size_t pb_table_encode(const struct pb_table *table, uint8_t out[PB_TABLE_MAX]);

/*
 * The table of a record of total bytes, from its end: the last
 * min(total, PB_TABLE_MAX) bytes or more.  False, ret_table in no defined
 * state, unless its rows account for every byte and there is at least one.
 */
bool pb_table_decode(const uint8_t *end, size_t len, uint64_t total, struct pb_table *ret_table);

/*
 * The message among the parts, which stand one behind the other at `parts`: its first octet, and
 * how many there are.  NULL: its parts do not stand beside each other, as they do as a rule
 * (FORMAT 1).
 */
const uint8_t *pb_table_message(
    const struct pb_table *table, const uint8_t *parts, size_t *ret_len);

#endif
