/* SHA256SUMS and the note over it (FORMAT 5.4). */
#ifndef PB_BUNDLE_SUMS_H
#define PB_BUNDLE_SUMS_H

#include "core/buf.h"
#include "crypto/digest.h"
#include "log/note.h"

/* "<hex>  <name>\n", appended. */
enum pb_status pb_sums_line(
    const uint8_t sha256[PB_DIGEST_LEN], const char *name, struct pb_buf *buf) PB_MUST_CHECK;

/* The text of the note. */
enum pb_status pb_sums_note_text(const char *origin, const uint8_t sums_sha256[PB_DIGEST_LEN],
    struct pb_buf *text) PB_MUST_CHECK;
enum pb_status pb_sums_note_sign(const char *origin, const uint8_t sums_sha256[PB_DIGEST_LEN],
    const struct pb_ed25519 *export_key, struct pb_buf *note, struct pb_error *err) PB_MUST_CHECK;
/* Its text, strictly read; signatures are for pb_note_verify.  PB_EDATA. */
enum pb_status pb_sums_note_parse(const struct pb_note *note, char ret_origin[PB_LIMIT_ORIGIN + 1],
    uint8_t ret_sums_sha256[PB_DIGEST_LEN], struct pb_error *err) PB_MUST_CHECK;

/* "<origin>/export" */
#define PB_EXPORT_NAME_MAX (PB_LIMIT_ORIGIN + 8)
void pb_export_name(const char *origin, char out[PB_EXPORT_NAME_MAX]);

#endif
