/* A query over the index of one segment. */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "index/asked.h"
#include "index/index.h"

/* Rows as bits, 64 in a word. */
typedef uint64_t bits;

struct running {
	const struct pb_query *query;
	struct pb_index *index;
	uint64_t rows;
	size_t words; /* of a set of rows */
	bits *match;
	bits *unsure;
	bits *found;                 /* the rows of one term */
	bits *any;                   /* those of it and its alternatives */
	bits *of[PB_INDEX_FIELDS];   /* of a phrase: those with every word so far in that field */
	bits *word[PB_INDEX_FIELDS]; /* and those with this one */
	bits *room;
	struct pb_error *err;
};

#define SETS (4 + 2 * PB_INDEX_FIELDS)

static enum pb_status
start(struct running *r)
{
	r->rows = pb_index_count(r->index);
	r->words = (size_t)(r->rows / 64 + 1);
	r->room = calloc(SETS * r->words, sizeof(bits));
	if (r->room == NULL)
		return pb_fail_memory(r->err, N_("look up words"));
	r->match = r->room;
	r->unsure = r->room + r->words;
	r->found = r->room + 2 * r->words;
	r->any = r->room + 3 * r->words;
	for (size_t f = 0; f < PB_INDEX_FIELDS; f++) {
		r->of[f] = r->room + (4 + f) * r->words;
		r->word[f] = r->room + (4 + PB_INDEX_FIELDS + f) * r->words;
	}
	return PB_OK;
}

/* Where rows go: one set for all fields, or one for each. */
struct gathering {
	uint64_t rows;
	uint8_t field;
	bits *all;
	bits *const *each;
};

/* Keys of a range are of all fields, since the field stands last in them. */
static enum pb_status
gather(void *arg, const struct pb_shelf_reader *term)
{
	const struct gathering *g = arg;
	uint8_t field = term->key[term->key_len - 1];
	struct pb_postings_reader rows;
	enum pb_status status;
	uint32_t row;
	bits *to;

	if (field == 0 || field >= PB_INDEX_FIELDS)
		return PB_ECORRUPT;
	if (g->field != 0 && g->field != field)
		return PB_OK;
	to = g->all != NULL ? g->all : g->each[field];
	pb_postings_read(&rows, term->rows, term->rows_len, g->rows);
	while ((status = pb_postings_next(&rows, &row)) == PB_OK)
		to[row / 64] |= (bits)1 << (row % 64);
	return status == PB_EEND ? PB_OK : status;
}

/*
 * The keys of a word end in an octet below those of any letter, so they stand before all longer
 * words; no UTF-8 has the octet ff.
 */
static enum pb_status
look_up(struct running *r, const struct pb_asked_word *word, bool prefix, struct gathering *g)
{
	struct pb_buf lo = PB_BUF_EMPTY, hi = PB_BUF_EMPTY;
	enum pb_status status;

	if (pb_buf_append(&lo, word->text, word->len) != PB_OK ||
	    pb_buf_append(&hi, word->text, word->len) != PB_OK ||
	    pb_buf_append_u8(&hi, prefix ? 0xff : PB_INDEX_FIELDS) != PB_OK ||
	    (!prefix && pb_buf_append_u8(&lo, 0) != PB_OK))
		status = pb_fail_memory(r->err, N_("look up words"));
	else
		status = pb_index_range(r->index, &lo, &hi, gather, g, r->err);
	pb_buf_done(&lo);
	pb_buf_done(&hi);
	return status;
}

/* The rows that have all the words of a phrase in one field, into found. */
static enum pb_status
find_phrase(struct running *r, const struct pb_asked *asked)
{
	struct gathering g = { .rows = r->rows, .field = asked->field, .each = r->word };
	size_t len = PB_INDEX_FIELDS * r->words;
	enum pb_status status = PB_OK;

	memset(r->of[0], 0xff, len * sizeof(bits));
	for (size_t i = 0; i < asked->count && status == PB_OK; i++) {
		memset(r->word[0], 0, len * sizeof(bits));
		status = look_up(r, &asked->word[i], asked->prefix && i + 1 == asked->count, &g);
		for (size_t j = 0; j < len; j++)
			r->of[0][j] &= r->word[0][j];
	}
	for (size_t f = 1; f < PB_INDEX_FIELDS; f++)
		for (size_t j = 0; j < r->words; j++)
			r->found[j] |= r->of[f][j];
	return status;
}

