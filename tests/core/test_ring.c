#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "core/ring.h"

#define JOBS 16

struct job {
	unsigned number;
	unsigned doubled;
};

/* Of each thread, and the caller's behind them. */
struct tools {
	size_t most;    /* jobs that were done at once */
	unsigned calls; /* of work */
};

static void
work(void *arg, void *const *jobs, size_t count)
{
	struct tools *tools = arg;

	tools->calls++;
	if (count > tools->most)
		tools->most = count;
	for (size_t i = 0; i < count; i++) {
		struct job *job = jobs[i];

		/* One behind the other. */
		assert_true(i == 0 || job->number == ((struct job *)jobs[0])->number + i);
		job->doubled = 2 * job->number;
	}
}

static struct pb_ring *
new_ring(struct job *jobs, struct tools *tools, unsigned threads, size_t least, size_t most)
{
	const struct pb_ring_work what = { .job = jobs,
		.jobs = JOBS,
		.job_len = sizeof(jobs[0]),
		.least = least,
		.most = most,
		.tools = tools,
		.tools_len = sizeof(tools[0]),
		.work = work };
	struct pb_ring *ring = NULL;

	assert_int_equal(pb_ring_new(&what, threads, &ring, NULL), PB_OK);
	return ring;
}

/* `count` jobs through a ring, each checked as it comes back. */
static void
run(struct pb_ring *ring, unsigned count, struct tools *mine)
{
	unsigned given = 0, collected = 0;

	while (collected < count) {
		struct job *job = given < count ? pb_ring_take(ring) : NULL;

		if (job != NULL) {
			*job = (struct job){ .number = given++ };
			pb_ring_give(ring);
			continue;
		}
		job = pb_ring_collect(ring, mine);
		assert_non_null(job);
		assert_int_equal(job->number, collected);
		assert_int_equal(job->doubled, 2 * collected);
		pb_ring_release(ring);
		collected++;
	}
	assert_null(pb_ring_collect(ring, mine));
}

/* ---- safety ---- */

static void
ring_takes_no_more_than_it_holds(void **state)
{
	struct job jobs[JOBS];
	struct tools tools[2] = { { 0 } };
	struct pb_ring *ring = new_ring(jobs, tools, 1, 1, 4);

	(void)state;
	assert_null(pb_ring_collect(ring, NULL));
	for (unsigned i = 0; i < JOBS; i++) {
		struct job *job = pb_ring_take(ring);

		assert_ptr_equal(job, &jobs[i]);
		job->number = i;
		pb_ring_give(ring);
	}
	assert_null(pb_ring_take(ring));
	assert_ptr_equal(pb_ring_collect(ring, NULL), &jobs[0]);
	assert_null(pb_ring_take(ring));
	pb_ring_release(ring);
	assert_ptr_equal(pb_ring_take(ring), &jobs[0]);
	pb_ring_free(ring);
	pb_ring_free(NULL);
}

/* ---- good path ---- */

static void
jobs_come_back_in_the_order_in_which_they_were_given(void **state)
{
	(void)state;
	for (unsigned threads = 1; threads <= 4; threads++) {
		for (size_t most = 1; most <= 9; most += 4) {
			for (size_t least = 1; least <= most; least += 3) {
				struct job jobs[JOBS];
				struct tools tools[5] = { { 0 } };
				struct pb_ring *ring = new_ring(jobs, tools, threads, least, most);

				run(ring, 1000, NULL);
				run(ring, 1000, &tools[threads]);
				run(ring, 1, NULL);
				pb_ring_free(ring);
				for (unsigned i = 0; i <= threads; i++)
					assert_in_range(tools[i].most, 0, most);
			}
		}
	}
}

/* The threads wait for more jobs than there are, so that the caller does them himself, or asks. */
static void
jobs_that_are_too_few_are_done_when_they_are_asked_for(void **state)
{
	struct job jobs[JOBS];
	struct tools tools[3] = { { 0 } };
	struct pb_ring *ring = new_ring(jobs, tools, 2, JOBS, JOBS);

	(void)state;
	run(ring, 3, &tools[2]);
	assert_int_equal(tools[0].calls + tools[1].calls, 0);
	assert_int_equal(tools[2].calls, 1);
	assert_int_equal(tools[2].most, 3);
	run(ring, 3, NULL);
	pb_ring_free(ring);
	assert_in_range(tools[0].calls + tools[1].calls, 1, 3);
}

static void
ring_that_is_freed_leaves_jobs_undone(void **state)
{
	struct job jobs[JOBS];
	struct tools tools[2] = { { 0 } };
	struct pb_ring *ring = new_ring(jobs, tools, 2, JOBS, JOBS);

	(void)state;
	((struct job *)pb_ring_take(ring))->number = 0;
	pb_ring_give(ring);
	pb_ring_free(ring);
	assert_int_equal(tools[0].calls + tools[1].calls, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ring_takes_no_more_than_it_holds),
		cmocka_unit_test(jobs_come_back_in_the_order_in_which_they_were_given),
		cmocka_unit_test(jobs_that_are_too_few_are_done_when_they_are_asked_for),
		cmocka_unit_test(ring_that_is_freed_leaves_jobs_undone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
