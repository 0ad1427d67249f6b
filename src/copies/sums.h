/* SHA256SUMS of a copy: `<hex>  <path>` and LF, as sha256sum -c reads it. */
#ifndef PB_COPIES_SUMS_H
#define PB_COPIES_SUMS_H

#include "core/buf.h"
#include "crypto/digest.h"

enum pb_status pb_copies_sums_add(
    struct pb_buf *sums, const char *path, const uint8_t sha256[PB_DIGEST_LEN]) PB_MUST_CHECK;

/*
 * The next line from *at on: its path (at most 200 octets) and its sum.  PB_EEND: there is none;
 * PB_EDATA: it is no such line.
 */
enum pb_status pb_copies_sums_next(const struct pb_buf *sums, size_t *at, char path[201],
    uint8_t sha256[PB_DIGEST_LEN]) PB_MUST_CHECK;

#endif
