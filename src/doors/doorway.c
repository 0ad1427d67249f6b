#include "doors/doorway.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "doors/failing.h"
#include "doors/unmapped.h"
#include "net/stream.h"

/* What is known of an archive of the policy. */
struct archive {
	char origin[PB_LIMIT_ORIGIN + 1];
};

struct pb_doorway {
	struct pb_doorway_options options;
	const struct pb_policy_door *door;
	struct pb_tls *tls;
	struct pb_gaps *gaps;
	struct pb_failing *failing; /* one more than archives: the map's server, PB_DOORWAY_MAP */
	struct pb_kits *kits;
	struct pb_unmapped *unmapped;
	struct pb_answers *answers;
	bool unrecorded; /* it was told that gaps can't be recorded */
	size_t failures; /* archives that fail; under the lock */
	atomic_bool stopping;
	atomic_uint busy;
	pthread_mutex_t lock; /* of archive */
	struct archive *archive;
};

/* One archive more, or less, that messages cannot be kept in.  Under the lock. */
static void
tell_failing(struct pb_doorway *d, bool more)
{
	d->failures += more ? 1 : (size_t)-1;
	if (d->failures == 0)
		pb_doorway_tell(d, PB_BOARD_FAILING_US, 0);
	else if (more && d->failures == 1)
		pb_doorway_tell_now(d, PB_BOARD_FAILING_US);
}

/* ---- life ----------------------------------------------------------------------------------- */

/* What a door before left failing does so, as far as this one knows. */
static void
tell_left(struct pb_doorway *d)
{
	for (size_t i = 0; i <= PB_DOORWAY_MAP(d->options.policy); i++)
		if (pb_failing_since(d->failing, i) != 0)
			tell_failing(d, true);
}

enum pb_status
pb_doorway_new(
    const struct pb_doorway_options *options, struct pb_doorway **ret_doorway, struct pb_error *err)
{
	const struct pb_policy_door *door = &options->policy->door[options->door];
	struct pb_doorway *d = calloc(1, sizeof(*d));
	enum pb_status status;

	if (d == NULL)
		return pb_fail_memory(err, N_("open a door"));
	d->options = *options;
	d->door = door;
	(void)pthread_mutex_init(&d->lock, NULL);
	d->archive = calloc(options->policy->archive_count + 1, sizeof(*d->archive));
	if (d->archive == NULL)
		status = pb_fail_memory(err, N_("open a door"));
	else
		status = pb_gaps_new(
		    options->world->files, options->policy->state_dir, door->name, &d->gaps, err);
	if (status == PB_OK)
		status = pb_failing_new(options->world, options->policy, door, &d->failing, err);
	if (status == PB_OK)
		status = pb_kits_new(&d->kits, err);
	if (status == PB_OK)
		status = pb_unmapped_new(options->policy->archive_count, &d->unmapped, err);
	if (status == PB_OK && options->policy->map.kind == PB_MAP_SOCKETMAP)
		status = pb_answers_new(&d->answers, err);
	if (status == PB_OK && door->tls_certificate != NULL)
		status = pb_tls_server_new(door->tls_certificate, door->tls_key, &d->tls, err);
	if (status == PB_OK) {
		tell_left(d);
		*ret_doorway = d;
	} else {
		pb_doorway_free(d);
	}
	return status;
}

void
pb_doorway_free(struct pb_doorway *doorway)
{
	if (doorway == NULL)
		return;
	(void)pthread_mutex_destroy(&doorway->lock);
	pb_gaps_free(doorway->gaps);
	pb_failing_free(doorway->failing);
	pb_kits_free(doorway->kits);
	pb_unmapped_free(doorway->unmapped);
	pb_answers_free(doorway->answers);
	pb_tls_free(doorway->tls);
	free(doorway->archive);
	free(doorway);
}

const struct pb_policy_door *
pb_doorway_door(const struct pb_doorway *doorway)
{
	return doorway->door;
}

const struct pb_world *
pb_doorway_world(const struct pb_doorway *doorway)
{
	return doorway->options.world;
}

const struct pb_doorway_options *
pb_doorway_given(const struct pb_doorway *doorway)
{
	return &doorway->options;
}

struct pb_tls *
pb_doorway_tls(const struct pb_doorway *doorway)
{
	return doorway->tls;
}

struct pb_kits *
pb_doorway_kits(struct pb_doorway *doorway)
{
	return doorway->kits;
}

struct pb_unmapped *
pb_doorway_unmapped(struct pb_doorway *doorway)
{
	return doorway->unmapped;
}

struct pb_answers *
pb_doorway_answers(struct pb_doorway *doorway)
{
	return doorway->answers;
}

struct pb_gaps *
pb_doorway_gaps(struct pb_doorway *doorway)
{
	return doorway->gaps;
}

void
pb_doorway_stop(struct pb_doorway *doorway)
{
	atomic_store(&doorway->stopping, true);
}

bool
pb_doorway_stopping(const struct pb_doorway *doorway)
{
	return atomic_load(&doorway->stopping);
}

void
pb_doorway_enter(struct pb_doorway *doorway)
{
	atomic_fetch_add(&doorway->busy, 1);
}

void
pb_doorway_leave(struct pb_doorway *doorway)
{
	atomic_fetch_sub(&doorway->busy, 1);
}

bool
pb_doorway_busy(const struct pb_doorway *doorway)
{
	return atomic_load(&doorway->busy) > 0;
}

void
pb_doorway_say(const struct pb_error *err, char out[PB_DOORWAY_SAID])
{
	(void)snprintf(out, PB_DOORWAY_SAID, "%s: %s%s%s", err->what, err->object,
	    err->object[0] != '\0' ? ": " : "",
	    err->why != NULL  ? err->why
	    : err->cause != 0 ? strerror(err->cause)
			      : pb_status_name(err->status));
}

