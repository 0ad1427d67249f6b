/* `stamp`: anchor the newest checkpoint with the archive's authorities. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/access.h"
#include "cli/examine.h"
#include "cli/print.h"
#include "cli/stamp.h"
#include "net/http.h"

void
pb_stamp_outcome_json(const struct pb_stamp_outcome *outcome, struct pb_json_writer *w)
{
	pb_json_bool(w, "due", outcome->due);
	pb_json_u64(w, "size", outcome->size);
	pb_json_u64(w, "tokens", outcome->tokens);
	pb_json_u64(w, "failed", outcome->failed);
	pb_json_bool(w, "gap", outcome->gap);
	pb_json_bool(w, "gap_ended", outcome->gap_ended);
}

static void
print_json(const struct pb_stamp_outcome *outcome)
{
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_json_writer w;

	pb_json_writer_init(&w, &out);
	pb_json_object_begin(&w, NULL);
	pb_stamp_outcome_json(outcome, &w);
	pb_json_object_end(&w);
	pb_print_json(&w);
	pb_buf_done(&out);
}

/* Nobody was asked: everything is covered, or who could be asked was so a short while ago. */
static void
print_not_due(const struct pb_world *world, const char *dir)
{
	struct pb_stamp_standing standing;

	if (pb_archive_stamp_standing(world, dir, &standing, NULL) != PB_OK)
		(void)puts(_("nothing new to stamp"));
	else if (standing.backlog == 0)
		(void)printf(_("nothing new to stamp: timestamps cover the first %" PRIu64
			       " records, and only they stand behind these\n"),
		    standing.stamped_size);
	else
		(void)printf(
		    ngettext("%" PRIu64 " record waits: no authority is to be asked again yet\n",
			"%" PRIu64 " records wait: no authority is to be asked again yet\n",
			(unsigned long)standing.backlog),
		    standing.backlog);
}

void
pb_stamp_outcome_print(const struct pb_stamp_outcome *outcome)
{
	if (outcome->tokens > 0)
		(void)printf(
		    ngettext("%" PRIu64 " records stamped by %u authority\n",
			"%" PRIu64 " records stamped by %u authorities\n", outcome->tokens),
		    outcome->size, outcome->tokens);
	if (outcome->gap_ended)
		(void)puts(_("the gap has ended; the log says so"));
	if (outcome->gap)
		(void)puts(_("no authority answered; the log says since when"));
}

enum pb_exit
pb_cli_stamp(const struct pb_world *world, const struct pb_options *options)
{
	struct pb_error err = { 0 }, closing = { 0 };
	struct pb_stamp_outcome outcome = { 0 };
	struct pb_archive *archive = NULL;
	struct pb_http *http = NULL;
	enum pb_status status, closed;
	const char *dir;

	if (options->value[PB_OPTION_POLICY] != NULL)
		return pb_cli_stamp_all(world, options);
	dir = pb_access_archive(options);
	if (dir == NULL)
		return PB_EXIT_USAGE;
	status = pb_examine_place(world, dir, &err);
	if (status == PB_OK)
		status = pb_http_new(&http, &err);
	if (status == PB_OK)
		status = pb_access_writer(world, dir, NULL, &archive, &err);
	if (status == PB_OK) {
		status = pb_archive_stamp(
		    archive, http, options->value[PB_OPTION_NOW] != NULL, &outcome, &err);
		closed = pb_archive_close(archive, &closing);
		if (options->value[PB_OPTION_JSON] != NULL)
			print_json(&outcome);
		else if (!outcome.due && status == PB_OK)
			print_not_due(world, dir);
		else if (outcome.due)
			pb_stamp_outcome_print(&outcome);
		if (outcome.failed > 0 && status == PB_OK)
			pb_say_error(&outcome.last);
		if (status == PB_OK && closed != PB_OK) {
			status = closed;
			err = closing;
		}
	}
	pb_http_free(http);
	if (status != PB_OK)
		pb_say_error(&err);
	return pb_say_exit(status);
}
