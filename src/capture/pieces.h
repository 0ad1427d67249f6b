/*
 * A message that comes in pieces: held in memory up to PB_LIMIT_AT_HAND, for another thread to
 * seal; sealed as it streams when it is longer.
 */
#ifndef PB_CAPTURE_PIECES_H
#define PB_CAPTURE_PIECES_H

#include "capture/message.h"

struct pb_pieces {
	const struct pb_world *world;
	struct pb_message_maker *maker; /* borrowed; in use while streaming is set */
	bool streaming;
	struct pb_buf bytes; /* unless streaming */
	struct pb_message_times times;
	/* The first failure sticks: the message is then lost, and said to be. */
	enum pb_status status;
	struct pb_error err;
};

void pb_pieces_init(
    struct pb_pieces *pieces, const struct pb_world *world, struct pb_message_maker *maker);

void pb_pieces_begin(struct pb_pieces *pieces);
void pb_pieces_write(struct pb_pieces *pieces, const void *data, size_t len);

/* The end: the status.  ret_sealed is filled if it was streaming, else `bytes` holds the message.
 */
enum pb_status pb_pieces_end(struct pb_pieces *pieces, const struct pb_message_origin *origin,
    struct pb_sealed *ret_sealed) PB_MUST_CHECK;

/* Drop what was begun. */
void pb_pieces_drop(struct pb_pieces *pieces);

#endif
