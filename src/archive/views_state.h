/* Views from within: views.c makes them, views_threads.c works, views_follow.c goes with a writer.
 */
#ifndef PB_ARCHIVE_VIEWS_STATE_H
#define PB_ARCHIVE_VIEWS_STATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "archive/fresh.h"
#include "archive/view_segment.h"
#include "archive/views.h"
#include "core/limits.h"

/*
 * Invariants, under `mutex`:
 * 1. job[first .. first + count) wait; `busy` threads do one each, which stands in doing[].
 * 2. `failure` is the first of any thread; once stop is set nothing more is begun.
 * 3. Of a job that waits or is done, `end` and `open` may change.
 * The catalog is used under catalog_mutex alone.
 */
struct pb_views {
	const struct pb_world *world;
	char *dir;
	char *origin;
	char *program; /* NULL: there is none */
	struct pb_views_options options;
	struct pb_views_shared shared;
	pthread_mutex_t mutex, catalog_mutex;
	pthread_cond_t changed;
	pthread_t thread[PB_LIMIT_VIEW_THREADS];
	unsigned threads, busy;
	struct pb_view_job job[PB_LIMIT_VIEW_QUEUE];
	size_t first, count;
	struct pb_view_job *doing[PB_LIMIT_VIEW_THREADS]; /* by thread; NULL: none */
	char followed[PB_CATALOG_STEM_LEN + 1];           /* the last that was given as it grows */
	struct pb_keep *keep;                             /* of views that follow */
	struct pb_fresh fresh;
	bool ending;
	atomic_bool stop;
	atomic_ullong done;      /* records looked at */
	struct pb_error failure; /* status PB_OK: none */
};

void pb_views_lock(struct pb_views *views);
void pb_views_unlock(struct pb_views *views);
/* What waits is done before, unless stop is set. */
void pb_views_end_threads(struct pb_views *views);

/* A segment, for the next thread that has time; wanted->key is copied.  wait: until there is room;
 * else it is left for a later `reindex`. */
enum pb_status pb_views_hand_over(
    struct pb_views *views, const struct pb_view_job *wanted, bool wait, struct pb_error *err);

/* ---- following: for threads, as struct pb_views_shared has them ------------------------------ */

bool pb_views_fresh(void *ctx, uint64_t seq, struct pb_kept *ret_plain);
bool pb_views_more(void *ctx, const struct pb_view_job *job, uint64_t *end);

/* false: nobody follows that segment.  open: more may come. */
bool pb_views_move_end(struct pb_views *views, const char *stem, uint64_t end, bool open);
/* Nobody will tell of more.  Under the lock. */
void pb_views_stop_following(struct pb_views *views);

#endif
