/*
 * Any octets as a segment file, as a key file, and as a CMS envelope, read from
 * a file in memory.
 */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "crypto/crypto.h"
#include "crypto/envelope.h"
#include "fuzz/fuzz.h"
#include "fuzz/memory.h"
#include "vault/frames.h"
#include "vault/keyfile.h"

#define ANY_NAME "0000000000000000-0000000000000000"
#define SLOTS_MAX 8
#define OFFSETS_MAX 512

/* ---- CMS ------------------------------------------------------------------------------------ */

/* Recipients are lines of hex; an envelope that lacks its last octet is none. */
static void
check_recipients(const uint8_t *cms, size_t len)
{
	struct pb_buf ids = PB_BUF_EMPTY;
	enum pb_status status = pb_envelope_recipients(cms, len, &ids, NULL);
	uint8_t id[PB_READER_ID_MAX];
	const char *line, *end;

	if (status == PB_OK) {
		pb_assert(pb_buf_text(&ids) != NULL && ids.len > 0);
		for (line = pb_buf_text(&ids); *line != '\0'; line = end + 1) {
			end = strchr(line, '\n');
			pb_assert(end != NULL && end > line);
			pb_assert((size_t)(end - line) <= 2 * sizeof(id));
			pb_assert(pb_hex_decode(
			    line, (size_t)(end - line), id, (size_t)(end - line) / 2));
		}
		pb_buf_clear(&ids);
		pb_assert(pb_envelope_recipients(cms, len - 1, &ids, NULL) == PB_ECORRUPT);
	}
	pb_assert(status == PB_OK || status == PB_ECORRUPT);
	pb_assert(ids.len == 0);
	pb_buf_done(&ids);
}

/* ---- the header ----------------------------------------------------------------------------- */

/* Whether a segment's header stands there; then it is the only one of its meaning. */
static bool
read_header(const uint8_t *data, size_t len, struct pb_segment_header *ret_header)
{
	struct pb_buf json = PB_BUF_EMPTY, prefix = PB_BUF_EMPTY;
	uint32_t json_len;

	if (len < PB_SEGMENT_PREFIX_LEN || !pb_segment_prefix_parse(data, &json_len) ||
	    json_len > len - PB_SEGMENT_PREFIX_LEN ||
	    pb_segment_header_decode(data + PB_SEGMENT_PREFIX_LEN, json_len, ret_header, NULL) !=
		PB_OK)
		return false;
	pb_assert(pb_segment_header_encode(ret_header, &json) == PB_OK);
	pb_assert(pb_segment_prefix(json.data, json.len, &prefix) == PB_OK);
	pb_assert(json.len == json_len && prefix.len == PB_SEGMENT_PREFIX_LEN + json_len);
	pb_assert(memcmp(prefix.data, data, prefix.len) == 0);
	pb_buf_done(&json);
	pb_buf_done(&prefix);
	return true;
}

/* The input as a file's name: one that is understood is the one that would be given. */
static void
check_name(const uint8_t *data, size_t len)
{
	char made[PB_SEGMENT_NAME_LEN + 1];
	uint8_t id[PB_SEGMENT_ID_LEN];
	char *name = calloc(1, len + 1);
	uint64_t first_seq;

	pb_assert(name != NULL);
	memcpy(name, data, len);
	if (pb_segment_name_parse(name, ".seg", &first_seq, id)) {
		pb_segment_name(first_seq, id, made);
		pb_assert(strlen(name) == PB_SEGMENT_NAME_LEN + strlen(".seg"));
		pb_assert(memcmp(name, made, PB_SEGMENT_NAME_LEN) == 0);
	}
	free(name);
}

/* ---- frames --------------------------------------------------------------------------------- */

/* The payload is the octets of the file up to the frame's end, and no more. */
static void
check_payload(const struct memory *memory, const struct pb_frame *frame)
{
	const struct pb_payload *payload = &frame->payload;
	uint8_t sha256[PB_DIGEST_LEN], expected[PB_DIGEST_LEN], octet;

	pb_assert(payload->len > 0 && payload->len <= frame->end);
	pb_digest_sha256(memory->data + frame->end - payload->len, (size_t)payload->len, expected);
	pb_assert(pb_frames_payload_sha256(frame, sha256, NULL) == PB_OK);
	pb_assert(memcmp(sha256, expected, sizeof(sha256)) == 0);
	pb_assert(payload->read(payload->ctx, payload->len - 1, &octet, 1, NULL) == PB_OK);
	pb_assert(octet == memory->data[frame->end - 1]);
	pb_assert(payload->read(payload->ctx, payload->len, &octet, 1, NULL) == PB_ECORRUPT);
	pb_assert(payload->read(payload->ctx, UINT64_MAX, &octet, 1, NULL) == PB_ECORRUPT);
}

/* What stands at an offset, any offset: a frame within the file, its end, or no frame. */
static enum pb_status
check_frame(const struct memory *memory, struct pb_frames *frames, uint64_t offset,
    struct pb_frame *ret_frame)
{
	enum pb_status status = pb_frames_read(frames, offset, ret_frame, NULL);

	pb_assert((status == PB_EEND) == (offset == memory->len));
	if (status == PB_OK) {
		pb_assert(ret_frame->offset == offset && ret_frame->tag == memory->data[offset]);
		pb_assert(ret_frame->end > offset + PB_FRAME_HEAD_LEN);
		pb_assert(ret_frame->end <= memory->len);
		check_payload(memory, ret_frame);
	}
	pb_assert(status == PB_OK || status == PB_EEND || status == PB_ECORRUPT);
	return status;
}

