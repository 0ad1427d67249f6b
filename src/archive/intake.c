#include "archive/intake.h"

#include <stdlib.h>

#include "archive/commit.h"
#include "archive/publish.h"
#include "core/error.h"

struct pb_group {
	struct pb_archive *archive;
	bool live;
	pb_acknowledged_fn *acknowledged;
	void *acknowledged_ctx;
	struct pb_intake intake;
	struct pb_sealed item[PB_LIMIT_GROUP_RECORDS];
	void *cookie[PB_LIMIT_GROUP_RECORDS];
	struct pb_sealed *order[PB_LIMIT_GROUP_RECORDS];
	struct pb_receipt receipt[PB_LIMIT_GROUP_RECORDS];
	size_t count;
	uint64_t bytes;
};

static void
drop_items(struct pb_group *group)
{
	size_t i;

	for (i = 0; i < group->count; i++)
		pb_sealed_done(&group->item[i]);
	group->count = 0;
	group->bytes = 0;
}

static enum pb_status
flush(void *ctx, struct pb_error *err)
{
	struct pb_group *group = ctx;
	enum pb_status status, told = PB_OK;
	size_t i;

	if (group->count == 0)
		return PB_OK;
	status = pb_commit(group->archive, group->order, group->count, group->receipt, err);
	for (i = 0; status == PB_OK && i < group->count; i++) {
		enum pb_status answer = group->acknowledged(group->acknowledged_ctx,
		    group->cookie[i], &group->receipt[i], told == PB_OK ? err : NULL);

		if (told == PB_OK)
			told = answer;
	}
	drop_items(group);
	if (status == PB_OK)
		pb_publish_if_due(group->archive);
	return status == PB_OK ? told : status;
}

static enum pb_status
submit(void *ctx, struct pb_sealed *take_sealed, void *cookie, struct pb_error *err)
{
	struct pb_group *group = ctx;

	group->item[group->count] = *take_sealed;
	group->order[group->count] = &group->item[group->count];
	group->cookie[group->count] = cookie;
	group->bytes += take_sealed->payload_len;
	group->count++;
	*take_sealed = PB_SEALED_EMPTY;
	if (!group->live && group->count < PB_LIMIT_GROUP_RECORDS && group->bytes < PB_LIMIT_GROUP)
		return PB_OK;
	return flush(group, err);
}

enum pb_status
pb_group_new(struct pb_archive *archive, bool live, pb_acknowledged_fn *acknowledged,
    void *acknowledged_ctx, struct pb_group **ret_group, struct pb_error *err)
{
	struct pb_group *group = calloc(1, sizeof(*group));

	if (group == NULL)
		return pb_fail_memory(err, N_("take records in"));
	group->archive = archive;
	group->live = live;
	group->acknowledged = acknowledged;
	group->acknowledged_ctx = acknowledged_ctx;
	group->intake.ctx = group;
	group->intake.submit = submit;
	group->intake.flush = flush;
	*ret_group = group;
	return PB_OK;
}

const struct pb_intake *
pb_group_intake(struct pb_group *group)
{
	return &group->intake;
}

void
pb_group_free(struct pb_group *group)
{
	if (group == NULL)
		return;
	drop_items(group);
	free(group);
}
