#include "capture/import.h"

#include <stdlib.h>
#include <string.h>

#include "capture/crew.h"
#include "capture/pieces.h"
#include "capture/receipts.h"
#include "core/error.h"
#include "core/limits.h"

/*
 * Everything but sealing is done by the one thread that runs the import: it goes through the
 * sources, fills jobs, collects them in their order, and hands in what they sealed.
 */
struct pb_import {
	const struct pb_world *world;
	struct pb_import_options options;
	const struct pb_import_events *events;
	const struct pb_intake *intake;
	struct pb_finds finds;
	struct pb_message_maker *maker;
	struct pb_crew *crew;
	struct pb_pieces pieces;
	uint8_t source[PB_JOURNAL_KEY_LEN]; /* of the message that comes in pieces */
	struct pb_receipts receipts;
	uint64_t messages;
	uint64_t bytes;
	bool broken;  /* the archive takes no more */
	bool stopped; /* nothing more is to be read */
};

/* ---- what is told --------------------------------------------------------------------------- */

static bool
has_source(const struct pb_import *import, const struct pb_message_origin *origin)
{
	return import->options.journal != NULL && origin->path != NULL && origin->modified_us != 0;
}

static void
tell_refused(
    struct pb_import *import, const struct pb_message_origin *origin, const struct pb_error *why)
{
	const struct pb_import_item item = pb_import_item(origin);

	if (import->events->refused != NULL)
		import->events->refused(import->events->ctx, &item, why);
}

enum pb_status
pb_import_acknowledged(
    void *ctx, void *cookie, const struct pb_receipt *receipt, struct pb_error *err)
{
	struct pb_import *import = ctx;
	struct pb_waiting *waiting = pb_receipts_next(&import->receipts);
	enum pb_status status = PB_OK;

	pb_assert(waiting != NULL && waiting == cookie);
	if (import->options.journal != NULL)
		pb_journal_committed(import->options.journal, receipt->seq);
	if (import->events->kept != NULL)
		status = import->events->kept(
		    import->events->ctx, &waiting->item, receipt, waiting->second, err);
	free(waiting);
	return status;
}

static bool
is_stopped(struct pb_import *import)
{
	if (!import->stopped && import->events->stop != NULL)
		import->stopped = import->events->stop(import->events->ctx);
	return import->stopped;
}

/* What still waits was not kept: each is told by name. */
static void
refuse_waiting(struct pb_import *import, const struct pb_error *why)
{
	struct pb_waiting *waiting;
	struct pb_job *job;

	while ((waiting = pb_receipts_next(&import->receipts)) != NULL) {
		if (import->events->refused != NULL)
			import->events->refused(import->events->ctx, &waiting->item, why);
		free(waiting);
	}
	while ((job = pb_crew_collect(import->crew)) != NULL) {
		tell_refused(import, &job->found.origin, job->status != PB_OK ? &job->err : why);
		pb_crew_release(import->crew, job);
	}
}

/* ---- handing in ----------------------------------------------------------------------------- */

/*
 * Did a former import have it from there?  Only the message itself can say: behind the same path,
 * size and time others may stand.  Of what has no time, such as a pipe, nobody can say.
 */
static enum pb_status
ask_journal(struct pb_import *import, const struct pb_message_origin *origin,
    const uint8_t source[PB_JOURNAL_KEY_LEN], const struct pb_sealed *sealed, bool *ret_known,
    struct pb_error *err)
{
	const struct pb_import_item item = pb_import_item(origin);
	enum pb_status status;

	if (!import->options.resume || !has_source(import, origin))
		return PB_OK;
	status = pb_journal_has(import->options.journal, source, sealed, ret_known, err);
	if (status == PB_OK && *ret_known && import->events->known != NULL)
		import->events->known(import->events->ctx, &item);
	return status;
}

static enum pb_status
hand_in(struct pb_import *import, struct pb_job *job, struct pb_error *err)
{
	const struct pb_message_origin *origin = &job->found.origin;
	const uint8_t *source = job->source;
	struct pb_sealed *take_sealed = &job->sealed;
	uint64_t bytes = take_sealed->payload_len;
	struct pb_waiting *waiting = NULL;
	bool second = false, known = false;
	enum pb_status status = ask_journal(import, origin, source, take_sealed, &known, err);

	if (status == PB_OK && known) {
		pb_sealed_done(take_sealed);
		return PB_OK;
	}
	if (status == PB_OK && import->options.journal != NULL)
		status =
		    pb_journal_note(import->options.journal, source, take_sealed, &second, err);
	if (status == PB_OK &&
	    (waiting = pb_receipts_wait(&import->receipts, origin, second)) == NULL)
		status = pb_fail_memory(err, N_("import"));
	if (status != PB_OK) {
		pb_sealed_done(take_sealed);
		tell_refused(import, origin, err);
		import->broken = true;
		return status;
	}
	waiting->item.odd = job->odd;
	status = import->intake->submit(import->intake->ctx, take_sealed, waiting, err);
	import->broken = status != PB_OK;
	import->messages++;
	import->bytes += bytes;
	if (status == PB_OK && import->events->progress != NULL)
		import->events->progress(import->events->ctx, import->messages, import->bytes);
	return status;
}

