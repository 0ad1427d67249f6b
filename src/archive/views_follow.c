/* A segment that is viewed while it grows, and what was sealed into it, at hand meanwhile. */
#include <string.h>

#include "archive/views_state.h"
#include "core/error.h"

/* ---- for threads ----------------------------------------------------------------------------- */

bool
pb_views_fresh(void *ctx, uint64_t seq, struct pb_kept *ret_plain)
{
	struct pb_views *views = ctx;
	bool there;

	pb_views_lock(views);
	there = pb_fresh_take(&views->fresh, seq, ret_plain);
	pb_views_unlock(views);
	return there;
}

/* Job is the caller's; it was done up to *end. */
bool
pb_views_more(void *ctx, const struct pb_view_job *job, uint64_t *end)
{
	struct pb_views *views = ctx;
	bool moved;

	pb_views_lock(views);
	while (job->open && job->end == *end && !views->ending && !atomic_load(&views->stop))
		pb_assert(pthread_cond_wait(&views->changed, &views->mutex) == 0);
	moved = job->end != *end;
	*end = job->end;
	pb_views_unlock(views);
	return moved;
}

/* ---- for the writer -------------------------------------------------------------------------- */

static bool
follows(const struct pb_view_job *job, const char *stem)
{
	return job != NULL && job->open && strcmp(job->stem, stem) == 0;
}

/* The job that follows this segment; NULL: none does, or does any more. */
static struct pb_view_job *
follower(struct pb_views *views, const char *stem)
{
	for (size_t i = 0; i < PB_LIMIT_VIEW_THREADS; i++)
		if (follows(views->doing[i], stem))
			return views->doing[i];
	for (size_t i = 0; i < views->count; i++) {
		struct pb_view_job *job = &views->job[(views->first + i) % PB_LIMIT_VIEW_QUEUE];

		if (follows(job, stem))
			return job;
	}
	return NULL;
}

bool
pb_views_move_end(struct pb_views *views, const char *stem, uint64_t end, bool open)
{
	struct pb_view_job *job;

	pb_views_lock(views);
	job = follower(views, stem);
	if (job != NULL) {
		job->end = end;
		job->open = open;
		pb_assert(pthread_cond_broadcast(&views->changed) == 0);
	}
	pb_views_unlock(views);
	return job != NULL;
}

static void
keep_fresh(struct pb_views *views, struct pb_sealed *const *items, size_t count, uint64_t first_seq)
{
	pb_views_lock(views);
	for (size_t i = 0; i < count; i++)
		if (items[i]->plain.keep != NULL)
			pb_fresh_put(&views->fresh, first_seq + i, &items[i]->plain);
	pb_views_unlock(views);
}

struct pb_keep *
pb_views_keep(const struct pb_views *views)
{
	return views == NULL ? NULL : views->keep;
}

/* Each segment is followed once: one that failed is for a later `reindex`. */
void
pb_views_grown(struct pb_views *views, const struct pb_archive *archive,
    struct pb_sealed *const *items, size_t count)
{
	uint64_t first_seq = archive->head.tree.size - count;
	const char *stem = pb_append_name(archive->append);
	struct pb_view_job job = { .end = pb_append_end(archive->append),
		.open = true,
		.key = pb_append_key(archive->append) };

	keep_fresh(views, items, count, first_seq);
	if (pb_views_move_end(views, stem, job.end, true) || strcmp(views->followed, stem) == 0)
		return;
	memcpy(job.stem, stem, sizeof(job.stem));
	memcpy(views->followed, stem, sizeof(views->followed));
	(void)pb_views_hand_over(views, &job, false, NULL);
}

void
pb_views_stop_following(struct pb_views *views)
{
	for (size_t i = 0; i < PB_LIMIT_VIEW_THREADS; i++)
		if (views->doing[i] != NULL)
			views->doing[i]->open = false;
	for (size_t i = 0; i < views->count; i++)
		views->job[(views->first + i) % PB_LIMIT_VIEW_QUEUE].open = false;
	pb_assert(pthread_cond_broadcast(&views->changed) == 0);
}
