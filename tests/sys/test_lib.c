/* The tests' own tools: a fault that does not strike would let every fault test pass. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/memory.h"
#include "lib/world.h"
#include "sys/files.h"

static void
test_clock_stands_still_and_never_steps_its_monotonic_side_back(void **state)
{
	struct test_clock clock;

	(void)state;
	test_clock_init(&clock, 5000);
	assert_int_equal(clock.table.now_us(clock.table.ctx), 5000);
	assert_int_equal(clock.table.monotonic_us(clock.table.ctx), 5000);
	clock.now_us = 7000;
	assert_int_equal(clock.table.monotonic_us(clock.table.ctx), 7000);
	clock.now_us = 1000;
	assert_int_equal(clock.table.now_us(clock.table.ctx), 1000);
	assert_int_equal(clock.table.monotonic_us(clock.table.ctx), 7000);
}

static void
note_sleep(void *arg)
{
	++*(unsigned *)arg;
}

static void
test_clock_that_sleeps_goes_on_even_behind_its_highest_time(void **state)
{
	struct test_clock clock;
	unsigned sleeps = 0;

	(void)state;
	test_clock_init(&clock, 5000);
	clock.asleep = note_sleep;
	clock.arg = &sleeps;
	assert_int_equal(clock.table.monotonic_us(clock.table.ctx), 5000);
	clock.now_us = 1000;
	clock.table.sleep_us(clock.table.ctx, 30);
	assert_int_equal(clock.table.now_us(clock.table.ctx), 1030);
	assert_int_equal(clock.table.monotonic_us(clock.table.ctx), 5030);
	assert_int_equal(clock.slept_us, 30);
	assert_int_equal(sleeps, 1);
}

static void
test_random_repeats_for_a_seed_and_no_two_calls_are_alike(void **state)
{
	struct test_random a, b, c;
	uint8_t first[37], second[37], other[37];

	(void)state;
	test_random_init(&a, 1);
	test_random_init(&b, 1);
	test_random_init(&c, 2);
	assert_int_equal(a.table.fill(a.table.ctx, first, 37), 0);
	assert_int_equal(b.table.fill(b.table.ctx, second, 37), 0);
	assert_memory_equal(first, second, 37);
	assert_int_equal(a.table.fill(a.table.ctx, second, 37), 0);
	assert_memory_not_equal(first, second, 32);
	assert_int_equal(c.table.fill(c.table.ctx, other, 37), 0);
	assert_memory_not_equal(first, other, 32);
}

static void
test_directory_is_fresh_and_goes_with_all_it_holds(void **state)
{
	char *a = test_directory(), *b = test_directory();
	char path[200], kept[200];
	struct stat st;

	(void)state;
	assert_string_not_equal(a, b);
	snprintf(path, sizeof(path), "%s/sub", a);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/sub/file", a);
	close(open(path, O_CREAT | O_WRONLY, 0600));
	snprintf(kept, sizeof(kept), "%s/kept", b);
	close(open(kept, O_CREAT | O_WRONLY, 0600));
	snprintf(path, sizeof(path), "%s/sub/link", a);
	assert_int_equal(symlink("../..", path), 0);
	snprintf(path, sizeof(path), "%s", a);
	test_directory_remove(a);
	assert_int_equal(stat(path, &st), -1);
	assert_int_equal(stat(kept, &st), 0);
	test_directory_remove(b);
	test_directory_remove(NULL);
}

/* Every operation once, in this order; the number and name of the first that failed. */
static const char *const operations[] = { "mkdir", "open", "open_unnamed", "pwrite", "read",
	"pread", "truncate", "sync", "sync_dir", "stat_fd", "stat", "list", "lock", "rename",
	"unlink", "free_bytes" };

#define OPERATIONS (sizeof(operations) / sizeof(operations[0]))

static int
ignore(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return 0;
}

static void
run_all(const struct pb_files *f, const char *dir, int64_t answers[OPERATIONS])
{
	char sub[200], from[200], to[200], octets[8];
	struct pb_file_info info;
	int fd, unnamed;

	snprintf(sub, sizeof(sub), "%s/sub", dir);
	snprintf(from, sizeof(from), "%s/from", dir);
	snprintf(to, sizeof(to), "%s/to", dir);
	answers[0] = f->mkdir(f->ctx, sub, 0700);
	answers[1] = fd = f->open(f->ctx, from, O_RDWR | O_CREAT, 0600);
	answers[2] = unnamed = f->open_unnamed(f->ctx, dir);
	answers[3] = f->pwrite(f->ctx, fd, "12345678", 8, 0);
	answers[4] = f->read(f->ctx, fd, octets, 8);
	answers[5] = f->pread(f->ctx, fd, octets, 8, 0);
	answers[6] = f->truncate(f->ctx, fd, 8);
	answers[7] = f->sync(f->ctx, fd);
	answers[8] = f->sync_dir(f->ctx, dir);
	answers[9] = f->stat_fd(f->ctx, fd, &info);
	answers[10] = f->stat(f->ctx, dir, true, &info);
	answers[11] = f->list(f->ctx, dir, ignore, NULL);
	answers[12] = f->lock(f->ctx, fd);
	answers[13] = f->rename(f->ctx, from, to);
	answers[14] = f->unlink(f->ctx, answers[13] == 0 ? to : from);
	answers[15] = f->free_bytes(f->ctx, dir);
	assert_int_equal(f->drop_cache(f->ctx, fd), fd < 0 ? -EBADF : 0);
	f->close(f->ctx, fd);
	f->close(f->ctx, unnamed);
}

