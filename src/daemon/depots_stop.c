#include "daemon/depots_stop.h"

#include "core/error.h"
#include "core/ring.h"
#include "daemon/log.h"

#define THREADS 7
#define JOBS 16

struct job {
	struct pb_depot *depot;
	const char *archive; /* its name */
	int64_t until_us;
	enum pb_status status;
	struct pb_error failure;
};

static void
work(void *tools, void *const *jobs, size_t count)
{
	(void)tools;
	for (size_t i = 0; i < count; i++) {
		struct job *job = jobs[i];

		job->status = pb_depot_stop(job->depot, job->until_us, &job->failure);
	}
}

/* The oldest; false: there is none. */
static bool
settle(struct pb_ring *ring, void *tools)
{
	const struct job *job = pb_ring_collect(ring, tools);

	if (job == NULL)
		return false;
	if (job->status != PB_OK)
		pb_log_error(job->archive, &job->failure);
	pb_ring_release(ring);
	return true;
}

void
pb_depots_stop(
    struct pb_depot *const *depots, const struct pb_capture_policy *policy, int64_t until_us)
{
	struct job jobs[JOBS], *job;
	const struct pb_ring_work side_by_side = { .job = jobs,
		.jobs = JOBS,
		.job_len = sizeof(jobs[0]),
		.least = 1,
		.most = 1,
		.work = work,
		.alone = true };
	struct pb_ring *ring = NULL;
	struct pb_error err = { 0 };

	if (pb_ring_new(&side_by_side, THREADS, &ring, &err) != PB_OK) {
		pb_log_error("writer", &err); /* the next start says that nobody knows */
		return;
	}
	for (size_t i = 0; i < policy->archive_count; i++) {
		if (pb_depot_broken(depots[i]))
			continue;
		while ((job = pb_ring_take(ring)) == NULL)
			(void)settle(ring, jobs);
		*job = (struct job){
			.depot = depots[i], .archive = policy->archive[i].name, .until_us = until_us
		};
		pb_ring_give(ring);
	}
	while (settle(ring, jobs))
		continue;
	pb_ring_free(ring);
}
