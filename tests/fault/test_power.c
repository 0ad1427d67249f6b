/*
 * The power is cut at every call that changes the disk, during a history of
 * three commits, and every disk that this could leave is looked at: what was not
 * synced is lost, torn or out of order.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "archive/destroy.h"
#include "core/error.h"
#include "fault/archive.h"

#define DIR_NAME "/archive"

/*
 * Disks looked at for one moment: all, some ninety thousand over the test, since the worst
 * moment leaves less than ten thousand.  POWER_STATES makes it fewer, spread over them.
 */
static uint64_t
states_max(void)
{
	const char *fewer = getenv("POWER_STATES");

	return fewer != NULL ? strtoull(fewer, NULL, 10) : 100000;
}

struct stage {
	struct test_powercut *disk;
	struct fault_world world;
	struct pb_reader_key *key;
	struct pb_buf trust;
	struct pb_buf against; /* held outside since before the history */
	struct fault_kept kept;
	bool destroyed; /* it was said that the secret of record `gone` is */
	uint64_t gone;
	uint64_t moments;
	uint64_t disks;
	char wrong[1200];
};

static const char *
still_there(const struct stage *s, const struct pb_world *world)
{
	struct pb_reading *reading = NULL;
	uint8_t sha256[PB_DIGEST_LEN];
	struct pb_opened *opened;
	struct pb_leaf leaf;
	enum pb_status status;

	if (!s->destroyed)
		return NULL;
	assert_int_equal(pb_reading_new(world->files, DIR_NAME, s->key, &reading, NULL), PB_OK);
	status = pb_reading_record(reading, s->gone, &leaf, &opened, sha256, NULL);
	pb_reading_free(reading);
	return status == PB_EDESTROYED ? NULL : "a destroyed secret is still there";
}

static void
look(void *arg, struct test_powercut *state)
{
	struct stage *s = arg;
	struct fault_world world;
	const char *wrong;

	if (s->wrong[0] != '\0')
		return;
	s->disks++;
	fault_world_init(&world, test_powercut_files(state), 5000 + s->disks);
	wrong = fault_after(&world.world, DIR_NAME, s->key, &s->trust, &s->against, &s->kept);
	if (wrong == NULL)
		wrong = still_there(s, &world.world);
	if (wrong != NULL)
		(void)snprintf(s->wrong, sizeof(s->wrong), "moment %llu, disk %llu: %s",
		    (unsigned long long)s->moments, (unsigned long long)s->disks, wrong);
}

static void
cut_power(void *arg)
{
	struct stage *s = arg;

	s->moments++;
	test_powercut_states(s->disk, states_max(), look, s);
}

static void
begin(struct stage *s)
{
	memset(s, 0, sizeof(*s));
	s->disk = test_powercut_new();
	fault_world_init(&s->world, test_powercut_files(s->disk), 3);
	fault_create(&s->world.world, DIR_NAME);
	s->key = fault_key(&s->world.world, DIR_NAME);
	fault_trust(&s->world.world, DIR_NAME, &s->trust);
	fault_checkpoint(&s->world.world, DIR_NAME, &s->against);
}

static void
end(struct stage *s)
{
	test_powercut_watch(s->disk, NULL, NULL);
	pb_reader_key_free(s->key);
	pb_buf_done(&s->trust);
	pb_buf_done(&s->against);
	test_powercut_free(s->disk);
}

/* Open, three commits, close; with_key: into the segment that record 0 stands in. */
static void
live_through(struct stage *s, const struct pb_reader_key *key)
{
	struct pb_archive *archive = NULL;
	unsigned i;

	test_powercut_watch(s->disk, cut_power, s);
	assert_int_equal(pb_archive_open(&s->world.world, DIR_NAME, key, &archive, NULL), PB_OK);
	for (i = 0; i < 3; i++)
		assert_int_equal(
		    fault_commit(archive, &s->world.world, DIR_NAME, i, i + 1, &s->kept, NULL),
		    PB_OK);
	assert_int_equal(pb_archive_close(archive, NULL), PB_OK);
	assert_int_equal(s->kept.count, 6);
	test_powercut_watch(s->disk, NULL, NULL);
	if (s->wrong[0] != '\0')
		fail_msg("%s", s->wrong);
	assert_true(s->moments > 20);
	assert_true(s->disks > s->moments);
}

