#include "fleet/standing.h"

#include <stdlib.h>

#include "archive/newest.h"
#include "archive/restored.h"
#include "copies/noted.h"
#include "core/error.h"

#define DAY_S (24 * 3600)
/* A heartbeat waits while a command has the archive. */
#define PATIENCE_S 60

static enum pb_status
look_at_copies(const struct pb_world *world, struct pb_fleet_standing *s)
{
	struct pb_noted *noted = calloc(1, sizeof(*noted));
	enum pb_status status;

	if (noted == NULL)
		return pb_fail_memory(&s->error, N_("look at the archive"));
	status = pb_noted_read(world->files, s->archive->path, noted, &s->error);
	for (size_t i = 0; status == PB_OK && i < noted->count; i++) {
		const struct pb_noted_copy *copy = &noted->copy[i];

		if (copy->made_s <= s->copied_s)
			continue;
		s->copied_s = copy->made_s;
		s->copy_lacks = s->status.records > copy->size ? s->status.records - copy->size : 0;
	}
	free(noted);
	return status;
}

static enum pb_status
look(const struct pb_world *world, struct pb_fleet_standing *s)
{
	const char *dir = s->archive->path;
	enum pb_status status = pb_archive_describe(world, dir, &s->status, &s->error);

	if (status == PB_OK)
		status = pb_archive_stamp_standing(world, dir, &s->stamps, &s->error);
	if (status == PB_OK)
		status = pb_newest_message(world->files, dir, &s->message_s, &s->error);
	return status == PB_OK ? look_at_copies(world, s) : status;
}

static unsigned
concern(bool holds, enum pb_fleet_concern concern)
{
	return holds ? 1U << concern : 0;
}

/* A heartbeat would stand behind so old a record. */
static bool
is_silent(const struct pb_world *world, uint64_t last_s, uint32_t heartbeat_s)
{
	int64_t now_s = world->clock->now_us(world->clock->ctx) / 1000000;

	return now_s - (int64_t)last_s > 2 * (int64_t)heartbeat_s + PATIENCE_S;
}

static unsigned
judge(const struct pb_world *world, const struct pb_fleet_standing *s, uint32_t heartbeat_s)
{
	int64_t now_s = world->clock->now_us(world->clock->ctx) / 1000000;
	bool locked = pb_restored_check(world->files, s->archive->path, NULL) == PB_EACCESS;

	return concern(locked, PB_FLEET_LOCKED) |
	       concern(is_silent(world, s->status.last_time_s, heartbeat_s), PB_FLEET_SILENT) |
	       concern(s->stamps.gap, PB_FLEET_GAP) |
	       concern(
		   s->stamps.backlog > 0 && now_s - s->stamps.oldest_s > DAY_S, PB_FLEET_BACKLOG) |
	       concern(s->copied_s > 0 && now_s - s->copied_s > PB_COPIES_OLD_S, PB_FLEET_COPY_OLD);
}

enum pb_status
pb_fleet_standing(const struct pb_world *world, const struct pb_capture_policy *policy,
    size_t archive, struct pb_fleet_standing *ret_standing)
{
	struct pb_fleet_standing s = { .archive = &policy->archive[archive] };
	enum pb_status status = look(world, &s);

	if (status == PB_ENOMEM)
		return status;
	s.concerns = status != PB_OK ? concern(true, PB_FLEET_UNREADABLE)
				     : judge(world, &s, policy->heartbeat_s);
	*ret_standing = s;
	return PB_OK;
}

/* By the worst concern, then by how many more there are. */
static unsigned
rank(const struct pb_fleet_standing *s)
{
	unsigned rank = 0;

	for (unsigned i = 0; i < PB_FLEET_CONCERNS; i++)
		rank |= (s->concerns >> i & 1) << (PB_FLEET_CONCERNS - 1 - i);
	return rank;
}

int
pb_fleet_standing_compare(const void *a, const void *b)
{
	const struct pb_fleet_standing *x = a, *y = b;
	unsigned x_rank = rank(x), y_rank = rank(y);

	if (x_rank != y_rank)
		return x_rank > y_rank ? -1 : 1;
	return x->archive < y->archive ? -1 : x->archive > y->archive;
}
