#include "crypto/readers.h"

#include <openssl/cms.h>

#include "crypto/der.h"
#include "crypto/envelope.h"

enum { P256, OTHER256, P384, RSA3072, READERS };

static struct test_reader readers[READERS];

static int
make_readers(void **state)
{
	if (start_crypto(state) != 0)
		return -1;
	test_reader_generate(&readers[P256]);
	test_reader_of(&readers[OTHER256], EVP_EC_gen("P-256"));
	test_reader_of(&readers[P384], EVP_EC_gen("P-384"));
	test_reader_of(&readers[RSA3072], EVP_RSA_gen(3072));
	return 0;
}

static int
free_readers(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < READERS; i++)
		test_reader_done(&readers[i]);
	return 0;
}

static struct pb_buf
seal(int first, size_t count)
{
	const struct pb_reader *to[READERS];
	struct pb_secret *secret = NULL;
	struct pb_buf cms = PB_BUF_EMPTY;
	size_t i;

	for (i = 0; i < count; i++)
		to[i] = readers[first + (int)i].reader;
	assert_int_equal(pb_secret_new(32, &secret, NULL), PB_OK);
	assert_int_equal(pb_envelope_seal(secret, to, count, &cms, NULL), PB_OK);
	pb_secret_free(secret);
	return cms;
}

static void
assert_refused(const struct pb_buf *cms)
{
	struct pb_buf untouched = PB_BUF_EMPTY;

	assert_int_equal(
	    pb_envelope_recipients(cms->data, cms->len, &untouched, NULL), PB_ECORRUPT);
	assert_int_equal(untouched.len, 0);
	assert_null(untouched.data);
}

/* ---- what OpenSSL would write if it were asked otherwise ---- */

/* How an envelope differs from the prescribed one. */
struct other_form {
	int reader;
	const EVP_CIPHER *cipher;
	unsigned flags;
	int padding;         /* RSA */
	const EVP_MD *label; /* RSA: for the label */
	const EVP_MD *mask;  /* RSA: for the mask */
	const EVP_MD *kdf;   /* EC */
	const char *label_text;
	bool plain; /* EnvelopedData */
};

static void
set_parameters(EVP_PKEY_CTX *ctx, const struct other_form *form)
{
	unsigned char *text;

	if (form->kdf != NULL)
		assert_true(EVP_PKEY_CTX_set_ecdh_kdf_md(ctx, form->kdf) > 0);
	if (form->padding != 0)
		assert_true(EVP_PKEY_CTX_set_rsa_padding(ctx, form->padding) > 0);
	if (form->label != NULL)
		assert_true(EVP_PKEY_CTX_set_rsa_oaep_md(ctx, form->label) > 0);
	if (form->mask != NULL)
		assert_true(EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, form->mask) > 0);
	if (form->label_text != NULL) {
		text = OPENSSL_memdup(form->label_text, strlen(form->label_text));
		assert_true(
		    EVP_PKEY_CTX_set0_rsa_oaep_label(ctx, text, (int)strlen(form->label_text)) > 0);
	}
}

static X509 *
certificate_of(int reader)
{
	const struct pb_buf *pem = &readers[reader].certificate;
	BIO *bio = BIO_new_mem_buf(pem->data, (int)pem->len);
	X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);

	BIO_free(bio);
	return certificate;
}

/* Takes the envelope. */
static struct pb_buf
finish(CMS_ContentInfo *take_cms)
{
	static const uint8_t content[32];
	BIO *in = BIO_new_mem_buf(content, sizeof(content));
	struct pb_buf der = PB_BUF_EMPTY;
	unsigned char *data = NULL;
	int len;

	assert_int_equal(CMS_set_detached(take_cms, 0), 1);
	assert_int_equal(CMS_final(take_cms, in, NULL, CMS_BINARY), 1);
	len = i2d_CMS_ContentInfo(take_cms, &data);
	assert_true(len > 0);
	assert_int_equal(pb_buf_append(&der, data, (size_t)len), PB_OK);
	OPENSSL_free(data);
	BIO_free(in);
	CMS_ContentInfo_free(take_cms);
	return der;
}

