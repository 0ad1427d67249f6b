#include "record/commitment.h"

#include <string.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/limits.h"

enum pb_status
pb_commitment_salt_next(
    struct pb_expander *expander, uint8_t index, uint8_t out[PB_SALT_LEN], struct pb_error *err)
{
	/* The index stands where C puts the text's NUL. */
	char info[] = "probant/v1 salt";

	_Static_assert(PB_SALT_LEN == PB_EXPAND_LEN, "a salt is one block of Expand");
	info[sizeof(info) - 1] = (char)index;
	return pb_expander_next(expander, info, sizeof(info), out, err);
}

enum pb_status
pb_commitment_salt(struct pb_expander *expander, struct pb_secret *r, uint8_t index,
    uint8_t out[PB_SALT_LEN], struct pb_error *err)
{
	enum pb_status status = pb_expander_key(expander, r, err);

	return status == PB_OK ? pb_commitment_salt_next(expander, index, out, err) : status;
}

void
pb_commitment_part_head(uint8_t index, uint8_t kind, uint64_t len, const uint8_t salt[PB_SALT_LEN],
    uint8_t out[PB_COMMITMENT_PART_LEN])
{
	/* The text's NUL is the 0x00 of FORMAT 1.2. */
	static const char label[] = "probant/v1 part";
	uint8_t *p = out;

	_Static_assert(sizeof(label) + 2 + 8 + PB_SALT_LEN + PB_H2_LEN == PB_COMMITMENT_PART_LEN,
	    "the octets of FORMAT 1.2");
	memcpy(p, label, sizeof(label));
	p += sizeof(label);
	*p++ = index;
	*p++ = kind;
	pb_put_u64(p, len);
	memcpy(p + 8, salt, PB_SALT_LEN);
}

void
pb_commitment_part(uint8_t index, uint8_t kind, uint64_t len, const uint8_t salt[PB_SALT_LEN],
    const uint8_t d[PB_H2_LEN], uint8_t out[PB_H2_LEN])
{
	uint8_t preimage[PB_COMMITMENT_PART_LEN];

	pb_commitment_part_head(index, kind, len, salt, preimage);
	memcpy(preimage + sizeof(preimage) - PB_H2_LEN, d, PB_H2_LEN);
	pb_digest_h2(preimage, sizeof(preimage), out);
	pb_wipe(preimage, sizeof(preimage));
}

void
pb_commitment_record_head(uint8_t count, uint8_t out[PB_COMMITMENT_HEAD_LEN])
{
	static const char label[] = "probant/v1 record";

	_Static_assert(sizeof(label) + 1 == PB_COMMITMENT_HEAD_LEN, "the octets of FORMAT 1.2");
	pb_assert(count > 0);
	memcpy(out, label, sizeof(label));
	out[sizeof(label)] = count;
}

void
pb_commitment_record(const uint8_t *p, uint8_t count, uint8_t out[PB_COMMITMENT_LEN])
{
	uint8_t preimage[PB_COMMITMENT_HEAD_LEN + PB_LIMIT_PARTS * PB_H2_LEN];

	pb_commitment_record_head(count, preimage);
	memcpy(preimage + PB_COMMITMENT_HEAD_LEN, p, (size_t)count * PB_H2_LEN);
	pb_digest_h2(preimage, PB_COMMITMENT_HEAD_LEN + (size_t)count * PB_H2_LEN, out);
}
