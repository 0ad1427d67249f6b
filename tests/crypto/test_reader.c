#include "crypto/readers.h"

#include "crypto/digest.h"

static enum pb_status
read_certificate(EVP_PKEY *pkey, const struct oddity *oddity, struct pb_error *err)
{
	struct pb_reader *reader = NULL;
	struct pb_buf pem = PB_BUF_EMPTY;
	X509 *certificate = self_signed(pkey, oddity);
	enum pb_status status;

	certificate_pem(certificate, &pem);
	status = pb_reader_from_pem(pem.data, pem.len, &reader, err);
	if (status != PB_OK)
		assert_null(reader);
	pb_reader_free(reader);
	X509_free(certificate);
	pb_buf_done(&pem);
	return status;
}

/* Takes the key. */
static void
assert_unfit(EVP_PKEY *take_pkey, const struct oddity *oddity, const char *why)
{
	struct pb_error err = { 0 };

	assert_non_null(take_pkey);
	assert_int_equal(read_certificate(take_pkey, oddity, &err), PB_EDATA);
	assert_string_equal(err.why, why);
	EVP_PKEY_free(take_pkey);
}

static EVP_PKEY *
explicit_curve(void)
{
	EVP_PKEY *pkey = EVP_EC_gen("P-256");

	assert_int_equal(EVP_PKEY_set_utf8_string_param(
			     pkey, OSSL_PKEY_PARAM_EC_ENCODING, OSSL_PKEY_EC_ENCODING_EXPLICIT),
	    1);
	return pkey;
}

static EVP_PKEY *
rsa_pss(void)
{
	EVP_PKEY *pkey = NULL;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);

	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	assert_int_equal(EVP_PKEY_keygen(ctx, &pkey), 1);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

/* The group's state: an RSA key of 3072 bits, which takes a while to make. */
static int
make_rsa_key(void **state)
{
	if (start_crypto(state) != 0)
		return -1;
	*state = EVP_RSA_gen(3072);
	return *state == NULL ? -1 : 0;
}

static int
free_rsa_key(void **state)
{
	EVP_PKEY_free(*state);
	return 0;
}

/* A reference to it, for who takes it. */
static EVP_PKEY *
rsa_key(void **state)
{
	assert_int_equal(EVP_PKEY_up_ref(*state), 1);
	return *state;
}

/* ---- safety ---- */

static void
reader_is_not_made_of_anything_else(void **state)
{
	static const char *const texts[] = {
		"",
		"no certificate",
		"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
		"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
		"-----BEGIN CERTIFICATE-----\nMIIB",
		/* Nobody may be asked for a passphrase. */
		"-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\n"
		"DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\nAAAA\n"
		"-----END CERTIFICATE-----\n",
	};
	struct pb_reader *untouched = NULL;
	struct pb_error err;
	size_t i;

	(void)state;
	for (i = 0; i < CASES(texts); i++)
		assert_int_equal(
		    pb_reader_from_pem(texts[i], strlen(texts[i]), &untouched, &err), PB_EDATA);
	assert_int_equal(pb_reader_from_pem(NULL, 0, &untouched, NULL), PB_EDATA);
	assert_int_equal(pb_reader_from_pem("", SIZE_MAX, &untouched, NULL), PB_EDATA);
	assert_null(untouched);
	pb_reader_free(NULL);
	pb_reader_key_free(NULL);
}

static void
reader_has_no_weak_or_unusual_key(void **state)
{
	const struct oddity none = { .id_len = 20 };

	(void)state;
	assert_unfit(EVP_RSA_gen(2048), &none, "its RSA key has less than 3072 bits");
	assert_unfit(EVP_RSA_gen(3071), &none, "its RSA key has less than 3072 bits");
	assert_unfit(EVP_EC_gen("P-521"), &none, "its curve is neither P-256 nor P-384");
	assert_unfit(EVP_EC_gen("secp256k1"), &none, "its curve is neither P-256 nor P-384");
	assert_unfit(EVP_EC_gen("brainpoolP256r1"), &none, "its curve is neither P-256 nor P-384");
	assert_unfit(explicit_curve(), &none, "its curve is not named");
	assert_unfit(rsa_pss(), &none, "its key is neither RSA nor of an elliptic curve");
	assert_unfit(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), &none,
	    "its key is neither RSA nor of an elliptic curve");
}