/*
 * A job that came back.  What cannot be read is refused, and is no failure of the import.  Of a
 * pipe, it may end where the same key ended who wrote it: it is not kept.
 */
static enum pb_status
settle_job(struct pb_import *import, struct pb_job *job, struct pb_error *err)
{
	if (job->found.origin.modified_us == 0 && is_stopped(import))
		return PB_EEND;
	if (job->status != PB_OK) {
		tell_refused(import, &job->found.origin, &job->err);
		return PB_OK;
	}
	return hand_in(import, job, err);
}

/* Everything that was given is handed in. */
static enum pb_status
collect(struct pb_import *import, struct pb_error *err)
{
	enum pb_status status = PB_OK;
	struct pb_job *job;

	while (status == PB_OK && (job = pb_crew_collect(import->crew)) != NULL) {
		status = settle_job(import, job, err);
		pb_crew_release(import->crew, job);
	}
	return status;
}

/* An empty job; the oldest are waited for until there is one. */
static enum pb_status
take_job(struct pb_import *import, const struct pb_message_origin *origin, struct pb_job **ret_job,
    struct pb_error *err)
{
	enum pb_status status = PB_OK;
	struct pb_job *job, *oldest;

	if (is_stopped(import))
		return PB_EEND;
	while ((job = pb_crew_take(import->crew)) == NULL && status == PB_OK) {
		oldest = pb_crew_collect(import->crew);
		status = settle_job(import, oldest, err);
		pb_crew_release(import->crew, oldest);
	}
	if (status == PB_OK)
		status = pb_origin_copy(&job->found, origin, err);
	if (status == PB_OK)
		*ret_job = job;
	return status;
}

/* ---- finds ---------------------------------------------------------------------------------- */

/* What the journal calls it; zeros: nothing. */
static enum pb_status
name_source(struct pb_import *import, const struct pb_message_origin *origin,
    uint8_t source[PB_JOURNAL_KEY_LEN], struct pb_error *err)
{
	memset(source, 0, PB_JOURNAL_KEY_LEN);
	if (!has_source(import, origin))
		return PB_OK;
	return pb_journal_source(import->options.journal, origin, source, err);
}

static enum pb_status
found_file(
    void *ctx, const struct pb_message_origin *origin, enum pb_file_how how, struct pb_error *err)
{
	struct pb_import *import = ctx;
	uint8_t source[PB_JOURNAL_KEY_LEN];
	struct pb_job *job = NULL;
	enum pb_status status = name_source(import, origin, source, err);

	if (status == PB_OK)
		status = take_job(import, origin, &job, err);
	if (status != PB_OK)
		return status;
	job->kind = PB_JOB_FILE;
	job->how = how;
	/* What it holds when it is sealed; longer ones spill. */
	job->held = origin->file_size < PB_LIMIT_SPILL ? (size_t)origin->file_size : PB_LIMIT_SPILL;
	memcpy(job->source, source, sizeof(job->source));
	pb_crew_give(import->crew, job);
	return PB_OK;
}

static enum pb_status
begin_message(
    void *ctx, const struct pb_message_origin *origin, bool *ret_wanted, struct pb_error *err)
{
	struct pb_import *import = ctx;
	enum pb_status status = name_source(import, origin, import->source, err);

	if (status != PB_OK)
		return status;
	*ret_wanted = true;
	pb_pieces_begin(&import->pieces);
	return PB_OK;
}

static enum pb_status
write_message(void *ctx, const void *data, size_t len, struct pb_error *err)
{
	struct pb_import *import = ctx;

	(void)err;
	pb_pieces_write(&import->pieces, data, len);
	return PB_OK;
}

static void
cut_message(void *ctx)
{
	struct pb_import *import = ctx;

	pb_pieces_drop(&import->pieces);
}

static enum pb_status
refused(void *ctx, const struct pb_message_origin *origin, const struct pb_error *why,
    struct pb_error *err)
{
	struct pb_import *import = ctx;
	struct pb_job *job = NULL;
	enum pb_status status;

