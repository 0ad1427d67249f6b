/* The threads that make views, and the jobs that wait for them. */
#include <string.h>

#include "archive/views_state.h"
#include "core/error.h"

void
pb_views_lock(struct pb_views *views)
{
	pb_assert(pthread_mutex_lock(&views->mutex) == 0);
}

void
pb_views_unlock(struct pb_views *views)
{
	pb_assert(pthread_mutex_unlock(&views->mutex) == 0);
}

/* ---- a thread ------------------------------------------------------------------------------- */

/* One segment that fails leaves the others; a child that can't be started leaves none. */
static void
note_failure(struct pb_views *views, enum pb_status status, const struct pb_error *err)
{
	if (status == PB_OK)
		return;
	if (views->failure.status == PB_OK) {
		views->failure = *err;
		views->failure.status = status;
	}
	if (status == PB_EUNAVAIL || status == PB_ENOSPC)
		atomic_store(&views->stop, true);
}

/* Where that job stands in doing[]; NULL: a free place, which there is for each thread. */
static struct pb_view_job **
place_of(struct pb_views *views, const struct pb_view_job *job)
{
	size_t i = 0;

	while (views->doing[i] != job)
		pb_assert(++i < PB_LIMIT_VIEW_THREADS);
	return &views->doing[i];
}

static bool
next_job(struct pb_views *views, struct pb_view_job *ret_job)
{
	while (views->count == 0 && !views->ending)
		pb_assert(pthread_cond_wait(&views->changed, &views->mutex) == 0);
	if (views->count == 0)
		return false;
	*ret_job = views->job[views->first];
	views->first = (views->first + 1) % PB_LIMIT_VIEW_QUEUE;
	views->count--;
	views->busy++;
	*place_of(views, NULL) = ret_job;
	return true;
}

static enum pb_status
do_job(struct pb_views *views, struct pb_view_tools **tools, const struct pb_view_job *job,
    uint64_t end, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	if (atomic_load(&views->stop))
		return PB_OK;
	if (*tools == NULL)
		status = pb_view_tools_new(views->world, views->dir, views->origin, views->program,
		    &views->shared, tools, err);
	return status == PB_OK ? pb_view_segment(*tools, job, end, err) : status;
}

static void *
work(void *arg)
{
	struct pb_views *views = arg;
	struct pb_view_tools *tools = NULL;
	struct pb_view_job job;

	pb_views_lock(views);
	while (next_job(views, &job)) {
		struct pb_error err = { 0 };
		enum pb_status status;
		uint64_t end = job.end;

		pb_assert(pthread_cond_broadcast(&views->changed) == 0);
		pb_views_unlock(views);
		status = do_job(views, &tools, &job, end, &err);
		pb_secret_free(job.key);
		pb_views_lock(views);
		note_failure(views, status, &err);
		*place_of(views, &job) = NULL;
		views->busy--;
		pb_assert(pthread_cond_broadcast(&views->changed) == 0);
	}
	pb_views_unlock(views);
	pb_view_tools_free(tools);
	return NULL;
}

/*
 * Begun when there is work for it: where a segment is followed, one may wait until who is at the
 * one before, which has just closed, is done.  Without any thread pb_views_finish does the work.
 */
static void
begin_thread(struct pb_views *views)
{
	size_t waiting = views->options.follow && views->threads > 0 ? 1 : 0;

	if (views->threads < views->options.threads &&
	    views->busy + views->count > views->threads + waiting &&
	    pthread_create(&views->thread[views->threads], NULL, work, views) == 0)
		views->threads++;
}

void
pb_views_end_threads(struct pb_views *views)
{
	pb_views_lock(views);
	views->ending = true;
	pb_assert(pthread_cond_broadcast(&views->changed) == 0);
	pb_views_unlock(views);
	for (unsigned i = 0; i < views->threads; i++)
		pb_assert(pthread_join(views->thread[i], NULL) == 0);
	views->threads = 0;
	views->ending = false;
}

/* ---- jobs ------------------------------------------------------------------------------------ */

/* Has its own copy of the key. */
static enum pb_status
make_job(const struct pb_views *views, const struct pb_view_job *wanted,
    struct pb_view_job *ret_job, struct pb_error *err)
{
	struct pb_view_job job = *wanted;
	enum pb_status status = pb_secret_new(pb_secret_len(wanted->key), &job.key, err);

	if (status != PB_OK)
		return status;
	memcpy(pb_secret_bytes(job.key), pb_secret_bytes(wanted->key), pb_secret_len(wanted->key));
	job.own = views->options.own;
	job.anew = views->options.anew;
	*ret_job = job;
	return PB_OK;
}

enum pb_status
pb_views_hand_over(
    struct pb_views *views, const struct pb_view_job *wanted, bool wait, struct pb_error *err)
{
	struct pb_view_job job;
	enum pb_status status = make_job(views, wanted, &job, err);

	if (status != PB_OK)
		return status;
	pb_views_lock(views);
	while (wait && views->count == PB_LIMIT_VIEW_QUEUE && views->threads > 0)
		pb_assert(pthread_cond_wait(&views->changed, &views->mutex) == 0);
	if (views->count < PB_LIMIT_VIEW_QUEUE) {
		views->job[(views->first + views->count++) % PB_LIMIT_VIEW_QUEUE] = job;
		job.key = NULL;
		begin_thread(views);
		pb_assert(pthread_cond_broadcast(&views->changed) == 0);
	}
	pb_views_unlock(views);
	pb_secret_free(job.key);
	return PB_OK;
}

/* ---- the end -------------------------------------------------------------------------------- */

/* No thread could be had: this one does it. */
static void
work_here(struct pb_views *views)
{
	if (views->threads > 0 || views->count == 0)
		return;
	views->ending = true;
	(void)work(views);
	views->ending = false;
}

enum pb_status
pb_views_finish(struct pb_views *views, struct pb_error *err)
{
	enum pb_status status;

	pb_views_lock(views);
	pb_views_stop_following(views);
	pb_views_unlock(views);
	work_here(views);
	pb_views_lock(views);
	while (views->count > 0 || views->busy > 0)
		pb_assert(pthread_cond_wait(&views->changed, &views->mutex) == 0);
	status = views->failure.status;
	if (status != PB_OK && err != NULL)
		*err = views->failure;
	memset(&views->failure, 0, sizeof(views->failure));
	pb_views_unlock(views);
	return status == PB_OK ? pb_catalog_settle(views->shared.catalog, err) : status;
}

bool
pb_views_are_done(struct pb_views *views)
{
	bool done;

	pb_views_lock(views);
	done = views->count == 0 && views->busy == 0;
	pb_views_unlock(views);
	return done;
}
