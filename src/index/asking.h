/* A query while it is parsed: what query.c, query_words.c and query_filter.c share. */
#ifndef PB_INDEX_ASKING_H
#define PB_INDEX_ASKING_H

#include "index/asked.h"

/* The terms of a text, from left to right. */
struct pb_asking {
	const char *text;
	const char *at;
	struct pb_query *query;
	struct pb_fold *fold;
	struct pb_error *err;
};

/* One term as it is written: [-][field:]value, the value without its quotes. */
struct pb_written {
	const char *begin; /* of the term */
	bool negated, quoted;
	const char *field;
	size_t field_len;
	const char *value;
	size_t len;
};

/* PB_EINVAL, with the place in the text. */
enum pb_status pb_asking_wrong(const struct pb_asking *p, const char *at, const char *why);

bool pb_written_field_is(const struct pb_written *term, const char *name);

/* A term that asks for words in a field; 0: any. */
enum pb_status pb_asking_add_words(
    struct pb_asking *p, const struct pb_written *term, uint8_t field) PB_MUST_CHECK;
void pb_asked_free(struct pb_asked *asked); /* NULL is fine */

/* A term that filters, if it is one. */
enum pb_status pb_asking_add_filter(
    struct pb_asking *p, const struct pb_written *term, bool *ret_filter) PB_MUST_CHECK;

#endif