static struct pb_buf
seal_otherwise(const struct other_form *form)
{
	X509 *certificate = certificate_of(form->reader);
	CMS_ContentInfo *cms = form->plain ? CMS_EnvelopedData_create(form->cipher)
					   : CMS_AuthEnvelopedData_create(form->cipher);
	CMS_RecipientInfo *recipient =
	    CMS_add1_recipient_cert(cms, certificate, form->flags | CMS_KEY_PARAM);

	assert_non_null(recipient);
	set_parameters(CMS_RecipientInfo_get0_pkey_ctx(recipient), form);
	X509_free(certificate);
	return finish(cms);
}

#define OAEP .padding = RSA_PKCS1_OAEP_PADDING

static void
recipients_refuses_what_openssl_would_write_unasked(void **state)
{
	const EVP_MD *sha1 = EVP_sha1(), *sha256 = EVP_sha256(), *sha512 = EVP_sha512();
	const EVP_CIPHER *gcm = EVP_aes_256_gcm();
	const unsigned id = CMS_USE_KEYID;
	const struct other_form forms[] = {
		/* the defaults: PKCS#1 v1.5, SHA-1 as KDF, issuer and serial number */
		{ RSA3072, gcm, id, .label = NULL },
		{ P256, gcm, id, .kdf = NULL },
		{ P256, gcm, 0, .kdf = sha256 },
		{ RSA3072, gcm, 0, OAEP, .label = sha256, .mask = sha256 },
		/* other digests */
		{ P256, gcm, id, .kdf = sha512 },
		{ P256, gcm, id, .kdf = sha1 },
		{ RSA3072, gcm, id, OAEP },
		{ RSA3072, gcm, id, OAEP, .label = sha1, .mask = sha256 },
		{ RSA3072, gcm, id, OAEP, .label = sha256, .mask = sha1 },
		{ RSA3072, gcm, id, OAEP, .label = sha512, .mask = sha512 },
		{ RSA3072, gcm, id, OAEP, .label = sha256, .mask = sha256, .label_text = "l" },
		/* other ciphers, and with them other wraps */
		{ P256, EVP_aes_128_gcm(), id, .kdf = sha256 },
		{ P256, EVP_aes_192_gcm(), id, .kdf = sha256 },
		{ P256, EVP_aes_256_cbc(), id, .kdf = sha256, .plain = true },
		{ RSA3072, EVP_aes_256_cbc(), id, OAEP, .label = sha256, .mask = sha256,
		    .plain = true },
	};
	struct pb_buf cms;
	size_t i;

	(void)state;
	for (i = 0; i < CASES(forms); i++) {
		cms = seal_otherwise(&forms[i]);
		assert_refused(&cms);
		pb_buf_done(&cms);
	}
}

/* The table above differs from the prescribed form where it says so, and only there. */
static void
recipients_takes_what_openssl_writes_when_asked_well(void **state)
{
	const struct other_form forms[] = {
		{ P256, EVP_aes_256_gcm(), CMS_USE_KEYID, .kdf = EVP_sha256() },
		{ P384, EVP_aes_256_gcm(), CMS_USE_KEYID, .kdf = EVP_sha256() },
		{ RSA3072, EVP_aes_256_gcm(), CMS_USE_KEYID, OAEP, .label = EVP_sha256(),
		    .mask = EVP_sha256() },
	};
	struct pb_buf cms, ids = PB_BUF_EMPTY;
	size_t i;

	(void)state;
	for (i = 0; i < CASES(forms); i++) {
		cms = seal_otherwise(&forms[i]);
		assert_int_equal(pb_envelope_recipients(cms.data, cms.len, &ids, NULL), PB_OK);
		pb_buf_done(&cms);
	}
	pb_buf_done(&ids);
}

