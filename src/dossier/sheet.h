/*
 * The recovery sheet: what is kept on paper, in a safe, until somebody has lost everything
 * else.  In French and in English on one page of A4, as text and as HTML to be printed.
 */
#ifndef PB_DOSSIER_SHEET_H
#define PB_DOSSIER_SHEET_H

#include <stdint.h>

#include "core/buf.h"

struct pb_sheet_reader {
	const char *id;
	const char *role;
};

/* Borrowed, all of it. */
struct pb_sheet {
	const char *origin;
	const char *verifier_key; /* of the log */
	const char *reader_id;    /* whose key it is */
	const struct pb_sheet_reader *reader;
	size_t reader_count;
	const char *lines; /* as they are typed, each ended by LF */
	int64_t made_s;
};

/* Appended.  PB_ENOMEM. */
enum pb_status pb_sheet_text(const struct pb_sheet *sheet, struct pb_buf *text) PB_MUST_CHECK;
enum pb_status pb_sheet_html(const struct pb_sheet *sheet, struct pb_buf *html) PB_MUST_CHECK;

#endif
