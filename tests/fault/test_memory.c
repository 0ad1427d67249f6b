/* Every allocation of ours in the commit of one message fails in turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/error.h"
#include "core/io.h"
#include "fault/archive.h"
#include "lib/memory.h"

/* One commit with the nth allocation failing; how many were made to fail. */
static uint64_t
commit_with(const struct pb_world *world, const char *dir, const struct pb_reader_key *key,
    uint64_t nth, bool forever, struct fault_kept *kept)
{
	struct pb_archive *archive = NULL;
	uint64_t failed;

	pb_assert(pb_archive_open(world, dir, key, &archive, NULL) == PB_OK);
	test_memory_fail_own(nth, forever);
	(void)fault_commit(archive, world, dir, (unsigned)nth, 1, kept, NULL);
	failed = test_memory_restore();
	(void)pb_archive_close(archive, NULL);
	return failed;
}

static void
fail_each(bool forever)
{
	char *dir = test_directory(), *archive = pb_path_join(dir, "archive");
	struct pb_buf trust = PB_BUF_EMPTY, against = PB_BUF_EMPTY;
	struct pb_reader_key *key;
	struct fault_world w;
	uint64_t nth, failed = 1;

	fault_world_init(&w, pb_sys_world()->files, 7);
	fault_create(&w.world, archive);
	key = fault_key(&w.world, archive);
	fault_trust(&w.world, archive, &trust);
	for (nth = 1; failed > 0; nth++) {
		struct fault_kept kept = { 0 };
		const char *wrong;

		fault_checkpoint(&w.world, archive, &against);
		failed = commit_with(&w.world, archive, key, nth, forever, &kept);
		wrong = fault_after(&w.world, archive, key, &trust, &against, &kept);
		if (wrong != NULL)
			fail_msg("allocation %llu: %s", (unsigned long long)nth, wrong);
		if (failed == 0)
			assert_int_equal(kept.count, 1);
	}
	assert_true(nth > 20);
	pb_buf_done(&trust);
	pb_buf_done(&against);
	pb_reader_key_free(key);
	free(archive);
	test_directory_remove(dir);
}

static void
an_allocation_that_fails_loses_nothing_acknowledged(void **state)
{
	(void)state;
	fail_each(false);
}

static void
memory_that_stays_out_loses_nothing_acknowledged(void **state)
{
	(void)state;
	fail_each(true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_allocation_that_fails_loses_nothing_acknowledged),
		cmocka_unit_test(memory_that_stays_out_loses_nothing_acknowledged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
