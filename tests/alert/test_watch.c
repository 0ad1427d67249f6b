#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "alert/watch.h"
#include "lib/memory.h"

#define SECOND 1000000LL
#define WALL (1700000000 * SECOND)
#define HOUR 3600

static const char POLICY[] =
    "policy: capture\n"
    "archives:\n"
    "  - { name: tilleuls, path: /srv/t, mailboxes: [a@tilleuls.example] }\n"
    "  - { name: platanes, path: /srv/p, mailboxes: [b@platanes.example] }\n"
    "otherwise: pass\n"
    "doors:\n"
    "  - name: milter\n"
    "    kind: milter\n"
    "    listen: unix:/run/m\n"
    "    on_failure: defer\n"
    "  - name: journal\n"
    "    kind: lmtp\n"
    "    listen: unix:/run/j\n"
    "    on_failure: deliver\n"
    "    silence: 12 h\n"
    "timestamp: /etc/t.yaml\n"
    "alerts: { calm: 10 min, disk_free: 1 GB }\n";

/* Everything as it should be, at a moment. */
struct fixture {
	struct pb_capture_policy *policy;
	struct pb_watch *watch;
	struct pb_board_row door[2], archive[2], authority[2];
	struct pb_boards boards;
	int64_t now_us, monotonic_us;
	const struct pb_fault *fault;
	size_t count;
};

static void
live(struct fixture *f, int64_t second)
{
	f->now_us = WALL + second * SECOND;
	f->monotonic_us = second * SECOND;
	for (size_t i = 0; i < 2; i++)
		f->door[i].number[PB_BOARD_ALIVE_US] = (uint64_t)f->now_us;
	f->boards.stamper.number[PB_BOARD_ALIVE_US] = (uint64_t)f->now_us;
	f->boards.writer.number[PB_BOARD_ALIVE_US] = (uint64_t)f->now_us;
}

static void
look(struct fixture *f)
{
	f->count = pb_watch_look(f->watch, &f->boards, f->now_us, f->monotonic_us, &f->fault);
}

static void
assert_well(struct fixture *f)
{
	look(f);
	if (f->count > 0)
		fail_msg("%s %s", pb_alert_word(f->fault[0].word), f->fault[0].name);
}

/* That, and nothing else. */
static void
assert_wrong(struct fixture *f, enum pb_alert_word word, const char *name)
{
	look(f);
	assert_int_equal(f->count, 1);
	assert_string_equal(pb_alert_word(f->fault[0].word), pb_alert_word(word));
	assert_string_equal(f->fault[0].name, name);
}

static int
set_up(void **state)
{
	static struct fixture f;
	struct pb_watch_rules rules = { .gap_after_us = 8 * HOUR * SECOND };

	f = (struct fixture){ 0 };
	if (pb_capture_policy_parse(POLICY, strlen(POLICY), &f.policy, NULL) != PB_OK)
		return -1;
	rules.policy = f.policy;
	f.boards = (struct pb_boards){ .policy = f.policy,
		.archive = f.archive,
		.door = f.door,
		.authority = f.authority,
		.authority_count = 2 };
	(void)snprintf(f.authority[0].name, sizeof(f.authority[0].name), "tsa-un");
	(void)snprintf(f.authority[1].name, sizeof(f.authority[1].name), "tsa-deux");
	f.door[1].number[PB_BOARD_LAST_US] = WALL;
	*state = &f;
	return pb_watch_new(&rules, &f.watch, NULL) == PB_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	pb_watch_free(f->watch);
	pb_capture_policy_free(f->policy);
	return 0;
}

static void
processes_that_live_and_keep_are_well(void **state)
{
	struct fixture *f = *state;

	for (int64_t second = 0; second < 100; second++) {
		live(f, second);
		f->door[0].number[PB_BOARD_KEPT] += 3;
		f->door[0].number[PB_BOARD_DEFERRED]++;
		assert_well(f);
	}
}

