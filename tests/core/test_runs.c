/* Sets of numbers as runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/runs.h"

#define SPAN 64

static void
assert_same(const struct pb_runs *runs, const bool *set)
{
	uint64_t total = 0;

	for (size_t i = 0; i < runs->count; i++) {
		assert_true(runs->run[i].first <= runs->run[i].last);
		if (i > 0)
			assert_true(runs->run[i].first > runs->run[i - 1].last + 1);
	}
	for (uint64_t i = 0; i < SPAN; i++) {
		assert_int_equal(pb_runs_hold(runs, i, i), set[i]);
		assert_int_equal(pb_runs_touch(runs, i, i), set[i]);
		total += set[i];
	}
	assert_int_equal(pb_runs_total(runs), total);
}

static void
an_empty_set_holds_nothing(void **state)
{
	struct pb_runs runs = PB_RUNS_EMPTY;
	uint64_t number = 7;

	(void)state;
	assert_false(pb_runs_hold(&runs, 0, 0));
	assert_false(pb_runs_touch(&runs, 0, UINT64_MAX));
	assert_false(pb_runs_next(&runs, &runs, false, 0, &number));
	assert_int_equal(number, 7);
	assert_int_equal(pb_runs_total(&runs), 0);
	pb_runs_done(&runs);
}

/* Every way to add a run to a set of small runs is what a table of flags says. */
static void
runs_join_what_they_overlap_and_what_they_touch(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (unsigned round = 0; round < 500; round++) {
		struct pb_runs runs = PB_RUNS_EMPTY, more = PB_RUNS_EMPTY;
		bool set[SPAN] = { false }, other[SPAN] = { false };

		for (unsigned n = 0; n < 12; n++) {
			uint64_t first = (seed = seed * 1103515245 + 12345) >> 16 & 63;
			uint64_t last = first + ((seed = seed * 1103515245 + 12345) >> 16 & 3);

			last = last < SPAN ? last : SPAN - 1;
			assert_int_equal(
			    pb_runs_add(n % 3 == 0 ? &more : &runs, first, last), PB_OK);
			memset((n % 3 == 0 ? other : set) + first, 1, last - first + 1);
		}
		assert_same(&runs, set);
		assert_same(&more, other);
		for (uint64_t from = 0; from < SPAN; from++)
			for (int inside = 0; inside < 2; inside++) {
				uint64_t wanted = from, number = SPAN;

				while (wanted < SPAN && !(set[wanted] && other[wanted] == inside))
					wanted++;
				assert_int_equal(pb_runs_next(&runs, &more, inside, from, &number),
				    wanted < SPAN);
				assert_int_equal(number, wanted);
			}
		assert_int_equal(pb_runs_add_all(&runs, &more), PB_OK);
		for (unsigned i = 0; i < SPAN; i++)
			set[i] |= other[i];
		assert_same(&runs, set);
		pb_runs_done(&runs);
		pb_runs_done(&more);
	}
}

static void
the_largest_numbers_are_numbers_too(void **state)
{
	struct pb_runs runs = PB_RUNS_EMPTY;
	uint64_t number = 0;

	(void)state;
	assert_int_equal(pb_runs_add(&runs, UINT64_MAX, UINT64_MAX), PB_OK);
	assert_int_equal(pb_runs_add(&runs, 0, 0), PB_OK);
	assert_int_equal(pb_runs_add(&runs, UINT64_MAX - 1, UINT64_MAX - 1), PB_OK);
	assert_int_equal(runs.count, 2);
	assert_true(pb_runs_hold(&runs, UINT64_MAX - 1, UINT64_MAX));
	assert_false(pb_runs_next(&runs, &runs, false, 0, &number));
	assert_true(pb_runs_next(&runs, &runs, true, 1, &number));
	assert_true(number == UINT64_MAX - 1);
	pb_runs_done(&runs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_set_holds_nothing),
		cmocka_unit_test(runs_join_what_they_overlap_and_what_they_touch),
		cmocka_unit_test(the_largest_numbers_are_numbers_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
