#include "health/health.h"

#include <inttypes.h>

bool
pb_health_lives(const struct pb_board_row *row, int64_t now_us)
{
	uint64_t alive_us = row->number[PB_BOARD_ALIVE_US], now = (uint64_t)now_us;

	return (now > alive_us ? now - alive_us : alive_us - now) < PB_HEALTH_SILENCE_US;
}

/* One line after the other; the first failure sticks. */
struct saying {
	struct pb_buf *lines;
	int64_t now_us;
	enum pb_status status;
};

static uint64_t
seconds_since(const struct saying *s, uint64_t then_us)
{
	return (uint64_t)s->now_us > then_us ? ((uint64_t)s->now_us - then_us) / 1000000 : 0;
}

static void
say_life(struct saying *s, const char *who, const char *name, const struct pb_board_row *row)
{
	uint64_t alive_us = row->number[PB_BOARD_ALIVE_US];

	if (s->status != PB_OK || pb_health_lives(row, s->now_us))
		return;
	if (alive_us == 0)
		s->status =
		    pb_buf_printf(s->lines, "%s%s: it has not given a sign of life\n", who, name);
	else
		s->status = pb_buf_printf(s->lines, "%s%s: no sign of life for %" PRIu64 " s\n",
		    who, name, seconds_since(s, alive_us));
}

/* Longer than mail servers wait before they try again (Postfix: 4000 s).  What was not tried for
 * that long may be well: nobody knows. */
#define STALE_S 7200

static void
say_failing(struct saying *s, const char *who, const char *name, const char *what,
    const struct pb_board_row *row)
{
	uint64_t since_us = row->number[PB_BOARD_FAILING_US];
	uint64_t last_us = row->number[PB_BOARD_FAILED_US];

	if (s->status == PB_OK && since_us != 0 && seconds_since(s, last_us) < STALE_S)
		s->status = pb_buf_printf(s->lines, "%s%s: %s, for %" PRIu64 " s\n", who, name,
		    what, seconds_since(s, since_us));
}

static void
say_count(struct saying *s, const char *who, const char *name, uint64_t count, const char *what)
{
	if (s->status == PB_OK && count != 0)
		s->status =
		    pb_buf_printf(s->lines, "%s%s: %" PRIu64 " %s\n", who, name, count, what);
}

static void
say_door(struct saying *s, const char *name, const struct pb_board_row *row)
{
	say_life(s, "door ", name, row);
	say_failing(s, "door ", name, "mail for an archive cannot be kept", row);
	say_count(s, "door ", name, row->number[PB_BOARD_GAPS_WAITING],
	    "gaps that no record tells of yet");
}

static void
say_archive(struct saying *s, const char *name, const struct pb_board_row *row)
{
	say_failing(s, "archive ", name, "it cannot be written to", row);
	if (s->status == PB_OK && row->number[PB_BOARD_UNANSWERED] != 0)
		s->status = pb_buf_printf(
		    s->lines, "archive %s: no authority answers, and its log says so\n", name);
}

enum pb_status
pb_health(const struct pb_boards *boards, int64_t now_us, struct pb_buf *lines)
{
	const struct pb_capture_policy *policy = boards->policy;
	struct saying s = { .lines = lines, .now_us = now_us };

	say_life(&s, "writer", "", &boards->writer);
	if (boards->authority_count > 0)
		say_life(&s, "stamper", "", &boards->stamper);
	for (size_t i = 0; i < policy->door_count; i++)
		say_door(&s, policy->door[i].name, &boards->door[i]);
	for (size_t i = 0; i < policy->archive_count; i++)
		say_archive(&s, policy->archive[i].name, &boards->archive[i]);
	return s.status;
}
