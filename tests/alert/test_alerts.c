#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/alerts.h"
#include "core/limits.h"
#include "lib/memory.h"

#define SECOND 1000000LL
#define WALL (1700000000 * SECOND)
#define AFTER (60 * SECOND)
#define REPEAT (3600 * SECOND)

static const struct pb_fault DOOR = { PB_ALERT_DOOR_DOWN, "milter" };
static const struct pb_fault OTHER = { PB_ALERT_DOOR_DOWN, "journal" };
static const struct pb_fault WRITER = { PB_ALERT_WRITER_DOWN, "" };

static int
set_up(void **state)
{
	const struct pb_alerts_rules rules = { AFTER, REPEAT, { true, true, true } };

	return pb_alerts_new(&rules, (struct pb_alerts **)state, NULL) == PB_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
	pb_alerts_free(*state);
	return 0;
}

/* So many seconds behind the beginning. */
static void
turn(struct pb_alerts *alerts, int64_t second, size_t count, const struct pb_fault *faults)
{
	assert_int_equal(
	    pb_alerts_turn(alerts, faults, count, WALL + second * SECOND, second * SECOND), 0);
}

/* Exactly that state of one alert is due, and is told. */
static void
assert_told(struct pb_alerts *alerts, enum pb_alert_way way, int64_t second,
    enum pb_alert_state state, const struct pb_fault *of)
{
	struct pb_notice notices[4];

	assert_int_equal(pb_alerts_due(alerts, way, second * SECOND, notices, 4), 1);
	assert_int_equal(notices[0].state, state);
	assert_int_equal(notices[0].alert->word, of->word);
	assert_string_equal(notices[0].alert->name, of->name);
	pb_alerts_told(way, notices, 1, second * SECOND);
}

static void
assert_nothing_due(struct pb_alerts *alerts, int64_t second)
{
	struct pb_notice notices[4];

	for (enum pb_alert_way way = 0; way < PB_ALERT_WAYS; way++)
		assert_int_equal(pb_alerts_due(alerts, way, second * SECOND, notices, 4), 0);
}

static void
what_passes_before_its_time_is_no_alert(void **state)
{
	struct pb_alerts *alerts = *state;

	for (int64_t second = 0; second < 1000; second++) {
		bool wrong = second % 60 != 59; /* 59 seconds, again and again */

		turn(alerts, second, wrong ? 1 : 0, &DOOR);
		assert_nothing_due(alerts, second);
		assert_int_equal(pb_alerts_standing(alerts), 0);
	}
}

static void
a_begin_and_an_end_are_told_once_by_each_way(void **state)
{
	struct pb_alerts *alerts = *state;
	const struct pb_fault both[] = { DOOR, WRITER };
	struct pb_notice notice;

	turn(alerts, 0, 1, &DOOR);
	turn(alerts, 59, 1, &DOOR);
	assert_nothing_due(alerts, 59);
	turn(alerts, 60, 2, both);
	assert_int_equal(pb_alerts_standing(alerts), 1);
	for (enum pb_alert_way way = 0; way < PB_ALERT_WAYS; way++) {
		assert_int_equal(pb_alerts_due(alerts, way, 60 * SECOND, &notice, 1), 1);
		assert_int_equal(notice.alert->since_us, WALL);
		assert_int_equal(notice.alert->until_us, 0);
		assert_int_equal(notice.told[PB_ALERT_EMAIL], way > PB_ALERT_EMAIL);
		assert_told(alerts, way, 60, PB_ALERT_BEGUN, &DOOR);
	}
	assert_nothing_due(alerts, 61);
	turn(alerts, 100, 0, NULL);
	turn(alerts, 159, 0, NULL);
	assert_int_equal(pb_alerts_standing(alerts), 1);
	assert_nothing_due(alerts, 159);
	turn(alerts, 160, 0, NULL);
	assert_int_equal(pb_alerts_standing(alerts), 0);
	for (enum pb_alert_way way = 0; way < PB_ALERT_WAYS; way++) {
		assert_int_equal(pb_alerts_due(alerts, way, 160 * SECOND, &notice, 1), 1);
		assert_int_equal(notice.alert->until_us, WALL + 100 * SECOND);
		assert_told(alerts, way, 160, PB_ALERT_ENDED, &DOOR);
	}
	turn(alerts, 161, 0, NULL);
	assert_nothing_due(alerts, 100000);
}

