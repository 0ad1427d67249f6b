#include "capture/pieces.h"

#include "core/error.h"
#include "core/limits.h"

void
pb_pieces_init(
    struct pb_pieces *pieces, const struct pb_world *world, struct pb_message_maker *maker)
{
	*pieces = (struct pb_pieces){ .world = world, .maker = maker };
}

void
pb_pieces_begin(struct pb_pieces *pieces)
{
	pieces->streaming = false;
	pieces->status = PB_OK;
	pieces->times.first_us = pb_message_now(pieces->world);
	pb_buf_clear(&pieces->bytes);
}

/* From now on the maker takes it; what was held goes first. */
static void
stream(struct pb_pieces *pieces)
{
	struct pb_buf *bytes = &pieces->bytes;

	pieces->streaming = true;
	pieces->status = pb_message_begin(pieces->maker, &pieces->err);
	if (pieces->status == PB_OK && bytes->len > 0)
		pieces->status =
		    pb_message_write(pieces->maker, bytes->data, bytes->len, &pieces->err);
	pb_buf_wipe(bytes);
	pb_buf_done(bytes);
}

void
pb_pieces_write(struct pb_pieces *pieces, const void *data, size_t len)
{
	if (pieces->status == PB_OK && !pieces->streaming &&
	    len > PB_LIMIT_AT_HAND - pieces->bytes.len)
		stream(pieces);
	if (pieces->status != PB_OK)
		return;
	if (pieces->streaming)
		pieces->status = pb_message_write(pieces->maker, data, len, &pieces->err);
	else if (pb_buf_append(&pieces->bytes, data, len) != PB_OK)
		pieces->status = pb_fail_memory(&pieces->err, N_("take messages in"));
}

enum pb_status
pb_pieces_end(
    struct pb_pieces *pieces, const struct pb_message_origin *origin, struct pb_sealed *ret_sealed)
{
	pieces->times.last_us = pb_message_now(pieces->world);
	if (pieces->status == PB_OK && pieces->streaming)
		pieces->status = pb_message_finish(
		    pieces->maker, origin, &pieces->times, ret_sealed, &pieces->err);
	return pieces->status;
}

void
pb_pieces_drop(struct pb_pieces *pieces)
{
	pb_buf_wipe(&pieces->bytes);
	pb_buf_done(&pieces->bytes);
}
