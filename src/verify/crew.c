#include "verify/crew.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"

#define SECRET_LEN 32

/*
 * A ring.  The jobs collected .. begun are done or being done, begun .. given wait for
 * a thread; all three count up for ever, and given - collected <= PB_CREW_JOBS.
 *
 * lock guards the counters, done[] and stop.  A job itself belongs to the caller until it
 * is given, to one thread until it is done, then to the caller again.
 */
struct pb_crew {
	pthread_mutex_t lock;
	pthread_cond_t work; /* given has grown, or stop is set */
	pthread_cond_t news; /* a job is done */
	uint64_t given, begun, collected;
	bool done[PB_CREW_JOBS];
	bool stop;
	struct pb_crew_job job[PB_CREW_JOBS];
	unsigned threads;
	pthread_t thread[PB_CREW_THREADS];
	struct member {
		struct pb_crew *crew;
		struct pb_inside_tools tools;
	} member[PB_CREW_THREADS];
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
look(struct pb_inside_tools *tools, struct pb_crew_job *job)
{
	const struct pb_payload payload = { &job->payload, job->payload.len, read_job };

	job->err = (struct pb_error){ .status = PB_OK };
	job->status =
	    pb_inside_look(tools, &job->leaf, &payload, job->r, &job->inside, NULL, &job->err);
}

static void *
work(void *arg)
{
	struct member *member = arg;
	struct pb_crew *crew = member->crew;

	pthread_mutex_lock(&crew->lock);
	for (;;) {
		size_t at;

		while (crew->begun == crew->given && !crew->stop)
			pthread_cond_wait(&crew->work, &crew->lock);
		if (crew->stop)
			break;
		at = crew->begun++ % PB_CREW_JOBS;
		pthread_mutex_unlock(&crew->lock);
		look(&member->tools, &crew->job[at]);
		pthread_mutex_lock(&crew->lock);
		crew->done[at] = true;
		pthread_cond_signal(&crew->news);
	}
	pthread_mutex_unlock(&crew->lock);
	return NULL;
}

struct pb_crew_job *
pb_crew_take(struct pb_crew *crew)
{
	if (crew->given - crew->collected == PB_CREW_JOBS)
		return NULL;
	return &crew->job[crew->given % PB_CREW_JOBS];
}

void
pb_crew_give(struct pb_crew *crew)
{
	pthread_mutex_lock(&crew->lock);
	crew->done[crew->given++ % PB_CREW_JOBS] = false;
	pthread_cond_signal(&crew->work);
	pthread_mutex_unlock(&crew->lock);
}

const struct pb_crew_job *
pb_crew_collect(struct pb_crew *crew)
{
	size_t at = crew->collected % PB_CREW_JOBS;

	if (crew->collected == crew->given)
		return NULL;
	pthread_mutex_lock(&crew->lock);
	while (!crew->done[at])
		pthread_cond_wait(&crew->news, &crew->lock);
	pthread_mutex_unlock(&crew->lock);
	return &crew->job[at];
}

void
pb_crew_release(struct pb_crew *crew)
{
	crew->collected++;
}

/* Everything that is not a thread. */
static enum pb_status
prepare(struct pb_crew *crew, const char *origin, unsigned threads, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	for (unsigned i = 0; status == PB_OK && i < PB_CREW_JOBS; i++)
		status = pb_secret_new(SECRET_LEN, &crew->job[i].r, err);
	for (unsigned i = 0; status == PB_OK && i < threads; i++) {
		crew->member[i].crew = crew;
		status = pb_inside_tools_init(&crew->member[i].tools, origin, err);
	}
	return status;
}

enum pb_status
pb_crew_new(const char *origin, unsigned threads, struct pb_crew **ret_crew, struct pb_error *err)
{
	struct pb_crew *crew = calloc(1, sizeof(*crew));
	enum pb_status status;

	pb_assert(threads > 0 && threads <= PB_CREW_THREADS);
	if (crew == NULL)
		return pb_fail_memory(err, N_("verify"));
	/* With default attributes these cannot fail here (POSIX: only for lack of resources). */
	pb_assert(pthread_mutex_init(&crew->lock, NULL) == 0 &&
		  pthread_cond_init(&crew->work, NULL) == 0 &&
		  pthread_cond_init(&crew->news, NULL) == 0);
	status = prepare(crew, origin, threads, err);
	while (status == PB_OK && crew->threads < threads &&
	       pthread_create(
		   &crew->thread[crew->threads], NULL, work, &crew->member[crew->threads]) == 0)
		crew->threads++;
	/* Fewer than asked for are slower and as right. */
	if (status == PB_OK && crew->threads == 0)
		status = pb_fail(
		    err, PB_EUNAVAIL, N_("verify"), N_("no thread can be started"), "%s", "");
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
	pthread_mutex_lock(&crew->lock);
	crew->stop = true;
	pthread_cond_broadcast(&crew->work);
	pthread_mutex_unlock(&crew->lock);
	for (unsigned i = 0; i < crew->threads; i++)
		pthread_join(crew->thread[i], NULL);
	for (unsigned i = 0; i < PB_CREW_THREADS; i++)
		pb_inside_tools_done(&crew->member[i].tools);
	for (unsigned i = 0; i < PB_CREW_JOBS; i++) {
		pb_buf_done(&crew->job[i].payload);
		pb_secret_free(crew->job[i].r);
	}
	pthread_cond_destroy(&crew->work);
	pthread_cond_destroy(&crew->news);
	pthread_mutex_destroy(&crew->lock);
	free(crew);
}