static void
reader_has_an_identifier_of_a_sensible_length(void **state)
{
	static const struct oddity without = { 0 }, longest = { .id_len = PB_READER_ID_MAX },
				   too_long = { .id_len = PB_READER_ID_MAX + 1 },
				   shortest = { .id_len = 1 };
	EVP_PKEY *pkey = EVP_EC_gen("P-256");

	(void)state;
	assert_int_equal(read_certificate(pkey, &longest, NULL), PB_OK);
	assert_int_equal(read_certificate(pkey, &shortest, NULL), PB_OK);
	EVP_PKEY_free(pkey);
	assert_unfit(EVP_EC_gen("P-256"), &without, "it has no subjectKeyIdentifier");
	assert_unfit(EVP_EC_gen("P-256"), &too_long, "its subjectKeyIdentifier is too long");
}

static void
reader_has_a_key_that_may_be_enveloped_to(void **state)
{
	static const struct oddity sign = { .id_len = 20, .usage = "critical,digitalSignature" },
				   agree = { .id_len = 20, .usage = "keyAgreement" },
				   encipher = { .id_len = 20, .usage = "keyEncipherment" };
	EVP_PKEY *ec = EVP_EC_gen("P-384"), *rsa = rsa_key(state);

	assert_int_equal(read_certificate(ec, &agree, NULL), PB_OK);
	assert_int_equal(read_certificate(rsa, &encipher, NULL), PB_OK);
	assert_int_equal(read_certificate(ec, &encipher, NULL), PB_EDATA);
	EVP_PKEY_free(ec);
	assert_unfit(rsa, &agree, "its key usage does not allow key encipherment");
	assert_unfit(EVP_EC_gen("P-256"), &sign, "its key usage does not allow key agreement");
}

static void
reader_is_not_generated_without_a_passphrase(void **state)
{
	static char endless[2000];
	struct pb_buf key = PB_BUF_EMPTY, certificate = PB_BUF_EMPTY;

	(void)state;
	memset(endless, 'a', sizeof(endless) - 1);
	assert_int_equal(
	    pb_reader_generate("probant reader", NOW_S, NULL, 0, &key, &certificate, NULL),
	    PB_EINVAL);
	assert_int_equal(
	    pb_reader_generate("probant reader", NOW_S, "", 0, &key, &certificate, NULL),
	    PB_EINVAL);
	assert_int_equal(pb_reader_generate("probant reader", NOW_S, endless, strlen(endless), &key,
			     &certificate, NULL),
	    PB_ELIMIT);
	assert_int_equal(key.len, 0);
	assert_int_equal(certificate.len, 0);
}

/* ---- good path ---- */

static void
reader_of_each_kind_has_its_name(void **state)
{
	static const char *const names[] = { "P-256", "P-384", "RSA-3072" };
	struct test_reader readers[3];
	size_t i;

	test_reader_of(&readers[0], EVP_EC_gen("P-256"));
	test_reader_of(&readers[1], EVP_EC_gen("P-384"));
	test_reader_of(&readers[2], rsa_key(state));
	for (i = 0; i < CASES(readers); i++) {
		assert_string_equal(pb_reader_algorithm(readers[i].reader), names[i]);
		assert_string_equal(pb_reader_id(readers[i].reader),
		    pb_reader_id(pb_reader_key_reader(readers[i].opened)));
		test_reader_done(&readers[i]);
	}
}

static void
certificate_says_whom_it_names_and_until_when(void **state)
{
	char subject[PB_READER_SUBJECT_SIZE];
	struct test_reader foreign, ours;
	int64_t until_s = 0;

	(void)state;
	test_reader_of(&foreign, EVP_EC_gen("P-256"));
	pb_reader_subject(foreign.reader, subject);
	assert_string_equal(subject, "CN=lecteur (fictif)");
	assert_true(pb_reader_until(foreign.reader, &until_s));
	assert_int_equal(until_s, NOW_S + 86400);
	test_reader_done(&foreign);
	ours = (struct test_reader){ PB_BUF_EMPTY, PB_BUF_EMPTY, NULL, NULL };
	assert_int_equal(pb_reader_generate("probant \x1b[2J\xc3\xa9", NOW_S, PASSPHRASE,
			     strlen(PASSPHRASE), &ours.key, &ours.certificate, NULL),
	    PB_OK);
	assert_int_equal(
	    pb_reader_from_pem(ours.certificate.data, ours.certificate.len, &ours.reader, NULL),
	    PB_OK);
	pb_reader_subject(ours.reader, subject);
	assert_string_equal(subject, "CN=probant \\1B[2J\xc3\xa9");
	assert_false(pb_reader_until(ours.reader, &until_s));
	test_reader_done(&ours);
}

