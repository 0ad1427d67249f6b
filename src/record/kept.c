#include "record/kept.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/error.h"

#define ALIGNED(len) (((len) + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1))

/* Before each run of octets; a run that nobody has any more waits for those before it. */
struct run {
	_Alignas(max_align_t) size_t len; /* with this, aligned */
	bool free;
};

/*
 * Runs stand from first up to end, where end > first; else from first up to wrap, and from 0 up to
 * end.  empty tells a ring without runs from a full one.
 */
struct pb_keep {
	pthread_mutex_t mutex;
	uint8_t *ring;
	size_t size, first, end, wrap;
	bool empty;
};

enum pb_status
pb_keep_new(size_t size, struct pb_keep **ret_keep, struct pb_error *err)
{
	struct pb_keep *keep = calloc(1, sizeof(*keep));

	/* Pages that nothing fills are never touched. */
	if (keep == NULL || (keep->ring = malloc(size)) == NULL) {
		free(keep);
		return pb_fail_memory(err, N_("keep what is sealed"));
	}
	pb_assert(pthread_mutex_init(&keep->mutex, NULL) == 0);
	keep->size = size;
	keep->empty = true;
	*ret_keep = keep;
	return PB_OK;
}

void
pb_keep_free(struct pb_keep *keep)
{
	if (keep == NULL)
		return;
	pb_assert(keep->empty);
	(void)pthread_mutex_destroy(&keep->mutex);
	free(keep->ring);
	free(keep);
}

/* Where a run of that length can stand; false: nowhere now. */
static bool
find_room(struct pb_keep *k, size_t len, size_t *ret_at)
{
	if (k->empty)
		k->first = k->end = 0;
	if (k->empty || k->end > k->first) {
		if (len <= k->size - k->end) {
			*ret_at = k->end;
			return true;
		}
		if (k->empty || len > k->first)
			return false;
		k->wrap = k->end;
		*ret_at = 0;
		return true;
	}
	*ret_at = k->end;
	return len <= k->first - k->end;
}

static uint8_t *
take(struct pb_keep *k, size_t len)
{
	struct run *run;
	size_t at;

	if (len > k->size - sizeof(*run) || !find_room(k, ALIGNED(sizeof(*run) + len), &at))
		return NULL;
	run = (struct run *)(void *)(k->ring + at);
	*run = (struct run){ .len = ALIGNED(sizeof(*run) + len) };
	k->end = at + run->len;
	k->empty = false;
	return (uint8_t *)(run + 1);
}

/* Those at the front that nobody has any more. */
static void
drop_free(struct pb_keep *k)
{
	bool wrapped;

	while (!k->empty) {
		const struct run *run = (const struct run *)(const void *)(k->ring + k->first);

		if (!run->free)
			return;
		wrapped = k->end <= k->first;
		k->first += run->len;
		if (wrapped && k->first == k->wrap)
			k->first = 0;
		k->empty = k->first == k->end;
	}
}

struct pb_kept
pb_keep_copy(struct pb_keep *keep, const void *data, size_t len)
{
	struct pb_kept kept = PB_KEPT_NOTHING;

	if (keep == NULL)
		return kept;
	pb_assert(pthread_mutex_lock(&keep->mutex) == 0);
	kept.data = take(keep, len);
	pb_assert(pthread_mutex_unlock(&keep->mutex) == 0);
	if (kept.data == NULL)
		return kept;
	kept.keep = keep;
	kept.len = len;
	memcpy(kept.data, data, len);
	return kept;
}

void
pb_kept_done(struct pb_kept *kept)
{
	struct pb_keep *keep = kept->keep;
	struct run *run = (struct run *)(void *)kept->data;

	if (keep == NULL)
		return;
	pb_wipe(kept->data, kept->len);
	pb_assert(pthread_mutex_lock(&keep->mutex) == 0);
	run[-1].free = true;
	drop_free(keep);
	pb_assert(pthread_mutex_unlock(&keep->mutex) == 0);
	*kept = PB_KEPT_NOTHING;
}
