/* What the writer's board says of an archive. */
#include "anchor/stamped.h"
#include "daemon/depot_state.h"

#define ROOM_US 60000000

static uint64_t
local_us(const struct pb_depot *d)
{
	const struct pb_clock *clock = d->options->world->clock;
	int64_t now_us = clock->now_us(clock->ctx);

	return now_us > 0 ? (uint64_t)now_us : 0;
}

static void
tell(struct pb_depot *d, enum pb_board_number number, uint64_t value)
{
	pb_board_set(d->options->board, 1 + d->index, number, value);
}

static void
count(struct pb_depot *d, enum pb_board_number number)
{
	pb_board_add(d->options->board, 1 + d->index, number, 1);
}

/* Where that can't be read, what was told before stands. */
void
pb_depot_tell_standing(struct pb_depot *d)
{
	struct pb_stamped stamped;

	tell(d, PB_BOARD_RECORDS, pb_archive_size(d->archive));
	if (d->options->board == NULL ||
	    pb_stamped_find(d->options->world->files, d->dir, &stamped, NULL) != PB_OK)
		return;
	tell(d, PB_BOARD_WAITING, stamped.waiting);
	tell(d, PB_BOARD_WAITING_SINCE_US, stamped.oldest_s * 1000000);
	tell(d, PB_BOARD_STAMPED_US, stamped.anchor_s * 1000000);
	tell(d, PB_BOARD_UNANSWERED, stamped.gap);
}

/* The first that waits says since when. */
void
pb_depot_tell_record(struct pb_depot *d, uint64_t records)
{
	if (!d->unstamped)
		tell(d, PB_BOARD_WAITING_SINCE_US, local_us(d));
	count(d, PB_BOARD_WAITING);
	tell(d, PB_BOARD_RECORDS, records);
}

void
pb_depot_tell_stamped(struct pb_depot *d)
{
	tell(d, PB_BOARD_RECORDS, pb_archive_size(d->archive));
	tell(d, PB_BOARD_WAITING, 0);
	tell(d, PB_BOARD_WAITING_SINCE_US, 0);
	tell(d, PB_BOARD_STAMPED_US, local_us(d));
	tell(d, PB_BOARD_UNANSWERED, 0);
}

void
pb_depot_tell_kept(struct pb_depot *d)
{
	count(d, PB_BOARD_KEPT);
	tell(d, PB_BOARD_LAST_US, local_us(d));
	d->failing = false;
	tell(d, PB_BOARD_FAILING_US, 0);
}

void
pb_depot_tell_went(struct pb_depot *d, enum pb_status status)
{
	if (status != PB_OK) {
		count(d, PB_BOARD_FAILURES);
		tell(d, PB_BOARD_FAILED_US, local_us(d));
	}
	if (d->failing == (status != PB_OK))
		return;
	d->failing = status != PB_OK;
	tell(d, PB_BOARD_FAILING_US, d->failing ? local_us(d) : 0);
}

void
pb_depot_tell_room(struct pb_depot *d, int64_t now_us)
{
	const struct pb_files *files = d->options->world->files;
	int64_t room;

	if (now_us < d->room_us)
		return;
	d->room_us = now_us + ROOM_US;
	room = files->free_bytes(files->ctx, d->dir);
	if (room >= 0)
		tell(d, PB_BOARD_FREE_BYTES, room > 0 ? (uint64_t)room : 1);
}
