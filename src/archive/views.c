#include <stdlib.h>
#include <string.h>

#include "archive/bodies.h"
#include "archive/catchup.h"
#include "archive/observe.h"
#include "archive/views_give.h"
#include "archive/views_state.h"
#include "core/error.h"
#include "record/machine_key.h"

static const char INDEXING[] = N_("index messages");

/* Records between two words of progress. */
#define PROGRESS_STEP 32

/* ---- what threads share --------------------------------------------------------------------- */

static void
lock_catalog(void *ctx)
{
	struct pb_views *views = ctx;

	pb_assert(pthread_mutex_lock(&views->catalog_mutex) == 0);
}

static void
unlock_catalog(void *ctx)
{
	struct pb_views *views = ctx;

	pb_assert(pthread_mutex_unlock(&views->catalog_mutex) == 0);
}

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

static bool
go_on(void *ctx)
{
	struct pb_views *views = ctx;
	unsigned long long done = atomic_fetch_add(&views->done, 1);

	if (views->options.progress != NULL && done % PROGRESS_STEP == 0) {
		pb_views_lock(views);
		views->options.progress(views->options.progress_ctx, done);
		pb_views_unlock(views);
	}
	return !atomic_load(&views->stop);
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

/* ---- life ----------------------------------------------------------------------------------- */

static enum pb_status
make(struct pb_views *views, const struct pb_archive *a, const struct pb_views_options *options,
    struct pb_error *err)
{
	enum pb_status status;

	views->world = a->world;
	views->options = *options;
	views->dir = strdup(a->dir);
	views->origin = strdup(a->origin);
	if (options->program != NULL)
		views->program = strdup(options->program);
	if (views->dir == NULL || views->origin == NULL ||
	    (options->program != NULL && views->program == NULL))
		return pb_fail_memory(err, INDEXING);
	if (views->options.threads == 0)
		views->options.threads = 1;
	if (views->options.threads > PB_LIMIT_VIEW_THREADS)
		views->options.threads = PB_LIMIT_VIEW_THREADS;
	views->shared = (struct pb_views_shared){ .ctx = views,
		.lock = lock_catalog,
		.unlock = unlock_catalog,
		.go_on = go_on,
		.fresh = pb_views_fresh,
		.more = pb_views_more };
	if (options->follow && (status = pb_keep_new(PB_LIMIT_FRESH, &views->keep, err)) != PB_OK)
		return status;
	status = pb_bodies_load(a->world->files, a->dir, &views->shared.bodies, err);
	if (status == PB_OK)
		status = pb_machine_key(a->world, a->dir, &views->shared.machine_key, err);
	return status != PB_OK ? status
			       : pb_catchup_open(a->world->files, a->dir, a->origin, true,
				     &views->shared.catalog, err);
}

static void
release(struct pb_views *views)
{
	pb_catalog_close(views->shared.catalog);
	pb_fresh_clear(&views->fresh);
	pb_keep_free(views->keep);
	pb_secret_free(views->shared.machine_key);
	free(views->dir);
	free(views->origin);
	free(views->program);
	free(views);
}

enum pb_status
pb_views_new(const struct pb_archive *archive, const struct pb_views_options *options,
    struct pb_views **ret_views, struct pb_error *err)
{
	struct pb_views *views = calloc(1, sizeof(*views));
	enum pb_status status =
	    views == NULL ? pb_fail_memory(err, INDEXING) : make(views, archive, options, err);

	if (status != PB_OK) {
		if (views != NULL)
			release(views);
		return status;
	}
	pb_assert(pthread_mutex_init(&views->mutex, NULL) == 0);
	pb_assert(pthread_mutex_init(&views->catalog_mutex, NULL) == 0);
	pb_assert(pthread_cond_init(&views->changed, NULL) == 0);
	atomic_init(&views->stop, false);
	atomic_init(&views->done, 0);
	*ret_views = views;
	return PB_OK;
}

static void
end_threads(struct pb_views *views)
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

void
pb_views_free(struct pb_views *views)
{
	if (views == NULL)
		return;
	atomic_store(&views->stop, true);
	end_threads(views);
	for (; views->count > 0; views->count--) {
		pb_secret_free(views->job[views->first].key);
		views->first = (views->first + 1) % PB_LIMIT_VIEW_QUEUE;
	}
	(void)pthread_cond_destroy(&views->changed);
	(void)pthread_mutex_destroy(&views->catalog_mutex);
	(void)pthread_mutex_destroy(&views->mutex);
	release(views);
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

static struct pb_view_job
job_of(const char *stem, uint64_t end, struct pb_secret *key)
{
	struct pb_view_job job = { .end = end, .key = key };

	memcpy(job.stem, stem, sizeof(job.stem));
	return job;
}

/* ---- handing over --------------------------------------------------------------------------- */

static void
offer_closing(void *ctx, const struct pb_archive *archive)
{
	(void)pb_views_offer_open(ctx, archive);
}

static void
follow_grown(
    void *ctx, const struct pb_archive *archive, struct pb_sealed *const *items, size_t count)
{
	pb_views_grown(ctx, archive, items, count);
}

void
pb_views_attach(struct pb_archive *archive, struct pb_views *views)
{
	archive->closing = views != NULL ? offer_closing : NULL;
	archive->grown = views != NULL && views->options.follow ? follow_grown : NULL;
	archive->watch_ctx = views;
}

void
pb_views_offer(
    struct pb_views *views, const char *stem, uint64_t end, struct pb_secret *segment_key)
{
	struct pb_view_job job = job_of(stem, end, segment_key);

	if (!pb_views_move_end(views, stem, end, false))
		(void)pb_views_hand_over(views, &job, false, NULL);
}

bool
pb_views_offer_open(struct pb_views *views, const struct pb_archive *archive)
{
	if (archive->append == NULL || pb_append_slots(archive->append) == 0)
		return false;
	pb_views_offer(views, pb_append_name(archive->append), pb_append_end(archive->append),
	    pb_append_key(archive->append));
	return true;
}

enum pb_status
pb_views_give(
    struct pb_views *views, const char *stem, struct pb_secret *segment_key, struct pb_error *err)
{
	struct pb_view_job job = job_of(stem, 0, segment_key);

	return pb_views_hand_over(views, &job, true, err);
}

enum pb_status
pb_views_catch_up(struct pb_views *views, const struct pb_archive *archive, struct pb_error *err)
{
	enum pb_status status;

	lock_catalog(views);
	status = pb_catchup_head(archive, views->shared.catalog, err);
	unlock_catalog(views);
	return status;
}

enum pb_status
pb_views_observe(struct pb_views *views, struct pb_archive *archive,
    const struct pb_said_closed *closed, bool *ret_more, size_t *ret_count, struct pb_error *err)
{
	enum pb_status status;

	lock_catalog(views);
	status = pb_observe(archive, views->shared.catalog, closed, ret_more, ret_count, err);
	unlock_catalog(views);
	return status;
}

enum pb_status
pb_views_segment_next(struct pb_views *views, bool first, uint64_t first_seq,
    struct pb_catalog_segment *ret_segment, struct pb_error *err)
{
	enum pb_status status;

	lock_catalog(views);
	status = pb_catalog_segment_next(views->shared.catalog, first, first_seq, ret_segment, err);
	unlock_catalog(views);
	return status;
}

bool
pb_views_anew(const struct pb_views *views)
{
	return views->options.anew;
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

struct pb_catalog *
pb_views_catalog(const struct pb_views *views)
{
	return views->shared.catalog;
}
