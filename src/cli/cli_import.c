#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/intake.h"
#include "capture/import.h"
#include "cli/access.h"
#include "cli/examine.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "core/io.h"
#include "core/text.h"

/* What an import has to tell. */
struct tally {
	bool json;
	uint64_t kept;
	uint64_t first_seq;
	uint64_t last_seq;
	uint64_t skipped;
	uint64_t refused;
	bool no_memory;
	struct pb_buf refusals; /* JSON objects with commas between */
	struct pb_progress *progress;
};

static enum pb_status
print_kept(const char *path, const struct pb_receipt *receipt, struct pb_error *err)
{
	struct pb_buf line = PB_BUF_EMPTY;
	struct pb_json_writer w;

	pb_json_writer_init(&w, &line);
	pb_json_object_begin(&w, NULL);
	pb_json_u64(&w, "seq", receipt->seq);
	pb_json_hex(&w, "sha256", receipt->message_sha256, PB_DIGEST_LEN);
	pb_json_octets(&w, "path", path, strlen(path));
	pb_json_object_end(&w);
	pb_print_json(&w);
	pb_buf_done(&line);
	if (fflush(stdout) == 0)
		return PB_OK;
	return pb_fail(err, PB_EIO, N_("tell what was kept"), N_("writing failed"), "%s", "stdout");
}

static enum pb_status
kept(void *ctx, const char *path, const struct pb_receipt *receipt, struct pb_error *err)
{
	struct tally *tally = ctx;

	if (tally->kept++ == 0)
		tally->first_seq = receipt->seq;
	tally->last_seq = receipt->seq;
	return tally->json ? print_kept(path, receipt, err) : PB_OK;
}

static void
refused(void *ctx, const char *path, const struct pb_error *why)
{
	struct tally *tally = ctx;
	struct pb_json_writer w;
	char reason[512];

	pb_progress_clear(tally->progress);
	tally->refused++;
	if (!tally->json) {
		pb_say_error(why);
		return;
	}
	pb_say_reason(why, reason, sizeof(reason));
	if (tally->refusals.len > 0 && pb_buf_append(&tally->refusals, ",", 1) != PB_OK)
		tally->no_memory = true;
	pb_json_writer_init(&w, &tally->refusals);
	pb_json_object_begin(&w, NULL);
	pb_json_octets(&w, "path", path, strlen(path));
	pb_json_octets(&w, "reason", reason, strlen(reason));
	pb_json_object_end(&w);
	if (pb_json_writer_status(&w) != PB_OK)
		tally->no_memory = true;
}

static void
skipped(void *ctx, const char *path)
{
	struct tally *tally = ctx;

	(void)path;
	tally->skipped++;
}

static void
progress(void *ctx, uint64_t messages, uint64_t bytes)
{
	struct tally *tally = ctx;

	pb_progress_show(tally->progress, messages, bytes);
}

static void
print_last_line(const struct tally *tally)
{
	(void)printf("{\"imported\":%" PRIu64 ",\"refused\":[", tally->kept);
	(void)fwrite(tally->refusals.data, 1, tally->refusals.len, stdout);
	(void)printf("],\"skipped\":%" PRIu64 ",", tally->skipped);
	if (tally->kept > 0)
		(void)printf("\"first_seq\":%" PRIu64 ",\"last_seq\":%" PRIu64 "}\n",
		    tally->first_seq, tally->last_seq);
	else
		(void)puts("\"first_seq\":null,\"last_seq\":null}");
}

static void
print_summary(const struct tally *tally)
{
	if (tally->json) {
		print_last_line(tally);
		return;
	}
	if (tally->kept > 0)
		(void)printf(ngettext("%" PRIu64 " message kept: record %" PRIu64 "\n",
				 "%" PRIu64 " messages kept: records %" PRIu64 " to %" PRIu64 "\n",
				 (unsigned long)tally->kept),
		    tally->kept, tally->first_seq, tally->last_seq);
	else
		(void)puts(_("no message kept"));
	if (tally->skipped > 0)
		(void)printf(ngettext("%" PRIu64 " file passed over: not *.eml; name it to import "
				      "it all the same\n",
				 "%" PRIu64 " files passed over: not *.eml; name them to import "
				 "them all the same\n",
				 (unsigned long)tally->skipped),
		    tally->skipped);
	if (tally->refused > 0)
		(void)printf(
		    ngettext("%" PRIu64 " refused, named above\n",
			"%" PRIu64 " refused, named above\n", (unsigned long)tally->refused),
		    tally->refused);
}

static enum pb_status
run(const struct pb_world *world, const struct pb_options *options, struct pb_archive *archive,
    struct tally *tally, struct pb_error *err)
{
	const struct pb_import_events events = { .ctx = tally,
		.kept = kept,
		.refused = refused,
		.skipped = skipped,
		.progress = progress };
	char *spill = pb_path_join(pb_access_archive(options), "tmp");
	struct pb_import *import = NULL;
	struct pb_group *group = NULL;
	enum pb_status status;

	status = spill == NULL ? pb_fail_memory(err, N_("import"))
			       : pb_import_new(world, pb_archive_origin(archive), spill,
				     options->value[PB_OPTION_DIRECTION], &events, &import, err);
	if (status == PB_OK)
		status = pb_group_new(archive, false, pb_import_acknowledged, import, &group, err);
	if (status == PB_OK)
		status = pb_import_run(import, pb_group_intake(group), options->operand,
		    options->operand_count, 0, err);
	pb_group_free(group);
	pb_import_free(import);
	free(spill);
	return status;
}

static bool
direction_fits(const char *direction)
{
	if (direction == NULL || strcmp(direction, "received") == 0 ||
	    strcmp(direction, "sent") == 0)
		return true;
	pb_say_usage(_("--direction is received or sent"), direction);
	return false;
}

enum pb_exit
pb_cli_import(const struct pb_world *world, const struct pb_options *options)
{
	struct tally tally = { .json = options->value[PB_OPTION_JSON] != NULL };
	const char *dir = pb_access_archive(options);
	struct pb_error err = { 0 }, closing = { 0 };
	struct pb_archive *archive = NULL;
	enum pb_status status, closed;

	if (dir == NULL || !direction_fits(options->value[PB_OPTION_DIRECTION]))
		return PB_EXIT_USAGE;
	status = pb_examine_place(world, dir, &err);
	if (status == PB_OK)
		status = pb_access_writer(world, dir, NULL, &archive, &err);
	if (status == PB_OK) {
		tally.progress = pb_progress_new(world, _("messages"));
		status = run(world, options, archive, &tally, &err);
		pb_progress_free(tally.progress);
		closed = pb_access_finish(archive, &closing);
		print_summary(&tally);
		if (closed != PB_OK)
			pb_say_error(&closing);
		if (status == PB_OK)
			status = closed;
		else
			pb_say_error(&err);
	} else {
		pb_say_error(&err);
	}
	pb_buf_done(&tally.refusals);
	if (status != PB_OK)
		return pb_say_exit(status);
	if (tally.no_memory)
		return PB_EXIT_OSERR;
	return tally.refused > 0 ? PB_EXIT_DATA : PB_EXIT_OK;
}
