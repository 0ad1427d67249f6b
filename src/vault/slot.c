#include "vault/slot.h"

#include <string.h>

#include "core/error.h"
#include "crypto/digest.h"

#define CHECK_LEN (PB_SLOT_LEN - PB_WRAPPED_LEN)

/* The first 8 bytes of SHA-256(u64 slot number || wrapped secret): rot shows without a key. */
static void
make_check(uint64_t number, const uint8_t wrapped[PB_WRAPPED_LEN], uint8_t out[CHECK_LEN])
{
	uint8_t input[8 + PB_WRAPPED_LEN], sha256[PB_DIGEST_LEN];

	pb_put_u64(input, number);
	memcpy(input + 8, wrapped, PB_WRAPPED_LEN);
	pb_digest_sha256(input, sizeof(input), sha256);
	memcpy(out, sha256, CHECK_LEN);
}

enum pb_status
pb_slot_encode(struct pb_secret *segment_key, uint64_t number, struct pb_secret *secret,
    uint8_t out[PB_SLOT_LEN], struct pb_error *err)
{
	uint8_t wrapped[PB_WRAPPED_LEN];
	enum pb_status status;

	status = pb_wrap(segment_key, secret, wrapped, err);
	if (status != PB_OK)
		return status;
	memcpy(out, wrapped, PB_WRAPPED_LEN);
	make_check(number, wrapped, out + PB_WRAPPED_LEN);
	return PB_OK;
}

enum pb_slot_state
pb_slot_state(const uint8_t slot[PB_SLOT_LEN], uint64_t number)
{
	static const uint8_t zeros[PB_SLOT_LEN];
	uint8_t check[CHECK_LEN];

	if (memcmp(slot, zeros, PB_SLOT_LEN) == 0)
		return PB_SLOT_EMPTY;
	make_check(number, slot, check);
	if (memcmp(slot + PB_WRAPPED_LEN, check, CHECK_LEN) != 0)
		return PB_SLOT_ROTTEN;
	return PB_SLOT_SOUND;
}

enum pb_status
pb_slot_decode(struct pb_secret *segment_key, uint64_t number, const uint8_t slot[PB_SLOT_LEN],
    struct pb_secret **ret_secret, struct pb_error *err)
{
	static const char what[] = N_("open a key slot");

	switch (pb_slot_state(slot, number)) {
	case PB_SLOT_EMPTY:
		return pb_fail(err, PB_ECORRUPT, what, N_("it holds no secret"), "slot %llu",
		    (unsigned long long)number);
	case PB_SLOT_ROTTEN:
		return pb_fail(err, PB_ECORRUPT, what, N_("its check does not match"), "slot %llu",
		    (unsigned long long)number);
	case PB_SLOT_SOUND:
		break;
	}
	return pb_unwrap(segment_key, slot, ret_secret, err);
}
