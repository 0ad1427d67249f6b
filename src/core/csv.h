/*
 * Lists as spreadsheets write them (CSV, RFC 4180): UTF-8 with or without a byte order mark; `;`,
 * `,` or tabs between fields; lines that end with CR LF or LF.  Read strictly: where two readers
 * might understand two things, neither shall.
 */
#ifndef PB_CORE_CSV_H
#define PB_CORE_CSV_H

#include "core/buf.h"
#include "core/limits.h"

struct pb_csv {
	const uint8_t *data; /* borrowed */
	size_t len, at;
	uint8_t separator;
	unsigned line;  /* where the row at hand begins, from 1 */
	unsigned lines; /* begun so far */
	size_t columns; /* of the first row, and so of all; 0: none was read */
	size_t count;   /* fields of the row at hand */
	const char *field[PB_LIMIT_CSV_FIELDS]; /* borrowed until the next one */
	size_t start[PB_LIMIT_CSV_FIELDS];
	struct pb_buf text;
};

/* What separates fields is what stands first in the first line.  PB_EDATA: it is no UTF-8. */
enum pb_status pb_csv_begin(
    struct pb_csv *csv, const void *data, size_t len, struct pb_error *err) PB_MUST_CHECK;
/*
 * The next row in which anything stands, as texts without controls but LF; PB_EEND.  PB_EDATA: it
 * is not as RFC 4180 says, or has another number of fields than the first; err->object says where
 * ("line 7, field 2").
 */
enum pb_status pb_csv_next(struct pb_csv *csv, struct pb_error *err) PB_MUST_CHECK;
void pb_csv_done(struct pb_csv *csv);

/*
 * One more field of a line, behind a comma unless the line is empty.  A spreadsheet would take what
 * begins like a formula for one: an apostrophe stands before that.
 */
enum pb_status pb_csv_put(struct pb_buf *line, const char *text) PB_MUST_CHECK;

#endif
