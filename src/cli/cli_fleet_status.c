/* `fleet status`: all archives of a policy at a glance, the worst first. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cell.h"
#include "cli/fleet.h"
#include "cli/print.h"
#include "cli/words.h"
#include "core/csv.h"
#include "core/io.h"
#include "core/limits.h"
#include "core/text.h"
#include "fleet/standing.h"

#define COLUMN_NAME 24
#define COLUMN_SIZE 9

/* As JSON and CSV name them, and as a person is told. */
static const struct {
	const char *code, *text;
} concerns[PB_FLEET_CONCERNS] = {
	[PB_FLEET_UNREADABLE] = { "unreadable", N_("it cannot be read") },
	[PB_FLEET_LOCKED] = { "restored_locked", N_("restored, and locked to verification") },
	[PB_FLEET_SILENT] = { "silent", N_("nothing captures for it") },
	[PB_FLEET_GAP] = { "timestamp_gap", N_("no authority answers") },
	[PB_FLEET_BACKLOG] = { "unstamped", N_("records wait for a timestamp") },
	[PB_FLEET_COPY_OLD] = { "copy_old", N_("its copy is older than a day") },
};

static bool
has(const struct pb_fleet_standing *s, unsigned concern)
{
	return (s->concerns >> concern & 1) != 0;
}

/* UTC, to the second; "" for never. */
static void
format_time(int64_t time_s, char out[21])
{
	out[0] = '\0';
	if (time_s > 0)
		pb_time_format(time_s, out);
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static void
state_time(struct pb_json_writer *w, const char *key, int64_t time_s)
{
	char time[21];

	format_time(time_s, time);
	if (time_s > 0)
		pb_json_text(w, key, time);
}

static void
state_standing(struct pb_json_writer *w, const struct pb_fleet_standing *s)
{
	pb_json_text(w, "origin", s->status.origin);
	pb_json_u64(w, "records", s->status.records);
	state_time(w, "newest", (int64_t)s->status.last_time_s);
	state_time(w, "message", (int64_t)s->message_s);
	state_time(w, "stamped", s->stamps.stamped_us / 1000000);
	pb_json_bool(w, "local_only", s->stamps.local_only);
	pb_json_u64(w, "backlog", s->stamps.backlog);
	pb_json_u64(w, "vault_bytes", s->status.vault_bytes);
	state_time(w, "copied", s->copied_s);
	if (s->copied_s > 0)
		pb_json_u64(w, "copy_lacks", s->copy_lacks);
}

static void
print_json(const struct pb_fleet_standing *s)
{
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_json_writer w;
	char reason[512];

	pb_json_writer_init(&w, &out);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "name", s->archive->name);
	pb_json_text(&w, "path", s->archive->path);
	if (has(s, PB_FLEET_UNREADABLE)) {
		pb_say_reason(&s->error, reason, sizeof(reason));
		pb_json_text(&w, "error", reason);
	} else {
		state_standing(&w, s);
	}
	pb_json_array_begin(&w, "concerns");
	for (unsigned i = 0; i < PB_FLEET_CONCERNS; i++)
		if (has(s, i))
			pb_json_text(&w, NULL, concerns[i].code);
	pb_json_array_end(&w);
	pb_json_object_end(&w);
	pb_print_json(&w);
	pb_buf_done(&out);
}

/* ---- CSV ------------------------------------------------------------------------------------ */

static enum pb_status
put_number(struct pb_buf *line, uint64_t number)
{
	char text[21];

	(void)pb_decimal_format(number, text);
	return pb_csv_put(line, text);
}

static enum pb_status
put_time(struct pb_buf *line, int64_t time_s)
{
	char time[21];

	format_time(time_s, time);
	return pb_csv_put(line, time);
}

static enum pb_status
put_concerns(struct pb_buf *line, const struct pb_fleet_standing *s)
{
	char text[128] = "";

	for (unsigned i = 0; i < PB_FLEET_CONCERNS; i++)
		if (has(s, i))
			(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
			    text[0] != '\0' ? " " : "", concerns[i].code);
	return pb_csv_put(line, text);
}

static void
print_csv(const struct pb_fleet_standing *s)
{
	struct pb_buf line = PB_BUF_EMPTY;
	enum pb_status status = pb_csv_put(&line, s->archive->name);

#define PUT(call) (status = status == PB_OK ? (call) : status)
	PUT(put_concerns(&line, s));
	PUT(put_number(&line, s->status.records));
	PUT(put_time(&line, (int64_t)s->status.last_time_s));
	PUT(put_time(&line, (int64_t)s->message_s));
	PUT(put_time(&line, s->stamps.stamped_us / 1000000));
	PUT(put_number(&line, s->stamps.backlog));
	PUT(put_number(&line, s->status.vault_bytes));
	PUT(put_time(&line, s->copied_s));
	PUT(pb_csv_put(&line, s->status.origin));
	PUT(pb_csv_put(&line, s->archive->path));
#undef PUT
	if (status == PB_OK)
		(void)printf("%s\r\n", pb_buf_text(&line));
	pb_buf_done(&line);
}

/* ---- text ----------------------------------------------------------------------------------- */

