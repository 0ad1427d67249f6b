#include "vault/fixture.h"

static const char HEADER[] = "{\"origin\":\"" ORIGIN "\",\"id\":\"0102030405060708\","
			     "\"first_seq\":7,\"created_s\":1780000000,"
			     "\"cms\":\"bm90IHJlYWxseSBhIENNUw==\"}";
#define HEADER_LEN (sizeof(HEADER) - 1)

static enum pb_status
decode(const char *json, struct pb_segment_header *ret_header)
{
	struct pb_error err = { 0 };
	enum pb_status status = pb_segment_header_decode(json, strlen(json), ret_header, &err);

	if (status != PB_OK)
		assert_int_equal(err.status, status);
	return status;
}

/* ---- names ---------------------------------------------------------------------------------- */

static void
name_is_first_seq_and_id_in_hex(void **state)
{
	static const uint8_t id[] = { 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10 };
	char name[PB_SEGMENT_NAME_LEN + 1];
	uint8_t ret_id[PB_SEGMENT_ID_LEN];
	uint64_t first_seq;

	(void)state;
	pb_segment_name(0x1234567890abcdef, id, name);
	assert_string_equal(name, "1234567890abcdef-fedcba9876543210");
	assert_true(pb_segment_name_parse(name, "", &first_seq, ret_id));
	assert_int_equal(first_seq, 0x1234567890abcdef);
	assert_memory_equal(ret_id, id, sizeof(id));
	assert_true(pb_segment_name_parse(NAME ".seg", ".seg", &first_seq, ret_id));
	assert_int_equal(first_seq, 7);
}

static void
name_has_one_spelling(void **state)
{
	static const char *const bad[] = {
		"",
		".seg",
		NAME,
		NAME ".se",
		NAME ".key",
		NAME ".segx",
		NAME ".seg.seg",
		" " NAME ".seg",
		"000000000000000A-0102030405060708.seg",
		"000000000000000g-0102030405060708.seg",
		"0000000000000007_0102030405060708.seg",
		"0000000000000007-010203040506070G.seg",
		"000000000000007-01020304050607080.seg",
		"0000000000000007-01020304050607-8.seg",
		"0x00000000000007-0102030405060708.seg",
	};
	uint8_t id[PB_SEGMENT_ID_LEN] = { 9 };
	uint64_t first_seq = 99;
	size_t i;

	(void)state;
	for (i = 0; i < CASES(bad); i++)
		assert_false(pb_segment_name_parse(bad[i], ".seg", &first_seq, id));
	assert_int_equal(first_seq, 99);
	assert_int_equal(id[0], 9);
}

static void
path_joins_folder_name_and_suffix(void **state)
{
	char *path = pb_segment_path("archive", "vault", NAME, ".seg");

	(void)state;
	assert_string_equal(path, "archive/vault/" NAME ".seg");
	free(path);
}

/* ---- the header ----------------------------------------------------------------------------- */

static void
header_is_encoded_as_the_format_says(void **state)
{
	struct pb_segment_header header = make_header();
	struct pb_buf json = PB_BUF_EMPTY;

	(void)state;
	assert_int_equal(pb_segment_header_encode(&header, &json), PB_OK);
	assert_int_equal(json.len, HEADER_LEN);
	assert_memory_equal(json.data, HEADER, HEADER_LEN);
	pb_buf_done(&json);
	pb_segment_header_done(&header);
}

static void
header_decodes_to_what_was_encoded(void **state)
{
	struct pb_segment_header header;
	static const uint8_t id[] = { 1, 2, 3, 4, 5, 6, 7, 8 };

	(void)state;
	assert_int_equal(decode(HEADER, &header), PB_OK);
	assert_string_equal(header.origin, ORIGIN);
	assert_memory_equal(header.id, id, sizeof(id));
	assert_int_equal(header.first_seq, 7);
	assert_int_equal(header.created_s, 1780000000);
	assert_int_equal(header.cms.len, 16);
	assert_memory_equal(header.cms.data, "not really a CMS", 16);
	pb_segment_header_done(&header);
}