static void
check_frames(const struct memory *memory, struct pb_frames *frames)
{
	uint64_t start = pb_frames_start(frames), offset = start;
	struct pb_frame frame;

	pb_assert(pb_frames_size(frames) == memory->len && start <= memory->len);
	pb_assert(pb_frames_read(frames, start - 1, &frame, NULL) == PB_ECORRUPT);
	pb_assert(pb_frames_read(frames, UINT64_MAX, &frame, NULL) == PB_ECORRUPT);
	while (check_frame(memory, frames, offset, &frame) == PB_OK)
		offset = frame.end;
	for (offset = start; offset < memory->len && offset < start + OFFSETS_MAX; offset++)
		(void)check_frame(memory, frames, offset, &frame);
}

/* As a segment file under the name that its header states, or under any if there is none. */
static void
check_segment(const uint8_t *data, size_t len)
{
	char name[PB_SEGMENT_NAME_LEN + 1] = ANY_NAME;
	struct pb_segment_header header = { .first_seq = 0 };
	bool has_header = read_header(data, len, &header);
	struct pb_frames *frames = NULL;
	struct memory memory;
	enum pb_status status;

	memory_init(&memory, data, len, true);
	if (has_header)
		pb_segment_name(header.first_seq, header.id, name);
	status = pb_frames_open(&memory.table, "archive", name, &frames, NULL);
	pb_assert(status == (has_header ? PB_OK : PB_ECORRUPT));
	if (has_header) {
		check_recipients(header.cms.data, header.cms.len);
		check_frames(&memory, frames);
	}
	pb_frames_close(frames);
	pb_assert(!memory.open);
	pb_segment_header_done(&header);
}

/* ---- key slots ------------------------------------------------------------------------------ */

/* The key of the corpus's sound slots. */
static struct pb_secret *
make_segment_key(void)
{
	struct pb_secret *key = NULL;

	pb_assert(pb_secret_new(PB_WRAP_KEY_LEN, &key, NULL) == PB_OK);
	memset(pb_secret_bytes(key), 3, PB_WRAP_KEY_LEN);
	return key;
}

/* A slot opens only if it is sound, and then to what it was made of. */
static void
check_slot(struct pb_secret *key, uint64_t number, const uint8_t slot[PB_SLOT_LEN])
{
	static const uint8_t zeros[PB_SLOT_LEN];
	enum pb_slot_state state = pb_slot_state(slot, number);
	struct pb_secret *secret = NULL;
	uint8_t again[PB_SLOT_LEN];
	enum pb_status status = pb_slot_decode(key, number, slot, &secret, NULL);

	pb_assert((state == PB_SLOT_EMPTY) == (memcmp(slot, zeros, PB_SLOT_LEN) == 0));
	if (status == PB_OK) {
		pb_assert(state == PB_SLOT_SOUND);
		pb_assert(pb_slot_encode(key, number, secret, again, NULL) == PB_OK);
		pb_assert(memcmp(slot, again, PB_SLOT_LEN) == 0);
		pb_assert(pb_slot_state(slot, number + 1) == PB_SLOT_ROTTEN);
	}
	pb_assert(status == PB_OK || (status == PB_ECORRUPT && secret == NULL));
	pb_secret_free(secret);
}

/* The same with its check put right, which hides from chance what stands behind it. */
static void
check_repaired_slot(struct pb_secret *key, uint64_t number, const uint8_t slot[PB_SLOT_LEN])
{
	uint8_t input[8 + PB_WRAPPED_LEN], sha256[PB_DIGEST_LEN], repaired[PB_SLOT_LEN];

	pb_put_u64(input, number);
	memcpy(input + 8, slot, PB_WRAPPED_LEN);
	pb_digest_sha256(input, sizeof(input), sha256);
	memcpy(repaired, slot, PB_WRAPPED_LEN);
	memcpy(repaired + PB_WRAPPED_LEN, sha256, PB_SLOT_LEN - PB_WRAPPED_LEN);
	pb_assert(pb_slot_state(repaired, number) == PB_SLOT_SOUND);
	check_slot(key, number, repaired);
}

static void
check_keyfile(const uint8_t *data, size_t len)
{
	struct pb_secret *key = make_segment_key();
	struct pb_keyfile *keys = NULL;
	uint8_t slot[PB_SLOT_LEN];
	struct memory memory;

	memory_init(&memory, data, len, false);
	pb_assert(pb_keyfile_open(&memory.table, "archive", ANY_NAME, false, &keys, NULL) == PB_OK);
	pb_assert(pb_keyfile_size(keys) == len);
	for (uint64_t i = 0; i < len / PB_SLOT_LEN && i < SLOTS_MAX; i++) {
		pb_assert(pb_keyfile_read(keys, i, slot, NULL) == PB_OK);
		pb_assert(memcmp(slot, data + i * PB_SLOT_LEN, PB_SLOT_LEN) == 0);
		check_slot(key, i, slot);
		check_repaired_slot(key, i, slot);
	}
	pb_assert(pb_keyfile_read(keys, len / PB_SLOT_LEN, slot, NULL) == PB_ECORRUPT);
	pb_assert(pb_keyfile_read(keys, UINT64_MAX, slot, NULL) == PB_ECORRUPT);
	pb_keyfile_close(keys);
	pb_assert(!memory.open);
	pb_secret_free(key);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	pb_assert(pb_crypto_init(NULL) == PB_OK);
	check_name(data, len);
	check_recipients(data, len);
	check_segment(data, len);
	check_keyfile(data, len);
	return 0;
}