static void
reader_comes_back_from_its_pem(void **state)
{
	struct test_reader r;
	struct pb_reader *again = NULL;
	struct pb_buf pem = PB_BUF_EMPTY;
	uint8_t a[32], b[32];

	(void)state;
	test_reader_of(&r, EVP_EC_gen("P-256"));
	assert_int_equal(pb_reader_to_pem(r.reader, &pem, NULL), PB_OK);
	assert_int_equal(pem.len, r.certificate.len);
	assert_memory_equal(pem.data, r.certificate.data, pem.len);
	assert_int_equal(pb_reader_from_pem(pem.data, pem.len, &again, NULL), PB_OK);
	pb_reader_fingerprint(r.reader, a);
	pb_reader_fingerprint(again, b);
	assert_memory_equal(a, b, sizeof(a));
	pb_reader_free(again);
	pb_buf_done(&pem);
	test_reader_done(&r);
}

static void
reader_is_the_first_certificate_of_several(void **state)
{
	struct test_reader first, second;
	struct pb_reader *reader = NULL;
	struct pb_buf pem = PB_BUF_EMPTY;

	(void)state;
	test_reader_of(&first, EVP_EC_gen("P-256"));
	test_reader_of(&second, EVP_EC_gen("P-256"));
	assert_int_equal(pb_buf_append_text(&pem, "words before it\n"), PB_OK);
	assert_int_equal(pb_buf_append(&pem, first.key.data, first.key.len), PB_OK);
	assert_int_equal(pb_buf_append(&pem, first.certificate.data, first.certificate.len), PB_OK);
	assert_int_equal(
	    pb_buf_append(&pem, second.certificate.data, second.certificate.len), PB_OK);
	assert_int_equal(pb_reader_from_pem(pem.data, pem.len, &reader, NULL), PB_OK);
	assert_string_equal(pb_reader_id(reader), pb_reader_id(first.reader));
	pb_reader_free(reader);
	pb_buf_done(&pem);
	test_reader_done(&first);
	test_reader_done(&second);
}

static X509 *
parse(const struct pb_buf *pem)
{
	BIO *bio = BIO_new_mem_buf(pem->data, (int)pem->len);
	X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);

	assert_non_null(certificate);
	BIO_free(bio);
	return certificate;
}

static void
reader_is_generated_with_the_certificate_that_the_format_asks(void **state)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	char text[32], id[2 * 20 + 1];
	struct test_reader r;
	struct tm time;
	BIGNUM *serial;
	X509 *x;

	(void)state;
	test_reader_generate(&r);
	x = parse(&r.certificate);
	assert_int_equal(X509_get_version(x), X509_VERSION_3);
	assert_true(X509_NAME_get_text_by_NID(
			X509_get_subject_name(x), NID_commonName, text, sizeof(text)) > 0);
	assert_string_equal(text, "probant reader");
	assert_int_equal(X509_NAME_entry_count(X509_get_subject_name(x)), 1);
	assert_int_equal(X509_verify(x, X509_get0_pubkey(x)), 1);
	serial = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x), NULL);
	assert_int_equal(BN_num_bytes(serial), 16);
	assert_false(BN_is_negative(serial));
	BN_free(serial);
	assert_int_equal(ASN1_TIME_to_tm(X509_get0_notAfter(x), &time), 1);
	assert_int_equal(time.tm_year, 9999 - 1900);
	assert_int_equal(ASN1_TIME_cmp_time_t(X509_get0_notBefore(x), NOW_S), 0);
	assert_int_equal(X509_get_key_usage(x), KU_KEY_AGREEMENT);
	assert_int_equal(X509_check_ca(x), 0);
	assert_int_equal(X509_get_ext_count(x), 3);
	/* RFC 7093 2, method 1 */
	assert_int_equal(X509_pubkey_digest(x, EVP_sha256(), digest, NULL), 1);
	pb_hex_encode(digest, 20, id);
	assert_string_equal(pb_reader_id(r.reader), id);
	assert_string_equal(pb_reader_algorithm(r.reader), "P-256");
	X509_free(x);
	test_reader_done(&r);
}

