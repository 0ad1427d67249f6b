/*
 * Where the parts of a record flow to, in their order.  The cutter and the
 * makers of facts push into it; the sealer and the tests implement it.
 */
#ifndef PB_RECORD_PARTS_H
#define PB_RECORD_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "probant/status.h"

struct pb_part_sink {
	void *ctx;
	/* A new part of this kind begins; the one before has ended. */
	enum pb_status (*begin)(void *ctx, uint8_t kind, struct pb_error *err);
	/* More bytes of the part that began last. */
	enum pb_status (*write)(void *ctx, const void *data, size_t len, struct pb_error *err);
};

#endif
