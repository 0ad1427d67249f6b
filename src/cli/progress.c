#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/say.h"
#include "sys/terminal.h"

#define INTERVAL_US 100000

struct pb_progress {
	const struct pb_clock *clock;
	const char *noun;
	int64_t begun_us;
	int64_t shown_us;
	bool visible;
};

struct pb_progress *
pb_progress_new(const struct pb_world *world, const char *noun)
{
	struct pb_progress *progress;

	if (!pb_terminal_is(2))
		return NULL;
	progress = calloc(1, sizeof(*progress));
	if (progress == NULL)
		return NULL;
	progress->clock = world->clock;
	progress->noun = noun;
	progress->begun_us = world->clock->monotonic_us(world->clock->ctx);
	return progress;
}

void
pb_progress_show(struct pb_progress *progress, uint64_t count, uint64_t bytes)
{
	int64_t now_us;
	double seconds;

	if (progress == NULL)
		return;
	now_us = progress->clock->monotonic_us(progress->clock->ctx);
	if (now_us - progress->shown_us < INTERVAL_US)
		return;
	progress->shown_us = now_us;
	progress->visible = true;
	seconds = (double)(now_us - progress->begun_us) / 1e6;
	(void)fputs("\r\033[K", stderr);
	(void)fprintf(stderr, _("%" PRIu64 " %s, %.1f MB, %.0f/s"), count, progress->noun,
	    (double)bytes / 1e6, seconds > 0 ? (double)count / seconds : 0);
}

void
pb_progress_clear(struct pb_progress *progress)
{
	if (progress == NULL || !progress->visible)
		return;
	(void)fputs("\r\033[K", stderr);
	progress->visible = false;
}

void
pb_progress_free(struct pb_progress *progress)
{
	pb_progress_clear(progress);
	free(progress);
}
