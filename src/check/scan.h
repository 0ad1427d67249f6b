/*
 * One pass over a whole segment file: its length and SHA-256, as the next segment states them, and
 * the SHA-256 of each payload in it, in the time of one of them.
 */
#ifndef PB_CHECK_SCAN_H
#define PB_CHECK_SCAN_H

#include "core/buf.h"
#include "core/world.h"
#include "crypto/lanes.h"

struct pb_scan {
	enum pb_status status; /* of reading it; PB_ECORRUPT: it is no file */
	struct pb_error err;
	uint64_t len;
	uint8_t sha256[PB_DIGEST_LEN];
	struct pb_buf payloads; /* of each, in order: u64 offset of its frame, SHA-256 */
	size_t at;              /* in payloads: where the last that was asked for ends */
};

/*
 * Of vault/<name>.seg of the archive at dir, into zeros.  Payloads are looked for as far as the
 * file reads as a segment.
 */
void pb_scan_segment(const struct pb_files *files, const char *dir, const char *name,
    const struct pb_lanes *lanes, struct pb_scan *ret_scan);

/* Of the payload of the frame at `offset`, asked for in order; NULL: not found. */
const uint8_t *pb_scan_payload(struct pb_scan *scan, uint64_t offset);

void pb_scan_done(struct pb_scan *scan);

#endif
