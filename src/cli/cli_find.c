#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/list_row.h"
#include "cli/print.h"
#include "cli/search.h"
#include "core/io.h"
#include "find/certificate.h"
#include "find/rows.h"

/* The operands are one query: a shell has parted its terms. */
static enum pb_status
join(const struct pb_options *options, struct pb_buf *text, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	for (size_t i = 0; i < options->operand_count && status == PB_OK; i++)
		status = pb_buf_printf(text, "%s%s", i > 0 ? " " : "", options->operand[i]);
	if (status != PB_OK || pb_buf_text(text) == NULL)
		return pb_fail_memory(err, N_("understand the query"));
	return PB_OK;
}

/* ---- rows ----------------------------------------------------------------------------------- */

/* What was shown, and what was not reached. */
struct shown {
	uint64_t passed, shown;
	size_t left, unsure;
};

static enum pb_status
print_found(struct pb_search *search, struct pb_found *found, struct pb_rows *rows,
    struct shown *shown, struct pb_error *err)
{
	struct pb_list_layout layout;
	enum pb_status status = PB_OK;
	struct pb_match match;
	struct pb_row row;

	pb_list_layout(&layout, search->access.size, pb_print_width());
	while (status == PB_OK && shown->shown < search->limit) {
		status = pb_found_next(found, &match, err);
		if (status != PB_OK)
			break;
		if (shown->passed < search->offset) {
			shown->passed++;
			continue;
		}
		status = pb_rows_read(rows, match.seq, &row, err);
		if (status == PB_OK && shown->shown == 0 && !search->json)
			status = pb_list_heading(&layout, err);
		if (status == PB_OK)
			status = pb_list_print(&layout, &row, search->json, err);
		shown->shown++;
	}
	if (shown->shown > 0 && !search->json)
		pb_list_legend(&layout);
	shown->left = pb_found_left(found, &shown->unsure);
	return status == PB_EEND ? PB_OK : status;
}

static void
print_end_json(const struct pb_search *search, const struct shown *shown)
{
	struct pb_buf line = PB_BUF_EMPTY;
	struct pb_json_writer w;

	pb_json_writer_init(&w, &line);
	pb_json_object_begin(&w, NULL);
	pb_json_u64(&w, "found", shown->passed + shown->shown + shown->left);
	pb_json_u64(&w, "shown", shown->shown);
	if (shown->unsure > 0)
		pb_json_u64(&w, "unsure", shown->unsure);
	pb_search_standing_json(pb_find_standing(search->find), &w);
	pb_json_object_end(&w);
	pb_print_json(&w);
	pb_buf_done(&line);
}

static enum pb_status
print_end_text(const struct pb_search *search, const struct shown *shown, struct pb_error *err)
{
	uint64_t found = shown->passed + shown->shown + shown->left;
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status;

	status = pb_buf_printf(&text,
	    ngettext("%" PRIu64 " record found, %" PRIu64 " shown\n",
		"%" PRIu64 " records found, %" PRIu64 " shown\n", (unsigned long)found),
	    found, shown->shown);
	if (status == PB_OK && shown->unsure > 0)
		status = pb_buf_printf(&text, "  %8zu  %s\n", shown->unsure,
		    _("of those not shown have all the words, and were not looked into: a "
		      "higher --limit has them so"));
	if (status == PB_OK)
		status = pb_search_standing(pb_find_standing(search->find), &text);
	if (status == PB_OK)
		(void)fwrite(text.data, 1, text.len, stdout);
	else
		status = pb_fail_memory(err, N_("print a row"));
	pb_buf_done(&text);
	return status;
}

static enum pb_status
show(struct pb_search *search, const struct pb_query *query, struct pb_error *err)
{
	struct shown shown = { .passed = 0 };
	struct pb_found *found = NULL;
	struct pb_rows *rows = NULL;
	enum pb_status status;

	status = pb_find_run(search->find, query, search->sort, search->reverse, &found, err);
	if (status == PB_OK)
		status = pb_rows_new(
		    search->access.archive, pb_views_catalog(search->views), &rows, err);
	if (status == PB_OK)
		status = print_found(search, found, rows, &shown, err);
	if (status == PB_OK && search->json)
		print_end_json(search, &shown);
	else if (status == PB_OK)
		status = print_end_text(search, &shown, err);
	pb_rows_free(rows);
	pb_found_free(found);
	return status;
}

/* ---- the command ---------------------------------------------------------------------------- */

static enum pb_status
certify(struct pb_search *search, const struct pb_query *query, struct pb_error *err)
{
	const char *path = search->options->value[PB_OPTION_CERTIFICATE];
	struct pb_buf note = PB_BUF_EMPTY;
	enum pb_status status;
	uint64_t count;

	if (path == NULL)
		return PB_OK;
	status = pb_find_certificate(search->find, query, &note, &count, err);
	if (status == PB_OK)
		status = pb_access_taken(
		    pb_io_create_file(search->world->files, path, note.data, note.len, err), err);
	pb_buf_done(&note);
	return status;
}

static enum pb_status
find_one(struct pb_search *search, struct pb_error *err)
{
	struct pb_buf text = PB_BUF_EMPTY;
	struct pb_access_queries queries;
	struct pb_query *query = NULL;
	const char *written;
	enum pb_status status;

	status = join(search->options, &text, err);
	if (status != PB_OK)
		return status;
	written = (const char *)text.data;
	queries = (struct pb_access_queries){ .text = &written, .count = 1 };
	status = pb_query_parse(written, &query, err);
	if (status == PB_OK)
		status = pb_search_open(search, &queries, err);
	if (status == PB_OK)
		status = certify(search, query, err);
	if (status == PB_OK)
		status = show(search, query, err);
	pb_query_free(query);
	pb_buf_wipe(&text);
	pb_buf_done(&text);
	return status;
}

static bool
fits(const struct pb_options *options, bool batch)
{
	if (batch && options->operand_count > 0)
		pb_say_usage(_("--batch reads queries from standard input"), options->operand[0]);
	else if (batch && options->value[PB_OPTION_CERTIFICATE] != NULL)
		pb_say_usage(_("a certificate is of one query"), "--batch");
	else if (!batch && options->operand_count == 0)
		pb_say_usage(_("what is to be found?"), "probant find QUERY");
	else
		return true;
	return false;
}

enum pb_exit
pb_cli_find(const struct pb_world *world, const struct pb_options *options)
{
	bool batch = options->value[PB_OPTION_BATCH] != NULL;
	struct pb_error err = { 0 }, closing = { 0 };
	enum pb_status status, closed;
	struct pb_search search;

	if (!fits(options, batch) || !pb_search_options(world, options, &search) ||
	    pb_access_archive(options) == NULL)
		return PB_EXIT_USAGE;
	status = batch ? pb_search_batch(&search, &err) : find_one(&search, &err);
	if (status != PB_OK && err.what != NULL)
		pb_say_error(&err);
	closed = pb_search_close(&search, &closing);
	if (closed != PB_OK)
		pb_say_error(&closing);
	return pb_say_exit(status != PB_OK ? status : closed);
}
