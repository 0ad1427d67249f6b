/* stamps/: which checkpoints are stamped. */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "verify/bundle.h"

static void
find(struct pb_bundle_state *state, enum pb_check_id id, const struct pb_bundle_stamp *stamp,
    enum pb_package_kind kind, const char *code, const char *text)
{
	const struct pb_package_name name = {
		.kind = kind, .seq = stamp->seq, .size = stamp->size
	};

	pb_bundle_find_at(state, id, PB_INVALID, stamp->seq, code, text, &name);
}

/* ---- which there are ------------------------------------------------------------------------ */

static bool
of_stamp(enum pb_package_kind kind)
{
	return kind >= PB_PACKAGE_STAMP_CHECKPOINT && kind <= PB_PACKAGE_STAMP_REVOCATION;
}

static bool
same(const struct pb_package_name *a, const struct pb_package_name *b)
{
	return of_stamp(a->kind) && of_stamp(b->kind) && a->seq == b->seq && a->size == b->size;
}

static int
by_seq(const void *a, const void *b)
{
	const struct pb_bundle_stamp *const *x = a, *const *y = b;

	return (*x)->seq < (*y)->seq ? -1 : (*x)->seq > (*y)->seq;
}

/* The entries of a stamp stand one behind the other. */
static enum pb_status
gather(struct pb_bundle_state *state, struct pb_error *err)
{
	size_t count = 0;

	for (size_t i = 0; i < state->count; i++)
		count += of_stamp(state->entry[i].name.kind) &&
			 (i == 0 || !same(&state->entry[i - 1].name, &state->entry[i].name));
	if (count == 0)
		return PB_OK;
	state->stamp = calloc(count, sizeof(*state->stamp));
	state->by_seq = calloc(count, sizeof(*state->by_seq));
	if (state->stamp == NULL || state->by_seq == NULL)
		return pb_fail_memory(err, N_("verify a bundle"));
	for (size_t i = 0; i < state->count; i++) {
		const struct pb_package_name *name = &state->entry[i].name;

		if (!of_stamp(name->kind))
			continue;
		if (i == 0 || !same(&state->entry[i - 1].name, name))
			state->stamp[state->stamp_count++] = (struct pb_bundle_stamp){
				.size = name->size, .seq = name->seq, .first = i
			};
		state->stamp[state->stamp_count - 1].count++;
	}
	for (size_t i = 0; i < count; i++)
		state->by_seq[i] = &state->stamp[i];
	qsort(state->by_seq, count, sizeof(*state->by_seq), by_seq);
	return PB_OK;
}

const struct pb_bundle_entry *
pb_bundle_stamp_entry(const struct pb_bundle_state *state, const struct pb_bundle_stamp *stamp,
    enum pb_package_kind kind)
{
	for (size_t i = 0; i < stamp->count; i++)
		if (state->entry[stamp->first + i].name.kind == kind)
			return &state->entry[stamp->first + i];
	return NULL;
}

bool
pb_bundle_stamp_is_shared(const struct pb_bundle_state *state, const struct pb_bundle_stamp *stamp)
{
	return pb_bundle_stamp_entry(state, stamp, PB_PACKAGE_STAMP_NODE) != NULL ||
	       pb_bundle_stamp_entry(state, stamp, PB_PACKAGE_STAMP_SALT) != NULL ||
	       pb_bundle_stamp_entry(state, stamp, PB_PACKAGE_STAMP_PROOF) != NULL;
}

