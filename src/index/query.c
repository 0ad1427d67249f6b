/* A query parsed (query.h). */
#include "index/query.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "index/asking.h"
#include "record/types.h"

static const char what[] = N_("understand the query");

static const char *const field_names[PB_INDEX_FIELDS] = { "", "body", "from", "to", "subject",
	"msgid", "attachment" };

const char *
pb_asked_field_name(uint8_t field)
{
	return field_names[field];
}

enum pb_status
pb_asking_wrong(const struct pb_asking *p, const char *at, const char *why)
{
	return pb_fail(p->err, PB_EINVAL, what, why, "%zu: %s", (size_t)(at - p->text) + 1, at);
}

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Blanks behind a field's name, also those that do not break a line: French has one there. */
static size_t
blanks(const char *text)
{
	static const char *const wide[] = { "\xc2\xa0", "\xe2\x80\xaf" };
	const char *at = text;

	for (;;) {
		if (is_blank(*at))
			at++;
		else if (strncmp(at, wide[0], strlen(wide[0])) == 0)
			at += strlen(wide[0]);
		else if (strncmp(at, wide[1], strlen(wide[1])) == 0)
			at += strlen(wide[1]);
		else
			return (size_t)(at - text);
	}
}

/* Letters of ASCII, and whatever is beyond it but a blank. */
static size_t
letters(const char *text)
{
	size_t len = 0;

	while (((text[len] & 0x80) != 0 && blanks(text + len) == 0) ||
	       (text[len] >= 'a' && text[len] <= 'z') || (text[len] >= 'A' && text[len] <= 'Z'))
		len++;
	return len;
}

/*
 * "from" of from:dupont; a colon behind anything but letters belongs to the value.  A blank in
 * front of the colon makes it no field unless it is the name of one.
 */
static enum pb_status
take_field(struct pb_asking *p, struct pb_written *term, const char **at)
{
	size_t len = letters(*at), gap = len > 0 ? blanks(*at + len) : 0;
	enum pb_status status;
	int field;

	if (len == 0 || (*at)[len + gap] != ':')
		return PB_OK;
	status = pb_asked_name(p->fold, PB_ASKED_A_FIELD, *at, len, &field);
	if (status != PB_OK)
		return pb_fail_memory(p->err, what);
	if (field < 0 && gap > 0)
		return PB_OK;
	if (field < 0)
		return pb_asking_wrong(p, term->begin,
		    N_("there is no such field; fields are body, from, to, subject, msgid, "
		       "attachment, date, type, direction and source, and what has a colon stands "
		       "in quotes"));
	term->field = (uint8_t)field;
	*at += len + gap + 1;
	*at += blanks(*at);
	return PB_OK;
}

/* The next term; PB_EEND if there is none. */
static enum pb_status
next_term(struct pb_asking *p, struct pb_written *term)
{
	const char *at = p->at;
	enum pb_status status;

	if (*at == '\0')
		return PB_EEND;
	*term = (struct pb_written){ .begin = at };
	if (*at == '-') {
		term->negated = true;
		at++;
	}
	status = take_field(p, term, &at);
	if (status != PB_OK)
		return status;
	term->quoted = *at == '"';
	term->value = at + term->quoted;
	at = term->value;
	while (*at != '\0' && (term->quoted ? *at != '"' : !is_blank(*at)))
		at++;
	term->len = (size_t)(at - term->value);
	if (term->quoted && *at++ == '\0')
		return pb_asking_wrong(
		    p, term->begin, N_("a quotation mark has no other to end it"));
	if (term->quoted && *at != '\0' && !is_blank(*at))
		return pb_asking_wrong(p, at, N_("a blank is missing behind a quotation mark"));
	p->at = at;
	return PB_OK;
}

static const char between[] =
    N_("OR stands between two terms of words that are to stand there; of types, directions and "
       "sources one term names several: type:1,15");

/* Filters hold for all alternatives, so they are none themselves; nor is what must not stand. */
static enum pb_status
add_term(struct pb_asking *p, const struct pb_written *term)
{
	bool words = term->field < PB_INDEX_FIELDS && !term->negated;
	enum pb_status status;

	if (p->alternative && !words)
		return pb_asking_wrong(p, term->begin, between);
	status = term->field < PB_INDEX_FIELDS ? pb_asking_add_words(p, term)
					       : pb_asking_add_filter(p, term);
	p->words = words;
	p->alternative = false;
	return status;
}

