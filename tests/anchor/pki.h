/*
 * A fictitious certification authority with a TSA two steps below its root, whose
 * certificates say where their issuers and revocation lists are; and the server that has them.
 */
#ifndef PB_TEST_ANCHOR_PKI_H
#define PB_TEST_ANCHOR_PKI_H

#include "archive/fixture.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "anchor/ask.h"
#include "stamp/authority.h"

#define MIDDLE_URL "http://pki.example/middle.cer"
#define MIDDLE_CRL_URL "http://pki.example/middle.crl"
#define ROOT_CRL_URL "http://pki.example/root.crl"

enum { ROOT, MIDDLE, TSA, PKI_COUNT };

struct pki {
	struct fixture *f;
	EVP_PKEY *key[PKI_COUNT];
	X509 *certificate[PKI_COUNT];
	struct pb_authority *authority;
	struct pb_http http;
	/* What the server gives; NULL is 404. */
	const struct pb_buf *middle;
	const struct pb_buf *middle_crl;
	const struct pb_buf *root_crl;
	unsigned fetches;
	bool broken;       /* every GET fails */
	int64_t takes_s;   /* each exchange */
	uint32_t given_ms; /* for the last one */
};

static inline void
extend(X509 *certificate, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *extension;

	X509V3_set_ctx(&ctx, issuer, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	assert_non_null(extension);
	assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

static inline void
issue(struct pki *pki, int which, const char *name, const char *const *extensions, const int *nid)
{
	int from = which == ROOT ? ROOT : which - 1;
	X509 *c = X509_new();
	size_t i;

	pki->key[which] = EVP_EC_gen("P-256");
	pki->certificate[which] = c;
	assert_int_equal(X509_set_version(c, 2), 1);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(c), 100 + which), 1);
	assert_non_null(ASN1_TIME_set(X509_getm_notBefore(c), NOON_S - 86400));
	assert_non_null(ASN1_TIME_set(X509_getm_notAfter(c), NOON_S + 86400LL * 3650));
	assert_int_equal(X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "CN", MBSTRING_ASC,
			     (const unsigned char *)name, -1, -1, 0),
	    1);
	assert_int_equal(X509_set_issuer_name(c, X509_get_subject_name(pki->certificate[from])), 1);
	assert_int_equal(X509_set_pubkey(c, pki->key[which]), 1);
	for (i = 0; extensions[i] != NULL; i++)
		extend(c, pki->certificate[from], nid[i], extensions[i]);
	assert_true(X509_sign(c, pki->key[from], EVP_sha256()) > 0);
}

static inline void
append_der(struct pb_buf *buf, X509 *certificate)
{
	unsigned char *der = NULL;
	int len = i2d_X509(certificate, &der);

	assert_true(len > 0);
	assert_int_equal(pb_buf_append(buf, der, (size_t)len), PB_OK);
	OPENSSL_free(der);
}

static inline void
append_pem(struct pb_buf *buf, X509 *certificate, EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long len;

	if (certificate != NULL)
		assert_int_equal(PEM_write_bio_X509(bio, certificate), 1);
	else
		assert_int_equal(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL), 1);
	len = BIO_get_mem_data(bio, &text);
	assert_int_equal(pb_buf_append(buf, text, (size_t)len), PB_OK);
	BIO_free(bio);
}

/* A list of the issuer `from`, DER; revoked: the certificate below him stands in it. */
static inline struct pb_buf
list_of(struct pki *pki, int from, bool revoked)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *time = ASN1_TIME_set(NULL, NOON_S - 3600);
	struct pb_buf buf = PB_BUF_EMPTY;
	unsigned char *der = NULL;
	int len;

	assert_int_equal(X509_CRL_set_version(crl, 1), 1);
	assert_int_equal(
	    X509_CRL_set_issuer_name(crl, X509_get_subject_name(pki->certificate[from])), 1);
	assert_int_equal(X509_CRL_set1_lastUpdate(crl, time), 1);
	if (revoked) {
		X509_REVOKED *entry = X509_REVOKED_new();

		assert_int_equal(X509_REVOKED_set_serialNumber(
				     entry, X509_get_serialNumber(pki->certificate[from + 1])),
		    1);
		assert_int_equal(X509_REVOKED_set_revocationDate(entry, time), 1);
		assert_int_equal(X509_CRL_add0_revoked(crl, entry), 1);
	}
	assert_non_null(ASN1_TIME_set(time, NOON_S + 86400));
	assert_int_equal(X509_CRL_set1_nextUpdate(crl, time), 1);
	assert_true(X509_CRL_sign(crl, pki->key[from], EVP_sha256()) > 0);
	len = i2d_X509_CRL(crl, &der);
	assert_int_equal(pb_buf_append(&buf, der, (size_t)len), PB_OK);
	OPENSSL_free(der);
	ASN1_TIME_free(time);
	X509_CRL_free(crl);
	return buf;
}

