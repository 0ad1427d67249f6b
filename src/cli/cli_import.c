#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/intake.h"
#include "archive/lock.h"
#include "archive/publish.h"
#include "archive/walk.h"
#include "capture/import.h"
#include "cli/access.h"
#include "cli/examine.h"
#include "cli/import_tally.h"
#include "cli/indexing.h"
#include "core/io.h"
#include "core/limits.h"
#include "record/leaf.h"
#include "sys/process.h"

/* Each holds some 10 MiB; the thread that commits and the disk are what is waited for beyond. */
#define THREADS_MAX 8

static struct pb_sources
sources_of(const struct pb_options *options)
{
	const char *direction = options->value[PB_OPTION_DIRECTION];

	if (direction != NULL && strcmp(direction, "auto") == 0)
		direction = NULL;
	return (struct pb_sources){ .path = options->operand,
		.count = options->operand_count,
		.stdin_fd = 0,
		.direction = direction,
		.piler = options->value[PB_OPTION_FROM_PILER] != NULL };
}

/* ---- what the import is made with ----------------------------------------------------------- */

static enum pb_status
find_mailboxes(const struct pb_world *world, const struct pb_options *options, const char *dir,
    struct pb_mailboxes *mailboxes, struct pb_error *err)
{
	enum pb_status status = pb_mailboxes_load(mailboxes, world->files, dir, err);
	const char *direction = options->value[PB_OPTION_DIRECTION], *address;
	size_t i;

	for (i = 0;
	     status == PB_OK && (address = pb_options_nth(options, PB_OPTION_MAILBOX, i)) != NULL;
	     i++)
		status = pb_mailboxes_add(mailboxes, address, err);
	if (status == PB_OK && mailboxes->count == 0 && direction != NULL &&
	    strcmp(direction, "auto") == 0) {
		(void)pb_fail(err, PB_EINVAL, N_("tell which way messages went"),
		    N_("no mailbox of this archive is known"), "%s", dir);
		status = pb_fail_todo(
		    err, PB_EINVAL, N_("name its addresses with --mailbox, or leave --direction"));
	}
	return status;
}

struct log {
	const struct pb_world *world;
	const char *dir;
};

/* The commitments that the log holds, for the journal. */
static enum pb_status
walk_log(void *ctx, uint64_t from, bool (*each)(void *arg, const uint8_t *commitment), void *arg,
    struct pb_error *err)
{
	const struct log *log = ctx;
	struct pb_walk *walk = NULL;
	struct pb_frame frame;
	struct pb_error end = { 0 };
	struct pb_leaf leaf;
	uint64_t slot;
	enum pb_status status = pb_walk_new(log->world->files, log->dir, &walk, err);

	while (status == PB_OK) {
		status = pb_walk_record(walk, from++, &frame, &slot, &end);
		if (status != PB_OK)
			break;
		(void)pb_leaf_decode(frame.leaf, &leaf);
		if (!each(arg, leaf.commitment))
			break;
	}
	pb_walk_free(walk);
	if (status == PB_ENOENT && end.status == PB_ENOENT)
		return PB_OK;
	if (status != PB_OK && end.status != PB_OK && err != NULL)
		*err = end;
	return status;
}

/* What it knew is imported again, rather than passed over on the word of a damaged file. */
static void
tell_disbelieved(bool resume)
{
	(void)fputs(
	    _("the journal of imports was damaged or is not of this log: begun anew\n"), stderr);
	if (resume)
		(void)fputs(
		    _("what was imported before is not known, and is imported again\n"), stderr);
}

/* ---- the import ----------------------------------------------------------------------------- */

static enum pb_status
import(const struct pb_world *world, const struct pb_import_options *made,
    const struct pb_options *options, struct pb_archive *archive, struct pb_import_tally *tally,
    struct pb_error *err)
{
	const struct pb_import_events events = pb_import_tally_events(tally);
	const struct pb_sources sources = sources_of(options);
	struct pb_import *running = NULL;
	struct pb_group *group = NULL;
	enum pb_status status = pb_import_new(world, made, &events, &running, err);

	if (status == PB_OK)
		status = pb_group_new(archive, false, pb_import_acknowledged, running, &group, err);
	pb_process_catch_stop();
	if (status == PB_OK)
		status = pb_import_run(running, pb_group_intake(group), &sources, err);
	pb_process_release_stop();
	pb_group_free(group);
	pb_import_free(running);
	return status;
}

static enum pb_status
run(const struct pb_world *world, const struct pb_options *options, struct pb_archive *archive,
    struct pb_keep *keep, struct pb_import_tally *tally, struct pb_error *err)
{
	const char *dir = pb_access_archive(options);
	struct pb_mailboxes mailboxes = PB_MAILBOXES_EMPTY;
	struct log log = { world, dir };
	const struct pb_journal_log held = { &log, pb_archive_size(archive), walk_log };
	unsigned processors = pb_process_processors();
	struct pb_import_options made = { .origin = pb_archive_origin(archive),
		.mailboxes = &mailboxes,
		.resume = options->value[PB_OPTION_RESUME] != NULL,
		.threads = processors < THREADS_MAX ? processors : THREADS_MAX,
		.keep = keep };
	char *spill = pb_path_join(dir, "tmp");
	enum pb_status status;