/* OR, or the French OU, in capitals and without quotes: an operator. */
static enum pb_status
take_or(struct pb_asking *p, bool *ret_or)
{
	const char *at = p->at;

	*ret_or = (strncmp(at, "OR", 2) == 0 || strncmp(at, "OU", 2) == 0) &&
		  (at[2] == '\0' || is_blank(at[2]));
	if (!*ret_or)
		return PB_OK;
	if (!p->words || p->alternative || at[2 + blanks(at + 2)] == '\0')
		return pb_asking_wrong(p, at, between);
	p->alternative = true;
	p->at += 2;
	return PB_OK;
}

static enum pb_status
parse(struct pb_asking *p)
{
	struct pb_written term;
	enum pb_status status = PB_OK;
	size_t terms = 0;
	bool or ;

	if (strlen(p->text) > PB_LIMIT_QUERY)
		return pb_fail(p->err, PB_EINVAL, what, N_("it is too long"), "%.64s...", p->text);
	while (status == PB_OK) {
		while (is_blank(*p->at))
			p->at++;
		status = take_or(p, & or);
		if (status != PB_OK || or)
			continue;
		status = next_term(p, &term);
		if (status == PB_OK)
			status = add_term(p, &term);
		terms += status == PB_OK;
	}
	if (status != PB_EEND)
		return status;
	if (terms == 0)
		return pb_fail(
		    p->err, PB_EINVAL, what, N_("there is nothing to look for"), "%s", p->text);
	return PB_OK;
}

enum pb_status
pb_query_parse(const char *text, struct pb_query **ret_query, struct pb_error *err)
{
	struct pb_asking p = { .text = text, .at = text, .err = err };
	enum pb_status status;

	p.query = calloc(1, sizeof(*p.query));
	if (p.query != NULL)
		p.query->term = calloc(PB_LIMIT_QUERY_TERMS, sizeof(struct pb_asked *));
	if (p.query == NULL || p.query->term == NULL) {
		status = pb_fail_memory(err, what);
		goto out;
	}
	status = pb_fold_new(&p.fold, err);
	if (status == PB_OK)
		status = parse(&p);
	if (status == PB_OK)
		status = pb_query_make_text(p.query, err);
	if (status != PB_OK)
		goto out;
	*ret_query = p.query;
	p.query = NULL;
out:
	pb_fold_free(p.fold);
	pb_query_free(p.query);
	return status;
}

void
pb_query_free(struct pb_query *query)
{
	if (query == NULL)
		return;
	for (size_t i = 0; i < query->count; i++)
		pb_asked_free(query->term[i]);
	free(query->term);
	free(query->text);
	free(query);
}

const char *
pb_query_text(const struct pb_query *query)
{
	return query->text;
}

bool
pb_query_has_words(const struct pb_query *query)
{
	return query->count > 0;
}

bool
pb_query_needs_body(const struct pb_query *query)
{
	for (size_t i = 0; i < query->count; i++)
		if (query->term[i]->field == 0 || query->term[i]->field == PB_INDEX_BODY)
			return true;
	return false;
}

bool
pb_query_wants(const struct pb_query *query, uint8_t type)
{
	const uint32_t messages = 1U << PB_RECORD_MESSAGE | 1U << PB_RECORD_IMPORTED;
	uint32_t types = query->types == 0 ? messages : query->types;

	return type < 32 && (types >> type & 1) != 0;
}

bool
pb_query_admits(const struct pb_query *query, const struct pb_index_row *row)
{
	int64_t date_s = row->has_date ? row->date_s : (int64_t)row->time_s;

	if (!pb_query_wants(query, row->type))
		return false;
	if (query->directions != 0 &&
	    (row->direction >= 32 || (query->directions >> row->direction & 1) == 0))
		return false;
	if (query->sources != 0 && (row->source >= 32 || (query->sources >> row->source & 1) == 0))
		return false;
	return (!query->has_from || date_s >= query->from_s) &&
	       (!query->has_to || date_s <= query->to_s);
}
