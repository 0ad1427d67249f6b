#include "crypto/fixture.h"

#include "crypto/expand.h"

/* RFC 5869 A.1 and A.2: PRK, info, and the first 32 octets of OKM, which are T(1). */
static const struct vector {
	const char *prk;
	const char *info;
	const char *t1;
} vectors[] = {
	{ "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
	    "f0f1f2f3f4f5f6f7f8f9",
	    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf" },
	{ "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
	    "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecf"
	    "d0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeef"
	    "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
	    "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c" },
	/* A.3: without info */
	{ "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04", "",
	    "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d" },
};

static void
expand_gives_the_first_block_of_hkdf(void **state)
{
	uint8_t info[128], out[PB_EXPAND_LEN];
	struct pb_secret *prk;
	size_t i, len;

	(void)state;
	for (i = 0; i < CASES(vectors); i++) {
		prk = secret_from_hex(vectors[i].prk);
		len = from_hex(vectors[i].info, info, sizeof(info));
		assert_int_equal(pb_expand(prk, info, len, out, NULL), PB_OK);
		assert_hex(out, sizeof(out), vectors[i].t1);
		assert_hex(pb_secret_bytes(prk), 32, vectors[i].prk);
		pb_secret_free(prk);
	}
}

static void
expand_needs_no_info_at_all(void **state)
{
	uint8_t out[PB_EXPAND_LEN];
	struct pb_secret *prk = secret_from_hex(vectors[2].prk);

	(void)state;
	assert_int_equal(pb_expand(prk, NULL, 0, out, NULL), PB_OK);
	assert_hex(out, sizeof(out), vectors[2].t1);
	pb_secret_free(prk);
}

static void
one_secret_gives_many_values_as_it_gives_each(void **state)
{
	uint8_t info[128], out[PB_EXPAND_LEN];
	struct pb_expander *expander = NULL;
	size_t i, k, len;

	(void)state;
	assert_int_equal(pb_expander_new(&expander, NULL), PB_OK);
	for (i = 0; i < CASES(vectors); i++) {
		struct pb_secret *prk = secret_from_hex(vectors[i].prk);

		len = from_hex(vectors[i].info, info, sizeof(info));
		assert_int_equal(pb_expander_key(expander, prk, NULL), PB_OK);
		for (k = 0; k < 3; k++) {
			assert_int_equal(pb_expander_next(expander, "other", k, out, NULL), PB_OK);
			assert_int_equal(pb_expander_next(expander, info, len, out, NULL), PB_OK);
			assert_hex(out, sizeof(out), vectors[i].t1);
		}
		pb_secret_free(prk);
	}
	pb_expander_free(expander);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expand_gives_the_first_block_of_hkdf),
		cmocka_unit_test(expand_needs_no_info_at_all),
		cmocka_unit_test(one_secret_gives_many_values_as_it_gives_each),
	};

	return cmocka_run_group_tests(tests, start_crypto, no_errors_are_left);
}
