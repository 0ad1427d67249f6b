/* When certificates end: the first of a PEM text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#include "core/buf.h"
#include "crypto/expiry.h"

/* A certificate that ends then, behind what stands in pem. */
static void
add_certificate(struct pb_buf *pem, const char *not_after)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	X509 *certificate = X509_new();
	BIO *bio = BIO_new(BIO_s_mem());
	const char *text = NULL;
	long len;

	assert_int_equal(
	    ASN1_TIME_set_string(X509_getm_notBefore(certificate), "20200101000000Z"), 1);
	assert_int_equal(ASN1_TIME_set_string(X509_getm_notAfter(certificate), not_after), 1);
	assert_int_equal(X509_set_pubkey(certificate, key), 1);
	assert_true(X509_sign(certificate, key, NULL) > 0);
	assert_int_equal(PEM_write_bio_X509(bio, certificate), 1);
	len = BIO_get_mem_data(bio, &text);
	assert_int_equal(pb_buf_append(pem, text, (size_t)len), PB_OK);
	BIO_free(bio);
	X509_free(certificate);
	EVP_PKEY_free(key);
}

static void
what_holds_no_certificate_has_no_end(void **state)
{
	static const char *const texts[] = { "", "\n", "-----BEGIN CERTIFICATE-----\n",
		"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" };
	int64_t ends_s = 5;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(
		    pb_expiry_first(texts[i], strlen(texts[i]), &ends_s, NULL), PB_EDATA);
	assert_int_equal(ends_s, 5);
}

static void
the_first_that_ends_counts(void **state)
{
	struct pb_buf pem = PB_BUF_EMPTY;
	int64_t ends_s = 0;

	(void)state;
	add_certificate(&pem, "20300101000000Z");
	assert_int_equal(pb_expiry_first(pem.data, pem.len, &ends_s, NULL), PB_OK);
	assert_int_equal(ends_s, 1893456000);
	add_certificate(&pem, "20270506160610Z");
	add_certificate(&pem, "99991231235959Z");
	assert_int_equal(pb_expiry_first(pem.data, pem.len, &ends_s, NULL), PB_OK);
	assert_int_equal(ends_s, 1809619570);
	pb_buf_done(&pem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_holds_no_certificate_has_no_end),
		cmocka_unit_test(the_first_that_ends_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
