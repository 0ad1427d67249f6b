/*
 * Reading a format from front to back, bounds checked.
 *
 * A read past the end, or a value that is not the expected one, marks the
 * cursor as failed; every later read answers zero or NULL and changes nothing.
 * So a parser reads like the format it parses and asks once, at the end.
 */
#ifndef PB_CORE_CURSOR_H
#define PB_CORE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pb_cursor {
	const uint8_t *at;
	const uint8_t *end;
	bool failed;
};

void pb_cursor_init(struct pb_cursor *c, const void *data, size_t len);

uint8_t pb_cursor_u8(struct pb_cursor *c);
uint16_t pb_cursor_u16(struct pb_cursor *c);
uint32_t pb_cursor_u32(struct pb_cursor *c);
uint64_t pb_cursor_u64(struct pb_cursor *c);

/* The next len bytes, borrowed; NULL if there are fewer. */
const uint8_t *pb_cursor_bytes(struct pb_cursor *c, size_t len);

/* Copy the next len bytes to `to`; zeros if there are fewer. */
void pb_cursor_copy(struct pb_cursor *c, void *to, size_t len);

/* Fail unless the next bytes are these. */
void pb_cursor_expect(struct pb_cursor *c, const void *bytes, size_t len);

/*
 * The next line without its '\n' (LF), borrowed, length in ret_len.  Fails if
 * no LF is left.
 */
const char *pb_cursor_line(struct pb_cursor *c, size_t *ret_len);

/* Bytes not read yet; 0 once failed, so that a loop over what is left ends. */
size_t pb_cursor_left(const struct pb_cursor *c);
void pb_cursor_fail(struct pb_cursor *c);

/* True if nothing failed and nothing is left: the whole input was understood. */
bool pb_cursor_finished(const struct pb_cursor *c);

#endif