/* The rows of one term, added to `any`. */
static enum pb_status
find_term(struct running *r, const struct pb_asked *asked)
{
	struct gathering g = { .rows = r->rows, .field = asked->field, .all = r->found };
	bool sure = asked->count == 1;
	enum pb_status status;

	memset(r->found, 0, r->words * sizeof(bits));
	if (sure)
		status = look_up(r, &asked->word[0], asked->prefix, &g);
	else
		status = find_phrase(r, asked);
	for (size_t i = 0; i < r->words; i++) {
		r->any[i] |= r->found[i];
		if (!sure)
			r->unsure[i] |= r->found[i];
	}
	return status;
}

/* Narrow the match by a term and its alternatives; ret_left: something is left of it. */
static enum pb_status
narrow(struct running *r, size_t *at, bool *ret_left)
{
	const struct pb_query *query = r->query;
	const struct pb_asked *first = query->term[*at];
	enum pb_status status;
	bits left = 0;

	memset(r->any, 0, r->words * sizeof(bits));
	do
		status = find_term(r, query->term[(*at)++]);
	while (status == PB_OK && *at < query->count && query->term[*at]->alternative);
	for (size_t i = 0; i < r->words; i++) {
		if (!first->negated)
			r->match[i] &= r->any[i];
		else if (first->count == 1)
			r->match[i] &= ~r->any[i];
		left |= r->match[i];
	}
	*ret_left = left != 0;
	return status;
}

static bool
has_negated(const struct pb_query *query)
{
	for (size_t i = 0; i < query->count; i++)
		if (query->term[i]->negated)
			return true;
	return false;
}

/* The rows that the filters admit.  A word that is missing from a row may have been left out there.
 */
static void
admit(struct running *r)
{
	bool negated = has_negated(r->query);

	for (uint64_t i = 0; i < r->rows; i++) {
		const struct pb_index_row *row = &r->index->table.row[i];

		if (r->query->count > 0 && row->state != PB_INDEX_STATE_MADE)
			continue;
		if (!pb_query_admits(r->query, row))
			continue;
		r->match[i / 64] |= (bits)1 << (i % 64);
		if (negated && row->cut)
			r->unsure[i / 64] |= (bits)1 << (i % 64);
	}
}

static enum pb_status
give(const struct running *r, struct pb_buf *matches)
{
	size_t before = matches->len;

	for (uint64_t i = 0; i < r->rows; i++) {
		const struct pb_index_row *row = &r->index->table.row[i];
		struct pb_match match;

		if (r->match[i / 64] == 0) {
			i |= 63; /* none of these */
			continue;
		}
		if ((r->match[i / 64] >> (i % 64) & 1) == 0)
			continue;
		memset(&match, 0, sizeof(match));
		match.seq = pb_index_first(r->index) + i;
		match.date_s = row->has_date ? row->date_s : (int64_t)row->time_s;
		match.size = row->size;
		match.unsure = (r->unsure[i / 64] >> (i % 64) & 1) != 0;
		if (pb_buf_append(matches, &match, sizeof(match)) != PB_OK) {
			matches->len = before;
			return pb_fail_memory(r->err, N_("look up words"));
		}
	}
	return PB_OK;
}

enum pb_status
pb_query_run(const struct pb_query *query, struct pb_index *index, struct pb_buf *matches,
    struct pb_error *err)
{
	struct running r = { .query = query, .index = index, .err = err };
	enum pb_status status = start(&r);
	bool left = true;

	if (status != PB_OK)
		return status;
	admit(&r);
	for (size_t i = 0; i < query->count && status == PB_OK && left;)
		status = narrow(&r, &i, &left);
	if (status == PB_OK && left)
		status = give(&r, matches);
	free(r.room);
	return status;
}
