/* `export` and `seal`: evidence bundles. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/package.h"
#include "cli/access.h"
#include "cli/disclosure.h"
#include "cli/examine.h"
#include "cli/outside.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "core/text.h"
#include "net/http.h"
#include "probant/stamp.h"

#define LOCAL "local timestamps of " /* so a local authority's certificate begins (tsa_rules.c) */

static void
print_json(const struct pb_exported *exported, const char *path)
{
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_json_writer w;

	pb_json_writer_init(&w, &out);
	pb_json_object_begin(&w, NULL);
	pb_json_octets(&w, "path", path, strlen(path));
	pb_json_bool(&w, "sealed", exported->sealed);
	pb_json_array_begin(&w, "range");
	pb_json_u64(&w, NULL, exported->first);
	pb_json_u64(&w, NULL, exported->last);
	pb_json_array_end(&w);
	pb_json_u64(&w, "size", exported->size);
	pb_json_u64(&w, "opened", exported->opened);
	pb_json_u64(&w, "closed", exported->closed);
	pb_json_u64(&w, "unopened", exported->unopened);
	pb_json_u64(&w, "export_record", exported->export_seq);
	pb_json_hex(&w, "package_sha256", exported->package_sha256, 32);
	if (exported->sealed)
		pb_json_text(&w, "tsa", exported->tsa);
	pb_json_object_end(&w);
	pb_print_json(&w);
	pb_buf_done(&out);
}

/* counted: what stands in the range was gone through, which `seal` has no need of. */
static void
print_text(const struct pb_exported *exported, const char *path, bool counted)
{
	char hex[65];

	(void)printf(_("bundle     %s\n"), path);
	(void)printf(
	    _("range      records %" PRIu64 " to %" PRIu64 "\n"), exported->first, exported->last);
	if (counted) {
		pb_print_records(_("opened     "), exported->opened_messages,
		    exported->opened - exported->opened_messages);
		if (exported->opened_whole < exported->opened)
			(void)printf(_("in part    %" PRIu64 " of the opened ones\n"),
			    exported->opened - exported->opened_whole);
		pb_print_records(_("closed     "), exported->closed_messages,
		    exported->closed - exported->closed_messages);
	}
	pb_hex_encode(exported->package_sha256, 32, hex);
	(void)printf(_("package    SHA-256 %s\n"), hex);
	if (exported->sealed)
		(void)printf(_("stamped    by %s\n"),
		    strncmp(exported->tsa, LOCAL, strlen(LOCAL)) == 0
			? _("the archive's own authority: its times are claims")
			: exported->tsa);
	(void)printf(_("next       probant-verify %s --trust FILE --tsa-roots PEM --against "
		       "CHECKPOINT\n"),
	    path);
}

/* Whole but without its timestamp: something to try again, not a failure to understand. */
static enum pb_exit
end(enum pb_status status, const struct pb_error *err, const struct pb_exported *exported,
    const char *path, bool counted, bool json)
{
	if (status == PB_OK) {
		if (json)
			print_json(exported, path);
		else
			print_text(exported, path, counted);
		return PB_EXIT_OK;
	}
	for (size_t i = 0; status == PB_EUNAVAIL && i < exported->refused_count; i++)
		pb_say_error(&exported->refused[i]);
	pb_say_error(err);
	return status == PB_EUNAVAIL && exported->export_seq > 0 ? PB_EXIT_TRYAGAIN
								 : pb_say_exit(status);
}

/* Open with the reader key and the network, do it, close. */
static enum pb_status
run(const struct pb_world *world, const struct pb_options *options, const char *dir,
    enum pb_status (*how)(struct pb_archive *archive, const struct pb_http *http, const void *what,
	struct pb_exported *exported, struct pb_error *err),
    const void *what, struct pb_exported *exported, struct pb_error *err)
{
	struct pb_reader_key *key = NULL;
	struct pb_archive *archive = NULL;
	struct pb_http *http = NULL;
	struct pb_error closing = { 0 };
	enum pb_status status, closed;

	status = pb_access_key(world, options, dir, &key, err);
	if (status == PB_OK)
		status = pb_http_new(&http, err);
	if (status == PB_OK)
		status = pb_access_writer(world, dir, key, &archive, err);
	if (status == PB_OK) {
		status = how(archive, http, what, exported, err);
		closed = pb_access_finish(archive, &closing);
		if (status == PB_OK && closed != PB_OK) {
			status = closed;
			*err = closing;
		}
	}
	pb_http_free(http);
	pb_reader_key_free(key);
	return status;
}

/* ---- export --------------------------------------------------------------------------------- */

static void
show_progress(void *ctx, uint64_t records, uint64_t bytes)
{
	pb_progress_show(ctx, records, bytes);
}

