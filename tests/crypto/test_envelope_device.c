/* An envelope opened where the reader's key is on a device: here one of software. */
#include "crypto/readers.h"

#include "core/error.h"
#include "crypto/envelope.h"

/* What a token does, by OpenSSL; says what it was asked. */
struct device {
	EVP_PKEY *pkey;
	unsigned asked;
	enum pb_status answer; /* PB_OK: do it */
	bool closed;
};

static enum pb_status
decrypt(
    void *ctx, const uint8_t *cipher, size_t len, struct pb_secret *ret_plain, struct pb_error *err)
{
	struct device *device = ctx;
	EVP_PKEY_CTX *evp = EVP_PKEY_CTX_new(device->pkey, NULL);
	uint8_t out[2048];
	size_t out_len = sizeof(out);
	bool done;

	(void)err;
	device->asked++;
	done = device->answer == PB_OK && EVP_PKEY_decrypt_init(evp) == 1 &&
	       EVP_PKEY_CTX_set_rsa_padding(evp, RSA_PKCS1_OAEP_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_rsa_oaep_md(evp, EVP_sha256()) == 1 &&
	       EVP_PKEY_CTX_set_rsa_mgf1_md(evp, EVP_sha256()) == 1 &&
	       EVP_PKEY_decrypt(evp, out, &out_len, cipher, len) == 1 &&
	       out_len == pb_secret_len(ret_plain);
	if (done)
		memcpy(pb_secret_bytes(ret_plain), out, out_len);
	EVP_PKEY_CTX_free(evp);
	return done ? PB_OK : device->answer == PB_OK ? PB_ECORRUPT : device->answer;
}

static enum pb_status
agree(void *ctx, const uint8_t *point, size_t len, struct pb_secret *ret_x, struct pb_error *err)
{
	struct device *device = ctx;
	EVP_PKEY *peer = EVP_PKEY_new();
	EVP_PKEY_CTX *evp = EVP_PKEY_CTX_new(device->pkey, NULL);
	size_t out_len = pb_secret_len(ret_x);
	bool done;

	(void)err;
	device->asked++;
	/* Of a point that is none, tokens say what they say of their own faults. */
	if (device->answer == PB_OK && (EVP_PKEY_copy_parameters(peer, device->pkey) != 1 ||
					   EVP_PKEY_set1_encoded_public_key(peer, point, len) != 1))
		device->answer = PB_EUNAVAIL;
	done = device->answer == PB_OK && EVP_PKEY_derive_init(evp) == 1 &&
	       EVP_PKEY_derive_set_peer(evp, peer) == 1 &&
	       EVP_PKEY_derive(evp, pb_secret_bytes(ret_x), &out_len) == 1 &&
	       out_len == pb_secret_len(ret_x);
	EVP_PKEY_CTX_free(evp);
	EVP_PKEY_free(peer);
	ERR_clear_error();
	return done ? PB_OK : device->answer == PB_OK ? PB_ECORRUPT : device->answer;
}

static void
close_device(void *ctx)
{
	((struct device *)ctx)->closed = true;
}

static EVP_PKEY *
private_key(const struct test_reader *reader)
{
	static char passphrase[] = PASSPHRASE;
	BIO *bio = BIO_new_mem_buf(reader->key.data, (int)reader->key.len);
	EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, passphrase);

	BIO_free(bio);
	assert_non_null(pkey);
	return pkey;
}

static struct pb_reader_key *
on_device(const struct test_reader *reader, struct device *device)
{
	const struct pb_reader_device table = {
		.ctx = device, .decrypt = decrypt, .agree = agree, .close = close_device
	};
	struct pb_reader_key *key = NULL;

	*device = (struct device){ .pkey = private_key(reader) };
	assert_int_equal(pb_reader_key_on_device(
			     reader->certificate.data, reader->certificate.len, &table, &key, NULL),
	    PB_OK);
	assert_non_null(pb_reader_key_device(key));
	return key;
}

/* A secret for three readers of every kind, opened by the device of one of them. */
static void
open_with(EVP_PKEY *first, EVP_PKEY *second, EVP_PKEY *third, unsigned which)
{
	struct test_reader reader[3];
	const struct pb_reader *to[3];
	struct pb_secret *secret = NULL, *opened = NULL;
	struct pb_buf cms = PB_BUF_EMPTY;
	struct device device;
	struct pb_reader_key *key;

	test_reader_of(&reader[0], first);
	test_reader_of(&reader[1], second);
	test_reader_of(&reader[2], third);
	for (unsigned i = 0; i < 3; i++)
		to[i] = reader[i].reader;
	assert_int_equal(pb_secret_new(32, &secret, NULL), PB_OK);
	memset(pb_secret_bytes(secret), 0x5a, 32);
	assert_int_equal(pb_envelope_seal(secret, to, 3, &cms, NULL), PB_OK);
	key = on_device(&reader[which], &device);
	assert_int_equal(pb_envelope_open(cms.data, cms.len, key, 32, &opened, NULL), PB_OK);
	assert_memory_equal(pb_secret_bytes(opened), pb_secret_bytes(secret), 32);
	assert_int_equal(device.asked, 1);
	pb_secret_free(opened);
	opened = NULL;
	/* Of another length than is asked for, it is not what it should be. */
	assert_int_equal(pb_envelope_open(cms.data, cms.len, key, 31, &opened, NULL), PB_ECORRUPT);
	/* What the device answers is what is answered. */
	device.answer = PB_EUNAVAIL;
	assert_int_equal(pb_envelope_open(cms.data, cms.len, key, 32, &opened, NULL), PB_EUNAVAIL);
	assert_null(opened);
	EVP_PKEY_free(device.pkey);
	assert_false(device.closed);
	pb_reader_key_free(key);
	assert_true(device.closed);
	pb_secret_free(secret);
	pb_buf_done(&cms);
	for (unsigned i = 0; i < 3; i++)
		test_reader_done(&reader[i]);
}