static void
what_comes_back_at_once_has_not_ended(void **state)
{
	struct pb_alerts *alerts = *state;
	struct pb_notice notice;

	turn(alerts, 0, 1, &DOOR);
	turn(alerts, 60, 1, &DOOR);
	for (enum pb_alert_way way = 0; way < PB_ALERT_WAYS; way++)
		assert_told(alerts, way, 60, PB_ALERT_BEGUN, &DOOR);
	for (int64_t second = 61; second < 1000; second++)
		turn(alerts, second, second % 50 == 0, &DOOR);
	assert_int_equal(pb_alerts_standing(alerts), 1);
	assert_nothing_due(alerts, 1000);
	turn(alerts, 1000, 1, &DOOR);
	assert_int_equal(pb_alerts_due(alerts, PB_ALERT_EMAIL, 4000 * SECOND, &notice, 1), 1);
	assert_int_equal(notice.alert->until_us, 0);
}

static void
what_stands_is_repeated_at_most_so_often_and_never_as_a_record(void **state)
{
	struct pb_alerts *alerts = *state;
	struct pb_notice notice;

	turn(alerts, 0, 1, &DOOR);
	turn(alerts, 60, 1, &DOOR);
	for (enum pb_alert_way way = 0; way < PB_ALERT_WAYS; way++)
		assert_told(alerts, way, 60, PB_ALERT_BEGUN, &DOOR);
	for (int64_t hour = 1; hour < 4; hour++) {
		turn(alerts, hour * 3600 + 59, 1, &DOOR);
		assert_nothing_due(alerts, hour * 3600 + 59);
		assert_told(alerts, PB_ALERT_EMAIL, hour * 3600 + 60, PB_ALERT_STANDS, &DOOR);
		assert_told(alerts, PB_ALERT_WEBHOOK, hour * 3600 + 60, PB_ALERT_STANDS, &DOOR);
		assert_int_equal(pb_alerts_due(alerts, PB_ALERT_RECORD, INT64_MAX, &notice, 1), 0);
	}
}

static void
what_cannot_be_told_is_kept_and_told_in_order(void **state)
{
	struct pb_alerts *alerts = *state;

	turn(alerts, 0, 1, &DOOR);
	turn(alerts, 60, 1, &DOOR);
	turn(alerts, 61, 0, NULL);
	turn(alerts, 121, 0, NULL); /* it ended before anybody could be told */
	turn(alerts, 200, 1, &OTHER);
	turn(alerts, 9000, 1, &OTHER);
	for (enum pb_alert_way way = 0; way < PB_ALERT_WAYS; way++) {
		struct pb_notice notices[4];

		assert_int_equal(pb_alerts_due(alerts, way, 9000 * SECOND, notices, 4), 2);
		assert_int_equal(notices[0].state, PB_ALERT_BEGUN);
		assert_int_equal(notices[1].state, PB_ALERT_BEGUN);
		pb_alerts_told(way, notices, 2, 9000 * SECOND);
		assert_told(alerts, way, 9000, PB_ALERT_ENDED, &DOOR);
	}
	assert_nothing_due(alerts, 9001);
}

static void
an_alert_that_comes_again_is_another_one(void **state)
{
	struct pb_alerts *alerts = *state;
	struct pb_notice notices[4];

	for (int64_t start = 0; start < 2000; start += 1000) {
		turn(alerts, start, 1, &DOOR);
		turn(alerts, start + 60, 1, &DOOR);
		turn(alerts, start + 61, 0, NULL);
		turn(alerts, start + 121, 0, NULL);
	}
	assert_int_equal(pb_alerts_due(alerts, PB_ALERT_EMAIL, 2000 * SECOND, notices, 4), 2);
	assert_int_equal(notices[1].alert->since_us, WALL + 1000 * SECOND);
}

