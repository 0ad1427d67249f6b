/*
 * A sealed record: what leaves the capturing process, and all that the
 * archive needs to commit it.  Its plaintext cannot be had without r from what is stored of it.
 */
#ifndef PB_RECORD_SEALED_H
#define PB_RECORD_SEALED_H

#include "core/buf.h"
#include "core/world.h"
#include "crypto/secret.h"
#include "record/commitment.h"
#include "record/kept.h"

struct pb_sealed {
	uint8_t type;
	uint64_t time_first_us; /* local clock at the first byte; 0 if it does not apply */
	uint8_t commitment[PB_COMMITMENT_LEN];
	uint8_t payload_sha256[PB_DIGEST_LEN];
	uint8_t message_sha256[PB_DIGEST_LEN]; /* of kinds 1 and 2; for the acknowledgement only */
	uint64_t payload_len;                  /* bytes, tag included */
	struct pb_secret *r;                   /* owned */
	struct pb_kept plain;                  /* what was sealed, parts and table; if it is kept */
	/* The payload: in memory while it is small, else in an unnamed file. */
	struct pb_buf memory;
	const struct pb_files *files; /* borrowed; of fd */
	int fd;                       /* -1: in memory */
};

#define PB_SEALED_EMPTY ((struct pb_sealed){ .fd = -1 })

/* len bytes of the payload from offset; PB_ECORRUPT beyond its end. */
enum pb_status pb_sealed_read(const struct pb_sealed *sealed, uint64_t offset, void *to, size_t len,
    struct pb_error *err) PB_MUST_CHECK;

/* Release what it owns; it is empty then. */
void pb_sealed_done(struct pb_sealed *sealed);

#endif
