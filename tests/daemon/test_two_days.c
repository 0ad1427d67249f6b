/*
 * Two simulated days of a writer, a turn a second: heartbeats, a message now and then, midnight, an
 * hour that a time zone skips or has twice, and a clock that does all that clocks do.  Each step is
 * a record, and nothing else is one.
 */
#include <time.h>

#include "daemon/capture.h"
#include "daemon/clock_watch.h"

#define HOUR 3600
#define DAYS_S (48 * HOUR)
#define MESSAGE_S 1013
#define DEAD_S 300
#define SUSPENDED_S (3 * HOUR)

enum what { STEPPED, SLEWED, SUSPENDED, DIED };

/* In their order.  by_us: of one that is slewed, in each second until the next; the other clock
 * goes along. */
static const struct happening {
	unsigned at_s;
	enum what what;
	int64_t by_us;
} HAPPENING[] = {
	{ 3 * HOUR, STEPPED, -HOUR *SECOND },
	{ 5 * HOUR, STEPPED, HOUR *SECOND },
	{ 7 * HOUR, SLEWED, 500 },
	{ 9 * HOUR, SLEWED, 0 },
	{ 12 * HOUR, STEPPED, -SECOND }, /* midnight: a leap second, shown twice */
	{ 13 * HOUR, SLEWED, -12 },      /* one that is smeared over a day would be */
	{ 20 * HOUR, SLEWED, 0 },
	{ 20 * HOUR + 1, STEPPED, 24 * HOUR *SECOND },
	{ 26 * HOUR, STEPPED, 400000 },
	{ 27 * HOUR, SUSPENDED, 0 },
	{ 30 * HOUR, STEPPED, -24 * HOUR *SECOND },
	{ 30 * HOUR + 1, STEPPED, SECOND },
	{ 33 * HOUR, STEPPED, 300000 },
	{ 34 * HOUR, STEPPED, 300000 },
	{ 36 * HOUR, DIED, -2 * HOUR *SECOND },
	{ 40 * HOUR, DIED, HOUR *SECOND },
	{ 44 * HOUR, STEPPED, 500000 },
};
#define HAPPENINGS (sizeof(HAPPENING) / sizeof(HAPPENING[0]))

/* Of two that are too small to be told each. */
#define TOGETHER 600000

/* As the log has to say it, in order: by how much; of one that nobody saw, that it went back. */
static const int64_t SAID[] = { -HOUR * SECOND, HOUR *SECOND, -SECOND, 24 * HOUR *SECOND,
	-24 * HOUR *SECOND, SECOND, TOGETHER, 0, 500000 };
#define SAID_COUNT (sizeof(SAID) / sizeof(SAID[0]))

struct days {
	struct capture c;
	struct pb_clock_watch watch;
	unsigned at_s, messages;
	size_t next; /* of HAPPENING */
	int64_t slew_us;
};

/* ---- the writer ----------------------------------------------------------------------------- */

static void
look(struct days *d)
{
	struct pb_clock_step step;

	if (pb_clock_watch_look(&d->watch, d->c.options.world->clock, &step))
		pb_depot_clock_stepped(d->c.depot, &step);
}

static void
send(struct days *d)
{
	look(d);
	submit(&d->c);
	d->messages++;
}

static void
turn(struct days *d)
{
	bool worked;

	if (d->at_s % MESSAGE_S == 0)
		send(d);
	look(d);
	assert_int_equal(pb_depot_tick(d->c.depot, false, &worked, NULL), PB_OK);
}

static void
die(struct days *d, int64_t by_us)
{
	end_unsaid(&d->c);
	d->watch = (struct pb_clock_watch){ 0 };
	test_clock_step(&d->c.f->clock, by_us);
	pass_time(d->c.f, DEAD_S);
	open_depot(&d->c);
}

/* A message that comes right behind a step stands right behind it in the log. */
static void
step(struct days *d, int64_t by_us)
{
	struct pb_json *before;
	uint8_t type;

	test_clock_step(&d->c.f->clock, by_us);
	if (by_us < SECOND / 2 && by_us > -SECOND / 2)
		return;
	send(d);
	before = read_facts(d->c.f, d->c.seq - 1, &type);
	assert_string_equal(text_of(before, "event"), "clock_step");
	pb_json_free(before);
}

static void
let_happen(struct days *d, const struct happening *h)
{
	switch (h->what) {
	case STEPPED:
		step(d, h->by_us);
		break;
	case SLEWED:
		d->slew_us = h->by_us;
		break;
	case SUSPENDED:
		pass_time(d->c.f, SUSPENDED_S);
		break;
	case DIED:
		die(d, h->by_us);
		break;
	}
}

static void
live_through(struct days *d)
{
	for (; d->at_s < DAYS_S; d->at_s++) {
		turn(d);
		if (d->next < HAPPENINGS && HAPPENING[d->next].at_s == d->at_s)
			let_happen(d, &HAPPENING[d->next++]);
		pass_time(d->c.f, 1);
		d->c.f->clock.now_us += d->slew_us;
	}
	assert_int_equal(d->next, HAPPENINGS);
}