static void
header_writes_large_numbers_as_strings(void **state)
{
	struct pb_segment_header header = make_header(), again;
	struct pb_buf json = PB_BUF_EMPTY;

	(void)state;
	header.first_seq = UINT64_MAX;
	header.created_s = UINT64_C(1) << 53;
	assert_int_equal(pb_segment_header_encode(&header, &json), PB_OK);
	assert_non_null(strstr(pb_buf_text(&json), "\"first_seq\":\"18446744073709551615\","
						   "\"created_s\":\"9007199254740992\","));
	assert_int_equal(pb_segment_header_decode(json.data, json.len, &again, NULL), PB_OK);
	assert_true(again.first_seq == UINT64_MAX);
	assert_true(again.created_s == UINT64_C(1) << 53);
	pb_segment_header_done(&again);
	pb_segment_header_done(&header);
	pb_buf_done(&json);
}

static void
header_with_a_flipped_byte_is_refused_or_another(void **state)
{
	char json[sizeof(HEADER)];
	size_t i, k;

	(void)state;
	memcpy(json, HEADER, sizeof(json));
	for (i = 0; i < HEADER_LEN; i++)
		for (k = 0; k < 2; k++) {
			struct pb_segment_header header;
			struct pb_buf again = PB_BUF_EMPTY;
			char kept = json[i];

			json[i] = (char)(kept ^ (k ? 0xff : 0x01));
			if (pb_segment_header_decode(json, HEADER_LEN, &header, NULL) == PB_OK) {
				assert_int_equal(pb_segment_header_encode(&header, &again), PB_OK);
				assert_int_equal(again.len, HEADER_LEN);
				assert_memory_equal(again.data, json, HEADER_LEN);
				pb_segment_header_done(&header);
				pb_buf_done(&again);
			}
			json[i] = kept;
		}
}

static void
header_has_one_form(void **state)
{
#define O "\"origin\":\"" ORIGIN "\""
#define I "\"id\":\"0102030405060708\""
#define F "\"first_seq\":7"
#define T "\"created_s\":1780000000"
#define C "\"cms\":\"bm90IHJlYWxseSBhIENNUw==\""
	static const char *const bad[] = {
		"",
		"{}",
		"[]",
		"7",
		"{" I "," O "," F "," T "," C "}",
		"{" O "," I "," F "," T "}",
		"{" O "," I "," F "," T "," C ",\"more\":1}",
		"{" O "," O "," I "," F "," T "," C "}",
		"{ " O "," I "," F "," T "," C "}",
		"{" O "," I "," F "," T "," C "}\n",
		"{" O "," I "," F "," T "," C "}{}",
		"{" O "," I ",\"first_seq\":\"7\"," T "," C "}",
		"{" O "," I ",\"first_seq\":7.0," T "," C "}",
		"{" O "," I ",\"first_seq\":-7," T "," C "}",
		"{" O "," I ",\"first_seq\":9007199254740992," T "," C "}",
		"{" O "," I "," F ",\"created_s\":null," C "}",
		"{" O ",\"id\":\"010203040506070\"," F "," T "," C "}",
		"{" O ",\"id\":\"010203040506070A\"," F "," T "," C "}",
		"{\"origin\":\"cabinet\"," I "," F "," T "," C "}",
		"{\"origin\":\"cabinet.exemple\\u002f0a1b2c3d\"," I "," F "," T "," C "}",
		"{" O "," I "," F "," T ",\"cms\":\"bm90IHJlYWxseSBhIENNUw\"}",
		"{" O "," I "," F "," T ",\"cms\":\"bm90IHJlYWxseSBhIENNUx==\"}",
		"{" O "," I "," F "," T ",\"cms\":[]}",
	};
#undef O
#undef I
#undef F
#undef T
#undef C
	struct pb_segment_header untouched = { .first_seq = 99 };
	size_t i;

	(void)state;
	for (i = 0; i < CASES(bad); i++)
		assert_int_equal(decode(bad[i], &untouched), PB_ECORRUPT);
	for (i = 0; i < HEADER_LEN; i++)
		assert_int_equal(
		    pb_segment_header_decode(HEADER, i, &untouched, NULL), PB_ECORRUPT);
	assert_int_equal(untouched.first_seq, 99);
}

