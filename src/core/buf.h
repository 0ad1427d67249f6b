/* A growable run of octets. */
#ifndef PB_CORE_BUF_H
#define PB_CORE_BUF_H

#include <stddef.h>
#include <stdint.h>

#include "probant/status.h"

/* data is NULL while cap is 0.  Read it freely; change it by these calls. */
struct pb_buf {
	uint8_t *data;
	size_t len; /* bytes */
	size_t cap; /* bytes */
};

#define PB_BUF_EMPTY ((struct pb_buf){ 0 })

/*
 * Room for `more` bytes beyond len.  PB_ENOMEM leaves the buffer as it was.
 * Growing may leave a copy of the contents in freed memory: reserve first what
 * is to be wiped later.
 */
enum pb_status pb_buf_reserve(struct pb_buf *buf, size_t more) PB_MUST_CHECK;

/* Append.  PB_ENOMEM leaves the buffer as it was.  data may be NULL if len is 0. */
enum pb_status pb_buf_append(struct pb_buf *buf, const void *data, size_t len) PB_MUST_CHECK;
enum pb_status pb_buf_append_u8(struct pb_buf *buf, uint8_t value) PB_MUST_CHECK;
enum pb_status pb_buf_append_u32(struct pb_buf *buf, uint32_t value) PB_MUST_CHECK;
enum pb_status pb_buf_append_u64(struct pb_buf *buf, uint64_t value) PB_MUST_CHECK;
enum pb_status pb_buf_append_text(struct pb_buf *buf, const char *text) PB_MUST_CHECK;
enum pb_status pb_buf_printf(struct pb_buf *buf, const char *format, ...)
    PB_PRINTF(2, 3) PB_MUST_CHECK;

/*
 * The contents as text: terminated by a NUL that len does not count.  NULL if
 * there is no memory for it.  Borrowed until the next change.
 */
const char *pb_buf_text(struct pb_buf *buf);

/* Forget the contents, keep the room. */
void pb_buf_clear(struct pb_buf *buf);

/* Overwrite the whole room with zeros, then forget the contents, keep the room. */
void pb_buf_wipe(struct pb_buf *buf);

/* Release.  The buffer is empty and usable again. */
void pb_buf_done(struct pb_buf *buf);

/* Big-endian stores and loads at p. */
void pb_put_u16(uint8_t *p, uint16_t value);
void pb_put_u32(uint8_t *p, uint32_t value);
void pb_put_u64(uint8_t *p, uint64_t value);
uint16_t pb_get_u16(const uint8_t *p);
uint32_t pb_get_u32(const uint8_t *p);
uint64_t pb_get_u64(const uint8_t *p);

/* memset(p, 0, len) that a compiler may not remove. */
void pb_wipe(void *p, size_t len);

/* Compare in constant time: 1 if the len bytes are equal. */
int pb_equal(const void *a, const void *b, size_t len);

#endif
