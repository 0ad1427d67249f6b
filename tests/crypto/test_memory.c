/* Each allocation fails in turn, of our own code and of both libraries. */
#include "crypto/readers.h"

#include "crypto/aead.h"
#include "crypto/digest.h"
#include "crypto/ed25519.h"
#include "crypto/envelope.h"
#include "crypto/expand.h"
#include "crypto/wrap.h"
#include "lib/memory.h"
#include "lib/world.h"

/* What the operations work on, made while there was memory. */
struct bench {
	struct test_random random;
	struct test_reader ec, rsa;
	struct pb_buf open_key; /* of ec, without a passphrase */
	struct pb_secret *secret;
	struct pb_ed25519 *key;
	struct pb_buf key_pem, cms;
};

/* An operation gives back all it made; PB_OK only if it did what it should. */
typedef enum pb_status operation_fn(struct bench *bench, struct pb_error *err);

static enum pb_status
digests(struct bench *bench, struct pb_error *err)
{
	struct pb_digest *digest = NULL;
	uint8_t out[PB_H2_LEN];
	enum pb_status status = pb_digest_new(PB_DIGEST_H2, &digest, err);

	(void)bench;
	if (status != PB_OK)
		return status;
	pb_digest_update(digest, "abc", 3);
	status = pb_digest_peek(digest, out, err);
	pb_digest_final(digest, out);
	pb_digest_h2("abc", 3, out);
	pb_digest_free(digest);
	return status;
}

static enum pb_status
wraps(struct bench *bench, struct pb_error *err)
{
	struct pb_secret *again = NULL;
	uint8_t out[PB_WRAPPED_LEN];
	enum pb_status status = pb_expand(bench->secret, "abc", 3, out, err);

	if (status == PB_OK)
		status = pb_wrap(bench->secret, bench->secret, out, err);
	if (status == PB_OK)
		status = pb_unwrap(bench->secret, out, &again, err);
	pb_secret_free(again);
	return status;
}

static enum pb_status
encrypts(struct bench *bench, struct pb_error *err)
{
	uint8_t data[40] = { 0 }, tag[PB_AEAD_TAG_LEN];
	struct pb_aead *aead = NULL;
	enum pb_status status = pb_aead_new(&aead, err);

	if (status == PB_OK)
		status = pb_aead_start(aead, pb_secret_bytes(bench->secret), data, NULL, 0, err);
	if (status == PB_OK)
		status = pb_aead_encrypt(aead, data, sizeof(data), err);
	if (status == PB_OK)
		status = pb_aead_tag(aead, tag, err);
	pb_aead_free(aead);
	return status;
}

static enum pb_status
generates_a_signing_key(struct bench *bench, struct pb_error *err)
{
	struct pb_ed25519 *key = NULL;
	enum pb_status status = pb_ed25519_generate(&bench->random.table, &key, err);

	pb_ed25519_free(key);
	return status;
}

static enum pb_status
writes_a_signing_key(struct bench *bench, struct pb_error *err)
{
	struct pb_buf pem = PB_BUF_EMPTY;
	enum pb_status status = pb_ed25519_to_pem(bench->key, &pem, err);

	if (status != PB_OK)
		assert_int_equal(pem.len, 0);
	pb_buf_done(&pem);
	return status;
}

static enum pb_status
reads_a_signing_key(struct bench *bench, struct pb_error *err)
{
	struct pb_ed25519 *key = NULL;
	enum pb_status status =
	    pb_ed25519_from_pem(bench->key_pem.data, bench->key_pem.len, &key, err);

	pb_ed25519_free(key);
	return status;
}

static enum pb_status
signs(struct bench *bench, struct pb_error *err)
{
	uint8_t signature[PB_ED25519_SIGNATURE_LEN], public_key[PB_ED25519_PUBLIC_LEN];
	enum pb_status status = pb_ed25519_sign(bench->key, "abc", 3, signature, err);

	pb_ed25519_public(bench->key, public_key);
	if (status == PB_OK && !pb_ed25519_verify(public_key, "abc", 3, signature))
		status = PB_ENOMEM;
	return status;
}

static enum pb_status
reads_a_certificate(struct bench *bench, struct pb_error *err)
{
	const struct pb_buf *certificate = &bench->ec.certificate;
	struct pb_reader *reader = NULL;
	struct pb_buf pem = PB_BUF_EMPTY;
	enum pb_status status =
	    pb_reader_from_pem(certificate->data, certificate->len, &reader, err);

	if (status == PB_OK)
		status = pb_reader_to_pem(reader, &pem, err);
	pb_reader_free(reader);
	pb_buf_done(&pem);
	return status;
}

static enum pb_status
opens_a_reader_key(struct bench *bench, struct pb_error *err)
{
	const struct pb_buf *key = &bench->open_key, *certificate = &bench->ec.certificate;
	struct pb_reader_key *opened = NULL;
	enum pb_status status = pb_reader_key_open(
	    key->data, key->len, certificate->data, certificate->len, NULL, 0, &opened, err);

	pb_reader_key_free(opened);
	return status;
}

