#include "record/commitment.h"

#include <string.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/limits.h"

enum pb_status
pb_commitment_salt(struct pb_expander *expander, struct pb_secret *r, uint8_t index,
    uint8_t out[PB_SALT_LEN], struct pb_error *err)
{
	/* The index stands where C puts the text's NUL. */
	char info[] = "probant/v1 salt";

	_Static_assert(PB_SALT_LEN == PB_EXPAND_LEN, "a salt is one block of Expand");
	info[sizeof(info) - 1] = (char)index;
	return pb_expander_derive(expander, r, info, sizeof(info), out, err);
}

void
pb_commitment_part(uint8_t index, uint8_t kind, uint64_t len, const uint8_t salt[PB_SALT_LEN],
    const uint8_t d[PB_H2_LEN], uint8_t out[PB_H2_LEN])
{
	/* The text's NUL is the 0x00 of FORMAT 1.2. */
	static const char label[] = "probant/v1 part";
	uint8_t preimage[sizeof(label) + 1 + 1 + 8 + PB_SALT_LEN + PB_H2_LEN];
	uint8_t *p = preimage;

	memcpy(p, label, sizeof(label));
	p += sizeof(label);
	*p++ = index;
	*p++ = kind;
	pb_put_u64(p, len);
	p += 8;
	memcpy(p, salt, PB_SALT_LEN);
	p += PB_SALT_LEN;
	memcpy(p, d, PB_H2_LEN);
	pb_digest_h2(preimage, sizeof(preimage), out);
	pb_wipe(preimage, sizeof(preimage));
}

void
pb_commitment_record(const uint8_t *p, uint8_t count, uint8_t out[PB_COMMITMENT_LEN])
{
	static const char label[] = "probant/v1 record";
	uint8_t preimage[sizeof(label) + 1 + PB_LIMIT_PARTS * PB_H2_LEN];

	pb_assert(count > 0);
	memcpy(preimage, label, sizeof(label));
	preimage[sizeof(label)] = count;
	memcpy(preimage + sizeof(label) + 1, p, (size_t)count * PB_H2_LEN);
	pb_digest_h2(preimage, sizeof(label) + 1 + (size_t)count * PB_H2_LEN, out);
}
