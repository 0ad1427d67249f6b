#include "fixture.h"

#include "record/leaf.h"

/* A leaf each octet of whose fields is another. */
static struct pb_leaf
make_leaf(void)
{
	struct pb_leaf leaf = {
		.seq = 0x0102030405060708, .time_s = 0x1112131415161718, .type = 15
	};

	for (unsigned i = 0; i < 32; i++) {
		leaf.prev[i] = (uint8_t)(0x20 + i);
		leaf.payload_sha256[i] = (uint8_t)(0x90 + i);
	}
	for (unsigned i = 0; i < 64; i++)
		leaf.commitment[i] = (uint8_t)(0x40 + i);
	return leaf;
}

static void
leaf_is_laid_out_as_the_format_says(void **state)
{
	struct pb_leaf leaf = make_leaf();
	uint8_t bytes[PB_LEAF_LEN];

	(void)state;
	pb_leaf_encode(&leaf, bytes);
	assert_memory_equal(bytes, "PROBANT1", 8);
	assert_memory_equal(bytes + 8, "\x01\x02\x03\x04\x05\x06\x07\x08", 8);
	assert_memory_equal(bytes + 16, "\x11\x12\x13\x14\x15\x16\x17\x18", 8);
	assert_memory_equal(bytes + 24, "\x0f\0\0\0\0\0\0\0", 8);
	assert_memory_equal(bytes + 32, leaf.prev, 32);
	assert_memory_equal(bytes + 64, leaf.commitment, 64);
	assert_memory_equal(bytes + 128, leaf.payload_sha256, 32);
}

static void
leaf_reads_back_as_it_was_written(void **state)
{
	struct pb_leaf leaf = make_leaf(), back;
	uint8_t bytes[PB_LEAF_LEN], again[PB_LEAF_LEN];

	(void)state;
	pb_leaf_encode(&leaf, bytes);
	assert_int_equal(pb_leaf_decode(bytes, &back), PB_LEAF_SOUND);
	pb_leaf_encode(&back, again);
	assert_memory_equal(bytes, again, sizeof(bytes));
	assert_int_equal(back.seq, leaf.seq);
	assert_int_equal(back.time_s, leaf.time_s);
	assert_int_equal(back.type, leaf.type);
}

static void
leaf_refuses_another_magic_or_reserved_octets_but_shows_its_fields(void **state)
{
	struct pb_leaf leaf = make_leaf(), back;
	uint8_t bytes[PB_LEAF_LEN];

	(void)state;
	for (unsigned at = 0; at < 32; at++) {
		enum pb_leaf_fault expected = at < 8 ? PB_LEAF_MAGIC : PB_LEAF_RESERVED;

		if (at >= 8 && at < 25)
			continue;
		pb_leaf_encode(&leaf, bytes);
		bytes[at] ^= 0x01;
		assert_int_equal(pb_leaf_decode(bytes, &back), expected);
		assert_int_equal(back.seq, leaf.seq);
		assert_int_equal(back.type, leaf.type);
		assert_memory_equal(back.payload_sha256, leaf.payload_sha256, 32);
	}
}

static void
leaf_of_a_type_outside_the_vocabulary_is_told_apart(void **state)
{
	struct pb_leaf leaf = make_leaf(), back;
	uint8_t bytes[PB_LEAF_LEN];

	(void)state;
	for (unsigned type = 0; type <= UINT8_MAX; type++) {
		leaf.type = (uint8_t)type;
		pb_leaf_encode(&leaf, bytes);
		assert_int_equal(pb_leaf_decode(bytes, &back),
		    pb_record_type_known((uint8_t)type) ? PB_LEAF_SOUND : PB_LEAF_TYPE);
		assert_int_equal(back.type, type);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaf_is_laid_out_as_the_format_says),
		cmocka_unit_test(leaf_reads_back_as_it_was_written),
		cmocka_unit_test(
		    leaf_refuses_another_magic_or_reserved_octets_but_shows_its_fields),
		cmocka_unit_test(leaf_of_a_type_outside_the_vocabulary_is_told_apart),
	};

	return cmocka_run_group_tests_name("record/leaf", tests, NULL, NULL);
}