static void
a_way_that_is_not_in_use_keeps_nothing(void **state)
{
	const struct pb_alerts_rules rules = { AFTER, REPEAT, { [PB_ALERT_EMAIL] = true } };
	struct pb_alerts *alerts = NULL;

	(void)state;
	assert_int_equal(pb_alerts_new(&rules, &alerts, NULL), PB_OK);
	for (int64_t start = 0; start < 2 * PB_LIMIT_ALERTS * 1000; start += 1000) {
		turn(alerts, start, 1, &DOOR);
		turn(alerts, start + 60, 1, &DOOR);
		assert_told(alerts, PB_ALERT_EMAIL, start + 60, PB_ALERT_BEGUN, &DOOR);
		turn(alerts, start + 61, 0, NULL);
		turn(alerts, start + 121, 0, NULL);
		assert_told(alerts, PB_ALERT_EMAIL, start + 121, PB_ALERT_ENDED, &DOOR);
	}
	pb_alerts_free(alerts);
}

static void
a_full_table_forgets_the_oldest_end_and_never_what_stands(void **state)
{
	struct pb_alerts *alerts = *state;
	struct pb_notice notice;
	int64_t second = 0;

	turn(alerts, 0, 1, &WRITER);
	for (size_t n = 0; n < PB_LIMIT_ALERTS - 1; n++, second += 200) {
		const struct pb_fault both[] = { WRITER, DOOR };

		turn(alerts, second, 2, both);
		turn(alerts, second + 60, 2, both);
		turn(alerts, second + 61, 1, both);
		turn(alerts, second + 121, 1, both);
	}
	assert_int_equal(pb_alerts_turn(alerts, (const struct pb_fault[]){ WRITER, OTHER }, 2,
			     WALL + second * SECOND, second * SECOND),
	    1);
	turn(alerts, second + 60, 2, (const struct pb_fault[]){ WRITER, OTHER });
	assert_int_equal(pb_alerts_standing(alerts), 2);
	assert_int_equal(pb_alerts_due(alerts, PB_ALERT_EMAIL, 0, &notice, 1), 1);
	assert_int_equal(notice.alert->word, PB_ALERT_WRITER_DOWN);
	pb_alerts_told(PB_ALERT_EMAIL, &notice, 1, 0);
	assert_int_equal(pb_alerts_due(alerts, PB_ALERT_EMAIL, 0, &notice, 1), 1);
	assert_int_equal(notice.alert->since_us, WALL + 200 * SECOND);
}

static void
more_than_stands_at_once_is_counted(void **state)
{
	struct pb_alerts *alerts = *state;
	struct pb_fault faults[PB_LIMIT_ALERTS + 3];
	char names[PB_LIMIT_ALERTS + 3][16];

	for (size_t i = 0; i < PB_LIMIT_ALERTS + 3; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "a%zu", i);
		faults[i] = (struct pb_fault){ PB_ALERT_DISK_LOW, names[i] };
	}
	assert_int_equal(pb_alerts_turn(alerts, faults, PB_LIMIT_ALERTS + 3, WALL, 0), 3);
}

/* As another process has them, who was told what it was. */
static struct pb_alerts *
resume(struct pb_alerts *alerts, int64_t second)
{
	const struct pb_alerts_rules rules = { AFTER, REPEAT, { true, true, true } };
	struct pb_alerts *anew = NULL;
	struct pb_alert_kept kept;

	assert_int_equal(pb_alerts_new(&rules, &anew, NULL), PB_OK);
	for (size_t i = 0; i < PB_LIMIT_ALERTS; i++)
		if (pb_alerts_keep(alerts, i, &kept))
			pb_alerts_resume(anew, &kept, second * SECOND);
	return anew;
}

static void
what_stood_before_stands_and_is_not_told_again(void **state)
{
	struct pb_alerts *alerts = *state, *anew;
	const struct pb_fault both[] = { DOOR, WRITER };

	turn(alerts, 0, 1, &DOOR);
	turn(alerts, 60, 2, both); /* the writer may be back in a moment */
	for (enum pb_alert_way way = 0; way < PB_ALERT_WAYS; way++)
		assert_told(alerts, way, 60, PB_ALERT_BEGUN, &DOOR);
	anew = resume(alerts, 70);
	assert_int_equal(pb_alerts_standing(anew), 1);
	turn(anew, 70, 1, &DOOR);
	assert_nothing_due(anew, 70);
	turn(anew, 200, 1, &DOOR);
	assert_nothing_due(anew, 200);
	turn(anew, 300, 0, NULL);
	turn(anew, 360, 0, NULL);
	for (enum pb_alert_way way = 0; way < PB_ALERT_WAYS; way++)
		assert_told(anew, way, 360, PB_ALERT_ENDED, &DOOR);
	assert_nothing_due(anew, 361);
	pb_alerts_free(anew);
}

