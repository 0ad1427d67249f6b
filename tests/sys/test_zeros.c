/* Memory for large tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sys/zeros.h"

#define MIB ((size_t)1 << 20)

static void
all_octets_are_zeros_also_where_memory_was_used_before(void **state)
{
	static const size_t lens[] = { 1, 8192, 2 * MIB - 1, 2 * MIB, 2 * MIB + 1, 5 * MIB };

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(lens) / sizeof(lens[0]); i++) {
		size_t len = lens[i / 2];
		uint8_t *at = pb_zeros(len);

		assert_non_null(at);
		assert_int_equal(at[0], 0);
		assert_memory_equal(at, at + 1, len - 1);
		memset(at, 0xff, len);
		free(at);
	}
}

static void
more_than_there_is_room_for_is_none(void **state)
{
	(void)state;
	assert_null(pb_zeros(SIZE_MAX));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_octets_are_zeros_also_where_memory_was_used_before),
		cmocka_unit_test(more_than_there_is_room_for_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
