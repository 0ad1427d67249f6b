#include "verify/bundle_crew.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/ring.h"

struct pb_bundle_crew {
	struct pb_ring *ring;
	struct pb_bundle_job job[PB_BUNDLE_CREW_JOBS];
	struct pb_bundle_tools tools[PB_BUNDLE_CREW_THREADS];
};

static enum pb_status
read_memory(void *ctx, uint64_t offset, void *to, size_t len, struct pb_error *err)
{
	const struct pb_bundle_job *job = ctx;

	if (offset < job->base || offset - job->base > job->memory.len ||
	    len > job->memory.len - (offset - job->base))
		return pb_fail(err, PB_ECORRUPT, N_("verify a bundle"),
		    N_("more was asked of a record than it holds"), "%s", "");
	memcpy(to, job->memory.data + (offset - job->base), len);
	return PB_OK;
}

static void
look(void *tools, void *const *jobs, size_t count)
{
	struct pb_bundle_job *job = jobs[0];

	pb_assert(count == 1);
	job->err = (struct pb_error){ .status = PB_OK };
	job->status = pb_bundle_look(tools, job, &job->err);
}

struct pb_bundle_job *
pb_bundle_crew_take(struct pb_bundle_crew *crew)
{
	struct pb_bundle_job *job = pb_ring_take(crew->ring);

	if (job == NULL)
		return NULL;
	pb_bundle_job_clear(job);
	job->bytes = (struct pb_zip_bytes){ job, UINT64_MAX, read_memory };
	return job;
}

void
pb_bundle_crew_give(struct pb_bundle_crew *crew)
{
	pb_ring_give(crew->ring);
}

struct pb_bundle_job *
pb_bundle_crew_collect(struct pb_bundle_crew *crew, struct pb_bundle_tools *tools)
{
	return pb_ring_collect(crew->ring, tools);
}

void
pb_bundle_crew_release(struct pb_bundle_crew *crew)
{
	pb_ring_release(crew->ring);
}

enum pb_status
pb_bundle_crew_new(unsigned threads, struct pb_bundle_crew **ret_crew, struct pb_error *err)
{
	struct pb_bundle_crew *crew = calloc(1, sizeof(*crew));
	enum pb_status status = PB_OK;
	struct pb_ring_work work;

	pb_assert(threads <= PB_BUNDLE_CREW_THREADS);
	if (crew == NULL)
		return pb_fail_memory(err, N_("verify"));
	work = (struct pb_ring_work){ .job = crew->job,
		.jobs = PB_BUNDLE_CREW_JOBS,
		.job_len = sizeof(crew->job[0]),
		.least = 1,
		.most = 1,
		.tools = crew->tools,
		.tools_len = sizeof(crew->tools[0]),
		.work = look };
	for (unsigned i = 0; status == PB_OK && i < threads; i++)
		status = pb_bundle_tools_init(&crew->tools[i], err);
	if (status == PB_OK)
		status = pb_ring_new(&work, threads, &crew->ring, err);
	if (status != PB_OK) {
		pb_bundle_crew_free(crew);
		return status;
	}
	*ret_crew = crew;
	return PB_OK;
}

void
pb_bundle_crew_free(struct pb_bundle_crew *crew)
{
	if (crew == NULL)
		return;
	pb_ring_free(crew->ring);
	for (unsigned i = 0; i < PB_BUNDLE_CREW_THREADS; i++)
		pb_bundle_tools_done(&crew->tools[i]);
	for (unsigned i = 0; i < PB_BUNDLE_CREW_JOBS; i++)
		pb_bundle_job_done(&crew->job[i]);
	free(crew);
}
