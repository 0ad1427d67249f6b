/* Where the log was of a size: a checkpoint in the vault, by its offset. */
#ifndef PB_ARCHIVE_PLACE_H
#define PB_ARCHIVE_PLACE_H

#include "core/buf.h"
#include "core/world.h"
#include "vault/segment.h"

struct pb_place {
	uint64_t size; /* 0: nowhere */
	char segment[PB_SEGMENT_NAME_LEN + 1];
	uint64_t checkpoint_offset; /* of the 'C' of that size */
};

/* The note that stands there, octet for octet: no second signature is made for it.  Into an empty
 * note.  PB_ENOENT: there is no checkpoint. */
enum pb_status pb_place_note(const struct pb_files *files, const char *dir,
    const struct pb_place *place, struct pb_buf *note, struct pb_error *err) PB_MUST_CHECK;

/* *ret_holds: there is one, and it is of that size. */
enum pb_status pb_place_holds(const struct pb_files *files, const char *dir,
    const struct pb_place *place, bool *ret_holds, struct pb_error *err) PB_MUST_CHECK;

#endif