static void
reader_is_another_each_time(void **state)
{
	struct test_reader a, b;
	X509 *x, *y;

	(void)state;
	test_reader_generate(&a);
	test_reader_generate(&b);
	assert_string_not_equal(pb_reader_id(a.reader), pb_reader_id(b.reader));
	x = parse(&a.certificate);
	y = parse(&b.certificate);
	assert_int_not_equal(
	    ASN1_INTEGER_cmp(X509_get0_serialNumber(x), X509_get0_serialNumber(y)), 0);
	X509_free(x);
	X509_free(y);
	test_reader_done(&a);
	test_reader_done(&b);
}

/* RFC 7914 7: PBES2 with scrypt; its parameters are what a thief must pay for. */
static void
reader_key_is_kept_under_scrypt(void **state)
{
	struct test_reader r;
	const X509_ALGOR *scheme;
	const ASN1_OBJECT *oid;
	const void *parameters;
	const unsigned char *at;
	PBE2PARAM *pbe2;
	SCRYPT_PARAMS *scrypt;
	X509_SIG *sealed;
	int type;
	BIO *bio;

	(void)state;
	test_reader_generate(&r);
	bio = BIO_new_mem_buf(r.key.data, (int)r.key.len);
	sealed = PEM_read_bio_PKCS8(bio, NULL, NULL, NULL);
	assert_non_null(sealed);
	X509_SIG_get0(sealed, &scheme, NULL);
	X509_ALGOR_get0(&oid, &type, &parameters, scheme);
	assert_int_equal(OBJ_obj2nid(oid), NID_pbes2);
	pbe2 = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), scheme->parameter);
	assert_non_null(pbe2);
	assert_int_equal(OBJ_obj2nid(pbe2->encryption->algorithm), NID_aes_256_cbc);
	assert_int_equal(OBJ_obj2nid(pbe2->keyfunc->algorithm), NID_id_scrypt);
	at = pbe2->keyfunc->parameter->value.sequence->data;
	scrypt = d2i_SCRYPT_PARAMS(NULL, &at, pbe2->keyfunc->parameter->value.sequence->length);
	assert_int_equal(ASN1_INTEGER_get(scrypt->costParameter), 16384);
	assert_int_equal(ASN1_INTEGER_get(scrypt->blockSize), 8);
	assert_int_equal(ASN1_INTEGER_get(scrypt->parallelizationParameter), 5);
	assert_int_equal(ASN1_STRING_length(scrypt->salt), 16);
	SCRYPT_PARAMS_free(scrypt);
	PBE2PARAM_free(pbe2);
	X509_SIG_free(sealed);
	BIO_free(bio);
	test_reader_done(&r);
}

static void
reader_key_opens_in_whatever_form_openssl_writes_it(void **state)
{
	static const char passphrase[] = PASSPHRASE;
	struct test_reader r;
	struct pb_reader_key *key = NULL;
	struct pb_buf pem = PB_BUF_EMPTY;
	const struct oddity none = { .id_len = 20 };
	EVP_PKEY *pkey = rsa_key(state);
	X509 *x = self_signed(pkey, &none);
	BIO *bio = BIO_new(BIO_s_mem());

	memset(&r, 0, sizeof(r));
	certificate_pem(x, &r.certificate);
	/* PKCS#8 without a passphrase; one that is given all the same does no harm */
	key_pem(pkey, NULL, &pem);
	assert_int_equal(pb_reader_key_open(pem.data, pem.len, r.certificate.data,
			     r.certificate.len, NULL, 0, &key, NULL),
	    PB_OK);
	pb_reader_key_free(key);
	assert_int_equal(pb_reader_key_open(pem.data, pem.len, r.certificate.data,
			     r.certificate.len, passphrase, strlen(passphrase), &key, NULL),
	    PB_OK);
	pb_reader_key_free(key);
	/* RFC 1421 encryption */
	assert_int_equal(
	    PEM_write_bio_PrivateKey_traditional(bio, pkey, EVP_aes_256_cbc(),
		(const unsigned char *)passphrase, (int)strlen(passphrase), NULL, NULL),
	    1);
	pb_buf_clear(&pem);
	take_bio(bio, &pem);
	assert_int_equal(pb_reader_key_open(pem.data, pem.len, r.certificate.data,
			     r.certificate.len, passphrase, strlen(passphrase), &key, NULL),
	    PB_OK);
	pb_reader_key_free(key);
	pb_buf_done(&pem);
	X509_free(x);
	EVP_PKEY_free(pkey);
	test_reader_done(&r);
}

