/* Tokens and requests of every kind, made by OpenSSL and by hand; files of tests/vectors/tsa. */
#ifndef PB_TEST_STAMP_CRAFT_H
#define PB_TEST_STAMP_CRAFT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka.h wants these before it. */
#include <cmocka.h>

#include <openssl/cms.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>

#include "crypto/crypto.h"
#include "lib/memory.h"
#include "lib/world.h"
#include "stamp/authority.h"
#include "stamp/request.h"
#include "stamp/token.h"

#define CASES(array) (sizeof(array) / sizeof((array)[0]))
#define NOW_S 1778089320 /* 2026-05-06T17:42:00Z */
#define NOW_US (NOW_S * INT64_C(1000000))

static inline int
start_crypto(void **state)
{
	(void)state;
	return pb_crypto_init(NULL) == PB_OK ? 0 : -1;
}

/* "04-sigstage-sha256/token.tsr", whole. */
static inline void
read_vector(const char *name, struct pb_buf *buf)
{
	uint8_t piece[4096];
	char path[512];
	size_t got;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/tsa/%s", TEST_VECTORS, name);
	file = fopen(path, "rb");
	assert_non_null(file);
	while ((got = fread(piece, 1, sizeof(piece), file)) > 0)
		assert_int_equal(pb_buf_append(buf, piece, got), PB_OK);
	fclose(file);
}

/* What a test authority states, as far as it differs. */
struct statement {
	long version;       /* 0: 1 */
	int hash_nid;       /* 0: SHA-256 */
	int imprint_len;    /* 0: 32 */
	const char *time;   /* NULL: a good one */
	const char *policy; /* NULL: 1.2.3.4 */
	size_t serial_len;  /* 0: 1 */
	size_t nonce_len;   /* 0: none */
	bool negative_nonce;
	long seconds, millis, micros; /* 0: absent; all 0: no accuracy */
	bool ordering;
	const void *statements; /* the value of a qcStatements extension */
	int statements_len;
	int signers;      /* 0: one; < 0: none */
	int content_nid;  /* 0: TSTInfo */
	bool detached;    /* the content is left out */
	bool behind;      /* an octet stands behind TSTInfo in the content */
	bool certificate; /* the signer's is embedded */
};

static inline ASN1_INTEGER *
long_integer(size_t len, bool negative)
{
	ASN1_INTEGER *number = ASN1_INTEGER_new();
	uint8_t octets[128];

	assert_true(len <= sizeof(octets));
	for (size_t i = 0; i < len; i++)
		octets[i] = (uint8_t)(i + 1);
	assert_int_equal(ASN1_STRING_set(number, octets, (int)len), 1);
	number->type = negative ? V_ASN1_NEG_INTEGER : V_ASN1_INTEGER;
	return number;
}

static inline TS_MSG_IMPRINT *
craft_imprint(int nid, int len)
{
	TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	X509_ALGOR *algorithm = X509_ALGOR_new();
	unsigned char octets[128] = { 0 };

	X509_ALGOR_set0(algorithm, OBJ_nid2obj(nid == 0 ? NID_sha256 : nid), V_ASN1_NULL, NULL);
	assert_int_equal(TS_MSG_IMPRINT_set_algo(imprint, algorithm), 1);
	assert_int_equal(TS_MSG_IMPRINT_set_msg(imprint, octets, len == 0 ? 32 : len), 1);
	X509_ALGOR_free(algorithm);
	return imprint;
}

static inline void
craft_accuracy(TS_TST_INFO *tst, const struct statement *s)
{
	TS_ACCURACY *accuracy;
	ASN1_INTEGER *number;

	if (s->seconds == 0 && s->millis == 0 && s->micros == 0)
		return;
	accuracy = TS_ACCURACY_new();
	number = ASN1_INTEGER_new();
	ASN1_INTEGER_set(number, s->seconds);
	if (s->seconds != 0)
		TS_ACCURACY_set_seconds(accuracy, number);
	ASN1_INTEGER_set(number, s->millis);
	if (s->millis != 0)
		TS_ACCURACY_set_millis(accuracy, number);
	ASN1_INTEGER_set(number, s->micros);
	if (s->micros != 0)
		TS_ACCURACY_set_micros(accuracy, number);
	TS_TST_INFO_set_accuracy(tst, accuracy);
	ASN1_INTEGER_free(number);
	TS_ACCURACY_free(accuracy);
}

static inline void
craft_statements(TS_TST_INFO *tst, const struct statement *s)
{
	ASN1_OCTET_STRING *value;
	X509_EXTENSION *extension;

	if (s->statements == NULL)
		return;
	value = ASN1_OCTET_STRING_new();
	ASN1_OCTET_STRING_set(value, s->statements, s->statements_len);
	extension = X509_EXTENSION_create_by_NID(NULL, NID_qcStatements, 0, value);
	assert_int_equal(TS_TST_INFO_add_ext(tst, extension, -1), 1);
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(value);
}

