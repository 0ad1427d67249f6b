#include "verify/crew.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"

#define SECRET_LEN 32

struct pb_crew {
	struct pb_ring *ring;
	struct pb_crew_job job[PB_RING_JOBS];
	struct pb_inside_tools tools[PB_RING_THREADS];
};

static enum pb_status
read_job(void *ctx, uint64_t offset, void *to, size_t len, struct pb_error *err)
{
	const struct pb_buf *payload = ctx;

	if (offset > payload->len || len > payload->len - offset)
		return pb_fail(err, PB_ECORRUPT, N_("read a payload"),
		    N_("more was asked of it than it holds"), "%s", "");
	memcpy(to, payload->data + offset, len);
	return PB_OK;
}

static void
look(void *tools, void *arg)
{
	struct pb_crew_job *job = arg;
	const struct pb_payload payload = { &job->payload, job->payload.len, read_job };

	job->err = (struct pb_error){ .status = PB_OK };
	job->status = pb_inside_look(
	    tools, &job->leaf, &payload, job->r, &job->inside, NULL, NULL, &job->err);
}

struct pb_crew_job *
pb_crew_take(struct pb_crew *crew)
{
	return pb_ring_take(crew->ring);
}

void
pb_crew_give(struct pb_crew *crew)
{
	pb_ring_give(crew->ring);
}

const struct pb_crew_job *
pb_crew_collect(struct pb_crew *crew)
{
	return pb_ring_collect(crew->ring, NULL);
}

void
pb_crew_release(struct pb_crew *crew)
{
	pb_ring_release(crew->ring);
}

enum pb_status
pb_crew_new(const char *origin, unsigned threads, struct pb_crew **ret_crew, struct pb_error *err)
{
	struct pb_crew *crew = calloc(1, sizeof(*crew));
	enum pb_status status = PB_OK;
	struct pb_ring_work work;

	pb_assert(threads <= PB_CREW_THREADS);
	if (crew == NULL)
		return pb_fail_memory(err, N_("verify"));
	work = (struct pb_ring_work){ crew->job, sizeof(crew->job[0]), crew->tools,
		sizeof(crew->tools[0]), look };
	for (unsigned i = 0; status == PB_OK && i < PB_RING_JOBS; i++)
		status = pb_secret_new(SECRET_LEN, &crew->job[i].r, err);
	for (unsigned i = 0; status == PB_OK && i < threads; i++)
		status = pb_inside_tools_init(&crew->tools[i], origin, err);
	if (status == PB_OK)
		status = pb_ring_new(&work, threads, &crew->ring, err);
	if (status != PB_OK) {
		pb_crew_free(crew);
		return status;
	}
	*ret_crew = crew;
	return PB_OK;
}

void
pb_crew_free(struct pb_crew *crew)
{
	if (crew == NULL)
		return;
	pb_ring_free(crew->ring);
	for (unsigned i = 0; i < PB_RING_THREADS; i++)
		pb_inside_tools_done(&crew->tools[i]);
	for (unsigned i = 0; i < PB_RING_JOBS; i++) {
		pb_buf_done(&crew->job[i].payload);
		pb_secret_free(crew->job[i].r);
	}
	free(crew);
}
