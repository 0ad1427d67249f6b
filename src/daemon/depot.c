#include "daemon/depot.h"

#include <stdlib.h>
#include <string.h>

#include "archive/founding.h"
#include "core/error.h"
#include "daemon/depot_state.h"

#define SECOND_US 1000000LL
/* A command that waits looks every quarter of a second (archive/lock.c). */
#define LOOK_US (SECOND_US / 4)
/* What could not be done is tried again. */
#define RETRY_US SECOND_US
#define IDLE_CROWDED_US SECOND_US

/* ---- the door into it ------------------------------------------------------------------------ */

/* One that is locked for long is asked for, and not waited for again. */
#define PATIENCE_S 2

static enum pb_status
submit(void *ctx, struct pb_sealed *take_sealed, void *cookie, struct pb_error *err)
{
	struct pb_depot *d = ctx;
	enum pb_status status = pb_depot_ready(d, d->locked_out ? 0 : PATIENCE_S, err);
	const struct pb_intake *intake;

	d->locked_out = status == PB_ELOCKED;
	if (status != PB_OK) {
		pb_sealed_done(take_sealed);
		pb_depot_tell_went(d, status);
		return status;
	}
	d->used_us = pb_depot_now(d);
	intake = pb_group_intake(d->group);
	return intake->submit(intake->ctx, take_sealed, cookie, err);
}

static enum pb_status
flush(void *ctx, struct pb_error *err)
{
	struct pb_depot *d = ctx;
	const struct pb_intake *intake;
	enum pb_status status;

	if (d->group == NULL)
		return PB_OK;
	intake = pb_group_intake(d->group);
	status = intake->flush(intake->ctx, err);
	pb_archive_rest(d->archive);
	if (status != PB_OK)
		pb_depot_tell_went(d, status);
	return status;
}

static enum pb_status
acknowledged(void *ctx, void *cookie, const struct pb_receipt *receipt, struct pb_error *err)
{
	struct pb_depot *d = ctx;

	d->records++;
	pb_depot_tell_record(d, receipt->seq + 1);
	pb_depot_tell_kept(d);
	d->unstamped = true;
	pb_depot_heard(d);
	return d->options->acknowledged(d->options->acknowledged_ctx, cookie, receipt, err);
}

const struct pb_intake *
pb_depot_intake(struct pb_depot *depot)
{
	return &depot->intake;
}

/* ---- what is due ---------------------------------------------------------------------------- */

static bool
beat_is_due(const struct pb_depot *d, int64_t now_us)
{
	return d->options->policy->heartbeat_s > 0 && now_us >= d->beat_us;
}

/*
 * What is done with the archive held; one that no record needs is not kept for it.  Where nobody
 * stamps it, it is captured into all the same.
 */
static enum pb_status
tend(struct pb_depot *d, int64_t now_us, struct pb_error *err)
{
	bool held = d->held;
	enum pb_status status = pb_depot_ready(d, 0, err);

	if (status == PB_OK && beat_is_due(d, now_us))
		status = pb_depot_beat(d, err);
	if (status != PB_ELOCKED)
		pb_depot_tell_went(d, status);
	if (status == PB_OK && pb_depot_stamp_due(d, now_us))
		status = pb_depot_stamp(d, err);
	if (!held && d->held && !pb_depot_broken(d))
		pb_depot_let_go(d);
	else if (d->held)
		pb_archive_rest(d->archive);
	return status;
}

enum pb_status
pb_depot_tick(struct pb_depot *d, bool crowded, bool *ret_worked, struct pb_error *err)
{
	int64_t now_us = pb_depot_now(d), idle_us = now_us - d->used_us;
	enum pb_status status = PB_OK;

	*ret_worked = false;
	pb_depot_tell_room(d, now_us);
	if (now_us < d->look_us)
		return PB_OK;
	d->look_us = now_us + LOOK_US;
	pb_depot_view(d);
	if (d->held && pb_archive_wanted(d->archive)) {
		pb_depot_let_go(d);
		*ret_worked = true;
		/* Whoever waits looks in his own time: nothing that is due takes it from him. */
		d->look_us = now_us + RETRY_US;
	} else if (d->step != PB_STEP_STARTED || d->unsaid_count > 0 || beat_is_due(d, now_us) ||
		   pb_depot_stamp_due(d, now_us)) {
		status = tend(d, now_us, err);
		*ret_worked = true;
		if (status != PB_OK)
			d->look_us = now_us + RETRY_US;
		if (status == PB_ELOCKED && !d->rivalled)
			status = PB_OK; /* a command is at work: later */
	} else if (pb_depot_has_to_state(d)) {
		status = pb_depot_state(d, err);
		pb_archive_rest(d->archive);
		*ret_worked = true;
	} else if (d->held && (crowded || d->views == NULL) &&
		   idle_us >= (crowded ? IDLE_CROWDED_US : PB_DEPOT_IDLE_US)) {
		pb_depot_let_go(d);
		*ret_worked = true;
	}
	return status;
}

/* Where the stop cannot be said, the next start says that nobody knows. */
enum pb_status
pb_depot_stop(struct pb_depot *d, int64_t until_us, struct pb_error *err)
{
	bool unstamped = d->unstamped;
	enum pb_status status;

	if (d->step != PB_STEP_STARTED)
		return PB_OK;
	status = pb_depot_ready(d, PATIENCE_S, err);
	if (status == PB_OK)
		status = pb_depot_unready(d, err);
	if (status == PB_OK)
		pb_depot_look_at_last(d, until_us);
	if (status == PB_OK && (unstamped || d->answered != NULL))
		status = pb_depot_stamp_last(d, err);
	if (d->held && !pb_depot_broken(d))
		pb_depot_let_go(d);
	return status;
}

/* ---- life ----------------------------------------------------------------------------------- */

enum pb_status
pb_depot_new(const struct pb_depot_options *options, size_t archive, struct pb_depot **ret_depot,
    struct pb_error *err)
{
	struct pb_depot *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return pb_fail_memory(err, N_("prepare to capture"));
	d->options = options;
	d->index = archive;
	d->dir = options->policy->archive[archive].path;
	d->capturing = -1;
	d->intake = (struct pb_intake){ .ctx = d, .submit = submit, .flush = flush };
	d->acknowledged = acknowledged;
	*ret_depot = d;
	return PB_OK;
}

enum pb_status
pb_depot_origin(struct pb_depot *d, const char **ret_origin, struct pb_error *err)
{
	struct pb_founded *founded;
	enum pb_status status = PB_OK;

	if (d->origin[0] == '\0') {
		founded = calloc(1, sizeof(*founded));
		status = founded == NULL
			     ? pb_fail_memory(err, N_("look at the archive"))
			     : pb_founded_read(d->options->world->files, d->dir, founded, err);
		if (status == PB_OK)
			memcpy(d->origin, founded->origin, sizeof(d->origin));
		free(founded);
	}
	if (status == PB_OK)
		*ret_origin = d->origin;
	return status;
}

bool
pb_depot_holds(const struct pb_depot *d)
{
	return d->held;
}

bool
pb_depot_broken(const struct pb_depot *d)
{
	return d->held && pb_archive_has_stopped(d->archive);
}
