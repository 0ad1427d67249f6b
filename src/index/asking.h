/* A query while it is parsed: what query.c, query_words.c and query_filter.c share. */
#ifndef PB_INDEX_ASKING_H
#define PB_INDEX_ASKING_H

#include "index/asked.h"

/* A term's field: enum pb_index_field, 0 for any; or one of these, which filter. */
enum pb_asked_field {
	PB_ASKED_DATE = PB_INDEX_FIELDS,
	PB_ASKED_TYPE,
	PB_ASKED_DIRECTION,
	PB_ASKED_SOURCE
};

/* The terms of a text, from left to right. */
struct pb_asking {
	const char *text;
	const char *at;
	struct pb_query *query;
	struct pb_fold *fold;
	struct pb_error *err;
	bool
	    words; /* the term before asks for words that stand there: others may be alternatives */
	bool alternative; /* OR stands before the next one */
};

/* One term as it is written: [-][field:]value, the value without its quotes. */
struct pb_written {
	const char *begin; /* of the term */
	bool negated, quoted;
	uint8_t field;
	const char *value;
	size_t len;
};

/* PB_EINVAL, with the place in the text. */
enum pb_status pb_asking_wrong(const struct pb_asking *p, const char *at, const char *why);

/* A term that asks for words. */
enum pb_status pb_asking_add_words(
    struct pb_asking *p, const struct pb_written *term) PB_MUST_CHECK;
void pb_asked_free(struct pb_asked *asked); /* NULL is fine */

/* A term that filters. */
enum pb_status pb_asking_add_filter(
    struct pb_asking *p, const struct pb_written *term) PB_MUST_CHECK;

/* ---- names (query_names.c) ------------------------------------------------------------------ */

enum pb_asked_kind { PB_ASKED_A_FIELD, PB_ASKED_A_TYPE, PB_ASKED_A_DIRECTION, PB_ASKED_A_SOURCE };

/* What a name stands for; -1: nothing of this kind.  PB_ENOMEM. */
enum pb_status pb_asked_name(struct pb_fold *fold, enum pb_asked_kind kind, const char *text,
    size_t len, int *ret_number) PB_MUST_CHECK;

#endif
