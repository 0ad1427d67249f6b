/*
 * What messages say of others (archive/observe.h): looked at by the depot's thread while their
 * segment's key is at hand, stated on the writer's own.
 *
 * To look at messages means a child program for a moment, however many came since the last time.
 * So the more archives there are, the less often: over all of them it costs one such moment every
 * few seconds.
 */
#include "daemon/depot_state.h"

#define SECOND_US 1000000LL
#define EACH_US (4 * SECOND_US)
#define SOONEST_US (60 * SECOND_US)
#define LATEST_US (3600 * SECOND_US)
/* Nothing came for so long: soon it will be let go of, and its key with it. */
#define RESTING_US (PB_DEPOT_IDLE_US - 60 * SECOND_US)
#define STEP_US 5000

void
pb_depot_heard(struct pb_depot *d)
{
	int64_t us = (int64_t)d->options->policy->archive_count * EACH_US;

	us = us < SOONEST_US ? SOONEST_US : us > LATEST_US ? LATEST_US : us;
	if (!d->unobserved)
		d->observe_us = pb_depot_now(d) + us;
	d->unobserved = true;
}

bool
pb_depot_look_is_due(const struct pb_depot *d)
{
	int64_t now_us = pb_depot_now(d);

	return d->unobserved && d->held && d->archive->append != NULL &&
	       d->options->viewer != NULL &&
	       (now_us >= d->observe_us || now_us - d->used_us >= RESTING_US);
}

bool
pb_depot_has_to_state(const struct pb_depot *d)
{
	return d->held && d->views != NULL && pb_views_are_done(d->views);
}

/* What fails is left to the next time that the archive is looked at. */
enum pb_status
pb_depot_state(struct pb_depot *d, struct pb_error *err)
{
	const struct pb_said_closed closed = { .stem = d->closed, .key = d->closed_key };
	size_t count = 0;
	bool more = false;
	enum pb_status status = pb_views_observe(
	    d->views, d->archive, d->closed_key != NULL ? &closed : NULL, &more, &count, err);

	d->unstamped = d->unstamped || count > 0;
	if (status == PB_OK && more)
		return PB_OK;
	d->stated = true;
	pb_depot_end_views(d);
	return status;
}

void
pb_depot_look_at_last(struct pb_depot *d, int64_t until_us)
{
	const struct pb_clock *clock = d->options->world->clock;
	enum pb_status status = PB_OK;

	d->observe_us = pb_depot_now(d);
	pb_depot_view(d);
	while (status == PB_OK && d->views != NULL && pb_depot_now(d) < until_us) {
		if (pb_depot_has_to_state(d))
			status = pb_depot_state(d, NULL);
		else
			clock->sleep_us(clock->ctx, STEP_US);
	}
}
