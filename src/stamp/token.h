/*
 * An RFC 3161 timestamp token: what it states, read strictly; nothing of it is
 * believed here (stamp/check.h).
 */
#ifndef PB_STAMP_TOKEN_H
#define PB_STAMP_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "probant/status.h"

/* FORMAT 2.2: what an imprint may be of. */
enum pb_stamp_hash { PB_STAMP_SHA256, PB_STAMP_SHA384, PB_STAMP_SHA512 };
#define PB_STAMP_HASH_MAX 64

size_t pb_stamp_hash_len(enum pb_stamp_hash hash);       /* bytes */
const char *pb_stamp_hash_name(enum pb_stamp_hash hash); /* "sha256"... */
bool pb_stamp_hash_parse(const char *name, enum pb_stamp_hash *ret_hash);
/* The imprint of data. */
void pb_stamp_imprint(
    enum pb_stamp_hash hash, const void *data, size_t len, uint8_t out[PB_STAMP_HASH_MAX]);

/* An imprint of what is too long for memory. */
struct pb_stamp_digest;
enum pb_status pb_stamp_digest_new(enum pb_stamp_hash hash, struct pb_stamp_digest **ret_digest,
    struct pb_error *err) PB_MUST_CHECK;
void pb_stamp_digest_update(struct pb_stamp_digest *digest, const void *data, size_t len);
void pb_stamp_digest_final(struct pb_stamp_digest *digest, uint8_t out[PB_STAMP_HASH_MAX]);
void pb_stamp_digest_free(struct pb_stamp_digest *digest); /* NULL is fine */

#define PB_STAMP_OID_MAX 128
#define PB_STAMP_SERIAL_MAX 64 /* bytes; RFC 3161 asks users for 160 bits */

/* What a token states, TSTInfo of RFC 3161 2.4.2. */
struct pb_token_info {
	enum pb_stamp_hash hash;
	uint8_t imprint[PB_STAMP_HASH_MAX];
	char policy[PB_STAMP_OID_MAX];
	char serial[2 * PB_STAMP_SERIAL_MAX +
		    1];      /* lower-case hex of its magnitude, two digits a byte */
	int64_t gen_time_us; /* since 1970, cut to microseconds */
	char gen_time[40];   /* RFC 3339, UTC, its fraction as stated */
	bool has_accuracy;
	uint64_t accuracy_us;
	bool has_nonce;
	uint8_t nonce[32]; /* big-endian magnitude, right-aligned */
	bool ordering;
	bool qualified; /* states so: esi4-qtstStatement-1 (EN 319 422 9.1) */
	uint8_t
	    key[32]; /* SHA-256 of the signer's SubjectPublicKeyInfo; zeros if it is not embedded */
	char tsa[256]; /* the signer's subject, its common name or else RFC 2253; terminal-safe; ""
			  if not embedded */
};

struct pb_token;

/*
 * A TimeStampResp (with status 0 or 1) or a bare token.  PB_EDATA, with err->why:
 * not DER of the one or the other, octets behind it, a refusal (the status and failure
 * are in err), not exactly one SignerInfo, no TSTInfo of version 1, an imprint of another
 * algorithm or length.  ret_token is owned.
 */
enum pb_status pb_token_parse(
    const void *data, size_t len, struct pb_token **ret_token, struct pb_error *err) PB_MUST_CHECK;
const struct pb_token_info *pb_token_info(const struct pb_token *token); /* borrowed */
/* The bare token as it stands in what was parsed; borrowed. */
void pb_token_bare(const struct pb_token *token, const void **ret_data, size_t *ret_len);
void pb_token_free(struct pb_token *token); /* NULL is fine */

#endif
