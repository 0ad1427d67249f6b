/*
 * Unpacking: the octets of a record out of its stored payload, in one pass
 * from front to back and constant memory (FORMAT 3.4).
 *
 * What comes out is not to be believed before the end was reached: there the
 * tag is checked.  A refusal says whether the payload was not what had been
 * sealed (its tag is wrong), or had been sealed so.
 */
#ifndef PB_RECORD_UNPACK_H
#define PB_RECORD_UNPACK_H

#include "crypto/secret.h"
#include "record/opened.h"

struct pb_unpack;

enum pb_status pb_unpack_new(
    const char *origin, struct pb_unpack **ret_unpack, struct pb_error *err) PB_MUST_CHECK;

/* Begin the payload of the record whose secret is r, whatever became of the one before.
 * Borrows payload until the end or the next start. */
enum pb_status pb_unpack_start(struct pb_unpack *unpack, const struct pb_payload *payload,
    struct pb_secret *r, struct pb_error *err) PB_MUST_CHECK;

/*
 * The next octets, up to len (> 0) of them.  *ret_len 0: the end, tag and all
 * are sound.  PB_ECORRUPT: as pb_opener_open has it, the table apart.
 */
enum pb_status pb_unpack_next(struct pb_unpack *unpack, uint8_t *to, size_t len, size_t *ret_len,
    struct pb_error *err) PB_MUST_CHECK;

/* Pass over what is left, for the tag alone: PB_ECORRUPT if it is wrong. */
enum pb_status pb_unpack_rest(struct pb_unpack *unpack, struct pb_error *err) PB_MUST_CHECK;

void pb_unpack_free(struct pb_unpack *unpack);

#endif