	made.spill_dir = spill;
	status = spill == NULL ? pb_fail_memory(err, N_("import"))
			       : find_mailboxes(world, options, dir, &mailboxes, err);
	if (status == PB_OK)
		status = pb_journal_open(world, dir, &held, made.resume, &made.journal, err);
	if (status == PB_OK && pb_journal_disbelieved(made.journal))
		tell_disbelieved(made.resume);
	if (status == PB_OK)
		status = import(world, &made, options, archive, tally, err);
	pb_journal_close(made.journal);
	pb_mailboxes_done(&mailboxes);
	free(spill);
	return status;
}

/* Stamped and published; what has failed here is tried once more when the archive is closed. */
static enum pb_status
tell_world(struct pb_archive *archive, struct pb_error *err)
{
	enum pb_status status = pb_access_stamp(archive, err);

	return status == PB_OK ? pb_publish(archive, err) : status;
}

/* Its writer finds the archive locked until the import is done. */
static void
tell_captured(void)
{
	(void)fputs(
	    _("a daemon captures into this archive: until this import ends, mail that comes for "
	      "it waits with its senders, or passes where its door's policy lets it\n"),
	    stderr);
	(void)fputs(
	    _("interrupt it at any time to let mail in; --resume goes on with the rest\n"), stderr);
}

/*
 * Open, import, close: what was acknowledged is safe whatever the end says.  It is stamped and
 * published while the last segments are still being indexed.
 */
static enum pb_status
run_in(const struct pb_world *world, const struct pb_options *options, const char *dir,
    struct pb_import_tally *tally)
{
	bool index = options->value[PB_OPTION_NO_INDEX] == NULL;
	struct pb_error err = { 0 }, ending = { 0 }, indexing = { 0 };
	struct pb_archive *archive = NULL;
	struct pb_views *views = NULL;
	enum pb_status status, ended, closed;

	status = pb_examine_place(world, dir, &err);
	if (status == PB_OK)
		status = pb_access_writer(world, dir, NULL, &archive, &err);
	if (status != PB_OK) {
		pb_say_error(&err);
		return status;
	}
	if (pb_archive_captured(archive))
		tell_captured();
	if (index)
		views = pb_indexing_begin(archive, &indexing);
	status = run(world, options, archive, pb_views_keep(views), tally, &err);
	pb_progress_clear(tally->progress);
	ended = tell_world(archive, &ending);
	if (index && pb_indexing_end(archive, views, &indexing) && ended == PB_OK)
		ended = tell_world(archive, &ending);
	closed = pb_archive_close(archive, ended == PB_OK ? &ending : NULL);
	if (ended == PB_OK)
		ended = closed;
	pb_import_tally_print(tally);
	if (ended != PB_OK)
		pb_say_error(&ending);
	if (status == PB_EEND)
		pb_import_tally_say_stopped(tally);
	else if (status != PB_OK)
		pb_say_error(&err);
	return status == PB_OK ? ended : status;
}

static enum pb_status
survey(
    const struct pb_world *world, const struct pb_options *options, struct pb_import_tally *tally)
{
	const struct pb_import_events events = pb_import_tally_events(tally);
	const struct pb_sources sources = sources_of(options);
	struct pb_survey found = { 0 };
	struct pb_error err = { 0 };
	enum pb_status status = pb_survey(world, &sources, &events, &found, &err);

	pb_progress_clear(tally->progress);
	if (status == PB_OK)
		pb_import_tally_print_survey(tally, &found);
	else
		pb_say_error(&err);
	return status;
}

static bool
options_fit(const struct pb_options *options)
{
	const char *direction = options->value[PB_OPTION_DIRECTION];

	if (direction != NULL && strcmp(direction, "auto") != 0 &&
	    strcmp(direction, "received") != 0 && strcmp(direction, "sent") != 0) {
		pb_say_usage(_("--direction is auto, received or sent"), direction);
		return false;
	}
	if (options->value[PB_OPTION_DRY_RUN] != NULL && options->value[PB_OPTION_RESUME] != NULL) {
		pb_say_usage(_("--dry-run does not look into the archive"), "--resume");
		return false;
	}
	return true;
}

enum pb_exit
pb_cli_import(const struct pb_world *world, const struct pb_options *options)
{
	struct pb_import_tally tally = { .json = options->value[PB_OPTION_JSON] != NULL };
	bool dry = options->value[PB_OPTION_DRY_RUN] != NULL;
	const char *dir = NULL;
	enum pb_status status;

	if (!options_fit(options) || (!dry && (dir = pb_access_archive(options)) == NULL))
		return PB_EXIT_USAGE;
	tally.progress = pb_progress_new(world, _("messages"));
	status = dry ? survey(world, options, &tally) : run_in(world, options, dir, &tally);
	pb_progress_free(tally.progress);
	pb_import_tally_done(&tally);
	if (status == PB_EEND)
		return PB_EXIT_TRYAGAIN;
	if (status != PB_OK)
		return pb_say_exit(status);
	if (tally.no_memory)
		return PB_EXIT_OSERR;
	return tally.refused > 0 ? PB_EXIT_DATA : PB_EXIT_OK;
}
