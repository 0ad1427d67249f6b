#include "doors/passing.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"

static bool
is_late(const struct pb_transaction *t, size_t archive, int64_t now_us)
{
	int64_t since_us = pb_doorway_failing(t->doorway, archive);

	return since_us != 0 &&
	       now_us - since_us >= (int64_t)pb_doorway_door(t->doorway)->deliver_after_s * 1000000;
}

bool
pb_passing_may(const struct pb_transaction *t)
{
	const struct pb_capture_policy *policy = pb_doorway_given(t->doorway)->policy;
	const struct pb_policy_door *door = pb_doorway_door(t->doorway);
	const struct pb_clock *clock = pb_doorway_world(t->doorway)->clock;
	int64_t now_us = clock->monotonic_us(clock->ctx);

	if (door->on_failure != PB_FAILURE_DEFER_THEN_DELIVER)
		return door->on_failure == PB_FAILURE_DELIVER;
	for (size_t i = 0; i < policy->archive_count; i++) {
		if (t->to.concern[i] == PB_CONCERN_NONE || t->destination[i].kept)
			continue;
		if (is_late(t, i, now_us))
			return true;
	}
	return t->mapped != PB_OK && is_late(t, PB_DOORWAY_MAP(policy), now_us);
}

static struct pb_gap
gap_of(const struct pb_transaction *t, const struct pb_transit *transit, const char *archive,
    const char *reason)
{
	struct pb_gap gap = { .archive = archive,
		.reason = reason,
		.time_us = pb_message_now(pb_doorway_world(t->doorway)) };

	if (transit->queue_id != NULL) {
		gap.queue_id = (const uint8_t *)transit->queue_id;
		gap.queue_id_len = strlen(transit->queue_id);
	}
	return gap;
}

enum pb_status
pb_passing_note(struct pb_transaction *t, const struct pb_transit *transit, const char *reason,
    struct pb_error *err)
{
	const struct pb_capture_policy *policy = pb_doorway_given(t->doorway)->policy;
	struct pb_gap *gap = calloc(t->to.count + 1, sizeof(*gap));
	enum pb_status status;
	size_t count = 0;

	if (gap == NULL)
		return pb_fail_memory(err, N_("note that a message passes"));
	for (size_t i = 0; i < policy->archive_count; i++) {
		if (t->to.concern[i] == PB_CONCERN_NONE || t->destination[i].kept)
			continue;
		gap[count++] = gap_of(t, transit, policy->archive[i].name, reason);
	}
	if (t->mapped != PB_OK)
		gap[count++] = gap_of(t, transit, "", "not_mapped");
	status = pb_gaps_add(pb_doorway_gaps(t->doorway), gap, count, err);
	pb_doorway_tell(
	    t->doorway, PB_BOARD_GAPS_WAITING, pb_gaps_count(pb_doorway_gaps(t->doorway)));
	free(gap);
	return status;
}
