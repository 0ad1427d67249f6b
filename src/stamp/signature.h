/* CMS_verify, with and without a path.  For this room's files alone. */
#ifndef PB_STAMP_SIGNATURE_H
#define PB_STAMP_SIGNATURE_H

#include "stamp/chain.h"

/*
 * Signature and message digest hold under this certificate's key; nothing of the certificate
 * itself is judged.  PB_ENOMEM.
 */
enum pb_status pb_signature_holds(const struct pb_token *token, X509 *certificate, bool *ret_holds,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * The same with the path, which ends at a root: CMS_verify as a whole, judged at gen_s, and
 * every ESSCertID there is (RFC 5035 3: those behind the first restrict the path).
 */
enum pb_status pb_signature_holds_on_path(const struct pb_token *token, const struct pb_path *path,
    int64_t gen_s, bool *ret_holds, struct pb_error *err) PB_MUST_CHECK;

#endif
