/* Length and SHA-256 of a whole file, as the next segment states them of the one before. */
#ifndef PB_CHECK_FINGERPRINT_H
#define PB_CHECK_FINGERPRINT_H

#include "core/world.h"
#include "crypto/lanes.h"

struct pb_fingerprint {
	enum pb_status status; /* of reading it; PB_ECORRUPT: it is no file */
	struct pb_error err;
	uint64_t len;
	uint8_t sha256[PB_DIGEST_LEN];
};

/* Of two files in the time of one.  path[1]: NULL if there is but one. */
void pb_fingerprint_two(const struct pb_files *files, const struct pb_lanes *lanes,
    const char *const path[2], struct pb_fingerprint ret[2]);

#endif