static void
recipients_refuses_shared_keys_and_passwords(void **state)
{
	unsigned char *key = OPENSSL_zalloc(32), *id = OPENSSL_zalloc(20);
	unsigned char *password = (unsigned char *)OPENSSL_strdup("mot de passe");
	CMS_ContentInfo *cms = CMS_AuthEnvelopedData_create(EVP_aes_256_gcm());
	struct pb_buf der;

	(void)state;
	assert_non_null(
	    CMS_add0_recipient_key(cms, NID_id_aes256_wrap, key, 32, id, 20, NULL, NULL, NULL));
	der = finish(cms);
	assert_refused(&der);
	pb_buf_done(&der);
	cms = CMS_AuthEnvelopedData_create(EVP_aes_256_gcm());
	assert_non_null(CMS_add0_recipient_password(
	    cms, -1, NID_undef, NID_undef, password, -1, EVP_aes_256_cbc()));
	der = finish(cms);
	assert_refused(&der);
	pb_buf_done(&der);
}

/* ---- good path ---- */

static void
recipients_lists_each_reader_in_order(void **state)
{
	struct pb_buf cms = seal(P256, READERS), ids = PB_BUF_EMPTY;
	CMS_ContentInfo *info;
	const unsigned char *at = cms.data;
	char line[2 * PB_READER_ID_MAX + 2];
	const char *text;
	int i;

	(void)state;
	assert_int_equal(pb_buf_append_text(&ids, "before\n"), PB_OK);
	assert_int_equal(pb_envelope_recipients(cms.data, cms.len, &ids, NULL), PB_OK);
	text = pb_buf_text(&ids);
	assert_int_equal(strlen(text), 7 + READERS * 41);
	for (i = 0; i < READERS; i++) {
		snprintf(line, sizeof(line), "\n%s\n", pb_reader_id(readers[i].reader));
		assert_non_null(strstr(text, line));
	}
	/* RSA stands first, as its tag is the lowest (X.690 11.6) */
	assert_memory_equal(text + 7, pb_reader_id(readers[RSA3072].reader), 40);
	info = d2i_CMS_ContentInfo(NULL, &at, (long)cms.len);
	assert_int_equal(sk_CMS_RecipientInfo_num(CMS_get0_RecipientInfos(info)), READERS);
	CMS_ContentInfo_free(info);
	pb_buf_done(&ids);
	pb_buf_done(&cms);
}

/* ---- tampering ---- */

/* Where the SET of recipients stands. */
static struct pb_cursor
find_set(const struct pb_buf *cms)
{
	struct pb_cursor c, info, content, envelope, skipped, set;

	pb_cursor_init(&c, cms->data, cms->len);
	pb_der_enter(&c, PB_DER_SEQUENCE, &info);
	pb_der_enter(&info, 0x06, &skipped);
	pb_der_enter(&info, PB_DER_CONTEXT | 0, &content);
	pb_der_enter(&content, PB_DER_SEQUENCE, &envelope);
	pb_der_enter(&envelope, PB_DER_INTEGER, &skipped);
	pb_der_enter(&envelope, PB_DER_SET, &set);
	assert_false(set.failed);
	return set;
}

static void
recipients_refuses_a_set_out_of_order(void **state)
{
	struct pb_buf cms = seal(P256, 2), swapped = PB_BUF_EMPTY;
	struct pb_cursor set = find_set(&cms);
	size_t at = (size_t)(set.at - cms.data), len = pb_cursor_left(&set) / 2;

	(void)state;
	assert_int_equal(pb_cursor_left(&set) % 2, 0);
	assert_int_equal(pb_buf_append(&swapped, cms.data, at), PB_OK);
	assert_int_equal(pb_buf_append(&swapped, cms.data + at + len, len), PB_OK);
	assert_int_equal(pb_buf_append(&swapped, cms.data + at, len), PB_OK);
	assert_int_equal(
	    pb_buf_append(&swapped, cms.data + at + 2 * len, cms.len - at - 2 * len), PB_OK);
	assert_int_equal(swapped.len, cms.len);
	assert_refused(&swapped);
	pb_buf_done(&swapped);
	pb_buf_done(&cms);
}