	/* In its turn: two runs say the same. */
	status = take_job(import, origin, &job, err);
	if (status != PB_OK)
		return status;
	job->kind = PB_JOB_DONE;
	job->status = why->status;
	job->err = *why;
	pb_crew_give(import->crew, job);
	return PB_OK;
}

static enum pb_status
end_message(void *ctx, const struct pb_message_origin *origin, struct pb_error *err)
{
	struct pb_import *import = ctx;
	struct pb_pieces *pieces = &import->pieces;
	struct pb_sealed sealed = PB_SEALED_EMPTY;
	struct pb_job *job = NULL;
	enum pb_status status;

	if (pb_pieces_end(pieces, origin, &sealed) != PB_OK)
		return refused(ctx, origin, &pieces->err, err);
	status = take_job(import, origin, &job, err);
	if (status != PB_OK) {
		pb_sealed_done(&sealed);
		return status;
	}
	job->kind = pieces->streaming ? PB_JOB_DONE : PB_JOB_BYTES;
	job->sealed = sealed;
	job->odd = pieces->streaming && pb_message_odd(import->maker);
	if (!pieces->streaming) {
		struct pb_buf empty = job->bytes;

		job->bytes = pieces->bytes;
		pieces->bytes = empty;
	}
	job->times = pieces->times;
	job->held = 2 * job->bytes.len + sealed.memory.len;
	memcpy(job->source, import->source, sizeof(job->source));
	pb_crew_give(import->crew, job);
	return PB_OK;
}

static void
skipped(void *ctx, const struct pb_message_origin *origin)
{
	struct pb_import *import = ctx;
	const struct pb_import_item item = pb_import_item(origin);

	if (import->events->skipped != NULL)
		import->events->skipped(import->events->ctx, &item);
}

static void
met(void *ctx, enum pb_met what)
{
	(void)ctx;
	(void)what;
}

/* ---- the run -------------------------------------------------------------------------------- */

enum pb_status
pb_import_new(const struct pb_world *world, const struct pb_import_options *options,
    const struct pb_import_events *events, struct pb_import **ret_import, struct pb_error *err)
{
	struct pb_import *import = calloc(1, sizeof(*import));
	enum pb_status status;

	if (import == NULL)
		return pb_fail_memory(err, N_("import"));
	import->world = world;
	import->options = *options;
	import->events = events;
	import->finds = (struct pb_finds){ import, found_file, begin_message, write_message,
		end_message, cut_message, refused, skipped, met };
	pb_receipts_init(&import->receipts);
	status = pb_message_maker_new(
	    world, options->origin, options->spill_dir, options->mailboxes, &import->maker, err);
	if (status == PB_OK)
		status = pb_crew_new(world, options->origin, options->spill_dir, options->mailboxes,
		    import->maker, options->threads, &import->crew, err);
	if (status != PB_OK) {
		pb_import_free(import);
		return status;
	}
	if (options->keep != NULL)
		pb_crew_keep(import->crew, options->keep);
	pb_pieces_init(&import->pieces, world, import->maker);
	*ret_import = import;
	return PB_OK;
}

/* What was read before the end, or before something went wrong, is still kept. */
static enum pb_status
keep_rest(struct pb_import *import, struct pb_error *err)
{
	enum pb_status status = collect(import, err), flushed;

	if (status != PB_OK && status != PB_EEND)
		return status;
	flushed = import->intake->flush(import->intake->ctx, err);
	return flushed != PB_OK ? flushed : status;
}

enum pb_status
pb_import_run(struct pb_import *import, const struct pb_intake *intake,
    const struct pb_sources *sources, struct pb_error *err)
{
	struct pb_error own = { 0 }, later = { 0 };
	struct pb_error *why = err != NULL ? err : &own;
	enum pb_status status, kept;
	bool sound;

	import->intake = intake;
	status = pb_sources_find(import->world->files, sources, &import->finds, why);
	sound = status == PB_OK || status == PB_EEND;
	if (!import->broken) {
		kept = keep_rest(import, sound ? why : &later);
		if (status == PB_OK || (sound && kept != PB_OK))
			status = kept;
	}
	if (status != PB_OK && status != PB_EEND)
		refuse_waiting(import, why);
	return status;
}

void
pb_import_free(struct pb_import *import)
{
	if (import == NULL)
		return;
	pb_crew_free(import->crew);
	pb_pieces_drop(&import->pieces);
	pb_message_maker_free(import->maker);
	pb_receipts_done(&import->receipts);
	free(import);
}
