/* An archive as the writer has it: what its log says of capture, and who may use it meanwhile. */
#include "daemon/capture.h"

#include "archive/catchup.h"
#include "archive/lock.h"
#include "lib/program.h"

/* ---- tests ---------------------------------------------------------------------------------- */

static void
nothing_can_be_freed(void **state)
{
	(void)state;
	pb_depot_free(NULL);
}

static void
capture_begins_with_a_start_and_the_policy(void **state)
{
	struct pb_json *start = NULL, *policy = NULL;
	const struct pb_json *door;
	struct capture c;

	prepare(&c, *state);
	tick(&c);
	assert_int_equal(count_events(c.f, "start", &start), 1);
	assert_int_equal(number_of(start, "heartbeat_s"), 3600);
	assert_int_equal(count_events(c.f, "policy", &policy), 1);
	assert_string_equal(text_of(policy, "archive"), "tilleuls");
	assert_string_equal(text_of(policy, "otherwise"), "pass");
	door = pb_json_item(pb_json_get(policy, "doors"), 0);
	assert_string_equal(pb_json_string(pb_json_get(door, "door")), "filtre");
	assert_string_equal(pb_json_string(pb_json_get(door, "kind")), "proxy");
	assert_string_equal(pb_json_string(pb_json_get(door, "on_failure")), "defer-then-deliver");
	assert_int_equal(number_of(door, "deliver_after_s"), 1800);
	assert_null(pb_json_get(policy, "mailboxes"));
	assert_int_equal(count_events(c.f, "gap", NULL), 0);
	pb_json_free(start);
	pb_json_free(policy);
	end(&c);
	assert_holds(c.f);
}

static void
a_record_of_a_door_begins_capture_and_is_acknowledged(void **state)
{
	struct capture c;
	uint8_t type;

	prepare(&c, *state);
	submit(&c);
	pb_json_free(read_facts(c.f, c.seq, &type));
	assert_int_equal(type, PB_RECORD_CAPTURE);
	assert_int_equal(count_events(c.f, "start", NULL), 1);
	submit(&c);
	assert_int_equal(count_events(c.f, "start", NULL), 1);
	end(&c);
	assert_holds(c.f);
}

static void
a_heartbeat_says_how_much_came_since_the_one_before(void **state)
{
	struct pb_json *beat = NULL, *stop = NULL;
	struct capture c;

	prepare(&c, *state);
	submit(&c);
	submit(&c);
	pass_time(c.f, 3599);
	tick(&c);
	pass_time(c.f, 3600);
	tick(&c);
	assert_int_equal(count_events(c.f, "heartbeat", &beat), 2);
	assert_int_equal(number_of(beat, "records"), 0);
	submit(&c);
	end(&c);
	assert_int_equal(count_events(c.f, "stop", &stop), 1);
	assert_int_equal(number_of(stop, "records"), 1);
	pb_json_free(beat);
	pb_json_free(stop);
	assert_holds(c.f);
}

static void
a_stop_is_said_and_the_next_start_knows_of_no_gap(void **state)
{
	struct capture c;

	prepare(&c, *state);
	submit(&c);
	end(&c);
	open_depot(&c);
	tick(&c);
	assert_int_equal(count_events(c.f, "start", NULL), 2);
	assert_int_equal(count_events(c.f, "stop", NULL), 1);
	assert_int_equal(count_events(c.f, "gap", NULL), 0);
	end(&c);
	assert_holds(c.f);
}

static void
a_writer_that_ended_without_a_stop_leaves_a_gap(void **state)
{
	struct pb_json *gap = NULL;
	struct capture c;
	uint64_t from_s, to_s;

	prepare(&c, *state);
	submit(&c);
	from_s = (uint64_t)(c.f->clock.now_us / SECOND);
	end_unsaid(&c);
	pass_time(c.f, 500);
	open_depot(&c);
	to_s = (uint64_t)(c.f->clock.now_us / SECOND);
	submit(&c);
	assert_int_equal(count_events(c.f, "gap", &gap), 1);
	assert_string_equal(text_of(gap, "reason"), "writer_ended");
	assert_int_equal(number_of(gap, "from_us") / SECOND, from_s);
	assert_int_equal(number_of(gap, "to_us") / SECOND, to_s);
	pb_json_free(gap);
	end(&c);
	assert_holds(c.f);
}

