/* Certificates at hand, and the path that leads from a signer to a root.  For this room's files. */
#ifndef PB_STAMP_CHAIN_H
#define PB_STAMP_CHAIN_H

#include "stamp/check.h"
#include "stamp/token_openssl.h"

struct pb_stamp_roots {
	STACK_OF(X509) * certificates;
	char (*name)[256];
	uint8_t (*fingerprint)[32];
};

/* Certificates of a path.  Real ones have three or four. */
#define PB_PATH_MAX 10

struct pb_path {
	X509 *certificate[PB_PATH_MAX]; /* the signer first; borrowed */
	size_t count;
	bool rooted; /* the last is a root that the verifier chose */
	/* Of the path alone: good, algorithm, not in time, or unknown root. */
	enum pb_stamp_fault fault;
	X509 *culprit;   /* the certificate to blame; borrowed; or NULL */
	const char *why; /* OpenSSL's word, or NULL */
};

/*
 * Append the certificates of a PEM text.  What follows the first that cannot be read
 * is left out; *ret_whole (NULL: not asked) tells whether nothing was.
 */
enum pb_status pb_chain_read(const void *pem, size_t len, STACK_OF(X509) * certificates,
    bool *ret_whole, struct pb_error *err) PB_MUST_CHECK;

/* All that the token holds and that stands beside it.  ret_pool is owned: pb_chain_pool_free. */
enum pb_status pb_chain_pool(const struct pb_token *token, const void *pem, size_t len,
    STACK_OF(X509) * *ret_pool, struct pb_error *err) PB_MUST_CHECK;
void pb_chain_pool_free(STACK_OF(X509) * pool); /* NULL is fine */

/*
 * The certificate that the SignerInfo means: of those whose issuer and serial (or key
 * identifier) it states, the one that its ESSCertID names, else one under which the
 * signature holds, else any.  Borrowed from the pool or the roots; NULL: none is at hand.
 * A look-alike beside it can't take its place.
 */
enum pb_status pb_chain_signer(const struct pb_token *token, STACK_OF(X509) * pool,
    const struct pb_stamp_roots *roots, X509 **ret_signer, struct pb_error *err) PB_MUST_CHECK;

/*
 * The best path from the signer: to a chosen root, valid at gen_s, if there is one; else as
 * far as it goes.  Each certificate's signature is checked with the key of the next.
 */
enum pb_status pb_chain_path(X509 *signer, STACK_OF(X509) * pool,
    const struct pb_stamp_roots *roots, int64_t gen_s, struct pb_path *ret_path,
    struct pb_error *err) PB_MUST_CHECK;

/* Is every certificate of the path valid at this second?  Else ret_culprit is one that is not. */
bool pb_chain_in_time(const struct pb_path *path, int64_t at_s, X509 **ret_culprit);

/* SHA-256 of the DER. */
enum pb_status pb_chain_fingerprint(
    X509 *certificate, uint8_t out[32], struct pb_error *err) PB_MUST_CHECK;

/* Seconds since 1970; INT64_MIN if it can't be told. */
int64_t pb_chain_time_s(const ASN1_TIME *time);

/* genTime, cut to seconds. */
int64_t pb_chain_gen_s(const struct pb_token *token);

/* A call of OpenSSL failed: had memory run out?  Empties the queue. */
bool pb_chain_memory(void);

#endif