/* TSTInfo, DER, to be freed by OPENSSL_free. */
static inline unsigned char *
craft_tst(const struct statement *s, int *ret_len)
{
	TS_TST_INFO *tst = TS_TST_INFO_new();
	TS_MSG_IMPRINT *imprint = craft_imprint(s->hash_nid, s->imprint_len);
	ASN1_OBJECT *policy = OBJ_txt2obj(s->policy == NULL ? "1.2.3.4" : s->policy, 1);
	ASN1_INTEGER *serial = long_integer(s->serial_len == 0 ? 1 : s->serial_len, false);
	ASN1_INTEGER *nonce = long_integer(s->nonce_len, s->negative_nonce);
	ASN1_GENERALIZEDTIME *time = ASN1_GENERALIZEDTIME_new();
	unsigned char *der = NULL;

	assert_int_equal(
	    ASN1_STRING_set(time, s->time == NULL ? "20260506174200Z" : s->time, -1), 1);
	assert_int_equal(TS_TST_INFO_set_version(tst, s->version == 0 ? 1 : s->version), 1);
	assert_int_equal(TS_TST_INFO_set_policy_id(tst, policy), 1);
	assert_int_equal(TS_TST_INFO_set_msg_imprint(tst, imprint), 1);
	assert_int_equal(TS_TST_INFO_set_serial(tst, serial), 1);
	assert_int_equal(TS_TST_INFO_set_time(tst, time), 1);
	if (s->nonce_len > 0)
		assert_int_equal(TS_TST_INFO_set_nonce(tst, nonce), 1);
	if (s->ordering)
		assert_int_equal(TS_TST_INFO_set_ordering(tst, 0xff), 1);
	craft_accuracy(tst, s);
	craft_statements(tst, s);
	*ret_len = i2d_TS_TST_INFO(tst, &der);
	assert_true(*ret_len > 0);
	ASN1_GENERALIZEDTIME_free(time);
	ASN1_INTEGER_free(nonce);
	ASN1_INTEGER_free(serial);
	ASN1_OBJECT_free(policy);
	TS_MSG_IMPRINT_free(imprint);
	TS_TST_INFO_free(tst);
	return der;
}

/* A key with its certificate, both of one authority of the tests. */
struct signer {
	struct pb_buf key_pem, chain_pem;
	EVP_PKEY *pkey;
	X509 *certificate, *root;
};

static inline struct signer
make_signer(bool rsa)
{
	struct signer signer = { 0 };
	BIO *bio;

	assert_int_equal(pb_authority_generate("essai.example/journal/4e5f6071 (fictive)", NOW_S,
			     rsa, NULL, &signer.key_pem, &signer.chain_pem, NULL),
	    PB_OK);
	bio = BIO_new_mem_buf(signer.key_pem.data, (int)signer.key_pem.len);
	signer.pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	BIO_free(bio);
	bio = BIO_new_mem_buf(signer.chain_pem.data, (int)signer.chain_pem.len);
	signer.certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	signer.root = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	BIO_free(bio);
	assert_non_null(signer.pkey);
	assert_non_null(signer.certificate);
	assert_non_null(signer.root);
	return signer;
}

static inline void
free_signer(struct signer *signer)
{
	X509_free(signer->root);
	X509_free(signer->certificate);
	EVP_PKEY_free(signer->pkey);
	pb_buf_done(&signer->key_pem);
	pb_buf_done(&signer->chain_pem);
}

/* A bare token over it, DER, appended. */
static inline void
craft_token(const struct signer *signer, const struct statement *s, struct pb_buf *token)
{
	unsigned flags =
	    CMS_PARTIAL | CMS_BINARY | CMS_NOSMIMECAP | (s->detached ? CMS_DETACHED : 0);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, flags);
	int tst_len, len, signers = s->signers == 0 ? 1 : s->signers;
	unsigned char *tst = craft_tst(s, &tst_len), *der = NULL;
	BIO *content = BIO_new(BIO_s_mem());

	BIO_write(content, tst, tst_len);
	if (s->behind)
		BIO_write(content, "", 1);
	CMS_set1_eContentType(
	    cms, OBJ_nid2obj(s->content_nid == 0 ? NID_id_smime_ct_TSTInfo : s->content_nid));
	for (int i = 0; i < signers; i++)
		assert_non_null(CMS_add1_signer(cms, signer->certificate, signer->pkey,
		    EVP_sha256(), flags | (s->certificate && i == 0 ? 0 : CMS_NOCERTS)));
	/* OpenSSL finds that a signature is missing, and writes it all the same. */
	assert_int_equal(CMS_final(cms, content, NULL, flags), signers > 0);
	len = i2d_CMS_ContentInfo(cms, &der);
	assert_true(len > 0);
	assert_int_equal(pb_buf_append(token, der, (size_t)len), PB_OK);
	OPENSSL_free(der);
	OPENSSL_free(tst);
	BIO_free(content);
	CMS_ContentInfo_free(cms);
}

#endif
