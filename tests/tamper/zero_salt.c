/*
 * In the place of pb_commitment_salt and _salt_next (-Wl,--wrap), in one program of the tests
 * alone: what a bundle would give away if parts were not blinded.
 */
#include <string.h>

#include "record/commitment.h"

enum pb_status __wrap_pb_commitment_salt(struct pb_expander *expander, struct pb_secret *r,
    uint8_t index, uint8_t out[PB_SALT_LEN], struct pb_error *err);

enum pb_status
__wrap_pb_commitment_salt(struct pb_expander *expander, struct pb_secret *r, uint8_t index,
    uint8_t out[PB_SALT_LEN], struct pb_error *err)
{
	(void)expander;
	(void)r;
	(void)index;
	(void)err;
	memset(out, 0, PB_SALT_LEN);
	return PB_OK;
}

enum pb_status __wrap_pb_commitment_salt_next(
    struct pb_expander *expander, uint8_t index, uint8_t out[PB_SALT_LEN], struct pb_error *err);

enum pb_status
__wrap_pb_commitment_salt_next(
    struct pb_expander *expander, uint8_t index, uint8_t out[PB_SALT_LEN], struct pb_error *err)
{
	(void)expander;
	(void)index;
	(void)err;
	memset(out, 0, PB_SALT_LEN);
	return PB_OK;
}
