#include "verify/crew.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/ring.h"

#define SECRET_LEN 32
/* A payload's room over this is not kept for the next one, which is shorter as a rule. */
#define KEPT (256 * 1024)
/* Enough records that the lanes of a digest are full; as many wait for another thread meanwhile. */
#define MOST (PB_VERIFY_CREW_JOBS / 4)

struct pb_verify_crew {
	struct pb_ring *ring;
	uint64_t held; /* the caller's: octets of the jobs given and not released */
	struct pb_verify_job job[PB_VERIFY_CREW_JOBS];
	unsigned threads;
	struct pb_inside_tools *tools; /* one for each thread, and the caller's */
};

static void
look(void *tools, void *const *jobs, size_t count)
{
	struct pb_inside_record record[MOST];

	for (size_t i = 0; i < count; i++) {
		struct pb_verify_job *job = jobs[i];

		record[i] = (struct pb_inside_record){ .leaf = &job->leaf,
			.stored = &job->payload,
			.sha256 = job->digested ? job->payload_sha256 : NULL,
			.r = job->open ? job->r : NULL };
	}
	pb_inside_look_many(tools, record, count);
	for (size_t i = 0; i < count; i++)
		((struct pb_verify_job *)jobs[i])->record = record[i];
}

struct pb_verify_job *
pb_verify_crew_take(struct pb_verify_crew *crew)
{
	return crew->held > PB_VERIFY_CREW_HELD ? NULL : pb_ring_take(crew->ring);
}

void
pb_verify_crew_give(struct pb_verify_crew *crew)
{
	crew->held += ((struct pb_verify_job *)pb_ring_take(crew->ring))->payload.len;
	pb_ring_give(crew->ring);
}

const struct pb_verify_job *
pb_verify_crew_collect(struct pb_verify_crew *crew)
{
	return pb_ring_collect(crew->ring, &crew->tools[crew->threads]);
}

void
pb_verify_crew_release(struct pb_verify_crew *crew)
{
	struct pb_verify_job *job = pb_ring_collect(crew->ring, NULL);

	crew->held -= job->payload.len;
	if (job->payload.cap > KEPT)
		pb_buf_done(&job->payload);
	pb_ring_release(crew->ring);
}

enum pb_status
pb_verify_crew_new(
    const char *origin, unsigned threads, struct pb_verify_crew **ret_crew, struct pb_error *err)
{
	struct pb_verify_crew *crew = calloc(1, sizeof(*crew));
	enum pb_status status = PB_OK;
	struct pb_ring_work work;

	if (crew == NULL)
		return pb_fail_memory(err, N_("verify"));
	crew->threads = threads;
	crew->tools = calloc(threads + 1, sizeof(crew->tools[0]));
	if (crew->tools == NULL)
		status = pb_fail_memory(err, N_("verify"));
	for (unsigned i = 0; status == PB_OK && i < PB_VERIFY_CREW_JOBS; i++)
		status = pb_secret_new(SECRET_LEN, &crew->job[i].r, err);
	for (unsigned i = 0; status == PB_OK && i <= threads; i++)
		status = pb_inside_tools_init(&crew->tools[i], origin, err);
	work = (struct pb_ring_work){ .job = crew->job,
		.jobs = PB_VERIFY_CREW_JOBS,
		.job_len = sizeof(crew->job[0]),
		.least = MOST / 2,
		.most = MOST,
		.tools = crew->tools,
		.tools_len = sizeof(crew->tools[0]),
		.work = look };
	if (status == PB_OK)
		status = pb_ring_new(&work, threads, &crew->ring, err);
	if (status != PB_OK) {
		pb_verify_crew_free(crew);
		return status;
	}
	*ret_crew = crew;
	return PB_OK;
}

void
pb_verify_crew_free(struct pb_verify_crew *crew)
{
	if (crew == NULL)
		return;
	pb_ring_free(crew->ring);
	for (unsigned i = 0; crew->tools != NULL && i <= crew->threads; i++)
		pb_inside_tools_done(&crew->tools[i]);
	free(crew->tools);
	for (unsigned i = 0; i < PB_VERIFY_CREW_JOBS; i++) {
		pb_buf_done(&crew->job[i].payload);
		pb_secret_free(crew->job[i].r);
	}
	free(crew);
}
