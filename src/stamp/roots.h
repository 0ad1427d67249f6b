/* The authorities that a verifier chose: root certificates, from PEM. */
#ifndef PB_STAMP_ROOTS_H
#define PB_STAMP_ROOTS_H

#include "core/buf.h"

struct pb_stamp_roots;

/*
 * Every certificate of the text, at least one; each must be a CA, or a self-signed
 * TSA.  PB_EDATA: none, or one that is not a certificate.
 */
enum pb_status pb_stamp_roots_parse(const void *pem, size_t len, struct pb_stamp_roots **ret_roots,
    struct pb_error *err) PB_MUST_CHECK;
size_t pb_stamp_roots_count(const struct pb_stamp_roots *roots);
void pb_stamp_roots_fingerprint(const struct pb_stamp_roots *roots, size_t index, uint8_t out[32]);
/* Subject, RFC 2253, terminal-safe; borrowed. */
const char *pb_stamp_roots_name(const struct pb_stamp_roots *roots, size_t index);
/* notAfter, seconds since 1970. */
int64_t pb_stamp_roots_ends_s(const struct pb_stamp_roots *roots, size_t index);
/* All of them as PEM, appended. */
enum pb_status pb_stamp_roots_pem(
    const struct pb_stamp_roots *roots, struct pb_buf *pem, struct pb_error *err) PB_MUST_CHECK;
void pb_stamp_roots_free(struct pb_stamp_roots *roots); /* NULL is fine */

#endif
