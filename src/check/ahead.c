#include "check/ahead.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "archive/paths.h"
#include "core/error.h"

/* So many segments beyond the one that is being read. */
#define AHEAD 3

/*
 * print[] before `done` is there; those from done on, before reached + AHEAD, are to be made.  lock
 * guards done, reached and stop.
 */
struct pb_ahead {
	const struct pb_files *files;
	const char *dir;
	char (*names)[PB_SEGMENT_NAME_LEN + 1];
	size_t count;
	struct pb_lanes lanes;
	struct pb_fingerprint *print; /* of `count`, and room for one more */
	bool threaded;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work; /* reached has grown, or stop is set */
	pthread_cond_t news; /* done has grown */
	size_t done, reached;
	bool stop;
};

/* Segments `at` and the one behind it. */
static void
make_two(struct pb_ahead *ahead, size_t at)
{
	char file[PB_SEGMENT_NAME_LEN + sizeof(".seg")];
	const char *text[2] = { NULL, NULL };
	struct pb_error err = { .status = PB_OK };
	enum pb_status status = PB_OK;
	struct pb_path path[2];

	for (size_t i = 0; status == PB_OK && i < 2 && at + i < ahead->count; i++) {
		(void)snprintf(file, sizeof(file), "%s.seg", ahead->names[at + i]);
		status = pb_path_make(&path[i], ahead->dir, PB_DIR_VAULT, file, &err);
		text[i] = path[i].text;
	}
	if (status == PB_OK) {
		pb_fingerprint_two(ahead->files, &ahead->lanes, text, &ahead->print[at]);
		return;
	}
	for (size_t i = 0; i < 2; i++)
		ahead->print[at + i] = (struct pb_fingerprint){ .status = status, .err = err };
}

static void *
work(void *arg)
{
	struct pb_ahead *ahead = arg;

	pthread_mutex_lock(&ahead->lock);
	while (!ahead->stop && ahead->done < ahead->count) {
		if (ahead->done >= ahead->reached + AHEAD) {
			pthread_cond_wait(&ahead->work, &ahead->lock);
			continue;
		}
		pthread_mutex_unlock(&ahead->lock);
		make_two(ahead, ahead->done); /* which nobody else moves */
		pthread_mutex_lock(&ahead->lock);
		ahead->done += 2;
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

	if (ahead != NULL)
		ahead->print = calloc(count + 2, sizeof(ahead->print[0]));
	if (ahead == NULL || ahead->print == NULL) {
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
	ahead->threaded =
	    threaded && count > 0 && pthread_create(&ahead->thread, NULL, work, ahead) == 0;
	*ret_ahead = ahead;
	return PB_OK;
}

void
pb_ahead_reach(struct pb_ahead *ahead, size_t at)
{
	pthread_mutex_lock(&ahead->lock);
	ahead->reached = at;
	pthread_mutex_unlock(&ahead->lock);
	pthread_cond_signal(&ahead->work);
}

const struct pb_fingerprint *
pb_ahead_get(struct pb_ahead *ahead, size_t at)
{
	pb_assert(at < ahead->count && at <= ahead->reached);
	pthread_mutex_lock(&ahead->lock);
	while (ahead->done <= at) {
		if (ahead->threaded) {
			pthread_cond_wait(&ahead->news, &ahead->lock);
			continue;
		}
		make_two(ahead, ahead->done);
		ahead->done += 2;
	}
	pthread_mutex_unlock(&ahead->lock);
	return &ahead->print[at];
}

void
pb_ahead_free(struct pb_ahead *ahead)
{
	if (ahead == NULL)
		return;
	pthread_mutex_lock(&ahead->lock);
	ahead->stop = true;
	pthread_mutex_unlock(&ahead->lock);
	pthread_cond_signal(&ahead->work);
	if (ahead->threaded)
		pthread_join(ahead->thread, NULL);
	pthread_cond_destroy(&ahead->work);
	pthread_cond_destroy(&ahead->news);
	pthread_mutex_destroy(&ahead->lock);
	free(ahead->print);
	free(ahead);
}