/* Each of them alone; and its own clock may say what it will. */
static void
a_process_without_a_sign_of_life_is_down(void **state)
{
	struct fixture *f = *state;
	struct {
		uint64_t *sign;
		enum pb_alert_word word;
		const char *name;
	} each[] = {
		{ &f->boards.writer.number[PB_BOARD_ALIVE_US], PB_ALERT_WRITER_DOWN, "" },
		{ &f->door[0].number[PB_BOARD_ALIVE_US], PB_ALERT_DOOR_DOWN, "milter" },
		{ &f->door[1].number[PB_BOARD_ALIVE_US], PB_ALERT_DOOR_DOWN, "journal" },
	};
	int64_t second = 0;

	for (size_t i = 0; i < 3; i++) {
		uint64_t sign;

		live(f, second);
		assert_well(f);
		sign = *each[i].sign;
		for (int64_t end = second + 5; second < end; second++) {
			live(f, second);
			*each[i].sign = sign;
			assert_well(f);
		}
		live(f, second);
		*each[i].sign = sign;
		assert_wrong(f, each[i].word, each[i].name);
		*each[i].sign = sign - 3600 * SECOND; /* it lives in an earlier hour */
		assert_well(f);
	}
}

static void
a_stamper_lives_where_somebody_is_to_be_asked(void **state)
{
	struct fixture *f = *state;
	uint64_t sign;

	f->boards.authority_count = 0;
	live(f, 0);
	assert_well(f);
	sign = f->boards.stamper.number[PB_BOARD_ALIVE_US];
	live(f, 10);
	f->boards.stamper.number[PB_BOARD_ALIVE_US] = sign;
	assert_well(f);
	f->boards.authority_count = 2;
	assert_wrong(f, PB_ALERT_STAMPER_DOWN, "");
	f->boards.authority_count = 0; /* a writer that tells nothing has not changed that */
	assert_wrong(f, PB_ALERT_STAMPER_DOWN, "");
}

static void
a_stamper_that_never_told_anything_is_down(void **state)
{
	struct fixture *f = *state;

	live(f, 0);
	f->boards.stamper.number[PB_BOARD_ALIVE_US] = 0;
	assert_well(f);
	live(f, 10);
	f->boards.stamper.number[PB_BOARD_ALIVE_US] = 0;
	assert_wrong(f, PB_ALERT_STAMPER_DOWN, "");
}

static void
a_door_that_cannot_keep_defers(void **state)
{
	struct fixture *f = *state;

	live(f, 0);
	f->door[1].number[PB_BOARD_FAILING_US] = WALL;
	assert_wrong(f, PB_ALERT_DOOR_DEFERS, "journal");
	f->door[1].number[PB_BOARD_FAILING_US] = 0;
	assert_well(f);
}

static void
an_archive_that_cannot_keep_fails(void **state)
{
	struct fixture *f = *state;

	live(f, 0);
	f->archive[1].number[PB_BOARD_FAILING_US] = WALL;
	assert_wrong(f, PB_ALERT_ARCHIVE_FAILS, "platanes");
	f->archive[1].number[PB_BOARD_FAILING_US] = 0;
	assert_well(f);
}

static void
what_was_there_before_the_first_look_did_not_happen(void **state)
{
	struct fixture *f = *state;

	live(f, 0);
	f->door[0].number[PB_BOARD_PASSED] = 7;
	f->door[0].number[PB_BOARD_UNMAPPED] = 7;
	assert_well(f);
}

static void
what_happens_is_over_when_it_does_not_happen_again(void **state)
{
	struct fixture *f = *state;
	const struct {
		enum pb_board_number number;
		enum pb_alert_word word;
	} each[] = { { PB_BOARD_PASSED, PB_ALERT_DOOR_PASSES },
		{ PB_BOARD_UNMAPPED, PB_ALERT_UNMAPPED } };
	int64_t second = 0;

	live(f, 0);
	assert_well(f);
	for (size_t i = 0; i < 2; i++) {
		live(f, ++second);
		f->door[0].number[each[i].number]++;
		assert_wrong(f, each[i].word, "milter");
		live(f, second += 599);
		assert_wrong(f, each[i].word, "milter");
		f->door[0].number[each[i].number]++;
		assert_wrong(f, each[i].word, "milter");
		live(f, second += 599);
		assert_wrong(f, each[i].word, "milter");
		live(f, ++second);
		assert_well(f);
	}
	f->door[0].number[PB_BOARD_PASSED] = 0; /* a board that began anew */
	assert_well(f);
	f->door[0].number[PB_BOARD_PASSED] = 1;
	assert_wrong(f, PB_ALERT_DOOR_PASSES, "milter");
}