/* Nobody watched when it ended. */
static void
what_ended_in_between_is_told_to_have_ended(void **state)
{
	struct pb_alerts *alerts = *state, *anew;

	turn(alerts, 0, 1, &DOOR);
	turn(alerts, 60, 1, &DOOR);
	assert_told(alerts, PB_ALERT_RECORD, 60, PB_ALERT_BEGUN, &DOOR);
	anew = resume(alerts, 100);
	assert_told(anew, PB_ALERT_EMAIL, 100, PB_ALERT_BEGUN, &DOOR); /* it was not told yet */
	turn(anew, 100, 0, NULL);
	turn(anew, 160, 0, NULL);
	assert_told(anew, PB_ALERT_EMAIL, 160, PB_ALERT_ENDED, &DOOR);
	assert_told(anew, PB_ALERT_RECORD, 160, PB_ALERT_ENDED, &DOOR);
	pb_alerts_free(anew);
}

static void
an_end_that_was_not_told_everywhere_is_told_where_it_was_not(void **state)
{
	struct pb_alerts *alerts = *state, *anew;
	struct pb_notice notices[4];

	turn(alerts, 0, 1, &DOOR);
	turn(alerts, 60, 1, &DOOR);
	for (enum pb_alert_way way = 0; way < PB_ALERT_WAYS; way++)
		assert_told(alerts, way, 60, PB_ALERT_BEGUN, &DOOR);
	turn(alerts, 100, 0, NULL);
	turn(alerts, 160, 0, NULL);
	assert_told(alerts, PB_ALERT_RECORD, 160, PB_ALERT_ENDED, &DOOR);
	anew = resume(alerts, 200);
	assert_int_equal(pb_alerts_standing(anew), 0);
	turn(anew, 200, 1, &DOOR); /* another one */
	turn(anew, 260, 1, &DOOR);
	assert_told(anew, PB_ALERT_RECORD, 260, PB_ALERT_BEGUN, &DOOR);
	assert_int_equal(pb_alerts_due(anew, PB_ALERT_EMAIL, 260 * SECOND, notices, 4), 2);
	assert_int_equal(notices[0].state, PB_ALERT_ENDED);
	assert_int_equal(notices[0].alert->until_us, WALL + 100 * SECOND);
	assert_int_equal(notices[1].state, PB_ALERT_BEGUN);
	pb_alerts_free(anew);
}

static void
memory_that_runs_out_is_said(void **state)
{
	const struct pb_alerts_rules rules = { 0 };
	struct pb_alerts *alerts = NULL;

	(void)state;
	if (!test_memory_can_fail())
		skip();
	test_memory_fail(1, false);
	assert_int_equal(pb_alerts_new(&rules, &alerts, NULL), PB_ENOMEM);
	(void)test_memory_restore();
	assert_null(alerts);
	pb_alerts_free(NULL);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(what_passes_before_its_time_is_no_alert),
		TEST(a_begin_and_an_end_are_told_once_by_each_way),
		TEST(what_comes_back_at_once_has_not_ended),
		TEST(what_stands_is_repeated_at_most_so_often_and_never_as_a_record),
		TEST(what_cannot_be_told_is_kept_and_told_in_order),
		TEST(an_alert_that_comes_again_is_another_one),
		TEST(a_way_that_is_not_in_use_keeps_nothing),
		TEST(a_full_table_forgets_the_oldest_end_and_never_what_stands),
		TEST(more_than_stands_at_once_is_counted),
		TEST(what_stood_before_stands_and_is_not_told_again),
		TEST(what_ended_in_between_is_told_to_have_ended),
		TEST(an_end_that_was_not_told_everywhere_is_told_where_it_was_not),
		TEST(memory_that_runs_out_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