static void
say_unopened(void *ctx, uint64_t first, uint64_t last)
{
	(void)ctx;
	if (first == last)
		(void)fprintf(stderr,
		    _("record %" PRIu64
		      " was not sealed as the format says, so that nobody can read or verify it: "
		      "it stays closed\n"),
		    first);
	else
		(void)fprintf(stderr,
		    _("records %" PRIu64 " to %" PRIu64
		      " were not sealed as the format says, so that nobody can read or verify "
		      "them: they stay closed\n"),
		    first, last);
}

/* What is exported, or held, may be newer than any timestamp: a local authority is asked at once.
 */
static enum pb_status
export_it(struct pb_archive *archive, const struct pb_http *http, const void *what,
    struct pb_exported *exported, struct pb_error *err)
{
	enum pb_status status = pb_archive_export(archive, http, what, exported, err);
	struct pb_stamp_outcome outcome;

	if (status == PB_EUNAVAIL && exported->export_seq == 0 &&
	    pb_archive_stamps_locally(archive)) {
		status = pb_archive_stamp(archive, NULL, true, &outcome, err);
		if (status == PB_OK)
			status = pb_archive_export(archive, http, what, exported, err);
	}
	return pb_access_taken(status, err);
}

static bool
fits(const struct pb_options *options)
{
	const char *name = options->value[PB_OPTION_CASE];

	if (name == NULL || options->value[PB_OPTION_OUTPUT] == NULL) {
		pb_say_usage(_("an export needs a case and a file"), "--case NAME -o FILE");
		return false;
	}
	if (!pb_package_case_valid(name)) {
		pb_say_usage(_("a case is 1 to 64 letters, digits, \".\", \"-\", \"_\", and begins "
			       "with a letter or a digit"),
		    name);
		return false;
	}
	return true;
}

enum pb_exit
pb_cli_export(const struct pb_world *world, const struct pb_options *options)
{
	const char *recipient = options->value[PB_OPTION_RECIPIENT];
	const char *path = options->value[PB_OPTION_OUTPUT];
	struct pb_export_options wanted = {
		.case_name = options->value[PB_OPTION_CASE],
		.recipient = recipient,
		.recipient_len = recipient != NULL ? strlen(recipient) : 0,
		.output = path,
		.unopened = say_unopened,
	};
	struct pb_outside outside = { .against = NULL };
	struct pb_disclosure_rules *rules;
	struct pb_exported exported = { 0 };
	struct pb_export_held held;
	struct pb_error err = { 0 };
	enum pb_status status;
	const char *dir;

	if (!fits(options) || (dir = pb_access_archive(options)) == NULL)
		return PB_EXIT_USAGE;
	rules = calloc(1, sizeof(*rules));
	if (rules == NULL) {
		(void)pb_fail_memory(&err, N_("export"));
		pb_say_error(&err);
		return PB_EXIT_OSERR;
	}
	if (!pb_disclosure_parse(options, &wanted, rules)) {
		free(rules);
		return PB_EXIT_USAGE;
	}
	status = pb_access_absent(world, path, &err);
	if (status == PB_OK)
		status = pb_outside_read(world, options, &outside, &err);
	if (status == PB_OK) {
		held = (struct pb_export_held){ outside.against, outside.against_len };
		wanted.held = &held;
		wanted.held_count = outside.against != NULL;
		wanted.progress = show_progress;
		wanted.progress_ctx = pb_progress_new(world, _("records"));
		status = run(world, options, dir, export_it, &wanted, &exported, &err);
		pb_progress_free(wanted.progress_ctx);
	}
	pb_outside_done(&outside);
	free(rules);
	return end(status, &err, &exported, path, true, options->value[PB_OPTION_JSON] != NULL);
}

/* ---- seal: it needs the key, since what the log says of the export is sealed ------------------
 */

static enum pb_status
seal_it(struct pb_archive *archive, const struct pb_http *http, const void *what,
    struct pb_exported *exported, struct pb_error *err)
{
	return pb_archive_seal(archive, http, what, exported, err);
}

/* It is there, before anybody types a passphrase for it. */
static enum pb_status
look_at(const struct pb_world *world, const char *path, struct pb_error *err)
{
	struct pb_file_info info;
	int answer = world->files->stat(world->files->ctx, path, true, &info);

	return answer < 0 ? pb_fail_sys(err, answer, N_("seal a bundle"), "%s", path) : PB_OK;
}

enum pb_exit
pb_cli_seal(const struct pb_world *world, const struct pb_options *options)
{
	const char *dir = pb_access_archive(options), *path = options->operand[0];
	struct pb_exported exported = { 0 };
	struct pb_error err = { 0 };
	enum pb_status status;

	if (dir == NULL)
		return PB_EXIT_USAGE;
	status = look_at(world, path, &err);
	if (status == PB_OK)
		status = run(world, options, dir, seal_it, path, &exported, &err);
	return end(status, &err, &exported, path, false, options->value[PB_OPTION_JSON] != NULL);
}
