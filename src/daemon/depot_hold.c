#include <stdlib.h>
#include <string.h>

#include "core/io.h"
#include "daemon/depot_state.h"
#include "sys/process.h"

/* Of one archive, and archives at once: it must not take the processor from what comes in. */
#define THREADS 1
#define VIEWED_AT_ONCE 2

/* How long who waits for the archive is let pass before a record. */
#define WAIT_US 500000
#define STEP_US 5000

/* ---- segments that close -------------------------------------------------------------------- */

static void
forget_closed(struct pb_depot *d)
{
	pb_secret_free(d->closed_key);
	d->closed_key = NULL;
}

/* Without memory for its key it is indexed by whoever lists the archive. */
static void
note_closing(void *ctx, const struct pb_archive *archive)
{
	struct pb_depot *d = ctx;
	struct pb_secret *key = pb_append_key(archive->append);

	if (d->views != NULL)
		(void)pb_views_offer_open(d->views, archive);
	if (pb_append_slots(archive->append) == 0)
		return;
	forget_closed(d);
	if (pb_secret_new(pb_secret_len(key), &d->closed_key, NULL) != PB_OK)
		return;
	memcpy(pb_secret_bytes(d->closed_key), pb_secret_bytes(key), pb_secret_len(key));
	memcpy(d->closed, pb_append_name(archive->append), sizeof(d->closed));
	d->closed_end = pb_append_end(archive->append);
}

/* What is open is looked at for what it says of others. */
static void
begin_views(struct pb_depot *d)
{
	const struct pb_views_options options = {
		.program = d->options->viewer, .threads = THREADS, .own = true
	};

	if (pb_views_new(d->archive, &options, &d->views, NULL) != PB_OK) {
		forget_closed(d);
		return;
	}
	++*d->options->viewed;
	d->stated = false;
	if (d->closed_key != NULL)
		pb_views_offer(d->views, d->closed, d->closed_end, d->closed_key);
	if (pb_depot_look_is_due(d) && pb_views_offer_open(d->views, d->archive))
		d->unobserved = false;
}

/* They live only under its lock; what they are at is gone on with when it is held again. */
void
pb_depot_end_views(struct pb_depot *d)
{
	if (d->views == NULL)
		return;
	if (d->stated)
		forget_closed(d);
	else
		pb_depot_heard(d);
	pb_views_free(d->views);
	d->views = NULL;
	--*d->options->viewed;
}

/* Behind the writer: segments that it closes are indexed while it goes on (FORMAT 6). */
void
pb_depot_view(struct pb_depot *d)
{
	if (d->views == NULL && d->held && (d->closed_key != NULL || pb_depot_look_is_due(d)) &&
	    *d->options->viewed < VIEWED_AT_ONCE)
		begin_views(d);
}

/* ---- the archive ---------------------------------------------------------------------------- */

/* He looks every quarter of a second at least (archive/lock.c), and mail may come more often. */
static void
let_pass(const struct pb_depot *d)
{
	const struct pb_clock *clock = d->options->world->clock;

	for (int64_t us = 0; us < WAIT_US && pb_archive_wanted(d->archive); us += STEP_US)
		clock->sleep_us(clock->ctx, STEP_US);
}

static enum pb_status
take(struct pb_depot *d, uint32_t patience_s, struct pb_error *err)
{
	const struct pb_patience patience = { .limit_s = patience_s };

	if (d->archive != NULL) {
		if (patience_s > 0)
			let_pass(d);
		return pb_archive_take_up(d->archive, patience_s, err);
	}
	return pb_archive_open_patiently(
	    d->options->world, d->dir, NULL, &patience, &d->archive, err);
}

enum pb_status
pb_depot_hold(struct pb_depot *d, uint32_t patience_s, struct pb_error *err)
{
	enum pb_status status;

	if (d->held)
		return PB_OK;
	status = take(d, patience_s, err);
	if (status != PB_OK)
		return status;
	status = pb_group_new(d->archive, false, d->acknowledged, d, &d->group, err);
	if (status != PB_OK) {
		pb_archive_let_go(d->archive);
		return status;
	}
	d->held = true;
	if (d->options->viewer != NULL) {
		d->archive->closing = note_closing;
		d->archive->watch_ctx = d;
	}
	return PB_OK;
}

void
pb_depot_let_go(struct pb_depot *d)
{
	pb_depot_end_views(d);
	pb_group_free(d->group);
	d->group = NULL;
	pb_archive_let_go(d->archive);
	d->held = false;
}

void
pb_depot_free(struct pb_depot *d)
{
	if (d == NULL)
		return;
	pb_depot_end_views(d);
	forget_closed(d);
	pb_stamping_free(d->answered);
	pb_group_free(d->group);
	(void)pb_archive_close(d->archive, NULL); /* the next that opens it publishes */
	pb_io_close(d->options->world->files, &d->capturing);
	free(d);
}
