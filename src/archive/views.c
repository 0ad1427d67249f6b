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

void
pb_views_free(struct pb_views *views)
{
	if (views == NULL)
		return;
	atomic_store(&views->stop, true);
	pb_views_end_threads(views);
	for (; views->count > 0; views->count--) {
		pb_secret_free(views->job[views->first].key);
		views->first = (views->first + 1) % PB_LIMIT_VIEW_QUEUE;
	}
	(void)pthread_cond_destroy(&views->changed);
	(void)pthread_mutex_destroy(&views->catalog_mutex);
	(void)pthread_mutex_destroy(&views->mutex);
	release(views);
}

/* ---- handing over --------------------------------------------------------------------------- */

static struct pb_view_job
job_of(const char *stem, uint64_t end, struct pb_secret *key)
{
	struct pb_view_job job = { .end = end, .key = key };

	memcpy(job.stem, stem, sizeof(job.stem));
	return job;
}

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

struct pb_catalog *
pb_views_catalog(const struct pb_views *views)
{
	return views->shared.catalog;
}
