#include "doors/unmapped.h"

#include <pthread.h>
#include <stdlib.h>

#include "core/error.h"
#include "core/json.h"

#define WHAT N_("record recipients that no archive has")
#define MINUTE_US (60 * 1000000LL)

/* What an archive was not told yet. */
struct untold {
	uint64_t recipients;
	int64_t from_us, to_us; /* local clock */
	int64_t next_us;        /* monotonic: when the next statement is due */
};

struct pb_unmapped {
	pthread_mutex_t lock;
	uint64_t untold; /* to the journal */
	int64_t told_us; /* monotonic; 0: never */
	size_t archives;
	struct untold archive[];
};

enum pb_status
pb_unmapped_new(size_t archives, struct pb_unmapped **ret_unmapped, struct pb_error *err)
{
	struct pb_unmapped *u = calloc(1, sizeof(*u) + archives * sizeof(u->archive[0]));

	if (u == NULL)
		return pb_fail_memory(err, N_("open a door"));
	(void)pthread_mutex_init(&u->lock, NULL);
	u->archives = archives;
	*ret_unmapped = u;
	return PB_OK;
}

void
pb_unmapped_add(struct pb_unmapped *unmapped, const struct pb_concerned *concerned, int64_t time_us)
{
	if (concerned->lacking == 0)
		return;
	(void)pthread_mutex_lock(&unmapped->lock);
	unmapped->untold += concerned->lacking;
	for (size_t i = 0; i < unmapped->archives; i++) {
		struct untold *archive = &unmapped->archive[i];

		if (concerned->unmapped[i] == 0)
			continue;
		if (archive->recipients == 0)
			archive->from_us = time_us;
		archive->recipients += concerned->unmapped[i];
		archive->to_us = time_us;
	}
	(void)pthread_mutex_unlock(&unmapped->lock);
}

uint64_t
pb_unmapped_untold(struct pb_unmapped *unmapped, int64_t now_us)
{
	uint64_t untold = 0;

	(void)pthread_mutex_lock(&unmapped->lock);
	if (unmapped->told_us == 0 || now_us - unmapped->told_us >= MINUTE_US)
		untold = unmapped->untold;
	if (untold > 0) {
		unmapped->told_us = now_us;
		unmapped->untold = 0;
	}
	(void)pthread_mutex_unlock(&unmapped->lock);
	return untold;
}

/* ---- statements ----------------------------------------------------------------------------- */

static enum pb_status
write_facts(const char *door, const struct untold *untold, struct pb_buf *facts)
{
	struct pb_json_writer w;

	pb_json_writer_init(&w, facts);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "event", "unmapped");
	pb_json_text(&w, "door", door);
	pb_json_u64(&w, "from_us", (uint64_t)untold->from_us);
	pb_json_u64(&w, "to_us", (uint64_t)untold->to_us);
	pb_json_u64(&w, "recipients", untold->recipients);
	pb_json_object_end(&w);
	return pb_json_writer_status(&w);
}

/* What is due for an archive is taken out of it; false: nothing is. */
static bool
take(struct pb_unmapped *u, size_t archive, int64_t now_us, bool all, struct untold *ret_untold)
{
	struct untold *untold = &u->archive[archive];
	bool due;

	(void)pthread_mutex_lock(&u->lock);
	due = untold->recipients > 0 && (all || now_us >= untold->next_us);
	if (due) {
		*ret_untold = *untold;
		untold->recipients = 0;
	}
	(void)pthread_mutex_unlock(&u->lock);
	return due;
}

/* And put back if it could not be stated; others may have come meanwhile. */
static void
settle(
    struct pb_unmapped *u, size_t archive, const struct untold *taken, bool stated, int64_t next_us)
{
	struct untold *untold = &u->archive[archive];

	(void)pthread_mutex_lock(&u->lock);
	if (stated) {
		untold->next_us = next_us;
	} else {
		untold->to_us = untold->recipients > 0 ? untold->to_us : taken->to_us;
		untold->from_us = taken->from_us;
		untold->recipients += taken->recipients;
	}
	(void)pthread_mutex_unlock(&u->lock);
}

static enum pb_status
state(struct pb_saying *saying, size_t archive, const struct untold *untold, struct pb_error *err)
{
	const struct pb_capture_policy *policy = pb_doorway_given(saying->doorway)->policy;
	struct pb_buf facts = PB_BUF_EMPTY;
	enum pb_status status = pb_saying_connect(saying, err);
	size_t at = status == PB_OK ? pb_doorway_at_writer(saying->doorway, saying->relay, archive)
				    : SIZE_MAX;

	if (status == PB_OK && at == SIZE_MAX)
		status =
		    pb_fail(err, PB_ENOENT, WHAT, N_("the writer does not have the archive now"),
			"%s", policy->archive[archive].name);
	if (status == PB_OK &&
	    write_facts(pb_doorway_door(saying->doorway)->name, untold, &facts) != PB_OK)
		status = pb_fail_memory(err, WHAT);
	if (status == PB_OK)
		status = pb_saying_record(saying, at, &facts, NULL, err);
	pb_buf_done(&facts);
	return status;
}

enum pb_status
pb_unmapped_state(struct pb_unmapped *unmapped, struct pb_saying *saying, uint32_t every_s,
    bool all, struct pb_error *err)
{
	const struct pb_clock *clock = pb_doorway_world(saying->doorway)->clock;
	int64_t now_us = clock->monotonic_us(clock->ctx);
	enum pb_status first = PB_OK, status;
	struct untold taken;
	struct pb_error other;

	for (size_t i = 0; i < unmapped->archives; i++) {
		if (!take(unmapped, i, now_us, all, &taken))
			continue;
		status = state(saying, i, &taken, first == PB_OK ? err : &other);
		settle(unmapped, i, &taken, status == PB_OK, now_us + every_s * INT64_C(1000000));
		if (first == PB_OK)
			first = status;
	}
	return first;
}

void
pb_unmapped_free(struct pb_unmapped *unmapped)
{
	if (unmapped == NULL)
		return;
	(void)pthread_mutex_destroy(&unmapped->lock);
	free(unmapped);
}