/* Two policies with a `state_dir` each: the one who came second takes nothing from the first. */
static void
two_daemons_do_not_capture_into_one_archive(void **state)
{
	struct pb_error err = { 0 };
	struct capture first, second;
	bool worked;

	prepare(&first, *state);
	submit(&first);
	prepare(&second, *state);
	assert_int_equal(pb_depot_tick(second.depot, false, &worked, &err), PB_ELOCKED);
	assert_string_equal(err.why, "another daemon captures into this archive");
	assert_int_equal(try_submit(&second), PB_ELOCKED);
	assert_int_equal(pb_depot_stop(second.depot, 0, NULL), PB_OK);
	assert_int_equal(access(at(first.f, "capturing"), F_OK), 0);
	submit(&first);
	end(&first);
	pass_time(second.f, 2);
	tick(&second);
	assert_int_equal(count_events(second.f, "start", NULL), 2);
	assert_int_equal(count_events(second.f, "gap", NULL), 0);
	end(&second);
	assert_holds(second.f);
}

static void
who_dies_leaves_the_archive_to_the_other_daemon_and_a_gap(void **state)
{
	struct capture first, second;

	prepare(&first, *state);
	submit(&first);
	prepare(&second, *state);
	assert_int_equal(try_submit(&second), PB_ELOCKED);
	end_unsaid(&first);
	submit(&second);
	assert_int_equal(count_events(second.f, "gap", NULL), 1);
	end(&second);
	assert_holds(second.f);
}

/* Of some hundreds of calls; a number that has no factor in common with what repeats. */
#define STRIDE 7

/* Whatever call fails on the way: it is gone on from there, and nothing is said twice or unsaid. */
static void
whatever_fails_at_the_start_is_said_once(void **state)
{
	struct fixture *f = *state;
	struct capture c;
	bool worked, more = true;

	for (uint64_t nth = 1; more; nth += STRIDE) {
		fresh(f);
		prepare(&c, f);
		fail_call(f, nth, EIO, false);
		more =
		    pb_depot_tick(c.depot, false, &worked, NULL) != PB_OK || f->faulty.failed > 0;
		heal(f);
		pass_time(f, 2);
		if (pb_depot_broken(c.depot)) {
			end_unsaid(&c);
			open_depot(&c);
			tick(&c);
			assert_int_equal(count_events(f, "gap", NULL), 1);
		} else {
			tick(&c);
			assert_int_equal(count_events(f, "gap", NULL), 0);
			assert_int_equal(count_events(f, "start", NULL), 1);
			assert_int_equal(count_events(f, "policy", NULL), 1);
		}
		pass_time(f, 600); /* the authority that failed is asked again */
		end(&c);
		assert_holds(f);
	}
}

static void
after_a_failed_sync_the_writer_must_end(void **state)
{
	struct capture c;
	bool broken = false;

	prepare(&c, *state);
	submit(&c);
	for (uint64_t nth = 1; !broken; nth++) {
		assert_true(nth < 100);
		fail_call(c.f, nth, EIO, true);
		assert_int_not_equal(try_submit(&c), PB_OK);
		broken = pb_depot_broken(c.depot);
		heal(c.f);
	}
	assert_int_equal(try_submit(&c), PB_ESTOPPED);
	end_unsaid(&c);
	assert_holds(c.f);
}

/* ---- others --------------------------------------------------------------------------------- */

static void
look(void *arg)
{
	struct capture *c = arg;
	bool worked;

	assert_int_equal(pb_depot_tick(c->depot, false, &worked, NULL), PB_OK);
}

static void
a_command_gets_the_archive_and_capture_goes_on_in_its_segment(void **state)
{
	const struct pb_patience patience = { .limit_s = 10 };
	struct pb_archive *command = NULL;
	struct capture c;
	size_t before = 0, after = 0;

	prepare(&c, *state);
	submit(&c);
	tick(&c);
	submit(&c);
	assert_true(pb_depot_holds(c.depot));
	free(segments(c.f, &before));
	c.f->clock.asleep = look;
	c.f->clock.arg = &c;
	assert_int_equal(
	    pb_archive_open_patiently(&c.f->world, c.f->dir, c.f->key, &patience, &command, NULL),
	    PB_OK);
	assert_true(c.f->clock.slept_us < SECOND);
	c.f->clock.asleep = NULL;
	commit(c.f, command, 1);
	close_archive(command);
	submit(&c);
	free(segments(c.f, &after));
	assert_int_equal(after, before);
	end(&c);
	assert_holds(c.f);
}

/* A command that waits and gets its turn in its own time. */
struct waiter {
	struct capture *c;
	int shown; /* its lock of the directory */
	struct pb_archive *archive;
	uint64_t seq; /* of its record */
};