struct pb_bundle_stamp *
pb_bundle_stamp_of(struct pb_bundle_state *state, uint64_t seq)
{
	size_t low = 0, high = state->stamp_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (state->by_seq[middle]->seq < seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low < state->stamp_count && state->by_seq[low]->seq == seq ? state->by_seq[low]
									  : NULL;
}

/* Every file that it needs, and none that does not belong to it (FORMAT 5.3). */
static void
check_entries(struct pb_bundle_state *state, const struct pb_bundle_stamp *stamp)
{
	static const enum pb_package_kind needed[] = { PB_PACKAGE_STAMP_CHECKPOINT,
		PB_PACKAGE_STAMP_REQUEST, PB_PACKAGE_STAMP_REPLY, PB_PACKAGE_STAMP_TOKEN,
		PB_PACKAGE_STAMP_NODE, PB_PACKAGE_STAMP_SALT, PB_PACKAGE_STAMP_PROOF };
	size_t count = pb_bundle_stamp_is_shared(state, stamp) ? 7 : 4;
	unsigned index = 0;

	pb_verification_looked(state->v, PB_CHECK_FILES);
	for (size_t i = 0; i < count; i++)
		if (pb_bundle_stamp_entry(state, stamp, needed[i]) == NULL)
			find(state, PB_CHECK_FILES, stamp, needed[i], "stamp_incomplete",
			    N_("This timestamp lacks a file."));
	for (size_t i = 0; i < stamp->count; i++) {
		const struct pb_package_name *name = &state->entry[stamp->first + i].name;

		if (name->kind == PB_PACKAGE_STAMP_REVOCATION && name->index != ++index) {
			find(state, PB_CHECK_FILES, stamp, PB_PACKAGE_STAMP_CHECKPOINT,
			    "stamp_revocation",
			    N_("The revocation data of this timestamp are not numbered one by "
			       "one."));
			break;
		}
	}
}

/* An anchor stands behind its checkpoint; those behind the range are over the whole. */
static void
check_place(struct pb_bundle_state *state, const struct pb_bundle_stamp *stamp)
{
	bool inside = stamp->seq >= state->first && stamp->seq <= state->last;

	if (!state->has_range)
		return;
	if (stamp->seq < stamp->size || stamp->size > state->size || stamp->size == 0 ||
	    stamp->seq < state->first || (!inside && stamp->size != state->size))
		find(state, PB_CHECK_FILES, stamp, PB_PACKAGE_STAMP_CHECKPOINT, "stamp_outside",
		    N_("This timestamp is none that a bundle of this range has."));
}

/* An anchor is over one checkpoint. */
static void
check_anchors(struct pb_bundle_state *state)
{
	for (size_t i = 1; i < state->stamp_count; i++)
		if (state->by_seq[i - 1]->seq == state->by_seq[i]->seq)
			find(state, PB_CHECK_FILES, state->by_seq[i], PB_PACKAGE_STAMP_CHECKPOINT,
			    "stamp_twice", N_("Two timestamps are said to be of one anchor."));
}

/* ---- their checkpoints ---------------------------------------------------------------------- */

static enum pb_status
read_checkpoint(struct pb_bundle_state *state, struct pb_bundle_stamp *stamp,
    const struct pb_buf *bytes, struct pb_note *note, struct pb_error *err)
{
	struct pb_checkpoint checkpoint;
	enum pb_status status = pb_note_parse(bytes->data, bytes->len, note, err);

	if (status == PB_OK)
		status = pb_checkpoint_parse(note, &checkpoint, err);
	if (pb_inside_unsound(status)) {
		find(state, PB_CHECK_CHECKPOINT, stamp, PB_PACKAGE_STAMP_CHECKPOINT,
		    "checkpoint_malformed", N_("This checkpoint cannot be read."));
		return PB_OK;
	}
	if (status != PB_OK)
		return status;
	if (checkpoint.size != stamp->size) {
		find(state, PB_CHECK_FILES, stamp, PB_PACKAGE_STAMP_CHECKPOINT, "stamp_size",
		    N_("The checkpoint of this timestamp is of another size than its name says."));
		return PB_OK;
	}
	stamp->read = true;
	memcpy(stamp->root, checkpoint.root, PB_DIGEST_LEN);
	memcpy(stamp->head, checkpoint.head, PB_DIGEST_LEN);
	/* log/checkpoint is one that a token is over. */
	state->checkpoint_stamped |=
	    bytes->len == state->checkpoint_bytes.len &&
	    memcmp(bytes->data, state->checkpoint_bytes.data, bytes->len) == 0;
	return PB_OK;
}

static enum pb_status
read_one(struct pb_bundle_state *state, struct pb_bundle_stamp *stamp, struct pb_note *note,
    struct pb_error *err)
{
	const struct pb_bundle_entry *entry =
	    pb_bundle_stamp_entry(state, stamp, PB_PACKAGE_STAMP_CHECKPOINT);
	struct pb_buf bytes = PB_BUF_EMPTY;
	enum pb_status status = PB_OK;

	if (entry != NULL)
		status = pb_bundle_read(state, entry, PB_LIMIT_NOTE, &bytes, err);
	if (status == PB_OK && entry != NULL)
		status = read_checkpoint(state, stamp, &bytes, note, err);
	pb_buf_done(&bytes);
	return status == PB_ENOENT ? PB_OK : status;
}

/* Two of one size are of one tree and one chain. */
static void
check_twins(struct pb_bundle_state *state, const struct pb_bundle_stamp *stamp)
{
	const struct pb_bundle_stamp *before = stamp > state->stamp ? stamp - 1 : NULL;
	bool twins = before != NULL && before->read && before->size == stamp->size;
	bool last = state->has_checkpoint && state->checkpoint.size == stamp->size;

	if (!stamp->read)
		return;
	if ((twins && (memcmp(before->root, stamp->root, PB_DIGEST_LEN) != 0 ||
			  memcmp(before->head, stamp->head, PB_DIGEST_LEN) != 0)) ||
	    (last && (memcmp(state->checkpoint.root, stamp->root, PB_DIGEST_LEN) != 0 ||
			 memcmp(state->checkpoint.head, stamp->head, PB_DIGEST_LEN) != 0)))
		find(state, PB_CHECK_TREE, stamp, PB_PACKAGE_STAMP_CHECKPOINT, "stamp_differs",
		    N_("Two checkpoints of one size are of different records."));
}

enum pb_status
pb_bundle_stamps(struct pb_bundle_state *state, struct pb_error *err)
{
	struct pb_note *note = malloc(sizeof(*note));
	enum pb_status status;

	if (note == NULL)
		return pb_fail_memory(err, N_("verify a bundle"));
	status = gather(state, err);
	if (status == PB_OK)
		check_anchors(state);
	for (size_t i = 0; status == PB_OK && i < state->stamp_count; i++) {
		check_entries(state, &state->stamp[i]);
		check_place(state, &state->stamp[i]);
		status = read_one(state, &state->stamp[i], note, err);
		if (status == PB_OK)
			check_twins(state, &state->stamp[i]);
	}
	free(note);
	if (status == PB_OK)
		status = pb_bundle_consistency(state, err);
	if (status == PB_OK && state->has_checkpoint && !state->checkpoint_stamped)
		pb_bundle_find(state, PB_CHECK_FILES, PB_INVALID, PB_NO_SEQ,
		    "checkpoint_not_stamped",
		    N_("No timestamp of the bundle is over log/checkpoint."), "log/checkpoint");
	return status;
}
