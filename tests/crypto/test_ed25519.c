#include "crypto/fixture.h"

#include <errno.h>

#include "crypto/ed25519.h"

/* RFC 8032 7.1, tests 1 to 3 and SHA(abc) */
static const struct vector {
	const char *seed;
	const char *public_key;
	const char *message;
	const char *signature;
} vectors[] = {
	{ "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
	    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
	    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
	    "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b" },
	{ "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
	    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
	    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
	{ "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
	    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
	    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
	    "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
	{ "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
	    "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
	    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
	    "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
	    "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704" },
};

static struct pb_ed25519 *
key_of(const struct vector *vector)
{
	uint8_t seed[32];
	struct pb_random random = { .ctx = seed, .fill = fill_from };
	struct pb_ed25519 *key = NULL;

	(void)from_hex(vector->seed, seed, sizeof(seed));
	assert_int_equal(pb_ed25519_generate(&random, &key, NULL), PB_OK);
	return key;
}

/* ---- good path ---- */

static void
ed25519_signs_and_verifies_as_published(void **state)
{
	uint8_t public_key[PB_ED25519_PUBLIC_LEN], message[64];
	uint8_t signature[PB_ED25519_SIGNATURE_LEN];
	struct pb_ed25519 *key;
	size_t i, len;

	(void)state;
	for (i = 0; i < CASES(vectors); i++) {
		key = key_of(&vectors[i]);
		len = from_hex(vectors[i].message, message, sizeof(message));
		pb_ed25519_public(key, public_key);
		assert_hex(public_key, sizeof(public_key), vectors[i].public_key);
		assert_int_equal(pb_ed25519_sign(key, message, len, signature, NULL), PB_OK);
		assert_hex(signature, sizeof(signature), vectors[i].signature);
		assert_int_equal(pb_ed25519_verify(public_key, message, len, signature), 1);
		pb_ed25519_free(key);
	}
	pb_ed25519_free(NULL);
}

static void
ed25519_key_comes_back_from_its_pem(void **state)
{
	struct pb_ed25519 *key = key_of(&vectors[0]), *again = NULL;
	uint8_t signature[PB_ED25519_SIGNATURE_LEN];
	struct pb_buf pem = PB_BUF_EMPTY;

	(void)state;
	assert_int_equal(pb_ed25519_to_pem(key, &pem, NULL), PB_OK);
	assert_non_null(strstr(pb_buf_text(&pem), "-----BEGIN PRIVATE KEY-----\n"));
	assert_int_equal(pb_ed25519_from_pem(pem.data, pem.len, &again, NULL), PB_OK);
	assert_int_equal(pb_ed25519_sign(again, NULL, 0, signature, NULL), PB_OK);
	assert_hex(signature, sizeof(signature), vectors[0].signature);
	pb_buf_wipe(&pem);
	pb_buf_done(&pem);
	pb_ed25519_free(again);
	pb_ed25519_free(key);
}

/* ---- tampering ---- */

static void
ed25519_refuses_a_flip_in_anything_it_covers(void **state)
{
	uint8_t public_key[32], message[64], signature[64];
	size_t i, len;

	(void)state;
	(void)from_hex(vectors[3].public_key, public_key, sizeof(public_key));
	(void)from_hex(vectors[3].signature, signature, sizeof(signature));
	len = from_hex(vectors[3].message, message, sizeof(message));
	for (i = 0; i < len; i++) {
		message[i] ^= 0x01;
		assert_int_equal(pb_ed25519_verify(public_key, message, len, signature), 0);
		message[i] ^= 0x01;
	}
	for (i = 0; i < sizeof(signature); i++) {
		signature[i] ^= 0x80;
		assert_int_equal(pb_ed25519_verify(public_key, message, len, signature), 0);
		signature[i] ^= 0x80;
	}
	for (i = 0; i < sizeof(public_key); i++) {
		public_key[i] ^= 0x01;
		assert_int_equal(pb_ed25519_verify(public_key, message, len, signature), 0);
		public_key[i] ^= 0x01;
	}
	assert_int_equal(pb_ed25519_verify(public_key, message, len - 1, signature), 0);
	assert_int_equal(pb_ed25519_verify(public_key, message, len, signature), 1);
}

/* RFC 8032 5.1.7: S must be below the group's order, else a signature has a twin. */
static void
ed25519_refuses_the_twin_of_a_signature(void **state)
{
	static const char *const order =
	    "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
	uint8_t public_key[32], message[64], signature[64], l[32];
	unsigned carry = 0;
	size_t i, len;

	(void)state;
	(void)from_hex(vectors[2].public_key, public_key, sizeof(public_key));
	(void)from_hex(vectors[2].signature, signature, sizeof(signature));
	(void)from_hex(order, l, sizeof(l));
	len = from_hex(vectors[2].message, message, sizeof(message));
	for (i = 0; i < 32; i++) {
		carry += (unsigned)signature[32 + i] + l[i];
		signature[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	assert_int_equal(pb_ed25519_verify(public_key, message, len, signature), 0);
}

static void
ed25519_refuses_what_is_no_point_of_the_curve(void **state)
{
	uint8_t public_key[32] = { 2 }, signature[64] = { 0 };

	(void)state;
	assert_int_equal(pb_ed25519_verify(public_key, "abc", 3, signature), 0);
	memset(public_key, 0xff, sizeof(public_key));
	assert_int_equal(pb_ed25519_verify(public_key, "abc", 3, signature), 0);
}

static void
ed25519_refuses_a_pem_that_is_not_its_key(void **state)
{
	static const char *const texts[] = {
		"",
		"no key at all",
		"-----BEGIN PRIVATE KEY-----\n",
		"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
		/* X25519, RFC 8410 10.3's cousin */
		"-----BEGIN PRIVATE KEY-----\n"
		"MC4CAQAwBQYDK2VuBCIEIHcHbQpzGKV9PBbBclGyZkXfTC+H68CZKrF3+6UduSwq\n"
		"-----END PRIVATE KEY-----\n",
		/* A public key, RFC 8410 10.1 */
		"-----BEGIN PUBLIC KEY-----\n"
		"MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
		"-----END PUBLIC KEY-----\n",
		/* It claims to be encrypted; nobody may be asked for a passphrase. */
		"-----BEGIN PRIVATE KEY-----\n"
		"Proc-Type: 4,ENCRYPTED\n"
		"DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n"
		"MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
		"-----END PRIVATE KEY-----\n",
	};
	struct pb_ed25519 *untouched = NULL;
	struct pb_error err;
	size_t i;

	(void)state;
	for (i = 0; i < CASES(texts); i++) {
		assert_int_equal(
		    pb_ed25519_from_pem(texts[i], strlen(texts[i]), &untouched, &err), PB_EDATA);
		assert_int_equal(err.status, PB_EDATA);
	}
	assert_null(untouched);
}

static void
ed25519_reads_the_key_of_rfc_8410(void **state)
{
	static const char text[] =
	    "-----BEGIN PRIVATE KEY-----\n"
	    "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
	    "-----END PRIVATE KEY-----\n";
	uint8_t public_key[PB_ED25519_PUBLIC_LEN];
	struct pb_ed25519 *key = NULL;

	(void)state;
	assert_int_equal(pb_ed25519_from_pem(text, strlen(text), &key, NULL), PB_OK);
	pb_ed25519_public(key, public_key);
	assert_hex(public_key, sizeof(public_key),
	    "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1");
	pb_ed25519_free(key);
}

/* ---- faults ---- */

static void
ed25519_makes_no_key_when_random_numbers_fail(void **state)
{
	int negative_errno = -EIO;
	struct pb_random random = { .ctx = &negative_errno, .fill = fill_fails };
	struct pb_ed25519 *untouched = NULL;

	(void)state;
	assert_int_equal(pb_ed25519_generate(&random, &untouched, NULL), PB_EIO);
	assert_null(untouched);
}

#define TEST(name) cmocka_unit_test_teardown(name, no_errors_are_left)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ed25519_signs_and_verifies_as_published),
		TEST(ed25519_key_comes_back_from_its_pem),
		TEST(ed25519_refuses_a_flip_in_anything_it_covers),
		TEST(ed25519_refuses_the_twin_of_a_signature),
		TEST(ed25519_refuses_what_is_no_point_of_the_curve),
		TEST(ed25519_refuses_a_pem_that_is_not_its_key),
		TEST(ed25519_reads_the_key_of_rfc_8410),
		TEST(ed25519_makes_no_key_when_random_numbers_fail),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