static inline enum pb_status
pki_exchange(void *ctx, const struct pb_http_request *request, struct pb_http_reply *ret_reply,
    struct pb_error *err)
{
	struct pki *pki = ctx;
	const struct pb_buf *file = NULL;
	bool granted;

	assert_true(request->timeout_ms > 0); /* libcurl would wait for ever */
	pki->given_ms = request->timeout_ms;
	pass_time(pki->f, pki->takes_s);
	if (request->content_type != NULL) {
		ret_reply->status = 200;
		(void)snprintf(ret_reply->content_type, sizeof(ret_reply->content_type),
		    "application/timestamp-reply");
		return pb_authority_answer(pki->authority, pki->f->world.random,
		    pki->f->clock.now_us, request->body, request->body_len, &ret_reply->body,
		    &granted, err);
	}
	pki->fetches++;
	if (pki->broken)
		return pb_fail(err, PB_EUNAVAIL, "ask a server", "nothing came", "%s", "");
	if (strncmp(request->url, MIDDLE_URL, strlen(MIDDLE_URL)) == 0)
		file = pki->middle;
	else if (strcmp(request->url, MIDDLE_CRL_URL) == 0)
		file = pki->middle_crl;
	else if (strcmp(request->url, ROOT_CRL_URL) == 0)
		file = pki->root_crl;
	ret_reply->status = file != NULL ? 200 : 404;
	return file != NULL ? pb_buf_append(&ret_reply->body, file->data, file->len) : PB_OK;
}

/* "<prefix>http://...?1,<prefix>http://...?2," and so on, eight of them. */
#define EIGHT(prefix, url)                                                                         \
	prefix url "?1," prefix url "?2," prefix url "?3," prefix url "?4," prefix url             \
		   "?5," prefix url "?6," prefix url "?7," prefix url "?8"

/* many: its certificate names eight places of each sort. */
static inline void
pki_make(struct pki *pki, struct fixture *f, bool many)
{
	static const char *const tsa_of_many[] = { "critical,timeStamping",
		"critical,digitalSignature", "hash", EIGHT("URI:", MIDDLE_CRL_URL),
		EIGHT("caIssuers;URI:", MIDDLE_URL), NULL };
	static const int of_ca[] = { NID_basic_constraints, NID_key_usage,
		NID_subject_key_identifier, NID_crl_distribution_points };
	static const int of_tsa[] = { NID_ext_key_usage, NID_key_usage, NID_subject_key_identifier,
		NID_crl_distribution_points, NID_info_access };
	static const char *const root[] = { "critical,CA:TRUE", "critical,keyCertSign,cRLSign",
		"hash", NULL };
	static const char *const middle[] = { "critical,CA:TRUE", "critical,keyCertSign,cRLSign",
		"hash", "URI:" ROOT_CRL_URL, NULL };
	static const char *const tsa[] = { "critical,timeStamping", "critical,digitalSignature",
		"hash", "URI:" MIDDLE_CRL_URL, "caIssuers;URI:" MIDDLE_URL, NULL };
	struct pb_buf key = PB_BUF_EMPTY, chain = PB_BUF_EMPTY;

	*pki = (struct pki){ .f = f };
	pki->http = (struct pb_http){ .ctx = pki, .exchange = pki_exchange };
	issue(pki, ROOT, "Racine fictive", root, of_ca);
	issue(pki, MIDDLE, "Autorite fictive", middle, of_ca);
	issue(pki, TSA, "Horodatage fictif", many ? tsa_of_many : tsa, of_tsa);
	append_pem(&key, NULL, pki->key[TSA]);
	append_pem(&chain, pki->certificate[TSA], NULL);
	assert_int_equal(
	    pb_authority_open(key.data, key.len, chain.data, chain.len, &pki->authority, NULL),
	    PB_OK);
	pb_buf_done(&key);
	pb_buf_done(&chain);
}

static inline void
pki_init(struct pki *pki, struct fixture *f)
{
	pki_make(pki, f, false);
}

static inline void
pki_done(struct pki *pki)
{
	for (int i = 0; i < PKI_COUNT; i++) {
		EVP_PKEY_free(pki->key[i]);
		X509_free(pki->certificate[i]);
	}
	pb_authority_free(pki->authority);
}

#endif
