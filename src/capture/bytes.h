/* Octets that are read from front to back: a file's, or those of an entry of an archive. */
#ifndef PB_CAPTURE_BYTES_H
#define PB_CAPTURE_BYTES_H

#include <stddef.h>
#include <stdint.h>

#include "probant/status.h"

struct pb_bytes {
	void *ctx;
	/* Up to len; *ret_len 0 at the end. */
	enum pb_status (*read)(
	    void *ctx, void *to, size_t len, size_t *ret_len, struct pb_error *err);
	/* Up to len from that place, less only at the end; NULL where one cannot look ahead. */
	enum pb_status (*look)(void *ctx, uint64_t offset, void *to, size_t len, size_t *ret_len,
	    struct pb_error *err);
};

#endif
