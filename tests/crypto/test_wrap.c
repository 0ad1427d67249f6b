#include "crypto/fixture.h"

#include "crypto/wrap.h"

/* RFC 3394 4.6: 256 bits of key data with a 256-bit KEK */
#define KEK "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define DATA "00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f"
#define WRAPPED                                                                                    \
	"28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326"                                         \
	"cbc7f0e71a99f43bfb988b9b7a02dd21"

static void
wrap_gives_the_published_value(void **state)
{
	uint8_t out[PB_WRAPPED_LEN];
	struct pb_secret *kek = secret_from_hex(KEK), *secret = secret_from_hex(DATA);

	(void)state;
	assert_int_equal(pb_wrap(kek, secret, out, NULL), PB_OK);
	assert_hex(out, sizeof(out), WRAPPED);
	pb_secret_free(secret);
	pb_secret_free(kek);
}

static void
wrap_gives_back_what_was_wrapped(void **state)
{
	uint8_t wrapped[PB_WRAPPED_LEN];
	struct pb_secret *kek = secret_from_hex(KEK), *secret = NULL;

	(void)state;
	(void)from_hex(WRAPPED, wrapped, sizeof(wrapped));
	assert_int_equal(pb_unwrap(kek, wrapped, &secret, NULL), PB_OK);
	assert_int_equal(pb_secret_len(secret), 32);
	assert_hex(pb_secret_bytes(secret), 32, DATA);
	pb_secret_free(secret);
	pb_secret_free(kek);
}

static void
wrap_finds_a_flip_anywhere(void **state)
{
	uint8_t wrapped[PB_WRAPPED_LEN];
	struct pb_secret *kek = secret_from_hex(KEK), *untouched = NULL;
	struct pb_error err;
	size_t i, k;

	(void)state;
	(void)from_hex(WRAPPED, wrapped, sizeof(wrapped));
	for (i = 0; i < sizeof(wrapped); i++)
		for (k = 0; k < 2; k++) {
			wrapped[i] ^= k ? 0xff : 0x01;
			assert_int_equal(pb_unwrap(kek, wrapped, &untouched, &err), PB_ECORRUPT);
			assert_int_equal(err.status, PB_ECORRUPT);
			wrapped[i] ^= k ? 0xff : 0x01;
		}
	for (i = 0; i < 32; i++) {
		pb_secret_bytes(kek)[i] ^= 0x01;
		assert_int_equal(pb_unwrap(kek, wrapped, &untouched, NULL), PB_ECORRUPT);
		pb_secret_bytes(kek)[i] ^= 0x01;
	}
	assert_null(untouched);
	pb_secret_free(kek);
}

static void
wrap_refuses_a_slot_of_zeros(void **state)
{
	static const uint8_t zeros[PB_WRAPPED_LEN];
	struct pb_secret *kek = secret_from_hex(KEK), *untouched = NULL;

	(void)state;
	assert_int_equal(pb_unwrap(kek, zeros, &untouched, NULL), PB_ECORRUPT);
	assert_null(untouched);
	pb_secret_free(kek);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrap_gives_the_published_value),
		cmocka_unit_test(wrap_gives_back_what_was_wrapped),
		cmocka_unit_test(wrap_finds_a_flip_anywhere),
		cmocka_unit_test(wrap_refuses_a_slot_of_zeros),
	};

	return cmocka_run_group_tests(tests, start_crypto, no_errors_are_left);
}
