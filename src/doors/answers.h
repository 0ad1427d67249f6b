/*
 * What the server of a map answered, remembered for a short time.  Of a question it holds the
 * digest, no address, in a place that the digest chooses: what comes later takes the place.
 */
#ifndef PB_DOORS_ANSWERS_H
#define PB_DOORS_ANSWERS_H

#include <stdbool.h>

#include "crypto/digest.h"

/* For all threads. */
struct pb_answers;
enum pb_status pb_answers_new(struct pb_answers **ret_answers, struct pb_error *err) PB_MUST_CHECK;
bool pb_answers_find(struct pb_answers *answers, const uint8_t question[PB_DIGEST_LEN],
    int64_t now_us, size_t *ret_archive);
void pb_answers_add(struct pb_answers *answers, const uint8_t question[PB_DIGEST_LEN],
    int64_t now_us, size_t archive);
void pb_answers_free(struct pb_answers *answers); /* NULL is fine */

#endif
