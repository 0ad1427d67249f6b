/* One shelf: terms in order, each with the rows it stands in (FORMAT 6.3). */
#ifndef PB_INDEX_SHELF_H
#define PB_INDEX_SHELF_H

#include "core/buf.h"
#include "core/cursor.h"
#include "index/terms.h"

/* A shelf ends behind the term that makes it this long: what a query reads of a segment. */
#define PB_SHELF_LEN (32 * 1024)

/* The term before, of which the next one states only what differs. */
struct pb_shelf_writer {
	uint8_t key[PB_TERM_KEY_MAX];
	size_t key_len;
};

/* key_len 0 in the writer begins a shelf. */
enum pb_status pb_shelf_put(struct pb_shelf_writer *writer, struct pb_buf *shelf,
    const uint8_t *key, size_t key_len, const uint8_t *rows, size_t rows_len) PB_MUST_CHECK;

struct pb_shelf_reader {
	struct pb_cursor c;
	uint8_t key[PB_TERM_KEY_MAX];
	size_t key_len;
	const uint8_t *rows; /* borrowed */
	size_t rows_len;
};

void pb_shelf_read(struct pb_shelf_reader *reader, const void *shelf, size_t len);

/* The next term; false at the end, and where it is not as it must be (pb_shelf_whole). */
bool pb_shelf_next(struct pb_shelf_reader *reader);
bool pb_shelf_whole(const struct pb_shelf_reader *reader);

/* As memcmp and length say. */
int pb_key_compare(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len);

/*
 * The rows of a term, one after the other.  PB_EEND after the last; PB_ECORRUPT for what is no row
 * below `count`, or not above the one before.
 */
struct pb_postings_reader {
	struct pb_cursor c;
	uint32_t row;
	uint64_t count;
};
void pb_postings_read(
    struct pb_postings_reader *reader, const uint8_t *rows, size_t len, uint64_t count);
enum pb_status pb_postings_next(struct pb_postings_reader *reader, uint32_t *ret_row) PB_MUST_CHECK;

#endif