static void
each_operation_fails_by_name_when_its_turn_comes(void **state)
{
	struct test_faulty_files faulty;
	int64_t answers[OPERATIONS];
	uint64_t n;
	char *dir;

	(void)state;
	for (n = 0; n <= OPERATIONS; n++) {
		dir = test_directory();
		test_faulty_files_init(&faulty, pb_sys_files());
		faulty.fault = TEST_FAULT_ERROR;
		faulty.error = EDQUOT;
		faulty.fail_at = n;
		run_all(&faulty.table, dir, answers);
		assert_int_equal(faulty.calls, OPERATIONS);
		assert_int_equal(faulty.failed, n > 0);
		if (n == 0) {
			assert_null(faulty.operation);
			assert_int_equal(answers[3], 8);
		} else {
			assert_string_equal(faulty.operation, operations[n - 1]);
			assert_int_equal(answers[n - 1], -EDQUOT);
		}
		test_directory_remove(dir);
	}
}

static void
fault_that_lasts_strikes_every_later_call(void **state)
{
	struct test_faulty_files faulty;
	int64_t answers[OPERATIONS];
	char *dir = test_directory();
	size_t i;

	(void)state;
	test_faulty_files_init(&faulty, pb_sys_files());
	faulty.fault = TEST_FAULT_ERROR;
	faulty.error = EIO;
	faulty.fail_at = 4;
	faulty.forever = true;
	run_all(&faulty.table, dir, answers);
	for (i = 0; i < OPERATIONS; i++)
		assert_int_equal(answers[i] == -EIO, i >= 3);
	assert_int_equal(faulty.failed, OPERATIONS - 3);
	assert_string_equal(faulty.operation, "pwrite");
	test_directory_remove(dir);
}

static void
short_fault_halves_reads_and_writes_and_lets_the_rest_through(void **state)
{
	struct test_faulty_files faulty;
	int64_t answers[OPERATIONS];
	char *dir = test_directory(), octet;
	size_t i;

	(void)state;
	test_faulty_files_init(&faulty, pb_sys_files());
	faulty.fault = TEST_FAULT_SHORT;
	faulty.fail_at = 1;
	faulty.forever = true;
	run_all(&faulty.table, dir, answers);
	for (i = 0; i < OPERATIONS; i++)
		assert_true(answers[i] >= 0);
	assert_int_equal(answers[3], 4);
	assert_int_equal(answers[4], 4);
	assert_int_equal(answers[5], 4);
	assert_int_equal(faulty.failed, 3);
	/* One byte can't be halved, and none would be an end. */
	assert_int_equal(faulty.table.read(faulty.table.ctx, -1, &octet, 1), -EBADF);
	assert_int_equal(faulty.failed, 3);
	test_directory_remove(dir);
}

static void
memory_fails_at_the_call_that_was_named(void **state)
{
	void *volatile p[4]; /* a compiler may leave out what is allocated and freed */
	uint64_t failures;
	size_t i;

	(void)state;
	if (!test_memory_can_fail())
		skip();
	test_memory_fail(2, false);
	for (i = 0; i < 4; i++)
		p[i] = calloc(1, i + 1);
	failures = test_memory_restore();
	assert_int_equal(failures, 1);
	for (i = 0; i < 4; i++) {
		assert_int_equal(p[i] == NULL, i == 1);
		free(p[i]);
	}
	test_memory_fail(2, true);
	for (i = 0; i < 4; i++)
		p[i] = realloc(NULL, i + 1);
	failures = test_memory_restore();
	assert_int_equal(failures, 3);
	assert_non_null(p[0]);
	free(p[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clock_stands_still_and_never_steps_its_monotonic_side_back),
		cmocka_unit_test(test_clock_that_sleeps_goes_on_even_behind_its_highest_time),
		cmocka_unit_test(test_random_repeats_for_a_seed_and_no_two_calls_are_alike),
		cmocka_unit_test(test_directory_is_fresh_and_goes_with_all_it_holds),
		cmocka_unit_test(each_operation_fails_by_name_when_its_turn_comes),
		cmocka_unit_test(fault_that_lasts_strikes_every_later_call),
		cmocka_unit_test(short_fault_halves_reads_and_writes_and_lets_the_rest_through),
		cmocka_unit_test(memory_fails_at_the_call_that_was_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
