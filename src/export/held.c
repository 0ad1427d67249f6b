#include "export/held.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "log/checkpoint.h"

static const char COMPARE[] = N_("compare with the checkpoint that the receiver holds");

static enum pb_status
not_of_history(const char *why, uint64_t size, struct pb_error *err)
{
	(void)pb_fail(err, PB_ECORRUPT, COMPARE, why, "size %" PRIu64, size);
	return pb_fail_todo(err, PB_ECORRUPT,
	    N_("hand out nothing yet: run `probant verify --against` with it, and look at the "
	       "second copy"));
}

static enum pb_status
of_this_log(const struct pb_note *note, const struct pb_checkpoint *checkpoint,
    const struct pb_note_verifier *verifier, const char *origin, struct pb_error *err)
{
	if (strcmp(checkpoint->origin, origin) != 0)
		return pb_fail(
		    err, PB_EINVAL, COMPARE, N_("it is another log's"), "%s", checkpoint->origin);
	switch (pb_note_verify(note, verifier, NULL)) {
	case PB_NOTE_GOOD:
		return PB_OK;
	case PB_NOTE_UNSETTLED:
		return pb_fail_memory(err, COMPARE);
	default:
		return not_of_history(N_("the checkpoint held is not signed by this log's key"),
		    checkpoint->size, err);
	}
}

static enum pb_status
read_one(const struct pb_export_held *held, struct pb_note *note,
    const struct pb_note_verifier *verifier, const char *origin, struct pb_export_leaves *leaves,
    uint64_t *ret_size, struct pb_error *err)
{
	struct pb_checkpoint checkpoint;
	bool agree = true;
	enum pb_status status = pb_note_parse(held->note, held->len, note, err);

	if (status == PB_OK)
		status = pb_checkpoint_parse(note, &checkpoint, err);
	if (status == PB_OK)
		status = of_this_log(note, &checkpoint, verifier, origin, err);
	if (status == PB_OK)
		status = pb_export_leaves_agree(leaves, &checkpoint, &agree, err);
	if (status == PB_OK && !agree)
		status = not_of_history(
		    N_("the checkpoint held is not of this log's history"), checkpoint.size, err);
	if (status == PB_OK)
		*ret_size = checkpoint.size;
	return status;
}

static void
insert(struct pb_export_held_sizes *sizes, uint64_t size)
{
	size_t at = sizes->count;

	while (at > 0 && sizes->size[at - 1] > size)
		at--;
	if (at > 0 && sizes->size[at - 1] == size)
		return;
	memmove(&sizes->size[at + 1], &sizes->size[at], (sizes->count - at) * sizeof(size));
	sizes->size[at] = size;
	sizes->count++;
}

enum pb_status
pb_export_held_read(const struct pb_export_options *options,
    const struct pb_note_verifier *verifier, const char *origin, struct pb_export_leaves *leaves,
    struct pb_export_held_sizes *ret_sizes, struct pb_error *err)
{
	struct pb_export_held_sizes sizes = { .count = 0 };
	enum pb_status status = PB_OK;
	struct pb_note *note;
	uint64_t size;

	if (options->held_count > PB_LIMIT_EXPORT_HELD)
		return pb_fail(err, PB_ELIMIT, COMPARE, N_("there are too many checkpoints"), "%zu",
		    options->held_count);
	note = malloc(sizeof(*note));
	if (note == NULL)
		return pb_fail_memory(err, COMPARE);
	for (size_t i = 0; status == PB_OK && i < options->held_count; i++) {
		status = read_one(&options->held[i], note, verifier, origin, leaves, &size, err);
		if (status == PB_OK)
			insert(&sizes, size);
	}
	if (status == PB_OK)
		*ret_sizes = sizes;
	free(note);
	return status;
}
