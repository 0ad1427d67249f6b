/* What must stand in the files after commits, put together by hand from FORMAT 3. */
#ifndef PB_TEST_VAULT_EXPECTED_H
#define PB_TEST_VAULT_EXPECTED_H

#include "vault/commit.h"

struct expected {
	struct pb_buf segment, keys;
};

static inline void
expect_begin(struct expected *e)
{
	static const uint8_t zeros[PB_SLOT_LEN];
	struct pb_segment_header header = make_header();
	struct pb_buf json = PB_BUF_EMPTY;

	*e = (struct expected){ .segment = PB_BUF_EMPTY, .keys = PB_BUF_EMPTY };
	assert_int_equal(pb_segment_header_encode(&header, &json), PB_OK);
	assert_int_equal(pb_segment_prefix(json.data, json.len, &e->segment), PB_OK);
	assert_int_equal(pb_buf_append(&e->keys, zeros, sizeof(zeros)), PB_OK);
	pb_segment_header_done(&header);
	pb_buf_done(&json);
}

static inline void
expect_record(struct expected *e, uint64_t seq, size_t len, bool open)
{
	struct pb_sealed sealed = make_sealed(seq, len);
	uint8_t leaf[PB_LEAF_LEN], slot[PB_SLOT_LEN] = { 0 };
	struct pb_secret *key = make_secret(KEY_SEED);
	struct pb_buf *s = &e->segment;

	make_leaf(seq, leaf);
	assert_int_equal(pb_buf_append_u8(s, open ? 'P' : 'R'), PB_OK);
	assert_int_equal(pb_buf_append_u64(s, 160 + (open ? 32 : 0) + len), PB_OK);
	assert_int_equal(pb_buf_append(s, leaf, 160), PB_OK);
	if (open)
		assert_int_equal(pb_buf_append(s, pb_secret_bytes(sealed.r), 32), PB_OK);
	assert_int_equal(pb_buf_append(s, sealed.memory.data, len), PB_OK);
	if (!open)
		assert_int_equal(
		    pb_slot_encode(key, e->keys.len / PB_SLOT_LEN, sealed.r, slot, NULL), PB_OK);
	assert_int_equal(pb_buf_append(&e->keys, slot, sizeof(slot)), PB_OK);
	pb_secret_free(key);
	pb_sealed_done(&sealed);
}

static inline void
expect_checkpoint(struct expected *e)
{
	assert_int_equal(pb_buf_append_u8(&e->segment, 'C'), PB_OK);
	assert_int_equal(pb_buf_append_u64(&e->segment, strlen(NOTE)), PB_OK);
	assert_int_equal(pb_buf_append(&e->segment, NOTE, strlen(NOTE)), PB_OK);
}

static inline void
check_files(const char *dir, const struct expected *e)
{
	struct pb_buf bytes = PB_BUF_EMPTY;

	assert_int_equal(read_whole(pb_sys_files(), dir, SEGMENT, &bytes), PB_OK);
	assert_int_equal(bytes.len, e->segment.len);
	assert_memory_equal(bytes.data, e->segment.data, bytes.len);
	assert_int_equal(read_whole(pb_sys_files(), dir, KEYS, &bytes), PB_OK);
	assert_int_equal(bytes.len, e->keys.len);
	assert_memory_equal(bytes.data, e->keys.data, bytes.len);
	pb_buf_done(&bytes);
}

static inline void
check_sha256(struct pb_append *append, const struct expected *e)
{
	uint8_t sha256[PB_DIGEST_LEN], again[PB_DIGEST_LEN], expected[PB_DIGEST_LEN];

	pb_digest_sha256(e->segment.data, e->segment.len, expected);
	assert_int_equal(pb_append_sha256(append, sha256, NULL), PB_OK);
	assert_memory_equal(sha256, expected, sizeof(sha256));
	assert_int_equal(pb_append_sha256(append, again, NULL), PB_OK);
	assert_memory_equal(again, expected, sizeof(again));
}

static inline void
expect_done(struct expected *e)
{
	pb_buf_done(&e->segment);
	pb_buf_done(&e->keys);
}

#endif
