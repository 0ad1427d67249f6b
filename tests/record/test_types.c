#include "fixture.h"

static void
types_outside_the_vocabulary_have_no_name(void **state)
{
	static const uint8_t known[] = { 1, 2, 3, 4, 8, 12, 13, 14, 15 };
	size_t named = 0;

	(void)state;
	for (unsigned type = 0; type <= UINT8_MAX; type++) {
		assert_int_equal(pb_record_type_known((uint8_t)type),
		    memchr(known, (int)type, sizeof(known)) != NULL);
		assert_int_equal(pb_record_type_known((uint8_t)type),
		    pb_record_type_name((uint8_t)type) != NULL);
		named += pb_record_type_known((uint8_t)type);
	}
	assert_int_equal(named, sizeof(known));
	assert_string_equal(pb_record_type_name(PB_RECORD_IMPORTED), "imported");
}

static void
kinds_outside_the_vocabulary_have_no_name(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind <= UINT8_MAX; kind++) {
		assert_int_equal(pb_part_kind_known((uint8_t)kind), kind <= 6);
		assert_int_equal(pb_part_kind_name((uint8_t)kind) != NULL, kind <= 6);
	}
	assert_string_equal(pb_part_kind_name(PB_PART_FACTS), "facts");
	assert_string_equal(pb_part_kind_name(PB_PART_ENVELOPE), "envelope");
}

static void
messages_are_captured_or_imported(void **state)
{
	(void)state;
	for (unsigned type = 0; type <= UINT8_MAX; type++)
		assert_int_equal(pb_record_type_message((uint8_t)type), type == 1 || type == 15);
}

static void
anchors_and_keys_alone_are_stored_open(void **state)
{
	(void)state;
	for (unsigned type = 0; type <= UINT8_MAX; type++)
		assert_int_equal(
		    pb_record_type_public((uint8_t)type), type == 8 || type == 12 || type == 13);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_outside_the_vocabulary_have_no_name),
		cmocka_unit_test(kinds_outside_the_vocabulary_have_no_name),
		cmocka_unit_test(messages_are_captured_or_imported),
		cmocka_unit_test(anchors_and_keys_alone_are_stored_open),
	};

	return cmocka_run_group_tests_name("record/types", tests, NULL, NULL);
}
