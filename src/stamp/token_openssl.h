/* A token and certificates in OpenSSL's form.  For this room's files alone. */
#ifndef PB_STAMP_TOKEN_OPENSSL_H
#define PB_STAMP_TOKEN_OPENSSL_H

#include <openssl/cms.h>
#include <openssl/ts.h>
#include <openssl/x509.h>

#include "stamp/token.h"

/*
 * OpenSSL's calls take pointers that are not to const and fill caches of their own: one
 * token is for one thread at a time.
 */
struct pb_token {
	CMS_ContentInfo *cms; /* SignedData over id-ct-TSTInfo, content inside */
	CMS_SignerInfo *si;   /* the only one; lives in cms */
	TS_TST_INFO *tst;
	X509 *signer;   /* the embedded certificate that si names; owned; NULL: none is */
	uint8_t *bytes; /* the bare token, DER, as it came; owned */
	size_t len;
	struct pb_token_info info;
};

/* SHA-256 of the SubjectPublicKeyInfo.  PB_ENOMEM. */
enum pb_status pb_stamp_x509_key(
    const X509 *certificate, uint8_t out[32], struct pb_error *err) PB_MUST_CHECK;

/*
 * The subject as a person reads it, terminal-safe, cut to size: its common name if `common`
 * and there is one, else RFC 2253.  PB_ENOMEM.
 */
enum pb_status pb_stamp_x509_name(const X509 *certificate, bool common, char *out, size_t size,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * OpenSSL failed, and what it was given is to blame unless memory ran out: PB_ENOMEM, or
 * pb_fail with these.  Empties the thread's error queue; a public call empties it where it begins.
 */
enum pb_status pb_stamp_refused(struct pb_error *err, enum pb_status status, const char *what,
    const char *why, const char *object) PB_MUST_CHECK;

#endif
