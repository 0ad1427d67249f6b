#include "export/export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "archive/own_key.h"
#include "core/error.h"
#include "core/io.h"
#include "export/finish.h"
#include "export/report.h"
#include "export/resume.h"
#include "export/unopened.h"
#include "verify/inside.h"

static const char EXPORT[] = N_("export");

/* ---- before anything is decided ------------------------------------------------------------- */

static enum pb_status
name_files(struct pb_export *e, struct pb_error *err)
{
	const char *output = e->options->output;
	enum pb_status status = pb_export_absent(e->archive->world->files, output, err);

	if (status == PB_OK)
		status = pb_path_make(&e->tmp, e->archive->dir, PB_DIR_TMP, NULL, err);
	if (status == PB_OK)
		status = pb_export_beside(&e->partial, output, ".partial", err);
	if (status == PB_OK)
		status = pb_export_beside(&e->state, output, ".partial.json", err);
	if (status == PB_OK)
		status = pb_export_beside(&e->sealing, output, ".sealing", err);
	return status;
}

/* What record 0 states, and the key that signs bundles (FORMAT 5.4). */
static enum pb_status
open_key(struct pb_export *e, struct pb_error *err)
{
	const struct pb_archive *a = e->archive;
	enum pb_status status;

	e->founded = calloc(1, sizeof(*e->founded));
	if (e->founded == NULL)
		return pb_fail_memory(err, EXPORT);
	status = pb_founded_read(a->world->files, a->dir, e->founded, err);
	return status == PB_OK ? pb_own_key_export(a, &e->key, err) : status;
}

/* ---- what it will hold ---------------------------------------------------------------------- */

static enum pb_status
another(const struct pb_export *e, struct pb_error *err)
{
	(void)pb_fail(err, PB_EEXIST, EXPORT,
	    N_("another export, or this one of an earlier state of the log, stopped there"), "%s",
	    e->partial.text);
	return pb_fail_todo(err, PB_EEXIST,
	    N_("repeat that command to go on with it; else name another file, or remove this one "
	       "and the .partial.json beside it"));
}

/* What a partial package there belongs to: the same export goes on, any other is refused. */
static enum pb_status
settle(struct pb_export *e, const struct pb_export_state *state, bool stated, struct pb_error *err)
{
	const struct pb_files *files = e->archive->world->files;
	bool holds = false;
	enum pb_status status;

	if (!stated)
		return pb_export_absent(files, e->partial.text, NULL) == PB_EEXIST ? another(e, err)
										   : PB_OK;
	if (memcmp(state->selection, e->selection, sizeof(e->selection)) != 0 ||
	    state->export_seq >= e->archive->head.tree.size)
		return another(e, err);
	/* Nothing is shown before its record stands (FORMAT 1.5): the file alone does not say so.
	 */
	status = pb_export_log_holds(e->reading, state->export_seq, &e->plan.manifest, &holds, err);
	if (status == PB_OK && !holds)
		status = another(e, err);
	e->export_seq = state->export_seq;
	e->resumed = status == PB_OK;
	return status;
}

/* Again, without those that do not open. */
static enum pb_status
plan_without(struct pb_export *e, const struct pb_export_search *search, struct pb_error *err)
{
	enum pb_status status =
	    pb_export_unopened_find(e->archive, &e->plan, e->leaves, e->unopened, err);

	pb_export_plan_done(&e->plan);
	return status == PB_OK ? pb_export_plan_make(search, &e->plan, err) : status;
}

