#include "crypto/fixture.h"

#include "crypto/der.h"

/* Enter one element of the tag, read all of it; 1 if that was the whole input. */
static int
reads(const char *hex, uint8_t tag, size_t len)
{
	static uint8_t data[70000];
	struct pb_cursor c, inner;
	size_t given = strlen(hex) / 2;

	memset(data, 0, sizeof(data));
	assert_true(pb_hex_decode(hex, strlen(hex), data, given));
	/* The contents are zeros that the text leaves out. */
	pb_cursor_init(&c, data, given + len);
	pb_der_enter(&c, tag, &inner);
	(void)pb_cursor_bytes(&inner, len);
	pb_der_leave(&c, &inner);
	return pb_cursor_finished(&c);
}

static void
der_reads_lengths_of_every_size(void **state)
{
	(void)state;
	assert_int_equal(reads("0400", PB_DER_OCTET_STRING, 0), 1);
	assert_int_equal(reads("0401", PB_DER_OCTET_STRING, 1), 1);
	assert_int_equal(reads("047f", PB_DER_OCTET_STRING, 127), 1);
	assert_int_equal(reads("048180", PB_DER_OCTET_STRING, 128), 1);
	assert_int_equal(reads("0481ff", PB_DER_OCTET_STRING, 255), 1);
	assert_int_equal(reads("04820100", PB_DER_OCTET_STRING, 256), 1);
	assert_int_equal(reads("0482ffff", PB_DER_OCTET_STRING, 65535), 1);
	assert_int_equal(reads("0483010000", PB_DER_OCTET_STRING, 65536), 1);
}

/* X.690 10.1 */
static void
der_refuses_lengths_that_are_not_the_shortest(void **state)
{
	(void)state;
	assert_int_equal(reads("048100", PB_DER_OCTET_STRING, 0), 0);
	assert_int_equal(reads("04817f", PB_DER_OCTET_STRING, 127), 0);
	assert_int_equal(reads("04820080", PB_DER_OCTET_STRING, 128), 0);
	assert_int_equal(reads("048200ff", PB_DER_OCTET_STRING, 255), 0);
	assert_int_equal(reads("0483000100", PB_DER_OCTET_STRING, 256), 0);
	assert_int_equal(reads("048400010000", PB_DER_OCTET_STRING, 65536), 0);
}

static void
der_refuses_lengths_that_are_not_there(void **state)
{
	(void)state;
	assert_int_equal(reads("", PB_DER_OCTET_STRING, 0), 0);
	assert_int_equal(reads("04", PB_DER_OCTET_STRING, 0), 0);
	assert_int_equal(reads("0481", PB_DER_OCTET_STRING, 0), 0);
	assert_int_equal(reads("048201", PB_DER_OCTET_STRING, 0), 0);
	assert_int_equal(reads("0402", PB_DER_OCTET_STRING, 1), 0);
	assert_int_equal(reads("04ff", PB_DER_OCTET_STRING, 255), 0);
	/* indefinite */
	assert_int_equal(reads("2480", PB_DER_OCTET_STRING, 2), 0);
	assert_int_equal(reads("0480", PB_DER_OCTET_STRING, 2), 0);
}

static void
der_refuses_another_tag(void **state)
{
	(void)state;
	assert_int_equal(reads("3000", PB_DER_OCTET_STRING, 0), 0);
	assert_int_equal(reads("2400", PB_DER_OCTET_STRING, 0), 0);
}

static void
der_leaves_no_element_half_read(void **state)
{
	static const uint8_t data[] = { 0x30, 2, 0x05, 0 };
	struct pb_cursor c, inner;

	(void)state;
	pb_cursor_init(&c, data, sizeof(data));
	pb_der_enter(&c, PB_DER_SEQUENCE, &inner);
	assert_false(c.failed);
	assert_true(pb_der_is_next(&inner, PB_DER_NULL));
	assert_false(pb_der_is_next(&inner, PB_DER_SEQUENCE));
	assert_false(pb_der_is_next(&c, PB_DER_NULL));
	pb_der_leave(&c, &inner);
	assert_true(c.failed);
}

static void
der_enters_nothing_after_a_failure(void **state)
{
	static const uint8_t data[] = { 0x30, 2, 0x05, 0 };
	struct pb_cursor c, inner;

	(void)state;
	pb_cursor_init(&c, data, sizeof(data));
	pb_cursor_fail(&c);
	pb_der_enter(&c, PB_DER_SEQUENCE, &inner);
	assert_true(inner.failed);
	assert_int_equal(pb_cursor_left(&inner), 0);
	assert_false(pb_der_is_next(&c, PB_DER_SEQUENCE));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(der_reads_lengths_of_every_size),
		cmocka_unit_test(der_refuses_lengths_that_are_not_the_shortest),
		cmocka_unit_test(der_refuses_lengths_that_are_not_there),
		cmocka_unit_test(der_refuses_another_tag),
		cmocka_unit_test(der_leaves_no_element_half_read),
		cmocka_unit_test(der_enters_nothing_after_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
