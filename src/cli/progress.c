#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cell.h"
#include "cli/say.h"
#include "sys/terminal.h"

#define INTERVAL_US 100000
#define SETTLED_US 2000000 /* before that, the time left would be a guess */
#define BAR 20
#define LINE 256

struct pb_progress {
	const struct pb_clock *clock;
	const char *noun;
	uint64_t expected; /* bytes in all; 0: not known */
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
pb_progress_expect(struct pb_progress *progress, uint64_t bytes)
{
	if (progress != NULL)
		progress->expected = bytes;
}

/* "[=====>              ]  27 %  " */
static void
append_bar(char *line, double done)
{
	size_t filled = (size_t)(done * BAR);

	(void)snprintf(line, LINE, "[%.*s%s%*s] %3.0f %%  ", (int)filled,
	    "====================", filled < BAR ? ">" : "",
	    filled < BAR ? (int)(BAR - filled - 1) : 0, "", done * 100);
}

static void
append_left(char *line, double done, int64_t passed_us)
{
	double left_s = (double)passed_us / 1e6 * (1 - done) / done;
	size_t len = strlen(line);

	if (left_s >= 360000)
		return;
	if (left_s >= 3600)
		(void)snprintf(line + len, LINE - len, _(", %.0f h %02.0f min left"),
		    (double)(int)(left_s / 3600), (double)((int)(left_s / 60) % 60));
	else
		(void)snprintf(line + len, LINE - len, _(", %d:%02d left"), (int)left_s / 60,
		    (int)left_s % 60);
}

static void
write_line(const struct pb_progress *progress, uint64_t count, uint64_t bytes, int64_t passed_us)
{
	double seconds = (double)passed_us / 1e6, done = 0;
	char line[LINE] = "", size[PB_CELL_SIZE_LEN];
	size_t len;

	if (progress->expected > 0)
		done = bytes < progress->expected ? (double)bytes / (double)progress->expected : 1;
	if (progress->expected > 0 && pb_terminal_width(2) >= 100)
		append_bar(line, done);
	len = strlen(line);
	pb_cell_size(bytes, size);
	(void)snprintf(line + len, LINE - len, _("%" PRIu64 " %s, %s, %.0f/s"), count,
	    progress->noun, size, seconds > 0 ? (double)count / seconds : 0);
	if (done > 0 && passed_us > SETTLED_US)
		append_left(line, done, passed_us);
	(void)fprintf(stderr, "\r\033[K%s", line);
}

void
pb_progress_show(struct pb_progress *progress, uint64_t count, uint64_t bytes)
{
	int64_t now_us;

	if (progress == NULL)
		return;
	now_us = progress->clock->monotonic_us(progress->clock->ctx);
	if (now_us - progress->shown_us < INTERVAL_US)
		return;
	progress->shown_us = now_us;
	progress->visible = true;
	write_line(progress, count, bytes, now_us - progress->begun_us);
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
