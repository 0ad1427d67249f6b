/* RFC 3161 2.4.1: a timestamp request. */
#ifndef PB_STAMP_REQUEST_H
#define PB_STAMP_REQUEST_H

#include "core/world.h"
#include "stamp/token.h"

#define PB_STAMP_NONCE_LEN 16

struct pb_stamp_request {
	enum pb_stamp_hash hash;
	uint8_t imprint[PB_STAMP_HASH_MAX];
	char policy[PB_STAMP_OID_MAX]; /* "" if none is asked for */
	bool has_nonce;
	uint8_t nonce[32]; /* as pb_token_info */
	bool certificates; /* certReq */
};

/*
 * DER appended: version 1, a fresh nonce of 128 bits whose first bit is 0, certReq TRUE.
 * policy: dotted OID, or NULL.
 */
enum pb_status pb_stamp_request_make(const struct pb_random *random, enum pb_stamp_hash hash,
    const uint8_t *imprint, const char *policy, struct pb_buf *der,
    struct pb_error *err) PB_MUST_CHECK;

/* PB_EDATA: not one, octets behind it, another version, an unknown algorithm, extensions. */
enum pb_status pb_stamp_request_parse(const void *der, size_t len,
    struct pb_stamp_request *ret_request, struct pb_error *err) PB_MUST_CHECK;

#endif
