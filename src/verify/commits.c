/* What the log was when its newest commits ended, for the checkpoints of anchors (FORMAT 5.6). */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "verify/state.h"

/* Where the next commit is kept: behind the others, or in place of the oldest; NULL: no memory. */
static struct pb_verify_commit *
place(struct pb_verify_commits *commits)
{
	struct pb_verify_commit *oldest;

	if (commits->count == PB_LIMIT_COMMITS_KEPT) {
		oldest = &commits->commit[commits->oldest];
		commits->forgotten = oldest->size + 1;
		commits->oldest = (commits->oldest + 1) % PB_LIMIT_COMMITS_KEPT;
		return oldest;
	}
	if (commits->count == commits->cap) {
		size_t cap = commits->cap > 0 ? 2 * commits->cap : 64;
		struct pb_verify_commit *grown = reallocarray(commits->commit, cap, sizeof(*grown));

		if (grown == NULL)
			return NULL;
		commits->commit = grown;
		commits->cap = cap;
	}
	return &commits->commit[commits->count++];
}

enum pb_status
pb_verify_commits_add(
    struct pb_verify_commits *commits, const struct pb_checkpoint *checkpoint, struct pb_error *err)
{
	struct pb_verify_commit *commit = place(commits);

	if (commit == NULL)
		return pb_fail_memory(err, N_("verify"));
	commit->size = checkpoint->size;
	memcpy(commit->root, checkpoint->root, sizeof(commit->root));
	memcpy(commit->head, checkpoint->head, sizeof(commit->head));
	return PB_OK;
}

const struct pb_verify_commit *
pb_verify_commits_find(const struct pb_verify_commits *commits, uint64_t size)
{
	size_t low = 0, high = commits->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct pb_verify_commit *commit =
		    &commits->commit[(commits->oldest + mid) % PB_LIMIT_COMMITS_KEPT];

		if (commit->size == size)
			return commit;
		if (commit->size < size)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

void
pb_verify_commits_done(struct pb_verify_commits *commits)
{
	free(commits->commit);
	*commits = (struct pb_verify_commits){ 0 };
}