void
pb_doorway_log(const struct pb_doorway *doorway, const char *format, ...)
{
	char line[1024];
	va_list args;

	if (doorway->options.log == NULL)
		return;
	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	doorway->options.log(doorway->options.log_ctx, line);
}

/* ---- what it tells -------------------------------------------------------------------------- */

void
pb_doorway_tell(struct pb_doorway *doorway, enum pb_board_number number, uint64_t value)
{
	pb_board_set(doorway->options.board, 0, number, value);
}

void
pb_doorway_count(struct pb_doorway *doorway, enum pb_board_number number)
{
	pb_board_add(doorway->options.board, 0, number, 1);
}

void
pb_doorway_tell_now(struct pb_doorway *doorway, enum pb_board_number number)
{
	const struct pb_clock *clock = doorway->options.world->clock;

	pb_doorway_tell(doorway, number, (uint64_t)clock->now_us(clock->ctx));
}

/* ---- the writer ----------------------------------------------------------------------------- */

static int64_t
monotonic_us(const struct pb_doorway *d)
{
	const struct pb_clock *clock = d->options.world->clock;

	return clock->monotonic_us(clock->ctx);
}

uint32_t
pb_doorway_left_ms(const struct pb_doorway *doorway, int64_t deadline_us)
{
	int64_t left = (deadline_us - monotonic_us(doorway)) / 1000;

	return left > 0 ? (uint32_t)left : 0;
}

size_t
pb_doorway_at_writer(const struct pb_doorway *doorway, const struct pb_relay *relay, size_t archive)
{
	const char *name = doorway->options.policy->archive[archive].name;
	size_t count = pb_relay_archives(relay);

	/* Both have one policy, and so one order. */
	if (archive < count && strcmp(pb_relay_archive_name(relay, archive), name) == 0)
		return archive;
	for (size_t i = 0; i < count; i++)
		if (strcmp(pb_relay_archive_name(relay, i), name) == 0)
			return i;
	return SIZE_MAX;
}

static void
remember_origins(struct pb_doorway *d, const struct pb_relay *relay)
{
	size_t at;

	(void)pthread_mutex_lock(&d->lock);
	for (size_t i = 0; i < d->options.policy->archive_count; i++)
		if ((at = pb_doorway_at_writer(d, relay, i)) != SIZE_MAX)
			(void)snprintf(d->archive[i].origin, sizeof(d->archive[i].origin), "%s",
			    pb_relay_archive_origin(relay, at));
	(void)pthread_mutex_unlock(&d->lock);
}

enum pb_status
pb_doorway_connect(struct pb_doorway *doorway, int64_t deadline_us, struct pb_relay **ret_relay,
    struct pb_error *err)
{
	const struct pb_doorway_options *o = &doorway->options;
	enum pb_status status = pb_relay_connect(o->world, o->relay_path, o->writer_uid,
	    pb_doorway_left_ms(doorway, deadline_us), ret_relay, err);

	if (status == PB_OK)
		remember_origins(doorway, *ret_relay);
	return status;
}

/* ---- what is known of archives -------------------------------------------------------------- */

void
pb_doorway_origin(struct pb_doorway *doorway, size_t archive, char ret_origin[PB_LIMIT_ORIGIN + 1])
{
	(void)pthread_mutex_lock(&doorway->lock);
	memcpy(ret_origin, doorway->archive[archive].origin, PB_LIMIT_ORIGIN + 1);
	(void)pthread_mutex_unlock(&doorway->lock);
}

int64_t
pb_doorway_failing(struct pb_doorway *doorway, size_t archive)
{
	return pb_failing_since(doorway->failing, archive);
}

static bool
set_failing(struct pb_doorway *d, size_t archive, bool fails)
{
	bool is_new = pb_failing_set(d->failing, archive, fails);

	if (is_new) {
		(void)pthread_mutex_lock(&d->lock);
		tell_failing(d, fails);
		(void)pthread_mutex_unlock(&d->lock);
	}
	return is_new;
}

void
pb_doorway_failed(struct pb_doorway *doorway, size_t archive, const struct pb_error *why)
{
	const struct pb_capture_policy *policy = doorway->options.policy;
	char said[PB_DOORWAY_SAID];

	pb_doorway_tell_now(doorway, PB_BOARD_FAILED_US);
	if (!set_failing(doorway, archive, true))
		return;
	pb_doorway_say(why, said);
	if (archive == PB_DOORWAY_MAP(policy))
		pb_doorway_log(doorway, "map: it is not known whose a message is: %s", said);
	else
		pb_doorway_log(doorway, "archive %s: a message cannot be kept: %s",
		    policy->archive[archive].name, said);
}

void
pb_doorway_kept(struct pb_doorway *doorway, size_t archive)
{
	const struct pb_capture_policy *policy = doorway->options.policy;

	if (!set_failing(doorway, archive, false))
		return;
	if (archive == PB_DOORWAY_MAP(policy))
		pb_doorway_log(doorway, "map: its server answers again");
	else
		pb_doorway_log(
		    doorway, "archive %s: messages are kept again", policy->archive[archive].name);
}

void
pb_doorway_recorded(struct pb_doorway *doorway, const struct pb_error *why)
{
	char said[PB_DOORWAY_SAID];

	if (why != NULL && !doorway->unrecorded) {
		pb_doorway_say(why, said);
		pb_doorway_log(doorway, "a gap or an alarm cannot be recorded yet: %s", said);
	}
	doorway->unrecorded = why != NULL;
}
