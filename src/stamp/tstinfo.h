/* RFC 3161 2.4.2, TSTInfo.  For this room's files alone. */
#ifndef PB_STAMP_TSTINFO_H
#define PB_STAMP_TSTINFO_H

#include <openssl/ts.h>

#include "stamp/token.h"

/* What tst states, into those fields of info that it is about.  PB_EDATA, PB_ENOMEM. */
enum pb_status pb_stamp_tstinfo_read(
    TS_TST_INFO *tst, struct pb_token_info *info, struct pb_error *err) PB_MUST_CHECK;

/*
 * A GeneralizedTime in UTC, with or without a fraction, as seconds and microseconds since 1970
 * and as RFC 3339 with the fraction as stated.  False, outs untouched, for anything else.
 */
bool pb_stamp_time_read(const char *text, size_t len, int64_t *ret_time_us, char ret_text[40]);

/* Shared with requests: the imprint, an OID, a number of up to 32 octets. */
enum pb_stamp_imprint_fault { PB_STAMP_IMPRINT_READ, PB_STAMP_IMPRINT_HASH, PB_STAMP_IMPRINT_LEN };
enum pb_stamp_imprint_fault pb_stamp_imprint_read(
    TS_MSG_IMPRINT *imprint, enum pb_stamp_hash *ret_hash, uint8_t ret_imprint[PB_STAMP_HASH_MAX]);
bool pb_stamp_oid_read(const ASN1_OBJECT *oid, char ret_text[PB_STAMP_OID_MAX]);
bool pb_stamp_nonce_read(const ASN1_INTEGER *number, uint8_t ret_nonce[32]);

/* PB_EDATA for an imprint that is not read, naming its algorithm. */
enum pb_status pb_stamp_imprint_fail(enum pb_stamp_imprint_fault fault, TS_MSG_IMPRINT *imprint,
    const char *what, struct pb_error *err) PB_MUST_CHECK;

#endif