static void
take_its_turn(void *arg)
{
	struct waiter *w = arg;
	struct fixture *f = w->c->f;

	if (f->clock.slept_us >= SECOND / 5 && w->shown >= 0) {
		w->archive = open_archive(f, f->key);
		(void)close(w->shown);
		w->shown = -1;
		w->seq = pb_archive_size(w->archive);
		commit(f, w->archive, 1);
	} else if (f->clock.slept_us >= SECOND && w->archive != NULL) {
		close_archive(w->archive);
		w->archive = NULL;
	}
}

static void
a_command_that_waits_goes_before_the_next_record(void **state)
{
	struct capture c;
	struct waiter w = { .c = &c };

	prepare(&c, *state);
	submit(&c);
	tick(&c);
	w.shown = open(c.f->dir, O_RDONLY | O_DIRECTORY);
	assert_int_equal(c.f->world.files->lock(c.f->world.files->ctx, w.shown), 0);
	tick(&c);
	assert_false(pb_depot_holds(c.depot));
	c.f->clock.asleep = take_its_turn;
	c.f->clock.arg = &w;
	c.f->clock.slept_us = 0;
	submit(&c);
	assert_true(w.seq > 0 && w.seq < c.seq);
	c.f->clock.asleep = NULL;
	end(&c);
	assert_holds(c.f);
}

static void
an_archive_that_is_locked_is_waited_for_once(void **state)
{
	struct pb_archive *command;
	struct capture c;

	prepare(&c, *state);
	command = open_archive(c.f, c.f->key);
	assert_int_equal(try_submit(&c), PB_ELOCKED);
	assert_true(c.f->clock.slept_us >= 2 * SECOND && c.f->clock.slept_us < 3 * SECOND);
	c.f->clock.slept_us = 0;
	assert_int_equal(try_submit(&c), PB_ELOCKED);
	assert_int_equal(c.f->clock.slept_us, 0);
	tick(&c);
	assert_int_equal(c.f->clock.slept_us, 0);
	close_archive(command);
	submit(&c);
	end(&c);
	assert_holds(c.f);
}

/* Thousands of them may be started at once. */
static void
an_archive_that_no_record_needs_is_not_held(void **state)
{
	struct capture c;

	prepare(&c, *state);
	tick(&c);
	assert_false(pb_depot_holds(c.depot));
	pass_time(c.f, 3600);
	tick(&c);
	assert_int_equal(count_events(c.f, "heartbeat", NULL), 1);
	assert_false(pb_depot_holds(c.depot));
	end(&c);
	assert_holds(c.f);
}

static void
an_idle_archive_is_stamped_and_let_go_of_later(void **state)
{
	uint64_t records;
	struct capture c;

	prepare(&c, *state);
	submit(&c);
	tick(&c);
	assert_true(pb_depot_holds(c.depot));
	submit(&c);
	records = count_records(c.f);
	pass_time(c.f, 30);
	tick(&c);
	assert_true(pb_depot_holds(c.depot));
	assert_int_equal(count_records(c.f), records);
	pass_time(c.f, 60);
	tick(&c);
	assert_int_equal(count_records(c.f), records + 1);
	assert_true(pb_depot_holds(c.depot));
	pass_time(c.f, 240);
	tick(&c);
	assert_false(pb_depot_holds(c.depot));
	assert_int_equal(count_records(c.f), records + 1);
	submit(&c);
	end(&c);
	assert_holds(c.f);
}

static void
assert_told(struct capture *c, const char *path, enum pb_board_number number, uint64_t value)
{
	struct pb_board_row *row = NULL;
	size_t count = 0;

	assert_int_equal(pb_board_read(pb_sys_world()->files, path, &row, &count, NULL), PB_OK);
	assert_int_equal(count, 2);
	assert_string_equal(row[1].name, c->archive.name);
	assert_int_equal(row[1].number[number], value);
	free(row);
}

