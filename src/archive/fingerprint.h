/* Length and SHA-256 of a whole file, as the next segment states them of the one before. */
#ifndef PB_ARCHIVE_FINGERPRINT_H
#define PB_ARCHIVE_FINGERPRINT_H

#include "core/world.h"
#include "crypto/digest.h"

enum pb_status pb_fingerprint_file(const struct pb_files *files, const char *path,
    uint64_t *ret_len, uint8_t ret_sha256[PB_DIGEST_LEN], struct pb_error *err) PB_MUST_CHECK;

#endif