/* ---- tampering ---- */

static void
reader_key_stays_closed_without_the_passphrase(void **state)
{
	static const char *const wrong[] = { "", "a", PASSPHRASE " ", "A passphrase (fictive)" };
	struct pb_reader_key *untouched = NULL;
	struct test_reader r;
	struct pb_error err;
	size_t i;

	(void)state;
	test_reader_of(&r, EVP_EC_gen("P-256"));
	for (i = 0; i < CASES(wrong); i++)
		assert_int_equal(
		    pb_reader_key_open(r.key.data, r.key.len, r.certificate.data, r.certificate.len,
			wrong[i], strlen(wrong[i]), &untouched, &err),
		    PB_EACCESS);
	/* and nobody is asked on the terminal */
	assert_int_equal(pb_reader_key_open(r.key.data, r.key.len, r.certificate.data,
			     r.certificate.len, NULL, 0, &untouched, &err),
	    PB_EACCESS);
	assert_string_equal(err.why, "it needs a passphrase");
	assert_null(untouched);
	test_reader_done(&r);
}

static void
reader_key_that_was_generated_opens_with_its_passphrase_alone(void **state)
{
	struct pb_reader_key *untouched = NULL;
	struct test_reader r;

	(void)state;
	test_reader_generate(&r);
	assert_int_equal(pb_reader_key_open(r.key.data, r.key.len, r.certificate.data,
			     r.certificate.len, "another", 7, &untouched, NULL),
	    PB_EACCESS);
	assert_null(untouched);
	test_reader_open(&r);
	assert_string_equal(pb_reader_id(pb_reader_key_reader(r.opened)), pb_reader_id(r.reader));
	test_reader_done(&r);
}

static void
reader_key_is_the_one_of_its_certificate(void **state)
{
	struct pb_reader_key *untouched = NULL;
	struct test_reader r, other;

	(void)state;
	test_reader_of(&r, EVP_EC_gen("P-256"));
	test_reader_of(&other, EVP_EC_gen("P-256"));
	assert_int_equal(
	    pb_reader_key_open(r.key.data, r.key.len, other.certificate.data, other.certificate.len,
		PASSPHRASE, strlen(PASSPHRASE), &untouched, NULL),
	    PB_EDATA);
	assert_int_equal(
	    pb_reader_key_open(r.certificate.data, r.certificate.len, r.certificate.data,
		r.certificate.len, PASSPHRASE, strlen(PASSPHRASE), &untouched, NULL),
	    PB_EDATA);
	assert_int_equal(pb_reader_key_open("", 0, r.certificate.data, r.certificate.len,
			     PASSPHRASE, strlen(PASSPHRASE), &untouched, NULL),
	    PB_EDATA);
	assert_null(untouched);
	test_reader_done(&r);
	test_reader_done(&other);
}

#define TEST(name) cmocka_unit_test_teardown(name, no_errors_are_left)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reader_is_not_made_of_anything_else),
		TEST(reader_has_no_weak_or_unusual_key),
		TEST(reader_has_an_identifier_of_a_sensible_length),
		TEST(reader_has_a_key_that_may_be_enveloped_to),
		TEST(reader_is_not_generated_without_a_passphrase),
		TEST(reader_of_each_kind_has_its_name),
		TEST(certificate_says_whom_it_names_and_until_when),
		TEST(reader_comes_back_from_its_pem),
		TEST(reader_is_the_first_certificate_of_several),
		TEST(reader_is_generated_with_the_certificate_that_the_format_asks),
		TEST(reader_is_another_each_time),
		TEST(reader_key_is_kept_under_scrypt),
		TEST(reader_key_opens_in_whatever_form_openssl_writes_it),
		TEST(reader_key_stays_closed_without_the_passphrase),
		TEST(reader_key_that_was_generated_opens_with_its_passphrase_alone),
		TEST(reader_key_is_the_one_of_its_certificate),
	};

	return cmocka_run_group_tests(tests, make_rsa_key, free_rsa_key);
}