static void
a_power_cut_in_a_new_segment_loses_nothing_acknowledged(void **state)
{
	struct stage s;

	(void)state;
	begin(&s);
	live_through(&s, NULL);
	end(&s);
}

static void
a_power_cut_in_a_continued_segment_loses_nothing_acknowledged(void **state)
{
	struct stage s;

	(void)state;
	begin(&s);
	live_through(&s, s.key);
	end(&s);
}

/*
 * The writer is killed after its last write and before the sync: what it wrote is in
 * the page cache alone.  The next writer takes it for kept, builds on it in a new
 * segment, and then the power fails.
 */
static void
what_a_killed_writer_left_in_the_cache_lasts_before_more_is_built_on_it(void **state)
{
	struct test_faulty_files faulty;
	struct fault_world world;
	struct fault_kept unheard = { 0 };
	struct pb_archive *archive = NULL;
	struct stage s;
	uint64_t calls;

	(void)state;
	for (calls = 1;; calls++) {
		begin(&s);
		test_faulty_files_init(&faulty, test_powercut_files(s.disk));
		fault_world_init(&world, &faulty.table, 4);
		assert_int_equal(
		    pb_archive_open(&world.world, DIR_NAME, s.key, &archive, NULL), PB_OK);
		faulty.fail_at = faulty.calls + calls;
		faulty.fault = TEST_FAULT_ERROR;
		faulty.error = EIO;
		faulty.forever = true; /* as good as killed */
		memset(&unheard, 0, sizeof(unheard));
		(void)fault_commit(archive, &world.world, DIR_NAME, 1, 1, &unheard, NULL);
		(void)pb_archive_close(archive, NULL);
		assert_int_equal(
		    pb_archive_open(&s.world.world, DIR_NAME, NULL, &archive, NULL), PB_OK);
		assert_int_equal(
		    fault_commit(archive, &s.world.world, DIR_NAME, 2, 1, &s.kept, NULL), PB_OK);
		cut_power(&s);
		assert_int_equal(pb_archive_close(archive, NULL), PB_OK);
		end(&s);
		if (s.wrong[0] != '\0')
			fail_msg("%s", s.wrong);
		if (unheard.count == 1)
			break;
	}
	assert_true(calls > 4);
}

/* The record, then the slots, and what is kept stays; once it was said, it is so on every disk. */
static void
a_power_cut_while_a_secret_is_destroyed_leaves_a_log_that_holds(void **state)
{
	struct pb_archive *archive = NULL;
	struct pb_runs runs = PB_RUNS_EMPTY;
	struct stage s;

	(void)state;
	begin(&s);
	assert_int_equal(pb_archive_open(&s.world.world, DIR_NAME, s.key, &archive, NULL), PB_OK);
	assert_int_equal(
	    fault_commit(archive, &s.world.world, DIR_NAME, 1, 2, &s.kept, NULL), PB_OK);
	s.gone = s.kept.seq[--s.kept.count];
	assert_int_equal(pb_runs_add(&runs, s.gone, s.gone), PB_OK);
	test_powercut_watch(s.disk, cut_power, &s);
	assert_int_equal(pb_archive_destroy(archive, &runs, PB_DESTROY_ERASURE, NULL, NULL), PB_OK);
	s.destroyed = true;
	assert_int_equal(
	    fault_commit(archive, &s.world.world, DIR_NAME, 2, 1, &s.kept, NULL), PB_OK);
	assert_int_equal(pb_archive_close(archive, NULL), PB_OK);
	pb_runs_done(&runs);
	end(&s);
	if (s.wrong[0] != '\0')
		fail_msg("%s", s.wrong);
	assert_true(s.moments > 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_power_cut_while_a_secret_is_destroyed_leaves_a_log_that_holds),
		cmocka_unit_test(a_power_cut_in_a_new_segment_loses_nothing_acknowledged),
		cmocka_unit_test(a_power_cut_in_a_continued_segment_loses_nothing_acknowledged),
		cmocka_unit_test(
		    what_a_killed_writer_left_in_the_cache_lasts_before_more_is_built_on_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