static enum pb_status
plan(struct pb_export *e, struct pb_error *err)
{
	const struct pb_archive *a = e->archive;
	const struct pb_files *files = a->world->files;
	struct pb_export_search search = { .options = e->options, .origin = a->origin };
	struct pb_export_state state = { .size = 0 };
	enum pb_status status, stated;

	stated = pb_export_state_read(files, e->state.text, &state, err);
	if (stated == PB_EDATA)
		return another(e, err);
	if (stated != PB_OK && stated != PB_ENOENT)
		return stated;
	/* An export that goes on is planned from the tokens that there were when it began. */
	search.until_size = state.size;
	status = pb_export_leaves_new(files, a->dir, a->head.tree.size, &e->leaves, err);
	if (status == PB_OK)
		status = pb_reading_new(files, a->dir, a->key, &e->reading, err);
	if (status == PB_OK)
		status = pb_export_held_read(
		    e->options, &e->founded->verifier, a->origin, e->leaves, &search.held, err);
	if (status != PB_OK)
		return status;
	search.leaves = e->leaves;
	search.reading = e->reading;
	search.unopened = e->unopened;
	status = pb_export_plan_make(&search, &e->plan, err);
	if (status == PB_OK && state.unopened)
		status = plan_without(e, &search, err);
	if (stated == PB_OK && (status == PB_EINVAL || status == PB_EUNAVAIL))
		status = another(e, err);
	if (status == PB_OK)
		status = pb_export_selection(&e->plan, e->options, e->selection, err);
	return status == PB_OK ? settle(e, &state, stated == PB_OK, err) : status;
}

/* ---- the package ---------------------------------------------------------------------------- */

/* The record first, then what makes it possible to go on, then the first byte of the package. */
static enum pb_status
begin(struct pb_export *e, struct pb_error *err)
{
	const struct pb_files *files = e->archive->world->files;
	struct pb_export_state state = { .size = e->plan.manifest.size };
	struct pb_export_wanted wanted;
	enum pb_status status = pb_export_want(e->archive, &wanted, err);

	if (status == PB_OK && !e->resumed) {
		status = pb_export_log_begin(e->archive, &e->plan.manifest, &e->export_seq, err);
		state.export_seq = e->export_seq;
		memcpy(state.selection, e->selection, sizeof(state.selection));
		state.unopened = e->unopened->count > 0;
		if (status == PB_OK)
			status = pb_export_state_create(files, e->state.text, &state, err);
	}
	if (status == PB_OK)
		status = pb_io_open(files, e->partial.text,
		    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | (e->resumed ? 0 : O_EXCL), 0600,
		    &e->fd, err);
	if (status == PB_OK)
		status = pb_export_guard(files, e->fd, e->partial.text, err);
	if (status == PB_OK)
		status = pb_export_package_new(
		    files, e->tmp.text, e->fd, e->partial.text, e->base, &wanted, &e->package, err);
	return status;
}

static enum pb_status
write_package(struct pb_export *e, struct pb_error *err)
{
	struct pb_export_dossier dossier = { .verifier_key = PB_BUF_EMPTY };
	enum pb_status status = pb_export_dossier_make(e, &dossier, err);

	if (status == PB_OK)
		status = pb_export_write_texts(e, &dossier, err);
	if (status == PB_OK) {
		status = pb_export_records(e, err);
		e->unsound = pb_inside_unsound(status);
	}
	if (status == PB_OK)
		status = pb_export_write_log(e, err);
	if (status == PB_OK)
		status = pb_export_write_stamps(e, err);
	if (status == PB_OK)
		status = pb_export_write_report(e, &dossier, err);
	if (status == PB_OK)
		status = pb_export_write_manifest(e, err);
	if (status == PB_OK)
		status =
		    pb_export_package_end(e->package, e->archive->origin, e->key, &e->sums, err);
	pb_export_dossier_done(&dossier);
	return status;
}

static void
tell_unopened(const struct pb_export *e)
{
	const struct pb_export_options *options = e->options;

	for (size_t i = 0; options->unopened != NULL && i < e->unopened->count; i++)
		options->unopened(
		    options->unopened_ctx, e->unopened->run[i].first, e->unopened->run[i].last);
}

static void
describe(const struct pb_export *e, struct pb_exported *exported)
{
	const struct pb_manifest *m = &e->plan.manifest;

	*exported = (struct pb_exported){ .first = m->first,
		.last = m->last,
		.size = m->size,
		.opened = e->plan.opened,
		.closed = e->plan.closed_records,
		.unopened = pb_runs_total(e->unopened),
		.opened_messages = e->plan.opened_messages,
		.opened_whole = e->plan.opened_whole,
		.closed_messages = e->plan.closed_messages,
		.export_seq = e->export_seq };
}

