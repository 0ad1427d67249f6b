/*
 * A local authority: a TSA whose key stands where the archive stands (FORMAT 2.2).  EN 319
 * 422 profile.  It shows which data it saw; its times are claims.
 */
#ifndef PB_STAMP_AUTHORITY_H
#define PB_STAMP_AUTHORITY_H

#include "core/world.h"
#include "stamp/request.h"

/* FORMAT 2.2: of an authority that stands in the archive, and of one that is served to others. */
#define PB_STAMP_LOCAL_POLICY "2.25.304589492686357734247930661413354411211"
#define PB_STAMP_SERVED_POLICY "2.25.36352258746791702337101498287506748681"

/*
 * A new authority: a root and a TSA certificate under it (P-256; `rsa`: RSA-3072), valid
 * for 20 years from now_s, under that policy (NULL: the local one).  The root's key is not kept, so
 * it issues nothing else.  name: common name of both, with "root" behind the first ("local
 * timestamps of <origin>").  Appended: the TSA's key (PKCS#8 PEM, not encrypted; wipe it), then
 * certificate and root as PEM.
 */
enum pb_status pb_authority_generate(const char *name, int64_t now_s, bool rsa, const char *policy,
    struct pb_buf *ret_key_pem, struct pb_buf *ret_chain_pem, struct pb_error *err) PB_MUST_CHECK;

struct pb_authority;

/* PB_EDATA: not a key with its TSA certificate. */
enum pb_status pb_authority_open(const void *key_pem, size_t key_len, const void *chain_pem,
    size_t chain_len, struct pb_authority **ret_authority, struct pb_error *err) PB_MUST_CHECK;

/*
 * The TimeStampResp (DER, appended) to a request, at time_us.  What it does not grant is
 * answered with a rejection of RFC 3161 2.4.2 (badRequest, badAlg, unacceptedPolicy,
 * unacceptedExtension): PB_OK too.  *ret_granted tells.  Serial: 128 random bits, the first 0.
 * Accuracy: 1 s.
 */
enum pb_status pb_authority_answer(const struct pb_authority *authority,
    const struct pb_random *random, int64_t time_us, const void *request, size_t request_len,
    struct pb_buf *ret_reply, bool *ret_granted, struct pb_error *err) PB_MUST_CHECK;

void pb_authority_free(struct pb_authority *authority); /* wipes; NULL is fine */

#endif
