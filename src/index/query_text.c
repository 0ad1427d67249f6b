/* The canonical form of a query: its terms as they are understood, in one order, each once. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "index/asked.h"
#include "record/types.h"

/* Terms, and four filters. */
#define LINES (PB_LIMIT_QUERY_TERMS + 4)

struct lines {
	char *line[LINES];
	size_t count;
};

/* The line is handed over.  text is emptied. */
static enum pb_status
add_line(struct lines *lines, struct pb_buf *text)
{
	const char *line = pb_buf_text(text);

	if (line == NULL)
		return PB_ENOMEM;
	lines->line[lines->count++] = (char *)text->data;
	*text = PB_BUF_EMPTY;
	return PB_OK;
}

/*
 * A phrase whose last word is a beginning can't stand in quotes: - holds it together.  An
 * identifier stands in angle brackets, since it may begin with a quotation mark and end in *.
 */
static enum pb_status
put_words(const struct pb_asked *asked, struct pb_buf *text)
{
	bool quotes = asked->count > 1 && !asked->prefix;
	const struct pb_asked_word *last = &asked->word[asked->count - 1];
	bool angles =
	    asked->whole && (asked->field == PB_INDEX_MSGID || last->text[last->len - 1] == '*');
	const char *end = quotes ? "\"" : asked->prefix ? "*" : angles ? ">" : "";
	enum pb_status status = pb_buf_append_text(text, quotes ? "\"" : angles ? "<" : "");

	for (size_t i = 0; i < asked->count && status == PB_OK; i++) {
		if (i > 0)
			status = pb_buf_append_text(text, quotes ? " " : "-");
		if (status == PB_OK)
			status = pb_buf_append(text, asked->word[i].text, asked->word[i].len);
	}
	if (status == PB_OK)
		status = pb_buf_append_text(text, end);
	return status;
}

static enum pb_status
put_asked(const struct pb_asked *asked, struct pb_buf *text)
{
	const char *field = pb_asked_field_name(asked->field);
	enum pb_status status;

	status = pb_buf_printf(
	    text, "%s%s%s", asked->negated ? "-" : "", field, asked->field != 0 ? ":" : "");
	return status == PB_OK ? put_words(asked, text) : status;
}

static enum pb_status
add_date(const struct pb_query *query, struct lines *lines, struct pb_buf *text)
{
	char first[21] = "", last[21] = "";

	if (!query->has_from && !query->has_to)
		return PB_OK;
	if (query->has_from)
		pb_time_format(query->from_s, first);
	if (query->has_to)
		pb_time_format(query->to_s, last);
	if (pb_buf_printf(text, "date:%.10s..%.10s", first, last) != PB_OK)
		return PB_ENOMEM;
	return add_line(lines, text);
}

/* name:1,15 of the bits. */
static enum pb_status
add_choice(const char *name, uint32_t bits, const char *const *names, struct lines *lines,
    struct pb_buf *text)
{
	enum pb_status status = pb_buf_printf(text, "%s:", name);
	const char *comma = "";

	if (bits == 0) {
		pb_buf_clear(text);
		return PB_OK;
	}
	for (unsigned i = 0; i < 32 && status == PB_OK; i++) {
		if ((bits >> i & 1) == 0)
			continue;
		status = names == NULL ? pb_buf_printf(text, "%s%u", comma, i)
				       : pb_buf_printf(text, "%s%s", comma, names[i]);
		comma = ",";
	}
	return status == PB_OK ? add_line(lines, text) : status;
}

static enum pb_status
add_filters(const struct pb_query *query, struct lines *lines, struct pb_buf *text)
{
	static const char *const directions[32] = { "unknown", "received", "sent" };
	static const char *const sources[32] = { "unknown", "import", "milter", "proxy", "lmtp" };
	enum pb_status status = add_date(query, lines, text);

	if (status == PB_OK)
		status = add_choice("type", query->types, NULL, lines, text);
	if (status == PB_OK)
		status = add_choice("direction", query->directions, directions, lines, text);
	if (status == PB_OK)
		status = add_choice("source", query->sources, sources, lines, text);
	return status;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In their order, each once. */
static enum pb_status
join(struct lines *lines, const char *between, struct pb_buf *text)
{
	enum pb_status status = PB_OK;

	qsort(lines->line, lines->count, sizeof(lines->line[0]), compare);
	for (size_t i = 0; i < lines->count && status == PB_OK; i++) {
		if (i > 0 && strcmp(lines->line[i], lines->line[i - 1]) == 0)
			continue;
		status = pb_buf_printf(text, "%s%s", text->len > 0 ? between : "", lines->line[i]);
	}
	return status;
}

static void
forget(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		free(lines->line[i]);
	lines->count = 0;
}

/* The term at *at with its alternatives, as one line; *at goes behind them. */
static enum pb_status
add_alternatives(const struct pb_query *query, size_t *at, struct lines *lines, struct pb_buf *text)
{
	struct lines alternatives = { .count = 0 };
	enum pb_status status;

	do {
		status = put_asked(query->term[(*at)++], text);
		if (status == PB_OK)
			status = add_line(&alternatives, text);
	} while (status == PB_OK && *at < query->count && query->term[*at]->alternative);
	if (status == PB_OK)
		status = join(&alternatives, " OR ", text);
	if (status == PB_OK)
		status = add_line(lines, text);
	forget(&alternatives);
	return status;
}

enum pb_status
pb_query_make_text(struct pb_query *query, struct pb_error *err)
{
	struct pb_buf text = PB_BUF_EMPTY;
	struct lines lines = { .count = 0 };
	enum pb_status status = PB_OK;

	for (size_t i = 0; i < query->count && status == PB_OK;)
		status = add_alternatives(query, &i, &lines, &text);
	if (status == PB_OK)
		status = add_filters(query, &lines, &text);
	if (status == PB_OK)
		status = join(&lines, " ", &text);
	if (status == PB_OK && pb_buf_text(&text) == NULL)
		status = PB_ENOMEM;
	if (status == PB_OK) {
		query->text = (char *)text.data;
		text = PB_BUF_EMPTY;
	}
	forget(&lines);
	pb_buf_done(&text);
	return status == PB_OK ? PB_OK : pb_fail_memory(err, N_("understand the query"));
}
