/* RFC 3161 2.4.2, the outside of a TimeStampResp: its status and where its token stands. */
#ifndef PB_STAMP_REPLY_H
#define PB_STAMP_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buf.h"
#include "probant/status.h"

/* PKIFailureInfo: numbers of bits. */
enum pb_stamp_failure {
	PB_STAMP_BAD_ALG = 0,
	PB_STAMP_BAD_REQUEST = 2,
	PB_STAMP_BAD_DATA_FORMAT = 5,
	PB_STAMP_TIME_NOT_AVAILABLE = 14,
	PB_STAMP_UNACCEPTED_POLICY = 15,
	PB_STAMP_UNACCEPTED_EXTENSION = 16,
	PB_STAMP_ADD_INFO_NOT_AVAILABLE = 17,
	PB_STAMP_SYSTEM_FAILURE = 25
};

/*
 * The token in a reply, or the whole, if it is a bare token: a part of data, borrowed.
 * PB_EDATA: longer than PB_LIMIT_TSA_REPLY, not DER, octets behind it, a refusal (its
 * status and failures are in err), no token.
 */
enum pb_status pb_stamp_reply_token(const void *data, size_t len, const void **ret_token,
    size_t *ret_len, struct pb_error *err) PB_MUST_CHECK;

/* Appended: a reply that grants this token.  PB_ENOMEM. */
enum pb_status pb_stamp_reply_grant(
    const void *token, size_t len, struct pb_buf *der) PB_MUST_CHECK;

/* Appended: a reply that refuses.  PB_ENOMEM. */
enum pb_status pb_stamp_reply_refuse(
    enum pb_stamp_failure failure, struct pb_buf *der) PB_MUST_CHECK;

#endif
