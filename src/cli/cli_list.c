#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/access.h"
#include "cli/indexing.h"
#include "cli/list_row.h"
#include "cli/print.h"
#include "core/limits.h"
#include "core/text.h"

/* Which records, and how they are shown. */
struct listing {
	uint64_t first, last;
	bool json;
	struct pb_list_layout layout;
};

/* ---- which ---------------------------------------------------------------------------------- */

static bool
parse_number(const char *text, const char *why, uint64_t *ret_value)
{
	if (text == NULL || pb_decimal_parse(text, strlen(text), ret_value))
		return true;
	pb_say_usage(why, text);
	return false;
}

static bool
parse_range(const char *text, uint64_t *ret_first, uint64_t *ret_last)
{
	const char *dots;

	*ret_first = 0;
	*ret_last = PB_NO_SEQ;
	if (text == NULL)
		return true;
	dots = strstr(text, "..");
	if (dots != NULL && pb_decimal_parse(text, (size_t)(dots - text), ret_first) &&
	    pb_decimal_parse(dots + 2, strlen(dots + 2), ret_last) && *ret_last != PB_NO_SEQ)
		return true;
	pb_say_usage(_("a range is two numbers, such as 0..99"), text);
	return false;
}

/* A page of the range: past `offset` of its records, `limit` of them or what is left. */
static bool
choose(const struct pb_world *world, const struct pb_options *options, struct listing *listing)
{
	uint64_t offset = 0, limit = PB_NO_SEQ;
	struct pb_archive_status s;
	struct pb_error err = { 0 };

	if (!parse_range(options->value[PB_OPTION_RANGE], &listing->first, &listing->last) ||
	    !parse_number(options->value[PB_OPTION_OFFSET], _("--offset is a number"), &offset) ||
	    !parse_number(options->value[PB_OPTION_LIMIT], _("--limit is a number"), &limit))
		return false;
	if (limit == 0) {
		pb_say_usage(_("--limit is 1 or more"), "0");
		return false;
	}
	if (offset > PB_NO_SEQ - listing->first) {
		pb_say_usage(_("--offset is a number"), options->value[PB_OPTION_OFFSET]);
		return false;
	}
	listing->first += offset;
	if (limit == PB_NO_SEQ)
		return true;
	if (listing->last == PB_NO_SEQ &&
	    pb_archive_describe(world, pb_access_archive(options), &s, &err) == PB_OK)
		listing->last = s.records - 1;
	if (listing->last >= listing->first && listing->last - listing->first >= limit)
		listing->last = listing->first + limit - 1;
	return true;
}

/* ---- shown ---------------------------------------------------------------------------------- */

/* A record that is damaged in the vault is told, and the rest is listed; not so a catalog. */
static enum pb_status
list_all(struct pb_rows *rows, const struct listing *listing, struct pb_error *err)
{
	enum pb_status status = PB_OK, worst = PB_OK;
	struct pb_error told = { 0 };
	struct pb_row row;

	if (!listing->json)
		status = pb_list_heading(&listing->layout, err);
	for (uint64_t seq = listing->first; status == PB_OK && seq <= listing->last; seq++) {
		status = pb_rows_read(rows, seq, &row, &told);
		if (status == PB_EACCESS) {
			pb_say_error(&told);
			worst = status;
			status = PB_OK;
			continue;
		}
		if (status != PB_OK) {
			*err = told;
			break;
		}
		if (row.state == PB_ROW_UNREADABLE) {
			pb_say_error(&row.problem);
			worst = row.problem.status;
		}
		status = pb_list_print(&listing->layout, &row, listing->json, err);
	}
	if (status == PB_OK && !listing->json)
		pb_list_legend(&listing->layout);
	if (status == PB_OK && worst != PB_OK)
		err->status = PB_OK; /* it was said already */
	return status != PB_OK ? status : worst;
}

/* How much of all messages this list, and a search, can know. */
static void
print_standing(struct pb_catalog *catalog, bool json)
{
	struct pb_views_standing standing;
	struct pb_buf text = PB_BUF_EMPTY;

	if (pb_views_stand(catalog, &standing, NULL) == PB_OK &&
	    (!json || !pb_indexing_complete(&standing)) &&
	    pb_indexing_standing(&standing, &text) == PB_OK)
		(void)fwrite(text.data, 1, text.len, json ? stderr : stdout);
	pb_buf_done(&text);
}

static enum pb_status
show(const struct pb_world *world, struct pb_access *access, struct listing *listing,
    struct pb_error *err)
{
	struct pb_views *views = NULL;
	struct pb_rows *rows = NULL;
	enum pb_status status = pb_indexing_update(world, access->archive, false, &views, err);

	if (listing->last >= access->size)
		listing->last = access->size - 1;
	pb_list_layout(&listing->layout, listing->last, pb_print_width());
	if (status == PB_OK)
		status = pb_rows_new(access->archive, pb_views_catalog(views), &rows, err);
	if (status == PB_OK)
		status = list_all(rows, listing, err);
	if (views != NULL && (status == PB_OK || err->status == PB_OK))
		print_standing(pb_views_catalog(views), listing->json);
	pb_rows_free(rows);
	pb_views_free(views);
	return status;
}

enum pb_exit
pb_cli_list(const struct pb_world *world, const struct pb_options *options)
{
	struct listing listing = { .json = options->value[PB_OPTION_JSON] != NULL };
	struct pb_error err = { 0 };
	struct pb_access access;
	enum pb_status status, closed;

	if (pb_access_archive(options) == NULL || !choose(world, options, &listing))
		return PB_EXIT_USAGE;
	status = pb_access_open(
	    world, options, "list", "rows", listing.first, listing.last, &access, &err);
	if (status != PB_OK) {
		pb_say_error(&err);
		return pb_say_exit(status);
	}
	status = show(world, &access, &listing, &err);
	if (status != PB_OK && err.status != PB_OK)
		pb_say_error(&err);
	closed = pb_access_close(&access, &err);
	if (closed != PB_OK)
		pb_say_error(&err);
	return pb_say_exit(status != PB_OK ? status : closed);
}