static void
how_an_archive_does_is_told(void **state)
{
	const char *const names[] = { "writer", NAME };
	struct capture c;
	uint64_t now_us;
	int fd = -1;

	prepare(&c, *state);
	assert_int_equal(pb_board_make(at(c.f, "../board"), 2, &fd, NULL), PB_OK);
	assert_int_equal(pb_board_map(fd, names, 2, &c.options.board, NULL), PB_OK);
	(void)close(fd);
	tick(&c);
	assert_told(&c, at(c.f, "../board"), PB_BOARD_RECORDS, count_records(c.f));
	assert_told(&c, at(c.f, "../board"), PB_BOARD_KEPT, 0);
	pass_time(c.f, 61);
	tick(&c);
	assert_told(&c, at(c.f, "../board"), PB_BOARD_WAITING, 0);
	now_us = (uint64_t)c.f->clock.now_us;
	submit(&c);
	submit(&c);
	assert_told(&c, at(c.f, "../board"), PB_BOARD_KEPT, 2);
	assert_told(&c, at(c.f, "../board"), PB_BOARD_LAST_US, now_us);
	assert_told(&c, at(c.f, "../board"), PB_BOARD_WAITING, 2);
	assert_told(&c, at(c.f, "../board"), PB_BOARD_WAITING_SINCE_US, now_us);
	pass_time(c.f, 61);
	tick(&c);
	assert_told(&c, at(c.f, "../board"), PB_BOARD_WAITING, 0);
	assert_told(&c, at(c.f, "../board"), PB_BOARD_RECORDS, count_records(c.f));
	assert_told(&c, at(c.f, "../board"), PB_BOARD_FAILURES, 0);
	end(&c);
	pb_board_free(c.options.board);
	assert_holds(c.f);
}

/* Behind the writer, which commits on meanwhile: looked at now and then. */
static void
a_segment_that_closes_is_indexed(void **state)
{
	struct pb_catalog_segment segment = { .first_seq = 0 };
	struct pb_catalog *catalog = NULL;
	const char *origin = NULL;
	char *viewer = test_program("probant-mime");
	atomic_uint viewed = 0;
	unsigned looks = 0;
	struct capture c;
	bool worked;

	prepare(&c, *state);
	c.options.viewer = viewer;
	c.options.viewed = &viewed;
	submit(&c);
	pass_time(c.f, 25 * 3600);
	submit(&c);
	pass_time(c.f, 1);
	assert_int_equal(pb_depot_tick(c.depot, false, &worked, NULL), PB_OK);
	assert_int_equal(viewed, 1);
	for (; viewed > 0 && looks < 10000; looks++) {
		usleep(1000);
		c.f->clock.now_us += SECOND / 4;
		assert_int_equal(pb_depot_tick(c.depot, false, &worked, NULL), PB_OK);
	}
	assert_int_equal(viewed, 0);
	assert_int_equal(pb_depot_origin(c.depot, &origin, NULL), PB_OK);
	assert_int_equal(
	    pb_catchup_open(c.f->world.files, c.f->dir, origin, false, &catalog, NULL), PB_OK);
	assert_int_equal(pb_catalog_segment_of(catalog, c.seq - 2, &segment, NULL), PB_OK);
	assert_int_equal(segment.first_seq + segment.records, c.seq - 1);
	assert_int_equal(segment.viewed, segment.records);
	pb_catalog_close(catalog);
	end(&c);
	free(viewer);
	assert_holds(c.f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_can_be_freed),
		cmocka_unit_test_setup(capture_begins_with_a_start_and_the_policy, set_up),
		cmocka_unit_test_setup(
		    a_record_of_a_door_begins_capture_and_is_acknowledged, set_up),
		cmocka_unit_test_setup(a_heartbeat_says_how_much_came_since_the_one_before, set_up),
		cmocka_unit_test_setup(a_stop_is_said_and_the_next_start_knows_of_no_gap, set_up),
		cmocka_unit_test_setup(a_writer_that_ended_without_a_stop_leaves_a_gap, set_up),
		cmocka_unit_test_setup(two_daemons_do_not_capture_into_one_archive, set_up),
		cmocka_unit_test_setup(
		    who_dies_leaves_the_archive_to_the_other_daemon_and_a_gap, set_up),
		cmocka_unit_test_setup(whatever_fails_at_the_start_is_said_once, set_up),
		cmocka_unit_test_setup(after_a_failed_sync_the_writer_must_end, set_up),
		cmocka_unit_test_setup(
		    a_command_gets_the_archive_and_capture_goes_on_in_its_segment, set_up),
		cmocka_unit_test_setup(a_command_that_waits_goes_before_the_next_record, set_up),
		cmocka_unit_test_setup(an_archive_that_is_locked_is_waited_for_once, set_up),
		cmocka_unit_test_setup(an_archive_that_no_record_needs_is_not_held, set_up),
		cmocka_unit_test_setup(how_an_archive_does_is_told, set_up),
		cmocka_unit_test_setup(an_idle_archive_is_stamped_and_let_go_of_later, set_up),
		cmocka_unit_test_setup(a_segment_that_closes_is_indexed, set_up),
	};

	return cmocka_run_group_tests(tests, found_with_its_authority, forget_template);
}
