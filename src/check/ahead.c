#include "check/ahead.h"

#include <pthread.h>
#include <stdlib.h>

#include "core/error.h"

/* So many segments beyond the one that is being read. */
#define AHEAD 3
#define THREADS 2

/*
 * scan[i] is made by who took i, and read when done[i] is set.  lock guards done, taken, reached
 * and stop.
 */
struct pb_ahead {
	const struct pb_files *files;
	const char *dir;
	char (*names)[PB_SEGMENT_NAME_LEN + 1];
	size_t count;
	struct pb_lanes lanes;
	struct pb_scan *scan; /* of `count` */
	bool *done;
	unsigned threads;
	pthread_t thread[THREADS];
	pthread_mutex_t lock;
	pthread_cond_t work; /* reached has grown, or stop is set */
	pthread_cond_t news; /* one is done */
	size_t taken, reached;
	bool stop;
};

static void *
work(void *arg)
{
	struct pb_ahead *ahead = arg;
	size_t at;

	pthread_mutex_lock(&ahead->lock);
	while (!ahead->stop && ahead->taken < ahead->count) {
		if (ahead->taken >= ahead->reached + AHEAD) {
			pthread_cond_wait(&ahead->work, &ahead->lock);
			continue;
		}
		at = ahead->taken++;
		pthread_mutex_unlock(&ahead->lock);
		pb_scan_segment(
		    ahead->files, ahead->dir, ahead->names[at], &ahead->lanes, &ahead->scan[at]);
		pthread_mutex_lock(&ahead->lock);
		ahead->done[at] = true;
		pthread_cond_signal(&ahead->news);
	}
	pthread_mutex_unlock(&ahead->lock);
	return NULL;
}

enum pb_status
pb_ahead_new(const struct pb_files *files, const char *dir, char (*names)[PB_SEGMENT_NAME_LEN + 1],
    size_t count, bool threaded, struct pb_ahead **ret_ahead, struct pb_error *err)
{
	struct pb_ahead *ahead = calloc(1, sizeof(*ahead));

	if (ahead != NULL) {
		ahead->scan = calloc(count + 1, sizeof(ahead->scan[0]));
		ahead->done = calloc(count + 1, sizeof(ahead->done[0]));
	}
	if (ahead == NULL || ahead->scan == NULL || ahead->done == NULL) {
		if (ahead != NULL) {
			free(ahead->scan);
			free(ahead->done);
		}
		free(ahead);
		return pb_fail_memory(err, N_("read the vault"));
	}
	ahead->files = files;
	ahead->dir = dir;
	ahead->names = names;
	ahead->count = count;
	pb_lanes_init(&ahead->lanes);
	/* With default attributes these cannot fail here (POSIX: only for lack of resources). */
	pb_assert(pthread_mutex_init(&ahead->lock, NULL) == 0 &&
		  pthread_cond_init(&ahead->work, NULL) == 0 &&
		  pthread_cond_init(&ahead->news, NULL) == 0);
	/* None to be had is slower and as right. */
	while (threaded && ahead->threads < THREADS && ahead->threads < count &&
	       pthread_create(&ahead->thread[ahead->threads], NULL, work, ahead) == 0)
		ahead->threads++;
	*ret_ahead = ahead;
	return PB_OK;
}

void
pb_ahead_reach(struct pb_ahead *ahead, size_t at)
{
	pthread_mutex_lock(&ahead->lock);
	ahead->reached = at;
	if (at > 0 && at <= ahead->count && ahead->done[at - 1])
		pb_scan_done(&ahead->scan[at - 1]);
	pthread_mutex_unlock(&ahead->lock);
	pthread_cond_broadcast(&ahead->work);
}

struct pb_scan *
pb_ahead_get(struct pb_ahead *ahead, size_t at)
{
	pb_assert(at < ahead->count && at <= ahead->reached);
	pthread_mutex_lock(&ahead->lock);
	while (!ahead->done[at] && ahead->threads > 0)
		pthread_cond_wait(&ahead->news, &ahead->lock);
	pthread_mutex_unlock(&ahead->lock);
	if (!ahead->done[at]) {
		pb_scan_segment(
		    ahead->files, ahead->dir, ahead->names[at], &ahead->lanes, &ahead->scan[at]);
		ahead->done[at] = true;
	}
	return &ahead->scan[at];
}

void
pb_ahead_free(struct pb_ahead *ahead)
{
	if (ahead == NULL)
		return;
	pthread_mutex_lock(&ahead->lock);
	ahead->stop = true;
	pthread_mutex_unlock(&ahead->lock);
	pthread_cond_broadcast(&ahead->work);
	for (unsigned i = 0; i < ahead->threads; i++)
		pthread_join(ahead->thread[i], NULL);
	pthread_cond_destroy(&ahead->work);
	pthread_cond_destroy(&ahead->news);
	pthread_mutex_destroy(&ahead->lock);
	for (size_t i = 0; i < ahead->count; i++)
		pb_scan_done(&ahead->scan[i]);
	free(ahead->scan);
	free(ahead->done);
	free(ahead);
}
