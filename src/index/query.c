/* A query parsed (query.h). */
#include "index/query.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

/* "from" of from:dupont; a colon behind anything but letters belongs to the value. */
static void
split_field(struct pb_written *term, const char **at)
{
	size_t len = strspn(*at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

	term->field = *at;
	term->field_len = len > 0 && (*at)[len] == ':' ? len : 0;
	if (term->field_len > 0)
		*at += len + 1;
}

/* The next term; PB_EEND if there is none. */
static enum pb_status
next_term(struct pb_asking *p, struct pb_written *term)
{
	const char *at = p->at;

	while (is_blank(*at))
		at++;
	if (*at == '\0')
		return PB_EEND;
	*term = (struct pb_written){ .begin = at };
	if (*at == '-') {
		term->negated = true;
		at++;
	}
	split_field(term, &at);
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

bool
pb_written_field_is(const struct pb_written *term, const char *name)
{
	return term->field_len == strlen(name) &&
	       strncasecmp(term->field, name, term->field_len) == 0;
}

static enum pb_status
add_term(struct pb_asking *p, const struct pb_written *term)
{
	enum pb_status status;
	bool filter;

	status = pb_asking_add_filter(p, term, &filter);
	if (status != PB_OK || filter)
		return status;
	for (uint8_t field = 0; field < PB_INDEX_FIELDS; field++)
		if (pb_written_field_is(term, field_names[field]))
			return pb_asking_add_words(p, term, field);
	return pb_asking_wrong(p, term->begin,
	    N_("there is no such field; fields are body, from, to, subject, msgid, attachment, "
	       "date, type, direction and source, and what has a colon stands in quotes"));
}

static enum pb_status
parse(struct pb_asking *p)
{
	struct pb_written term;
	enum pb_status status;
	size_t terms = 0;

	if (strlen(p->text) > PB_LIMIT_QUERY)
		return pb_fail(p->err, PB_EINVAL, what, N_("it is too long"), "%.64s...", p->text);
	while ((status = next_term(p, &term)) == PB_OK) {
		status = add_term(p, &term);
		if (status != PB_OK)
			return status;
		terms++;
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