/* ---- its log -------------------------------------------------------------------------------- */

struct told {
	size_t steps;
	unsigned starts, stops, beats, gaps, stamps, messages;
	bool step_before; /* the record before is a step */
	uint64_t beat_records;
};

static void
check_step(struct told *told, const struct pb_json *facts)
{
	uint64_t from_us, to_us, elapsed_us, by_us = 0;
	int64_t said;

	assert_true(told->steps < SAID_COUNT);
	said = SAID[told->steps++];
	if (said == 0) {
		assert_true(number_of(facts, "from_s") > number_of(facts, "to_s"));
		return;
	}
	assert_true(pb_json_as_u64(pb_json_get(facts, said < 0 ? "back_us" : "ahead_us"), &by_us));
	assert_int_equal(by_us, said < 0 ? -said : said);
	from_us = number_of(facts, "from_us");
	to_us = number_of(facts, "to_us");
	elapsed_us = number_of(facts, "elapsed_us");
	assert_true(elapsed_us <= (said == TOGETHER ? 4 * HOUR + 1 : 1) * (uint64_t)SECOND);
	assert_int_equal(
	    said < 0 ? from_us + elapsed_us - to_us : to_us - from_us - elapsed_us, by_us);
}

/* Where its end is before its beginning, the record before says that the clock went back. */
static void
check_gap(struct told *told, const struct pb_json *facts)
{
	told->gaps++;
	assert_string_equal(text_of(facts, "reason"), "writer_ended");
	assert_int_equal(
	    number_of(facts, "from_us") > number_of(facts, "to_us"), told->step_before);
}

static void
check_record(struct told *told, const struct pb_json *facts)
{
	const char *event = text_of(facts, "event");
	bool step = strcmp(event, "clock_step") == 0;

	if (step)
		check_step(told, facts);
	else if (strcmp(event, "gap") == 0)
		check_gap(told, facts);
	else if (strcmp(event, "heartbeat") == 0)
		told->beat_records += number_of(facts, "records");
	told->starts += strcmp(event, "start") == 0;
	told->stops += strcmp(event, "stop") == 0;
	told->beats += strcmp(event, "heartbeat") == 0;
	told->stamps += strcmp(event, "timestamp") == 0;
	told->messages += event[0] == '\0';
	told->step_before = step;
}

static void
read_log(struct fixture *f, struct told *told)
{
	struct pb_reading *reading = NULL;
	uint8_t sha256[PB_DIGEST_LEN];
	struct pb_opened *opened;
	struct pb_leaf leaf;

	assert_int_equal(pb_reading_new(f->world.files, f->dir, f->key, &reading, NULL), PB_OK);
	for (uint64_t seq = 0;
	     pb_reading_record(reading, seq, &leaf, &opened, sha256, NULL) == PB_OK; seq++) {
		struct pb_buf text = PB_BUF_EMPTY;
		struct pb_json *facts = NULL;

		assert_int_equal(pb_opened_part(opened, pb_opened_find(opened, PB_PART_FACTS),
				     PB_LIMIT_JSON, &text, NULL),
		    PB_OK);
		assert_int_equal(pb_json_parse(text.data, text.len, &facts, NULL), PB_OK);
		check_record(told, facts);
		pb_json_free(facts);
		pb_buf_done(&text);
	}
	pb_reading_free(reading);
}

/* from: UTC, twelve hours before the midnight of a Sunday on which Paris changes its hour. */
static void
live_two_days(struct fixture *f, int64_t from_s)
{
	struct told told = { 0 };
	struct days d = { 0 };

	prepare(&d.c, f);
	f->clock.now_us = from_s * SECOND;
	live_through(&d);
	end(&d.c);
	read_log(f, &told);
	assert_int_equal(told.steps, SAID_COUNT);
	assert_int_equal(told.starts, 3);
	assert_int_equal(told.stops, 1);
	assert_int_equal(told.gaps, 2);
	assert_int_equal(told.messages, d.messages);
	/* One each hour, whatever the clock shows; not while the machine slept, nor behind a death.
	 */
	assert_in_range(told.beats, 45, 48);
	/* And a stamp within a minute behind each message. */
	assert_in_range(told.stamps, DAYS_S / MESSAGE_S, d.messages + told.beats + SAID_COUNT + 6);
	assert_holds(f);
}

static void
in_spring_every_step_is_a_record_and_nothing_else_is_one(void **state)
{
	live_two_days(*state, 1806148800); /* 2027-03-27T12:00:00Z */
}

static void
in_autumn_every_step_is_a_record_and_nothing_else_is_one(void **state)
{
	live_two_days(*state, 1792843200); /* 2026-10-24T12:00:00Z */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
		    in_spring_every_step_is_a_record_and_nothing_else_is_one, set_up),
		cmocka_unit_test_setup(
		    in_autumn_every_step_is_a_record_and_nothing_else_is_one, set_up),
	};

	(void)setenv("TZ", "Europe/Paris", 1);
	tzset();
	return cmocka_run_group_tests(tests, found_with_its_authority, forget_template);
}