static enum pb_status
finish(struct pb_export *e, const struct pb_http *http, struct pb_exported *ret_exported,
    struct pb_error *err)
{
	const struct pb_files *files = e->archive->world->files;
	const struct pb_export_whole whole = { .package = { e->partial.text, e->base },
		.sums = &e->sums,
		.sealing = e->sealing.text,
		.output = e->options->output,
		.case_name = e->options->case_name,
		.resumed = e->resumed,
		.new_output = true,
		.has_export_seq = true,
		.export_seq = e->export_seq };
	struct pb_exported exported;
	enum pb_status status;

	describe(e, &exported);
	status = pb_export_finish(e->archive, http, &whole, &exported, err);
	if (status == PB_OK || status == PB_EUNAVAIL) {
		(void)files->unlink(files->ctx, e->state.text);
		tell_unopened(e);
		*ret_exported = exported;
	}
	return status;
}

static void
release(struct pb_export *e)
{
	pb_export_package_free(e->package);
	pb_io_close(e->archive->world->files, &e->fd);
	pb_export_plan_done(&e->plan);
	pb_reading_free(e->reading);
	pb_export_leaves_free(e->leaves);
	pb_ed25519_free(e->key);
	free(e->founded);
	free(e);
}

/*
 * A record failed it.  Where that is one that does not open, all that do not are known now, and
 * nothing is left of what was begun: it is to be done again without them.
 */
static bool
may_go_without(struct pb_export *e)
{
	const struct pb_files *files = e->archive->world->files;

	if (!e->unsound || e->unopened->count > 0 ||
	    pb_export_unopened_find(e->archive, &e->plan, e->leaves, e->unopened, NULL) != PB_OK ||
	    e->unopened->count == 0)
		return false;
	/* In this order: a state without its package is one that goes on from nothing. */
	return files->unlink(files->ctx, e->partial.text) == 0 &&
	       files->unlink(files->ctx, e->state.text) == 0;
}

/*
 * What a crash leaves: before the record, nothing; behind it, a record of an export that nobody
 * saw; then .partial.json and .partial, with which the same command goes on.
 */
static enum pb_status
export_without(struct pb_archive *archive, const struct pb_http *http,
    const struct pb_export_options *options, struct pb_runs *unopened, bool *ret_again,
    struct pb_exported *ret_exported, struct pb_error *err)
{
	struct pb_export *e = calloc(1, sizeof(*e));
	enum pb_status status;

	if (e == NULL)
		return pb_fail_memory(err, EXPORT);
	e->archive = archive;
	e->options = options;
	e->unopened = unopened;
	e->fd = -1;
	e->base = pb_export_room(options->case_name);
	status = name_files(e, err);
	if (status == PB_OK)
		status = open_key(e, err);
	if (status == PB_OK)
		status = plan(e, err);
	if (status == PB_OK)
		status = begin(e, err);
	if (status == PB_OK)
		status = write_package(e, err);
	if (status == PB_OK)
		status = finish(e, http, ret_exported, err);
	*ret_again = may_go_without(e);
	release(e);
	return status;
}

enum pb_status
pb_archive_export(struct pb_archive *archive, const struct pb_http *http,
    const struct pb_export_options *options, struct pb_exported *ret_exported, struct pb_error *err)
{
	struct pb_runs unopened = PB_RUNS_EMPTY;
	enum pb_status status;
	bool again = false;

	if (archive->key == NULL)
		return pb_fail(err, PB_EACCESS, EXPORT,
		    N_("a reader key is needed to open what is exported"), "%s", archive->dir);
	status = export_without(archive, http, options, &unopened, &again, ret_exported, err);
	if (again)
		status =
		    export_without(archive, http, options, &unopened, &again, ret_exported, err);
	pb_runs_done(&unopened);
	return status;
}
