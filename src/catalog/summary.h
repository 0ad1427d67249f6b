/* Sealing of a record's summary under its own secret (FORMAT 6.2). */
#ifndef PB_CATALOG_SUMMARY_H
#define PB_CATALOG_SUMMARY_H

#include "core/buf.h"
#include "crypto/aead.h"
#include "crypto/expand.h"
#include "record/leaf.h"

/* What one thread seals and opens summaries with. */
struct pb_summarizer;

enum pb_status pb_summarizer_new(
    struct pb_summarizer **ret_summarizer, struct pb_error *err) PB_MUST_CHECK;
void pb_summarizer_free(struct pb_summarizer *summarizer); /* NULL is fine */

/* 12 random octets || AES-256-GCM(summary key of r, those, bound to the leaf, row), appended. */
enum pb_status pb_summary_seal(struct pb_summarizer *summarizer, const struct pb_random *random,
    struct pb_secret *r, const uint8_t leaf[PB_LEAF_LEN], const void *row, size_t len,
    struct pb_buf *sealed, struct pb_error *err) PB_MUST_CHECK;

/* The row, appended.  PB_ECORRUPT: not sealed under this secret for this leaf. */
enum pb_status pb_summary_open(struct pb_summarizer *summarizer, struct pb_secret *r,
    const uint8_t leaf[PB_LEAF_LEN], const void *sealed, size_t len, struct pb_buf *row,
    struct pb_error *err) PB_MUST_CHECK;

#endif
