#include "core/ring.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/error.h"

struct member {
	struct pb_ring *ring;
	void *tools;
	pthread_t thread;
};

/*
 * The jobs collected .. begun are done or being done, begun .. given wait for a thread; all
 * three count up for ever, and given - collected <= what.jobs.
 *
 * lock guards the counters, done[], asleep, awaited and stop.  A job itself belongs to the caller
 * until it is given, to one thread until it is done, then to the caller again.
 *
 * Waking a thread costs as much as a short job.  Nobody is woken who is awake, and the lock is let
 * go before.
 */
struct pb_ring {
	pthread_mutex_t lock;
	pthread_cond_t work; /* enough wait, or stop is set */
	pthread_cond_t news; /* a job is done */
	uint64_t given, begun, collected;
	bool *done;
	unsigned asleep; /* threads */
	bool awaited;    /* the caller waits for the job `collected` */
	bool stop;
	struct pb_ring_work what;
	unsigned threads;
	struct member *member;
};

static void *
job_at(const struct pb_ring *ring, uint64_t number)
{
	return (char *)ring->what.job + number % ring->what.jobs * ring->what.job_len;
}

/* The next jobs that wait, with these tools; the lock is held before and behind, not meanwhile. */
static void
do_next(struct pb_ring *ring, void *tools)
{
	uint64_t first = ring->begun, waiting = ring->given - ring->begun;
	size_t count = waiting < ring->what.most ? (size_t)waiting : ring->what.most;
	void *job[PB_RING_MOST];
	bool news = false;

	ring->begun += count;
	pthread_mutex_unlock(&ring->lock);
	for (size_t i = 0; i < count; i++)
		job[i] = job_at(ring, first + i);
	ring->what.work(tools, job, count);
	pthread_mutex_lock(&ring->lock);
	for (size_t i = 0; i < count; i++) {
		ring->done[(first + i) % ring->what.jobs] = true;
		news |= first + i == ring->collected;
	}
	if (!ring->awaited || !news)
		return;
	ring->awaited = false;
	pthread_mutex_unlock(&ring->lock);
	pthread_cond_signal(&ring->news);
	pthread_mutex_lock(&ring->lock);
}

/* Whether a thread should take jobs now. */
static bool
enough(const struct pb_ring *ring)
{
	uint64_t waiting = ring->given - ring->begun;

	return waiting >= ring->what.least || (waiting > 0 && ring->awaited);
}

static void *
work(void *arg)
{
	struct member *member = arg;
	struct pb_ring *ring = member->ring;

	pthread_mutex_lock(&ring->lock);
	for (;;) {
		while (!enough(ring) && !ring->stop) {
			ring->asleep++;
			pthread_cond_wait(&ring->work, &ring->lock);
			ring->asleep--;
		}
		if (ring->stop)
			break;
		do_next(ring, member->tools);
	}
	pthread_mutex_unlock(&ring->lock);
	return NULL;
}

void *
pb_ring_take(struct pb_ring *ring)
{
	if (ring->given - ring->collected == ring->what.jobs)
		return NULL;
	return job_at(ring, ring->given);
}

void
pb_ring_give(struct pb_ring *ring)
{
	bool wake;

	pthread_mutex_lock(&ring->lock);
	ring->done[ring->given++ % ring->what.jobs] = false;
	wake = ring->asleep > 0 && enough(ring);
	pthread_mutex_unlock(&ring->lock);
	if (wake)
		pthread_cond_signal(&ring->work);
}

void *
pb_ring_collect(struct pb_ring *ring, void *tools)
{
	size_t at = (size_t)(ring->collected % ring->what.jobs);

	if (ring->collected == ring->given)
		return NULL;
	pthread_mutex_lock(&ring->lock);
	while (!ring->done[at]) {
		if (tools != NULL && ring->begun < ring->given) {
			do_next(ring, tools);
			continue;
		}
		ring->awaited = true;
		if (ring->begun < ring->given)
			pthread_cond_broadcast(&ring->work);
		pthread_cond_wait(&ring->news, &ring->lock);
	}
	pthread_mutex_unlock(&ring->lock);
	return job_at(ring, ring->collected);
}

void
pb_ring_release(struct pb_ring *ring)
{
	pthread_mutex_lock(&ring->lock);
	ring->collected++;
	pthread_mutex_unlock(&ring->lock);
}

/* Fewer than asked for are slower and as right. */
static void
start(struct pb_ring *ring, unsigned threads)
{
	while (ring->threads < threads) {
		struct member *member = &ring->member[ring->threads];

		member->ring = ring;
		member->tools = (char *)ring->what.tools + ring->threads * ring->what.tools_len;
		if (pthread_create(&member->thread, NULL, work, member) != 0)
			return;
		ring->threads++;
	}
}

enum pb_status
pb_ring_new(const struct pb_ring_work *what, unsigned threads, struct pb_ring **ret_ring,
    struct pb_error *err)
{
	static const char starting[] = N_("start threads");
	struct pb_ring *ring = calloc(1, sizeof(*ring));

	pb_assert((threads > 0 || what->alone) && what->jobs > 0 && what->least > 0 &&
		  what->most > 0 && what->most <= PB_RING_MOST && what->least <= what->jobs);
	if (ring == NULL)
		return pb_fail_memory(err, starting);
	/* With default attributes these cannot fail here (POSIX: only for lack of resources). */
	pb_assert(pthread_mutex_init(&ring->lock, NULL) == 0 &&
		  pthread_cond_init(&ring->work, NULL) == 0 &&
		  pthread_cond_init(&ring->news, NULL) == 0);
	ring->what = *what;
	ring->done = calloc(what->jobs, sizeof(ring->done[0]));
	ring->member = calloc((size_t)threads + 1, sizeof(ring->member[0]));
	if (ring->done == NULL || ring->member == NULL) {
		pb_ring_free(ring);
		return pb_fail_memory(err, starting);
	}
	start(ring, threads);
	if (ring->threads == 0 && !what->alone) {
		pb_ring_free(ring);
		return pb_fail(
		    err, PB_EUNAVAIL, starting, N_("no thread can be started"), "%s", "");
	}
	*ret_ring = ring;
	return PB_OK;
}

void
pb_ring_free(struct pb_ring *ring)
{
	if (ring == NULL)
		return;
	pthread_mutex_lock(&ring->lock);
	ring->stop = true;
	pthread_cond_broadcast(&ring->work);
	pthread_mutex_unlock(&ring->lock);
	for (unsigned i = 0; i < ring->threads; i++)
		pthread_join(ring->member[i].thread, NULL);
	pthread_cond_destroy(&ring->work);
	pthread_cond_destroy(&ring->news);
	pthread_mutex_destroy(&ring->lock);
	free(ring->done);
	free(ring->member);
	free(ring);
}
