/* One file of a copy as it is read, and its octets. */
#ifndef PB_COPIES_SOURCE_H
#define PB_COPIES_SOURCE_H

#include "core/world.h"
#include "crypto/digest.h"

enum pb_copied_kind {
	PB_COPIED_SEGMENT, /* only grows */
	PB_COPIED_SLOTS,   /* grows, and slots in it become zeros (FORMAT 3.5) */
	PB_COPIED_WHOLE
};

struct pb_copied {
	const char *path; /* below the archive, and below the copy */
	enum pb_copied_kind kind;
	const char *source; /* a file; NULL: data */
	const uint8_t *data;
	uint64_t len; /* of it, from its beginning, is copied */
};

/*
 * Slot 0 of a piece of slots, as a copy has it: zeros.  It opens an index that no copy has, and a
 * copy of it would open one that the archive has replaced since.
 */
void pb_copied_blank(enum pb_copied_kind kind, uint64_t offset, uint8_t *data, size_t len);

/* Its octets from `offset` on, in pieces of up to 192 KiB: of whole slots, if offset is. */
typedef enum pb_status pb_copied_fn(
    void *ctx, const uint8_t *data, size_t len, struct pb_error *err);

enum pb_status pb_copied_read(const struct pb_files *files, const struct pb_copied *file,
    uint64_t offset, bool from_medium, pb_copied_fn *each, void *ctx,
    struct pb_error *err) PB_MUST_CHECK;

/* Whoever takes the files of a snapshot, in their order. */
struct pb_copy_sink {
	void *ctx;
	/* PB_ENOENT: the source is not there any more. */
	enum pb_status (*put)(void *ctx, const struct pb_copied *file, struct pb_error *err);
};

#endif
