/* What is at hand of octets that are read from front to back. */
#ifndef PB_CAPTURE_WINDOW_H
#define PB_CAPTURE_WINDOW_H

#include <stdbool.h>

#include "capture/bytes.h"
#include "core/buf.h"

/* data[at] stands at `offset`; buf.len - at octets are at hand, and with `end` no more follow. */
struct pb_window {
	const struct pb_bytes *bytes;
	struct pb_buf buf;
	size_t at;
	uint64_t offset;
	bool end;
};

/* At least `need` octets at hand, fewer only at the end. */
enum pb_status pb_window_fill(
    struct pb_window *window, size_t need, struct pb_error *err) PB_MUST_CHECK;

const uint8_t *pb_window_data(const struct pb_window *window);
size_t pb_window_len(const struct pb_window *window);

/* len octets of what is at hand are done with. */
void pb_window_pass(struct pb_window *window, size_t len);

/*
 * Up to len octets from a place that is not behind us, without moving; less only at the end.
 * *ret_can false: it is too far ahead, where one cannot look.
 */
enum pb_status pb_window_look(struct pb_window *window, uint64_t offset, void *to, size_t len,
    size_t *ret_len, bool *ret_can, struct pb_error *err) PB_MUST_CHECK;

/* Wipe and release. */
void pb_window_done(struct pb_window *window);

#endif
