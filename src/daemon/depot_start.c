/* How capture begins in an archive, goes on and stops: what the log says of it (FORMAT 1.5). */
#include <string.h>

#include "core/error.h"
#include "daemon/capturing.h"
#include "daemon/depot_state.h"
#include "daemon/events.h"
#include "record/types.h"

int64_t
pb_depot_now(const struct pb_depot *d)
{
	const struct pb_clock *clock = d->options->world->clock;

	return clock->monotonic_us(clock->ctx);
}

/* ---- records -------------------------------------------------------------------------------- */

/* written: how the making of facts and envelope went; both are done with. */
static enum pb_status
state(struct pb_depot *d, enum pb_status written, uint8_t type, struct pb_buf *take_facts,
    struct pb_buf *take_envelope, struct pb_error *err)
{
	enum pb_status status = written != PB_OK ? pb_fail_memory(err, N_("note how capture goes"))
						 : pb_commit_own(d->archive, type, take_facts,
						       take_envelope, NULL, err);

	if (status == PB_OK) {
		pb_depot_tell_record(d, pb_archive_size(d->archive));
		d->unstamped = true;
	}
	pb_buf_done(take_facts);
	if (take_envelope != NULL)
		pb_buf_done(take_envelope);
	return status;
}

static enum pb_status
state_gap(struct pb_depot *d, struct pb_error *err)
{
	const struct pb_clock *clock = d->options->world->clock;
	int64_t now_us = clock->now_us(clock->ctx);
	struct pb_buf facts = PB_BUF_EMPTY;
	enum pb_status written =
	    pb_events_gap(&facts, d->last_s * 1000000, now_us < 0 ? 0 : (uint64_t)now_us);

	return state(d, written, PB_RECORD_CAPTURE, &facts, NULL, err);
}

static enum pb_status
state_start(struct pb_depot *d, struct pb_error *err)
{
	struct pb_buf facts = PB_BUF_EMPTY;
	enum pb_status written = pb_events_start(&facts, d->options->policy->heartbeat_s);

	return state(d, written, PB_RECORD_CAPTURE, &facts, NULL, err);
}

static enum pb_status
state_policy(struct pb_depot *d, struct pb_error *err)
{
	const struct pb_depot_options *o = d->options;
	struct pb_buf facts = PB_BUF_EMPTY, envelope = PB_BUF_EMPTY;
	enum pb_status written =
	    pb_events_policy(&facts, o->policy, d->index, o->policy_sha256, o->map_sha256);

	if (written == PB_OK)
		written = pb_events_mailboxes(&envelope, o->policy, d->index);
	return state(d, written, PB_RECORD_MANAGEMENT, &facts, &envelope, err);
}

static enum pb_status
state_stamps(struct pb_depot *d, struct pb_error *err)
{
	struct pb_buf facts = PB_BUF_EMPTY;
	enum pb_status written = pb_events_stamps(&facts, d->options->stamps);

	return state(d, written, PB_RECORD_MANAGEMENT, &facts, NULL, err);
}

static void
set_heartbeat(struct pb_depot *d)
{
	d->records = 0;
	d->beat_us = pb_depot_now(d) + d->options->policy->heartbeat_s * INT64_C(1000000);
}

enum pb_status
pb_depot_beat(struct pb_depot *d, struct pb_error *err)
{
	struct pb_buf facts = PB_BUF_EMPTY;
	enum pb_status written = pb_events_heartbeat(&facts, d->records);
	enum pb_status status = state(d, written, PB_RECORD_CAPTURE, &facts, NULL, err);

	if (status == PB_OK)
		set_heartbeat(d);
	return status;
}

/* ---- the clock ------------------------------------------------------------------------------ */

/* Of more than can be waiting the last two become one: from before the first to behind it. */
void
pb_depot_clock_stepped(struct pb_depot *d, const struct pb_clock_step *step)
{
	struct pb_clock_step *last = &d->unsaid[PB_STEPS_UNSAID - 1];

	if (d->step <= PB_STEP_START)
		return; /* it captures nothing yet */
	d->look_us = 0;
	if (d->unsaid_count < PB_STEPS_UNSAID) {
		d->unsaid[d->unsaid_count++] = *step;
		return;
	}
	last->to_us = step->to_us;
	last->until_us = step->until_us;
}

enum pb_status
pb_depot_say_steps(struct pb_depot *d, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	while (status == PB_OK && d->unsaid_count > 0) {
		status = pb_commit_step(d->archive, &d->unsaid[0], err);
		if (status != PB_OK)
			break;
		d->unstamped = true;
		d->unsaid_count--;
		memmove(&d->unsaid[0], &d->unsaid[1], d->unsaid_count * sizeof(d->unsaid[0]));
	}
	return status;
}

/* ---- steps ---------------------------------------------------------------------------------- */

static enum pb_status
do_step(struct pb_depot *d, struct pb_error *err)
{
	const struct pb_world *world = d->options->world;

	switch (d->step) {
	case PB_STEP_LOOK: /* before opening puts a torn end in order, which is a record */
		return pb_capturing_look(world, d->dir, &d->unclean, &d->last_s, err);
	case PB_STEP_MARK:
		return pb_capturing_begin(world->files, d->dir, &d->capturing, err);
	case PB_STEP_GAP:
		return d->unclean ? state_gap(d, err) : PB_OK;
	case PB_STEP_START:
		return state_start(d, err);
	case PB_STEP_POLICY:
		return state_policy(d, err);
	case PB_STEP_STAMPS:
		return d->options->stamps != NULL ? state_stamps(d, err) : PB_OK;
	case PB_STEP_STARTED:
		break;
	}
	return PB_OK;
}

enum pb_status
pb_depot_ready(struct pb_depot *d, uint32_t patience_s, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	if (d->step == PB_STEP_STARTED) {
		status = pb_depot_hold(d, patience_s, err);
		return status == PB_OK ? pb_depot_say_steps(d, err) : status;
	}
	while (status == PB_OK && d->step != PB_STEP_STARTED) {
		d->rivalled = false;
		if (d->step != PB_STEP_LOOK)
			status = pb_depot_hold(d, patience_s, err);
		if (status != PB_OK)
			break;
		status = do_step(d, err);
		d->rivalled = status == PB_ELOCKED;
		if (status == PB_OK)
			d->step++;
	}
	if (status != PB_OK)
		return status;
	set_heartbeat(d);
	pb_depot_tell_standing(d);
	return pb_depot_say_steps(d, err);
}

enum pb_status
pb_depot_unready(struct pb_depot *d, struct pb_error *err)
{
	struct pb_buf facts = PB_BUF_EMPTY;
	enum pb_status written = pb_events_stop(&facts, d->records);
	enum pb_status status = state(d, written, PB_RECORD_CAPTURE, &facts, NULL, err);

	if (status != PB_OK)
		return status;
	d->step = PB_STEP_LOOK;
	return pb_capturing_end(d->options->world->files, d->dir, &d->capturing, err);
}
