#include "verify/ring.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/error.h"

/*
 * The jobs collected .. begun are done or being done, begun .. given wait for a thread; all
 * three count up for ever, and given - collected <= PB_RING_JOBS.
 *
 * lock guards the counters, done[], asleep, awaited and stop.  A job itself belongs to the caller
 * until it is given, to one thread until it is done, then to the caller again.
 *
 * Waking a thread costs as much as looking into a short record.  Nobody is woken who is awake, and
 * the lock is let go before.
 */
struct pb_ring {
	pthread_mutex_t lock;
	pthread_cond_t work; /* given has grown, or stop is set */
	pthread_cond_t news; /* a job is done */
	uint64_t given, begun, collected;
	bool done[PB_RING_JOBS];
	unsigned asleep; /* threads */
	bool awaited;    /* the caller waits for the job `collected` */
	bool stop;
	struct pb_ring_work what;
	unsigned threads;
	pthread_t thread[PB_RING_THREADS];
	struct member {
		struct pb_ring *ring;
		void *tools;
	} member[PB_RING_THREADS];
};

static void *
job_at(const struct pb_ring *ring, uint64_t number)
{
	return (char *)ring->what.job + number % PB_RING_JOBS * ring->what.job_len;
}

/* The next job that waits, with these tools; the lock is held before and behind, not meanwhile. */
static void
do_next(struct pb_ring *ring, void *tools)
{
	uint64_t number = ring->begun++;

	pthread_mutex_unlock(&ring->lock);
	ring->what.work(tools, job_at(ring, number));
	pthread_mutex_lock(&ring->lock);
	ring->done[number % PB_RING_JOBS] = true;
	if (!ring->awaited || number != ring->collected)
		return;
	ring->awaited = false;
	pthread_mutex_unlock(&ring->lock);
	pthread_cond_signal(&ring->news);
	pthread_mutex_lock(&ring->lock);
}

static void *
work(void *arg)
{
	struct member *member = arg;
	struct pb_ring *ring = member->ring;

	pthread_mutex_lock(&ring->lock);
	for (;;) {
		while (ring->begun == ring->given && !ring->stop) {
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
	if (ring->given - ring->collected == PB_RING_JOBS)
		return NULL;
	return job_at(ring, ring->given);
}

void
pb_ring_give(struct pb_ring *ring)
{
	bool wake;

	pthread_mutex_lock(&ring->lock);
	ring->done[ring->given++ % PB_RING_JOBS] = false;
	wake = ring->asleep > 0;
	pthread_mutex_unlock(&ring->lock);
	if (wake)
		pthread_cond_signal(&ring->work);
}

void *
pb_ring_collect(struct pb_ring *ring, void *tools)
{
	size_t at = ring->collected % PB_RING_JOBS;

	if (ring->collected == ring->given)
		return NULL;
	pthread_mutex_lock(&ring->lock);
	while (!ring->done[at]) {
		if (tools != NULL && ring->begun < ring->given) {
			do_next(ring, tools);
			continue;
		}
		ring->awaited = true;
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

enum pb_status
pb_ring_new(const struct pb_ring_work *what, unsigned threads, struct pb_ring **ret_ring,
    struct pb_error *err)
{
	struct pb_ring *ring = calloc(1, sizeof(*ring));

	pb_assert(threads > 0 && threads <= PB_RING_THREADS);
	if (ring == NULL)
		return pb_fail_memory(err, N_("verify"));
	ring->what = *what;
	/* With default attributes these cannot fail here (POSIX: only for lack of resources). */
	pb_assert(pthread_mutex_init(&ring->lock, NULL) == 0 &&
		  pthread_cond_init(&ring->work, NULL) == 0 &&
		  pthread_cond_init(&ring->news, NULL) == 0);
	while (ring->threads < threads) {
		struct member *member = &ring->member[ring->threads];

		member->ring = ring;
		member->tools = (char *)what->tools + ring->threads * what->tools_len;
		if (pthread_create(&ring->thread[ring->threads], NULL, work, member) != 0)
			break;
		ring->threads++;
	}
	/* Fewer than asked for are slower and as right. */
	if (ring->threads == 0) {
		pb_ring_free(ring);
		return pb_fail(
		    err, PB_EUNAVAIL, N_("verify"), N_("no thread can be started"), "%s", "");
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
		pthread_join(ring->thread[i], NULL);
	pthread_cond_destroy(&ring->work);
	pthread_cond_destroy(&ring->news);
	pthread_mutex_destroy(&ring->lock);
	free(ring);
}