static void
header_beyond_its_limit_is_refused(void **state)
{
	struct pb_segment_header header = make_header(), untouched;
	struct pb_buf json = PB_BUF_EMPTY, prefix = PB_BUF_EMPTY;

	(void)state;
	assert_int_equal(pb_buf_reserve(&header.cms, PB_LIMIT_SEGMENT_HEADER), PB_OK);
	memset(header.cms.data, 0, PB_LIMIT_SEGMENT_HEADER);
	header.cms.len = PB_LIMIT_SEGMENT_HEADER;
	assert_int_equal(pb_segment_header_encode(&header, &json), PB_OK);
	assert_int_equal(
	    pb_segment_header_decode(json.data, json.len, &untouched, NULL), PB_ECORRUPT);
	assert_int_equal(pb_segment_prefix(json.data, json.len, &prefix), PB_ELIMIT);
	assert_int_equal(pb_segment_prefix(json.data, 0, &prefix), PB_ELIMIT);
	assert_int_equal(prefix.len, 0);
	pb_buf_done(&json);
	pb_segment_header_done(&header);
}

/* ---- the first bytes ------------------------------------------------------------------------ */

static void
prefix_is_magic_length_and_json(void **state)
{
	struct pb_buf prefix = PB_BUF_EMPTY;
	uint32_t len;

	(void)state;
	assert_int_equal(pb_segment_prefix("{}", 2, &prefix), PB_OK);
	assert_int_equal(prefix.len, 14);
	assert_memory_equal(prefix.data, "PBSEGMT1\0\0\0\2{}", 14);
	assert_true(pb_segment_prefix_parse(prefix.data, &len));
	assert_int_equal(len, 2);
	pb_buf_done(&prefix);
}

static void
prefix_of_another_format_is_refused(void **state)
{
	static const char *const bad[] = {
		"PBSEGMT2\0\0\0\2",
		"pBSEGMT1\0\0\0\2",
		"PBSEGMT1\0\0\0\0",
		"PBSEGMT1\0\x10\0\1",
		"PBSEGMT1\xff\xff\xff\xff",
		"\0\0\0\0\0\0\0\0\0\0\0\2",
	};
	uint8_t bytes[PB_SEGMENT_PREFIX_LEN];
	uint32_t len = 99;
	size_t i;

	(void)state;
	for (i = 0; i < CASES(bad); i++) {
		memcpy(bytes, bad[i], sizeof(bytes));
		assert_false(pb_segment_prefix_parse(bytes, &len));
	}
	assert_int_equal(len, 99);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(name_is_first_seq_and_id_in_hex),
		cmocka_unit_test(name_has_one_spelling),
		cmocka_unit_test(path_joins_folder_name_and_suffix),
		cmocka_unit_test(header_is_encoded_as_the_format_says),
		cmocka_unit_test(header_decodes_to_what_was_encoded),
		cmocka_unit_test(header_writes_large_numbers_as_strings),
		cmocka_unit_test(header_with_a_flipped_byte_is_refused_or_another),
		cmocka_unit_test(header_has_one_form),
		cmocka_unit_test(header_beyond_its_limit_is_refused),
		cmocka_unit_test(prefix_is_magic_length_and_json),
		cmocka_unit_test(prefix_of_another_format_is_refused),
	};

	return cmocka_run_group_tests_name("segment", tests, start_crypto, NULL);
}
