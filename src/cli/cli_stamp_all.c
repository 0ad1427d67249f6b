/* `stamp --policy`: all archives of a capture policy at once, by one token of each authority. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anchor/sharing.h"
#include "cli/access.h"
#include "cli/print.h"
#include "cli/stamp.h"
#include "core/io.h"
#include "core/json.h"
#include "core/limits.h"
#include "net/http.h"
#include "policy/capture.h"

/* One archive of the policy. */
struct row {
	const struct pb_policy_archive *archive;
	struct pb_stamping *stamping; /* NULL: nothing is due, or it failed */
	struct pb_stamp_outcome outcome;
	enum pb_status status;
	struct pb_error err;
};

struct round {
	const struct pb_world *world;
	struct pb_capture_policy *policy;
	struct pb_http *http;
	struct row *row;
	struct pb_stamping **due; /* of the rows that have one */
	size_t due_count;
	size_t shared; /* so many of them share their tokens */
	bool now;
};

static enum pb_status
read_policy(struct round *r, const char *file, struct pb_error *err)
{
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status;

	status = pb_io_read_regular(r->world->files, file, PB_LIMIT_POLICY, &text, err);
	if (status == PB_OK)
		status = pb_capture_policy_parse(text.data, text.len, &r->policy, err);
	pb_buf_done(&text);
	if (status != PB_OK)
		return status;
	r->row = calloc(r->policy->archive_count + 1, sizeof(*r->row));
	r->due = calloc(r->policy->archive_count + 1, sizeof(struct pb_stamping *));
	return r->row != NULL && r->due != NULL ? PB_OK : pb_fail_memory(err, N_("stamp the log"));
}

/* ---- the three steps ------------------------------------------------------------------------ */

static void
close_row(struct row *row, struct pb_archive *archive)
{
	struct pb_error closing = { 0 };
	enum pb_status closed = pb_archive_close(archive, &closing);

	if (row->status != PB_OK || closed == PB_OK)
		return;
	row->status = closed;
	row->err = closing;
}

static void
begin(struct round *r, struct row *row)
{
	const struct pb_stamping_rule rule = { .now = r->now };
	struct pb_archive *archive = NULL;

	row->status = pb_access_writer(r->world, row->archive->path, NULL, &archive, &row->err);
	if (row->status != PB_OK)
		return;
	row->status = pb_stamping_begin(archive, r->http, &rule, &row->stamping, NULL, &row->err);
	close_row(row, archive);
	if (row->stamping == NULL)
		return;
	row->stamping->question.away = true;
	r->due[r->due_count++] = row->stamping;
}

static enum pb_status
share(struct round *r, struct pb_error *err)
{
	struct pb_node *node = NULL;
	char dir[PB_LIMIT_PATH + sizeof(PB_NODE_DIR)];
	enum pb_status status = PB_OK;

	(void)snprintf(dir, sizeof(dir), "%s" PB_NODE_DIR, r->policy->state_dir);
	if (r->due_count > 0)
		status = pb_node_open(r->world, dir, &node, err);
	if (status == PB_OK && r->due_count > 0)
		status = pb_sharing_begin(node, r->due, r->due_count, &r->shared, err);
	pb_node_close(node);
	return status;
}

/* barred: NULL, or why nobody but the archive's own can be. */
static void
ask(struct row *row, const struct pb_error *barred)
{
	if (row->stamping == NULL || row->status != PB_OK)
		return;
	if (barred != NULL)
		row->stamping->question.barred = *barred;
	row->status = pb_stamping_ask(row->stamping, &row->err);
}

static void
keep(struct round *r, struct row *row)
{
	const struct pb_patience patience = { .limit_s = PB_LIMIT_LOCK_WAIT_TOKENS_S };
	struct pb_archive *archive = NULL;

	if (row->stamping == NULL ||
	    (row->status != PB_OK && !pb_stamping_has_to_say(row->stamping)))
		return;
	row->status = pb_archive_open_patiently(
	    r->world, row->archive->path, NULL, &patience, &archive, &row->err);
	if (row->status != PB_OK)
		return;
	row->status = pb_stamping_keep(archive, row->stamping, &row->outcome, &row->err);
	close_row(row, archive);
}

static enum pb_status
stamp(struct round *r, struct pb_error *err)
{
	size_t count = r->policy->archive_count;
	enum pb_status shared;

	for (size_t i = 0; i < count; i++) {
		r->row[i].archive = &r->policy->archive[i];
		begin(r, &r->row[i]);
	}
	shared = share(r, err);
	for (size_t i = 0; i < count; i++)
		ask(&r->row[i], shared != PB_OK ? err : NULL);
	for (size_t i = 0; i < count; i++)
		keep(r, &r->row[i]);
	return shared;
}

static void
round_done(struct round *r)
{
	for (size_t i = 0; r->row != NULL && i < r->policy->archive_count; i++)
		pb_stamping_free(r->row[i].stamping);
	free(r->row);
	free(r->due);
	pb_http_free(r->http);
	pb_capture_policy_free(r->policy);
}

/* ---- what became of it ---------------------------------------------------------------------- */

static void
print_json(const struct round *r)
{
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_json_writer w;

	pb_json_writer_init(&w, &out);
	pb_json_object_begin(&w, NULL);
	pb_json_bool(&w, "shared", r->shared > 0);
	pb_json_array_begin(&w, "archives");
	for (size_t i = 0; i < r->policy->archive_count; i++) {
		pb_json_object_begin(&w, NULL);
		pb_json_text(&w, "name", r->row[i].archive->name);
		pb_stamp_outcome_json(&r->row[i].outcome, &w);
		pb_json_object_end(&w);
	}
	pb_json_array_end(&w);
	pb_json_object_end(&w);
	pb_print_json(&w);
	pb_buf_done(&out);
}

/* Every failure is said; the first decides how the command ends. */
static enum pb_exit
report(const struct round *r, bool json)
{
	enum pb_exit code = PB_EXIT_OK;

	if (json)
		print_json(r);
	for (size_t i = 0; i < r->policy->archive_count; i++) {
		const struct row *row = &r->row[i];

		if (!json) {
			(void)printf("%s: ", row->archive->name);
			if (row->outcome.due)
				pb_stamp_outcome_print(&row->outcome);
			else
				(void)puts(row->status == PB_OK ? _("nothing new to stamp")
								: _("not stamped"));
		}
		if (row->status != PB_OK)
			pb_say_error(&row->err);
		if (row->status != PB_OK && code == PB_EXIT_OK)
			code = pb_say_exit(row->status);
	}
	return code;
}

enum pb_exit
pb_cli_stamp_all(const struct pb_world *world, const struct pb_options *options)
{
	struct round r = { .world = world, .now = options->value[PB_OPTION_NOW] != NULL };
	struct pb_error err = { 0 };
	enum pb_exit code;
	enum pb_status status;

	status = read_policy(&r, options->value[PB_OPTION_POLICY], &err);
	if (status == PB_OK)
		status = pb_http_new(&r.http, &err);
	if (status == PB_OK)
		status = stamp(&r, &err);
	if (status == PB_OK) {
		code = report(&r, options->value[PB_OPTION_JSON] != NULL);
	} else {
		pb_say_error(&err);
		code = pb_say_exit(status);
	}
	round_done(&r);
	return code;
}
