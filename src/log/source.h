/*
 * How a verifier reads a log, wherever it stands: an archive's vault, later a
 * bundle.  One pass from front to back, no disk in sight.
 */
#ifndef PB_LOG_SOURCE_H
#define PB_LOG_SOURCE_H

#include "probant/verify.h"
#include "record/leaf.h"
#include "record/opened.h"

enum pb_source_kind {
	PB_SOURCE_SEGMENT, /* a segment begins */
	PB_SOURCE_RECORD,
	PB_SOURCE_CHECKPOINT, /* the checkpoint that ends a commit */
	PB_SOURCE_DAMAGE      /* the store could not be read as its format says, here */
};

/* Is there a secret in the slot of a sealed record? */
enum pb_source_secret { PB_SECRET_UNKNOWN, PB_SECRET_KEPT, PB_SECRET_GONE };

struct pb_source_item {
	enum pb_source_kind kind;
	const char *segment; /* name of the file it stands in; borrowed until the next item */
	uint64_t offset;     /* of the frame in it, bytes */

	/* PB_SOURCE_RECORD */
	uint8_t leaf[PB_LEAF_LEN];
	bool open;           /* stored with its secret ('P') */
	struct pb_secret *r; /* borrowed; NULL: not at hand (no reader key, or destroyed) */
	enum pb_source_secret secret;  /* sealed */
	struct pb_payload payload;     /* usable until the next item */
	const uint8_t *payload_sha256; /* computed as it was read; NULL: by whoever looks at it */

	/* PB_SOURCE_CHECKPOINT: the note.  PB_SOURCE_SEGMENT: the JSON header.  Borrowed. */
	const uint8_t *bytes;
	size_t len;
	/* PB_SOURCE_SEGMENT: of the segment before, its name, length and SHA-256; NULL for the
	 * first */
	const char *previous;
	uint64_t previous_len;
	uint8_t previous_sha256[PB_DIGEST_LEN];

	/* PB_SOURCE_DAMAGE: which check it belongs to, and the finding. */
	enum pb_check_id check;
	const char *code;
	const char *text;
};

struct pb_source {
	void *ctx;
	/* PB_OK and an item, or PB_EEND; another status ends the verification as not done. */
	enum pb_status (*next)(void *ctx, struct pb_source_item *ret_item, struct pb_error *err);
};

#endif
