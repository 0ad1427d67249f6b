#include "record/leaf.h"

#include <string.h>

#include "core/buf.h"
#include "core/cursor.h"
#include "core/error.h"
#include "record/types.h"

static const char magic[8] = { 'P', 'R', 'O', 'B', 'A', 'N', 'T', '1' };
static const uint8_t reserved[7] = { 0 };

void
pb_leaf_encode(const struct pb_leaf *leaf, uint8_t out[PB_LEAF_LEN])
{
	uint8_t *p = out;

	memcpy(p, magic, sizeof(magic));
	p += sizeof(magic);
	pb_put_u64(p, leaf->seq);
	p += 8;
	pb_put_u64(p, leaf->time_s);
	p += 8;
	*p++ = leaf->type;
	memcpy(p, reserved, sizeof(reserved));
	p += sizeof(reserved);
	memcpy(p, leaf->prev, sizeof(leaf->prev));
	p += sizeof(leaf->prev);
	memcpy(p, leaf->commitment, sizeof(leaf->commitment));
	p += sizeof(leaf->commitment);
	memcpy(p, leaf->payload_sha256, sizeof(leaf->payload_sha256));
	p += sizeof(leaf->payload_sha256);
	pb_assert(p == out + PB_LEAF_LEN);
}

enum pb_leaf_fault
pb_leaf_decode(const uint8_t bytes[PB_LEAF_LEN], struct pb_leaf *ret_leaf)
{
	uint8_t seen_magic[sizeof(magic)];
	uint8_t seen_reserved[sizeof(reserved)];
	struct pb_cursor c;

	pb_cursor_init(&c, bytes, PB_LEAF_LEN);
	pb_cursor_copy(&c, seen_magic, sizeof(seen_magic));
	ret_leaf->seq = pb_cursor_u64(&c);
	ret_leaf->time_s = pb_cursor_u64(&c);
	ret_leaf->type = pb_cursor_u8(&c);
	pb_cursor_copy(&c, seen_reserved, sizeof(seen_reserved));
	pb_cursor_copy(&c, ret_leaf->prev, sizeof(ret_leaf->prev));
	pb_cursor_copy(&c, ret_leaf->commitment, sizeof(ret_leaf->commitment));
	pb_cursor_copy(&c, ret_leaf->payload_sha256, sizeof(ret_leaf->payload_sha256));
	pb_assert(pb_cursor_finished(&c));

	if (memcmp(seen_magic, magic, sizeof(magic)) != 0)
		return PB_LEAF_MAGIC;
	if (memcmp(seen_reserved, reserved, sizeof(reserved)) != 0)
		return PB_LEAF_RESERVED;
	if (!pb_record_type_known(ret_leaf->type))
		return PB_LEAF_TYPE;
	return PB_LEAF_SOUND;
}
