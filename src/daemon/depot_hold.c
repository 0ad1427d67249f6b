#include <stdlib.h>

#include "core/io.h"
#include "daemon/depot_state.h"
#include "sys/process.h"

/* One: it must not take the processor from what comes in. */
#define THREADS 1

/* How long who waits for the archive is let pass before a record. */
#define WAIT_US 500000
#define STEP_US 5000

/* Behind the writer: segments that it closes are indexed while it goes on (FORMAT 6). */
static void
begin_views(struct pb_depot *d)
{
	const struct pb_views_options options = {
		.program = d->options->viewer, .threads = THREADS, .own = true
	};

	if (d->options->viewer != NULL &&
	    pb_views_new(d->archive, &options, &d->views, NULL) == PB_OK)
		pb_views_attach(d->archive, d->views);
}

/* What they are at stays for whoever lists the archive: they live only under its lock. */
static void
end_views(struct pb_depot *d)
{
	if (d->views == NULL)
		return;
	pb_views_attach(d->archive, NULL);
	pb_views_free(d->views);
	d->views = NULL;
}

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
	begin_views(d);
	return PB_OK;
}

void
pb_depot_let_go(struct pb_depot *d)
{
	end_views(d);
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
	end_views(d);
	pb_group_free(d->group);
	(void)pb_archive_close(d->archive, NULL); /* the next that opens it publishes */
	pb_io_close(d->options->world->files, &d->capturing);
	free(d);
}
