/* Several sealers at once, each with handles of its own. */
#include "crypto/readers.h"

#include <pthread.h>

#include "crypto/aead.h"
#include "crypto/digest.h"
#include "crypto/ed25519.h"
#include "crypto/envelope.h"
#include "crypto/expand.h"
#include "crypto/wrap.h"

#define THREADS 4
#define ROUNDS 200
#define ENVELOPES 5
#define LEN 5000

/* What the first, alone, arrived at. */
struct sealed {
	uint8_t payload[LEN + PB_AEAD_TAG_LEN];
	uint8_t wrapped[PB_WRAPPED_LEN];
	uint8_t digest[PB_H2_LEN];
	uint8_t signature[PB_ED25519_SIGNATURE_LEN];
};

struct sealer {
	const struct sealed *expected;
	struct test_reader *reader; /* only read */
	int failures;
	pthread_t thread;
};

static int
fill_counting(void *ctx, void *to, size_t len)
{
	uint8_t *at = to;
	size_t i;

	(void)ctx;
	for (i = 0; i < len; i++)
		at[i] = (uint8_t)i;
	return 0;
}

/* No assertions: cmocka's jump out of the function, which another thread must not. */
static bool
seal_record(struct sealed *sealed)
{
	static const struct pb_random random = { .fill = fill_counting };
	uint8_t key[PB_EXPAND_LEN], nonce[PB_AEAD_NONCE_LEN] = { 0 };
	struct pb_secret *r = NULL, *again = NULL;
	struct pb_ed25519 *signer = NULL;
	struct pb_aead *aead = NULL;
	bool done;

	memset(sealed, 0, sizeof(*sealed));
	done = pb_secret_random(&random, 32, &r, NULL) == PB_OK &&
	       pb_expand(r, "probant", 7, key, NULL) == PB_OK &&
	       pb_aead_new(&aead, NULL) == PB_OK &&
	       pb_aead_start(aead, key, nonce, "aad", 3, NULL) == PB_OK &&
	       pb_aead_encrypt(aead, sealed->payload, LEN, NULL) == PB_OK &&
	       pb_aead_tag(aead, sealed->payload + LEN, NULL) == PB_OK &&
	       pb_wrap(r, r, sealed->wrapped, NULL) == PB_OK &&
	       pb_unwrap(r, sealed->wrapped, &again, NULL) == PB_OK &&
	       pb_ed25519_generate(&random, &signer, NULL) == PB_OK &&
	       pb_ed25519_sign(signer, sealed->payload, LEN, sealed->signature, NULL) == PB_OK;
	pb_digest_h2(sealed->payload, LEN, sealed->digest);
	pb_ed25519_free(signer);
	pb_aead_free(aead);
	pb_secret_free(again);
	pb_secret_free(r);
	return done;
}

static bool
seal_and_open_key(struct test_reader *reader)
{
	const struct pb_reader *to[] = { reader->reader };
	struct pb_secret *secret = NULL, *again = NULL;
	struct pb_buf cms = PB_BUF_EMPTY;
	bool done;

	done = pb_secret_new(32, &secret, NULL) == PB_OK &&
	       pb_envelope_seal(secret, to, 1, &cms, NULL) == PB_OK &&
	       pb_envelope_open(cms.data, cms.len, reader->opened, 32, &again, NULL) == PB_OK;
	pb_buf_done(&cms);
	pb_secret_free(again);
	pb_secret_free(secret);
	return done;
}

static void *
run(void *arg)
{
	struct sealer *sealer = arg;
	struct sealed sealed;
	int i;

	for (i = 0; i < ROUNDS; i++)
		if (!seal_record(&sealed) || memcmp(&sealed, sealer->expected, sizeof(sealed)) != 0)
			sealer->failures++;
	for (i = 0; i < ENVELOPES; i++)
		if (!seal_and_open_key(sealer->reader))
			sealer->failures++;
	return NULL;
}

static void
threads_seal_side_by_side(void **state)
{
	struct sealer sealers[THREADS];
	struct test_reader reader;
	struct sealed expected;
	int i;

	(void)state;
	test_reader_of(&reader, EVP_EC_gen("P-256"));
	assert_true(seal_record(&expected));
	for (i = 0; i < THREADS; i++) {
		sealers[i] = (struct sealer){ .expected = &expected, .reader = &reader };
		assert_int_equal(pthread_create(&sealers[i].thread, NULL, run, &sealers[i]), 0);
	}
	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(sealers[i].thread, NULL), 0);
	for (i = 0; i < THREADS; i++)
		assert_int_equal(sealers[i].failures, 0);
	test_reader_done(&reader);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(threads_seal_side_by_side, no_errors_are_left),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
