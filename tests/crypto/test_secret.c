#include "crypto/fixture.h"

#include <errno.h>
#include <gcrypt.h>

#include "lib/world.h"

#define MANY 1000

/* ---- safety ---- */

static void
secret_refuses_a_length_that_is_not_allowed(void **state)
{
	struct pb_secret *untouched = NULL;
	struct pb_error err;

	(void)state;
	assert_int_equal(pb_secret_new(0, &untouched, &err), PB_EINVAL);
	assert_int_equal(err.status, PB_EINVAL);
	assert_int_equal(pb_secret_new(64 * 1024 + 1, &untouched, NULL), PB_EINVAL);
	assert_int_equal(pb_secret_new(SIZE_MAX, &untouched, NULL), PB_EINVAL);
	assert_null(untouched);
	pb_secret_free(NULL);
}

/* ---- good path ---- */

static void
secret_begins_as_zeros_in_secure_memory(void **state)
{
	static const size_t lengths[] = { 1, 31, 32, 33, 4096, 64 * 1024 };
	struct pb_secret *secret = NULL;
	size_t i, k;

	(void)state;
	for (i = 0; i < CASES(lengths); i++) {
		assert_int_equal(pb_secret_new(lengths[i], &secret, NULL), PB_OK);
		assert_int_equal(pb_secret_len(secret), lengths[i]);
		assert_true(gcry_is_secure(pb_secret_bytes(secret)));
		for (k = 0; k < lengths[i]; k++)
			assert_int_equal(pb_secret_bytes(secret)[k], 0);
		/* What is freed is handed out again: it must have been wiped. */
		memset(pb_secret_bytes(secret), 0xa5, lengths[i]);
		pb_secret_free(secret);
	}
}

static void
secret_is_what_the_random_table_gives(void **state)
{
	struct test_random random, again;
	struct pb_secret *secret = NULL;
	uint8_t expected[48];

	(void)state;
	test_random_init(&random, 7);
	test_random_init(&again, 7);
	assert_int_equal(again.table.fill(again.table.ctx, expected, sizeof(expected)), 0);
	assert_int_equal(pb_secret_random(&random.table, sizeof(expected), &secret, NULL), PB_OK);
	assert_memory_equal(pb_secret_bytes(secret), expected, sizeof(expected));
	pb_secret_free(secret);
}

/* ---- faults ---- */

static void
secret_is_not_made_when_random_numbers_fail(void **state)
{
	int negative_errno = -EIO;
	struct pb_random random = { .ctx = &negative_errno, .fill = fill_fails };
	struct pb_secret *untouched = NULL;
	struct pb_error err;

	(void)state;
	assert_int_equal(pb_secret_random(&random, 32, &untouched, &err), PB_EIO);
	assert_int_equal(err.cause, EIO);
	assert_null(untouched);
}

static void
secret_says_when_the_locked_pool_is_used_up(void **state)
{
	static struct pb_secret *kept[MANY];
	struct pb_secret *again = NULL;
	struct pb_error err;
	size_t count = 0, i;

	(void)state;
	while (count < MANY && pb_secret_new(64 * 1024, &kept[count], &err) == PB_OK)
		count++;
	assert_in_range(count, 16, MANY - 1);
	assert_int_equal(err.status, PB_ENOMEM);
	assert_null(kept[count]);
	pb_secret_free(kept[0]);
	assert_int_equal(pb_secret_new(64 * 1024, &again, NULL), PB_OK);
	pb_secret_free(again);
	for (i = 1; i < count; i++)
		pb_secret_free(kept[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secret_refuses_a_length_that_is_not_allowed),
		cmocka_unit_test(secret_begins_as_zeros_in_secure_memory),
		cmocka_unit_test(secret_is_what_the_random_table_gives),
		cmocka_unit_test(secret_is_not_made_when_random_numbers_fail),
		cmocka_unit_test(secret_says_when_the_locked_pool_is_used_up),
	};

	return cmocka_run_group_tests(tests, start_crypto, no_errors_are_left);
}