/* "2026-05-06 17:42", to the minute. */
static void
print_time(int64_t time_s)
{
	char time[PB_WORDS_TIME_LEN] = "-";

	if (time_s > 0)
		pb_words_time(time_s, time);
	(void)printf("  %-16.16s", time);
}

static void
print_concerns(const struct pb_fleet_standing *s)
{
	const char *before = "  ";

	for (unsigned i = 0; i < PB_FLEET_CONCERNS; i++) {
		if (!has(s, i))
			continue;
		(void)printf("%s%s", before, _(concerns[i].text));
		before = ", ";
	}
	(void)putchar('\n');
}

struct cell {
	const char *text;
	unsigned width;
	bool right;
};

static void
print_cells(const struct cell *cell, size_t count)
{
	struct pb_buf line = PB_BUF_EMPTY;
	enum pb_status status = PB_OK;

	for (size_t i = 0; status == PB_OK && i < count; i++) {
		if (i > 0)
			status = pb_buf_append_text(&line, "  ");
		if (status == PB_OK)
			status = cell[i].right ? pb_cell_right(&line, cell[i].text, cell[i].width)
					       : pb_cell(&line, cell[i].text, cell[i].width, true);
	}
	if (status == PB_OK)
		(void)fputs(pb_buf_text(&line), stdout);
	pb_buf_done(&line);
}

static void
print_head(void)
{
	const struct cell head[] = { { _("archive"), COLUMN_NAME, false },
		{ _("records"), 9, true }, { _("last message"), 16, false },
		{ _("stamped"), 16, false }, { _("waiting"), 7, true },
		{ _("size"), COLUMN_SIZE, true }, { _("copy"), 16, false } };

	print_cells(head, sizeof(head) / sizeof(head[0]));
	(void)putchar('\n');
}

static void
print_text(const struct pb_fleet_standing *s)
{
	const struct cell name = { s->archive->name, COLUMN_NAME, false };
	char size[PB_CELL_SIZE_LEN];

	print_cells(&name, 1);
	if (!has(s, PB_FLEET_UNREADABLE)) {
		pb_cell_size(s->status.vault_bytes, size);
		(void)printf("  %9" PRIu64, s->status.records);
		print_time((int64_t)s->message_s);
		print_time(s->stamps.stamped_us / 1000000);
		(void)printf("  %7" PRIu64 "  %*s", s->stamps.backlog, COLUMN_SIZE, size);
		print_time(s->copied_s);
	}
	print_concerns(s);
}

/* ---- all of them ---------------------------------------------------------------------------- */

static enum pb_status
look_at_all(const struct pb_world *world, const struct pb_capture_policy *policy,
    struct pb_fleet_standing **ret_all, struct pb_error *err)
{
	struct pb_fleet_standing *all = calloc(policy->archive_count, sizeof(*all));
	enum pb_status status = all == NULL ? PB_ENOMEM : PB_OK;

	for (size_t i = 0; status == PB_OK && i < policy->archive_count; i++)
		status = pb_fleet_standing(world, policy, i, &all[i]);
	if (status != PB_OK) {
		free(all);
		return pb_fail_memory(err, N_("look at the archives"));
	}
	qsort(all, policy->archive_count, sizeof(*all), pb_fleet_standing_compare);
	*ret_all = all;
	return PB_OK;
}

static bool
print_all(const struct pb_options *options, const struct pb_fleet_standing *all, size_t count)
{
	bool json = options->value[PB_OPTION_JSON] != NULL;
	bool csv = options->value[PB_OPTION_CSV] != NULL, concern = false;

	if (csv)
		(void)printf("name,concerns,records,newest,message,stamped,backlog,vault_bytes,"
			     "copied,origin,path\r\n");
	else if (!json)
		print_head();
	for (size_t i = 0; i < count; i++) {
		concern |= all[i].concerns != 0;
		if (csv)
			print_csv(&all[i]);
		else if (json)
			print_json(&all[i]);
		else
			print_text(&all[i]);
	}
	for (size_t i = 0; !csv && !json && i < count; i++)
		if (has(&all[i], PB_FLEET_UNREADABLE))
			pb_say_error(&all[i].error);
	return concern;
}

enum pb_exit
pb_cli_fleet_status(const struct pb_world *world, const struct pb_options *options)
{
	struct pb_capture_policy *policy = NULL;
	struct pb_fleet_standing *all = NULL;
	struct pb_buf yaml = PB_BUF_EMPTY;
	struct pb_error err = { 0 };
	enum pb_exit code = PB_EXIT_OK;
	enum pb_status status;

	if (options->value[PB_OPTION_JSON] != NULL && options->value[PB_OPTION_CSV] != NULL) {
		pb_say_usage(_("only one of them can be printed"), "--json | --csv");
		return PB_EXIT_USAGE;
	}
	status = pb_fleet_policy_read(world, pb_fleet_policy_of(options), &yaml, &policy, &err);
	if (status == PB_OK)
		status = look_at_all(world, policy, &all, &err);
	if (status != PB_OK) {
		pb_say_error(&err);
		code = pb_say_exit(status);
	} else if (print_all(options, all, policy->archive_count)) {
		code = PB_EXIT_CONCERN;
	}
	free(all);
	pb_capture_policy_free(policy);
	pb_buf_done(&yaml);
	return code;
}