static void
a_key_on_p256_opens_what_was_sealed_for_it(void **state)
{
	(void)state;
	open_with(EVP_EC_gen("P-256"), EVP_EC_gen("P-384"), EVP_RSA_gen(3072), 0);
}

static void
a_key_on_p384_opens_what_was_sealed_for_it(void **state)
{
	(void)state;
	open_with(EVP_EC_gen("P-256"), EVP_EC_gen("P-384"), EVP_RSA_gen(3072), 1);
}

static void
an_rsa_key_opens_what_was_sealed_for_it(void **state)
{
	(void)state;
	open_with(EVP_EC_gen("P-256"), EVP_EC_gen("P-256"), EVP_RSA_gen(3072), 2);
}

static void
nothing_opens_with_the_device_of_another_or_when_an_octet_was_changed(void **state)
{
	struct test_reader mine, other;
	struct pb_secret *secret = NULL, *opened = NULL;
	const struct pb_reader *to;
	struct pb_buf cms = PB_BUF_EMPTY;
	struct device device;
	struct pb_reader_key *key;
	EVP_PKEY *right;

	(void)state;
	test_reader_of(&mine, EVP_EC_gen("P-256"));
	test_reader_of(&other, EVP_EC_gen("P-256"));
	to = mine.reader;
	assert_int_equal(pb_secret_new(32, &secret, NULL), PB_OK);
	assert_int_equal(pb_envelope_seal(secret, &to, 1, &cms, NULL), PB_OK);
	key = on_device(&other, &device);
	assert_int_equal(pb_envelope_open(cms.data, cms.len, key, 32, &opened, NULL), PB_EACCESS);
	pb_reader_key_free(key);
	EVP_PKEY_free(device.pkey);
	key = on_device(&mine, &device);
	right = device.pkey;
	device.pkey = private_key(&other); /* his certificate, another's key */
	assert_int_equal(pb_envelope_open(cms.data, cms.len, key, 32, &opened, NULL), PB_ECORRUPT);
	EVP_PKEY_free(device.pkey);
	device.pkey = right;
	for (size_t i = 0; i < cms.len; i++) {
		enum pb_status status;

		cms.data[i] ^= 1;
		status = pb_envelope_open(cms.data, cms.len, key, 32, &opened, NULL);
		if (status != PB_ECORRUPT && status != PB_EACCESS)
			fail_msg("octet %zu: %d", i, (int)status);
		assert_null(opened);
		cms.data[i] ^= 1;
	}
	assert_int_equal(pb_envelope_open(cms.data, cms.len, key, 32, &opened, NULL), PB_OK);
	pb_secret_free(opened);
	pb_reader_key_free(key);
	EVP_PKEY_free(device.pkey);
	pb_secret_free(secret);
	pb_buf_done(&cms);
	test_reader_done(&mine);
	test_reader_done(&other);
}

static void
a_key_on_a_device_is_written_to_no_file(void **state)
{
	struct pb_buf pem = PB_BUF_EMPTY;
	struct test_reader reader;
	struct device device;
	struct pb_reader_key *key;

	(void)state;
	test_reader_of(&reader, EVP_EC_gen("P-256"));
	key = on_device(&reader, &device);
	assert_int_equal(pb_reader_key_to_pem(key, "x", 1, &pem, NULL), PB_EUNAVAIL);
	assert_int_equal(pem.len, 0);
	assert_int_equal(pb_reader_key_to_pem(reader.opened, "x", 1, &pem, NULL), PB_OK);
	assert_true(pem.len > 0);
	pb_buf_done(&pem);
	EVP_PKEY_free(device.pkey);
	pb_reader_key_free(key);
	test_reader_done(&reader);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_on_p256_opens_what_was_sealed_for_it),
		cmocka_unit_test(a_key_on_p384_opens_what_was_sealed_for_it),
		cmocka_unit_test(an_rsa_key_opens_what_was_sealed_for_it),
		cmocka_unit_test(
		    nothing_opens_with_the_device_of_another_or_when_an_octet_was_changed),
		cmocka_unit_test(a_key_on_a_device_is_written_to_no_file),
	};

	if (pb_crypto_init(NULL) != PB_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
