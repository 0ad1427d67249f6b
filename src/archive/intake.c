#include "archive/intake.h"

#include <stdlib.h>

#include "archive/commit.h"
#include "archive/publish.h"
#include "core/error.h"

/* Most of its pages are never touched: a small group costs what it holds. */
struct waiting {
	size_t count;
	uint64_t bytes;
	struct pb_sealed item[PB_LIMIT_GROUP_RECORDS];
	void *cookie[PB_LIMIT_GROUP_RECORDS];
	struct pb_sealed *order[PB_LIMIT_GROUP_RECORDS];
	struct pb_receipt receipt[PB_LIMIT_GROUP_RECORDS];
};

struct pb_group {
	struct pb_archive *archive;
	bool live;
	pb_acknowledged_fn *acknowledged;
	void *acknowledged_ctx;
	struct pb_intake intake;
	struct waiting *waiting; /* NULL: nothing does */
};

static void
drop_items(struct pb_group *group)
{
	struct waiting *w = group->waiting;
	size_t i;

	for (i = 0; w != NULL && i < w->count; i++)
		pb_sealed_done(&w->item[i]);
	free(w);
	group->waiting = NULL;
}

static enum pb_status
flush(void *ctx, struct pb_error *err)
{
	struct pb_group *group = ctx;
	struct waiting *w = group->waiting;
	enum pb_status status, told = PB_OK;
	size_t i;

	if (w == NULL)
		return PB_OK;
	status = pb_commit(group->archive, w->order, w->count, w->receipt, err);
	for (i = 0; status == PB_OK && i < w->count; i++) {
		enum pb_status answer = group->acknowledged(group->acknowledged_ctx, w->cookie[i],
		    &w->receipt[i], told == PB_OK ? err : NULL);

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
	struct waiting *w = group->waiting;

	if (w == NULL) {
		if ((w = malloc(sizeof(*w))) == NULL) {
			pb_sealed_done(take_sealed);
			return pb_fail_memory(err, N_("take records in"));
		}
		w->count = 0;
		w->bytes = 0;
		group->waiting = w;
	}
	w->item[w->count] = *take_sealed;
	w->order[w->count] = &w->item[w->count];
	w->cookie[w->count] = cookie;
	w->bytes += take_sealed->payload_len;
	w->count++;
	*take_sealed = PB_SEALED_EMPTY;
	if (!group->live && w->count < PB_LIMIT_GROUP_RECORDS && w->bytes < PB_LIMIT_GROUP)
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