static void
recipients_refuses_octets_behind_the_envelope(void **state)
{
	struct pb_buf cms = seal(P256, 1);

	(void)state;
	assert_int_equal(pb_buf_append_u8(&cms, 0), PB_OK);
	assert_refused(&cms);
	pb_buf_done(&cms);
}

/* BER that OpenSSL reads and would write otherwise. */
static void
recipients_refuses_indefinite_lengths(void **state)
{
	struct pb_buf cms = seal(P256, 2), ber = PB_BUF_EMPTY;
	const unsigned char *at;
	CMS_ContentInfo *info;

	(void)state;
	assert_int_equal(cms.data[1], 0x82);
	assert_int_equal(pb_buf_append(&ber, "\x30\x80", 2), PB_OK);
	assert_int_equal(pb_buf_append(&ber, cms.data + 4, cms.len - 4), PB_OK);
	assert_int_equal(pb_buf_append(&ber, "\0\0", 2), PB_OK);
	at = ber.data;
	info = d2i_CMS_ContentInfo(NULL, &at, (long)ber.len);
	assert_non_null(info);
	CMS_ContentInfo_free(info);
	assert_refused(&ber);
	pb_buf_done(&ber);
	pb_buf_done(&cms);
}

/* Identifiers, wrapped keys (RSA and AES), points, nonce, ciphertext, tag: all else is form. */
#define DATA_LEN (4 * 20 + 384 + 3 * 40 + 2 * 65 + 97 + 12 + 32 + 16)

/* Whatever still reads well after a flip is data: OpenSSL reads it too and writes it back. */
static void
recipients_takes_nothing_that_reads_otherwise_again(void **state)
{
	struct pb_buf cms = seal(P256, READERS), ids = PB_BUF_EMPTY;
	unsigned char *again;
	const unsigned char *at;
	CMS_ContentInfo *info;
	size_t i, k, refused = 0;

	(void)state;
	for (i = 0; i < cms.len; i++)
		for (k = 0; k < 2; k++) {
			cms.data[i] ^= k ? 0xff : 0x01;
			pb_buf_clear(&ids);
			if (pb_envelope_recipients(cms.data, cms.len, &ids, NULL) == PB_OK) {
				at = cms.data;
				again = NULL;
				info = d2i_CMS_ContentInfo(NULL, &at, (long)cms.len);
				assert_non_null(info);
				assert_int_equal(i2d_CMS_ContentInfo(info, &again), cms.len);
				assert_memory_equal(again, cms.data, cms.len);
				OPENSSL_free(again);
				CMS_ContentInfo_free(info);
			} else {
				refused++;
			}
			cms.data[i] ^= k ? 0xff : 0x01;
		}
	assert_true(refused >= 2 * (cms.len - DATA_LEN));
	pb_buf_done(&ids);
	pb_buf_done(&cms);
}

#define TEST(name) cmocka_unit_test_teardown(name, no_errors_are_left)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(recipients_refuses_what_openssl_would_write_unasked),
		TEST(recipients_takes_what_openssl_writes_when_asked_well),
		TEST(recipients_refuses_shared_keys_and_passwords),
		TEST(recipients_lists_each_reader_in_order),
		TEST(recipients_refuses_a_set_out_of_order),
		TEST(recipients_refuses_octets_behind_the_envelope),
		TEST(recipients_refuses_indefinite_lengths),
		TEST(recipients_takes_nothing_that_reads_otherwise_again),
	};

	return cmocka_run_group_tests(tests, make_readers, free_readers);
}
