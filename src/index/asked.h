/* A parsed query, as the files of this room see it. */
#ifndef PB_INDEX_ASKED_H
#define PB_INDEX_ASKED_H

#include "core/limits.h"
#include "index/query.h"
#include "index/words.h"

/* One word of a term, folded, NUL-terminated. */
struct pb_asked_word {
	char *text;
	size_t len;
};

/* Words one behind the other in a field; one word mostly. */
struct pb_asked {
	bool negated;
	bool alternative; /* to the term before: one of the two is enough */
	bool prefix;      /* the last word is only the beginning of one */
	bool whole;       /* the one word is an address or an identifier, whole */
	uint8_t field;    /* enum pb_index_field; 0: any */
	size_t count;
	struct pb_asked_word word[PB_LIMIT_QUERY_WORDS];
};

struct pb_query {
	struct pb_asked **term; /* one behind the other those that are alternatives */
	size_t count;
	uint32_t types;      /* bit t: records of that type; 0: messages */
	uint32_t directions; /* bit d; 0: any */
	uint32_t sources;    /* bit s; 0: any */
	bool has_from, has_to;
	int64_t from_s, to_s; /* both belong to it */
	char *text;           /* canonical */
};

/* The name of a field as it is typed; "" for any. */
const char *pb_asked_field_name(uint8_t field);

/* Write query->text.  Duplicates among the terms are taken out. */
enum pb_status pb_query_make_text(struct pb_query *query, struct pb_error *err) PB_MUST_CHECK;

/* ---- dates (days.c) ------------------------------------------------------------------------- */

/* "2026", "2026-05" or "2026-05-06" as its first and last second, UTC; years 1000 to 9999. */
bool pb_days_parse(const char *text, size_t len, int64_t *ret_first_s, int64_t *ret_last_s);

#endif