static enum pb_status
generates_a_reader(struct bench *bench, struct pb_error *err)
{
	struct pb_buf key = PB_BUF_EMPTY, certificate = PB_BUF_EMPTY;
	enum pb_status status = pb_reader_generate(
	    "probant reader", NOW_S, PASSPHRASE, strlen(PASSPHRASE), &key, &certificate, err);

	(void)bench;
	if (status != PB_OK)
		assert_int_equal(key.len + certificate.len, 0);
	pb_buf_done(&key);
	pb_buf_done(&certificate);
	return status;
}

/* To RSA alone: OpenSSL 3.0 itself does not survive every lack of memory in its ECDH. */
static enum pb_status
seals_a_segment_key(struct bench *bench, struct pb_error *err)
{
	const struct pb_reader *to[] = { bench->rsa.reader };
	struct pb_buf cms = PB_BUF_EMPTY;
	enum pb_status status = pb_envelope_seal(bench->secret, to, 1, &cms, err);

	if (status != PB_OK)
		assert_int_equal(cms.len, 0);
	pb_buf_done(&cms);
	return status;
}

static enum pb_status
opens_a_segment_key(struct bench *bench, struct pb_error *err)
{
	struct pb_secret *secret = NULL;
	enum pb_status status =
	    pb_envelope_open(bench->cms.data, bench->cms.len, bench->rsa.opened, 32, &secret, err);

	if (status == PB_OK)
		assert_memory_equal(pb_secret_bytes(secret), pb_secret_bytes(bench->secret), 32);
	else
		assert_null(secret);
	pb_secret_free(secret);
	return status;
}

static int
make_bench(void **state)
{
	static struct bench bench;
	const struct pb_reader *to[1];

	if (start_crypto(state) != 0)
		return -1;
	test_random_init(&bench.random, 1);
	test_reader_of(&bench.ec, EVP_EC_gen("P-256"));
	test_reader_of(&bench.rsa, EVP_RSA_gen(3072));
	to[0] = bench.rsa.reader;
	open_key(&bench.ec, &bench.open_key);
	*state = &bench;
	if (pb_secret_random(&bench.random.table, 32, &bench.secret, NULL) != PB_OK ||
	    pb_ed25519_generate(&bench.random.table, &bench.key, NULL) != PB_OK ||
	    pb_ed25519_to_pem(bench.key, &bench.key_pem, NULL) != PB_OK)
		return -1;
	return pb_envelope_seal(bench.secret, to, 1, &bench.cms, NULL) == PB_OK ? 0 : -1;
}

static int
free_bench(void **state)
{
	struct bench *bench = *state;

	pb_buf_done(&bench->cms);
	pb_buf_done(&bench->key_pem);
	pb_buf_done(&bench->open_key);
	pb_ed25519_free(bench->key);
	pb_secret_free(bench->secret);
	test_reader_done(&bench->ec);
	test_reader_done(&bench->rsa);
	return 0;
}

/* OpenSSL makes thousands of allocations to read a PEM text, and scrypt takes its time. */
static const struct operation {
	operation_fn *run;
	enum pb_status also;
	uint64_t step;
} operations[] = {
	{ digests, PB_ENOMEM, 1 },
	{ wraps, PB_ENOMEM, 1 },
	{ encrypts, PB_ENOMEM, 1 },
	{ generates_a_signing_key, PB_ENOMEM, 1 },
	{ writes_a_signing_key, PB_ENOMEM, 1 },
	{ reads_a_signing_key, PB_EDATA, 11 },
	{ signs, PB_ENOMEM, 1 },
	{ reads_a_certificate, PB_EDATA, 11 },
	{ opens_a_reader_key, PB_EDATA, 11 },
	{ generates_a_reader, PB_ENOMEM, 997 },
	{ seals_a_segment_key, PB_ENOMEM, 1 },
	{ opens_a_segment_key, PB_ECORRUPT, 1 },
};

/*
 * Every `step`th allocation; the last round fails none.  OpenSSL does not
 * always say that it was memory it lacked (PB_ECRYPTO then): `also` is what else
 * it may be taken for.
 */
static void
run_out(struct bench *bench, const struct operation *operation)
{
	struct pb_error err = { 0 };
	enum pb_status status;
	uint64_t nth, failed;

	for (nth = 1;; nth += operation->step) {
		err = (struct pb_error){ 0 };
		test_memory_fail(nth, false);
		status = operation->run(bench, &err);
		failed = test_memory_restore();
		assert_int_equal(ERR_peek_error(), 0);
		if (failed == 0)
			break;
		if (status != PB_OK && status != PB_ENOMEM && status != PB_ECRYPTO &&
		    status != operation->also)
			fail_msg("allocation %u: %s: %s (%s)", (unsigned)nth, err.what, err.why,
			    err.object);
	}
	assert_int_equal(status, PB_OK);
}

static void
memory_that_suffices_is_given_back(void **state)
{
	size_t i;

	for (i = 0; i < CASES(operations); i++)
		assert_int_equal(operations[i].run(*state, NULL), PB_OK);
}

static void
memory_that_runs_out_is_said_and_nothing_else_happens(void **state)
{
	size_t i;

	if (!test_memory_can_fail())
		skip();
	for (i = 0; i < CASES(operations); i++)
		run_out(*state, &operations[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_that_suffices_is_given_back),
		cmocka_unit_test(memory_that_runs_out_is_said_and_nothing_else_happens),
	};

	return cmocka_run_group_tests(tests, make_bench, free_bench);
}
