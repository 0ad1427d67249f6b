/* `find --batch`: queries from standard input, an answer a line. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/print.h"
#include "cli/search.h"
#include "core/io.h"

/* What is there at once is one access record: who writes line by line gets one for each. */
#define READ_LEN (64 * 1024)
#define QUERIES (READ_LEN / 2)

/* Whole lines that were read, as texts, and the beginning of the next. */
struct lines {
	char *text; /* READ_LEN + 1 */
	size_t len;
	const char **line;
	size_t count;
	bool ended;
};

static enum pb_status
fail_line(struct pb_error *err)
{
	return pb_fail(
	    err, PB_EINVAL, N_("read a query"), N_("it is too long, or holds a NUL"), "%s", "-");
}

/* Lines out of text[0..len); what follows the last one stays for the next time. */
static size_t
split(struct lines *lines)
{
	size_t at = 0;

	lines->count = 0;
	while (at < lines->len) {
		char *begin = lines->text + at, *end = memchr(begin, '\n', lines->len - at);

		if (end == NULL && !lines->ended)
			break;
		if (end == NULL)
			end = lines->text + lines->len;
		*end = '\0';
		at = (size_t)(end - lines->text) + 1;
		if (*begin != '\0')
			lines->line[lines->count++] = begin;
	}
	return at < lines->len ? at : lines->len;
}

static enum pb_status
read_more(const struct pb_search *search, struct lines *lines, struct pb_error *err)
{
	size_t got = 0;
	enum pb_status status;

	if (lines->len == READ_LEN)
		return fail_line(err);
	status = pb_io_read(search->world->files, 0, "-", lines->text + lines->len,
	    READ_LEN - lines->len, &got, err);
	if (status != PB_OK)
		return status;
	lines->ended = got == 0;
	if (memchr(lines->text + lines->len, '\0', got) != NULL)
		return fail_line(err);
	lines->len += got;
	return PB_OK;
}

/* ---- answers -------------------------------------------------------------------------------- */

static enum pb_status
add_found(struct pb_search *search, const struct pb_query *query, struct pb_json_writer *w,
    struct pb_error *err)
{
	/* Nobody reads numbers by date unless he says so. */
	enum pb_find_sort sort =
	    search->options->value[PB_OPTION_SORT] == NULL ? PB_FIND_SEQ : search->sort;
	struct pb_found *found = NULL;
	struct pb_match match;
	uint64_t count = 0;
	enum pb_status status;
	size_t unsure;

	status = pb_find_run(search->find, query, sort, search->reverse, &found, err);
	if (status != PB_OK)
		return status;
	pb_json_array_begin(w, "seqs");
	while ((status = pb_found_next(found, &match, err)) == PB_OK) {
		if (count >= search->offset && count - search->offset < search->limit)
			pb_json_u64(w, NULL, match.seq);
		count++;
	}
	pb_json_array_end(w);
	pb_json_u64(w, "count", count);
	(void)pb_found_left(found, &unsure);
	if (status == PB_EEND && unsure > 0)
		pb_json_u64(w, "unsure", unsure);
	pb_found_free(found);
	return status == PB_EEND ? PB_OK : status;
}

static void
print_answer(struct pb_json_writer *w)
{
	pb_json_object_end(w);
	pb_print_json(w);
	(void)fflush(stdout);
}

/* A query that can't be answered is told in its line, and the next is answered. */
static void
print_problem(const char *text, const struct pb_error *err)
{
	struct pb_buf line = PB_BUF_EMPTY;
	struct pb_json_writer w;
	char reason[1024];

	pb_say_reason(err, reason, sizeof(reason));
	pb_json_writer_init(&w, &line);
	pb_json_object_begin(&w, NULL);
	pb_json_octets(&w, "query", text, strlen(text));
	pb_json_octets(&w, "error", reason, strlen(reason));
	print_answer(&w);
	pb_buf_done(&line);
}

static enum pb_status
answer(struct pb_search *search, const char *text, struct pb_error *err)
{
	struct pb_buf line = PB_BUF_EMPTY;
	struct pb_query *query = NULL;
	struct pb_json_writer w;
	enum pb_status status;

	status = pb_query_parse(text, &query, err);
	if (status != PB_OK)
		return status;
	pb_json_writer_init(&w, &line);
	pb_json_object_begin(&w, NULL);
	pb_json_octets(&w, "query", text, strlen(text));
	status = add_found(search, query, &w, err);
	if (status == PB_OK) {
		pb_search_standing_json(pb_find_standing(search->find), &w);
		print_answer(&w);
	}
	pb_buf_wipe(&line);
	pb_buf_done(&line);
	pb_query_free(query);
	return status;
}

static enum pb_status
answer_all(struct pb_search *search, const struct lines *lines, enum pb_status *worst,
    struct pb_error *err)
{
	const struct pb_access_queries queries = { .text = lines->line, .count = lines->count };
	enum pb_status status = PB_OK;

	if (lines->count == 0)
		return PB_OK;
	if (search->find == NULL)
		status = pb_search_open(search, &queries, err);
	else
		status = pb_access_search(&search->access, search->options, "rows", &queries, err);
	for (size_t i = 0; i < lines->count && status == PB_OK; i++) {
		struct pb_error problem = { 0 };
		enum pb_status answered = answer(search, lines->line[i], &problem);

		if (answered == PB_OK)
			continue;
		print_problem(lines->line[i], &problem);
		*worst = answered;
		if (answered == PB_ENOMEM) {
			*err = problem;
			status = answered;
		}
	}
	return status;
}

enum pb_status
pb_search_batch(struct pb_search *search, struct pb_error *err)
{
	struct lines lines = { .text = malloc(READ_LEN + 1),
		.line = calloc(QUERIES, sizeof(*lines.line)) };
	enum pb_status status = PB_OK, worst = PB_OK;

	if (lines.text == NULL || lines.line == NULL)
		status = pb_fail_memory(err, N_("read queries"));
	while (status == PB_OK && !lines.ended) {
		size_t used;

		status = read_more(search, &lines, err);
		if (status != PB_OK)
			break;
		used = split(&lines);
		status = answer_all(search, &lines, &worst, err);
		memmove(lines.text, lines.text + used, lines.len - used);
		lines.len -= used;
	}
	if (lines.text != NULL)
		pb_wipe(lines.text, READ_LEN);
	free(lines.text);
	free(lines.line);
	if (status == PB_OK && worst != PB_OK)
		*err = (struct pb_error){ .status = worst }; /* it was said in its line */
	return status != PB_OK ? status : worst;
}