static void
gaps_that_wait_are_told(void **state)
{
	struct fixture *f = *state;

	live(f, 0);
	f->door[0].number[PB_BOARD_GAPS_WAITING] = 1;
	assert_wrong(f, PB_ALERT_GAPS_WAIT, "milter");
}

static void
a_door_is_quiet_by_its_own_measure(void **state)
{
	struct fixture *f = *state;

	live(f, 12 * HOUR);
	assert_well(f);
	live(f, 12 * HOUR + 1);
	assert_wrong(f, PB_ALERT_DOOR_QUIET, "journal");
	f->door[1].number[PB_BOARD_BEGUN_US] = WALL + SECOND; /* it is not there for longer */
	assert_well(f);
	f->door[1].number[PB_BOARD_LAST_US] = WALL + 13 * HOUR * SECOND; /* its clock stepped */
	assert_well(f);
}

static void
records_wait_for_a_token_as_long_as_the_policy_lets_them(void **state)
{
	struct fixture *f = *state;

	f->archive[1].number[PB_BOARD_WAITING] = 1;
	f->archive[1].number[PB_BOARD_WAITING_SINCE_US] = WALL;
	live(f, 8 * HOUR);
	assert_well(f);
	f->door[1].number[PB_BOARD_LAST_US] = WALL + 8 * HOUR * SECOND;
	live(f, 8 * HOUR + 1);
	assert_wrong(f, PB_ALERT_UNSTAMPED, "platanes");
	f->archive[1].number[PB_BOARD_WAITING] = 0;
	assert_well(f);
}

static void
an_authority_fails_until_it_gives_a_token(void **state)
{
	struct fixture *f = *state;

	live(f, 0);
	f->authority[1].number[PB_BOARD_FAILED_US] = WALL + 1;
	f->authority[1].number[PB_BOARD_STAMPED_US] = WALL;
	assert_wrong(f, PB_ALERT_AUTHORITY_FAILS, "tsa-deux");
	f->authority[1].number[PB_BOARD_STAMPED_US] = WALL + 2;
	assert_well(f);
}

static void
a_disk_is_low_below_what_the_policy_says(void **state)
{
	struct fixture *f = *state;

	live(f, 0);
	f->archive[0].number[PB_BOARD_FREE_BYTES] = 1000000000;
	assert_well(f);
	f->archive[0].number[PB_BOARD_FREE_BYTES]--;
	assert_wrong(f, PB_ALERT_DISK_LOW, "tilleuls");
}

/* As FORMAT 1.5 has them. */
static void
each_word_has_a_text_of_its_own(void **state)
{
	(void)state;
	for (enum pb_alert_word word = 0; word < PB_ALERT_WORDS; word++)
		for (enum pb_alert_word other = 0; other < word; other++)
			assert_string_not_equal(pb_alert_word(word), pb_alert_word(other));
	assert_null(pb_alert_about(PB_ALERT_WRITER_DOWN));
	assert_string_equal(pb_alert_about(PB_ALERT_UNSTAMPED), "archive");
}

static void
memory_that_runs_out_is_said(void **state)
{
	struct fixture *f = *state;
	const struct pb_watch_rules rules = { .policy = f->policy };
	struct pb_watch *watch = NULL;

	if (!test_memory_can_fail())
		skip();
	for (uint64_t nth = 1; nth <= 3; nth++) {
		test_memory_fail(nth, false);
		assert_int_equal(pb_watch_new(&rules, &watch, NULL), PB_ENOMEM);
		(void)test_memory_restore();
		assert_null(watch);
	}
	pb_watch_free(NULL);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(processes_that_live_and_keep_are_well),
		TEST(a_process_without_a_sign_of_life_is_down),
		TEST(a_stamper_lives_where_somebody_is_to_be_asked),
		TEST(a_stamper_that_never_told_anything_is_down),
		TEST(a_door_that_cannot_keep_defers),
		TEST(an_archive_that_cannot_keep_fails),
		TEST(what_was_there_before_the_first_look_did_not_happen),
		TEST(what_happens_is_over_when_it_does_not_happen_again),
		TEST(gaps_that_wait_are_told),
		TEST(a_door_is_quiet_by_its_own_measure),
		TEST(records_wait_for_a_token_as_long_as_the_policy_lets_them),
		TEST(an_authority_fails_until_it_gives_a_token),
		TEST(a_disk_is_low_below_what_the_policy_says),
		TEST(each_word_has_a_text_of_its_own),
		TEST(memory_that_runs_out_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
