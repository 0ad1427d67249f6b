#include "stamp/forge.h"

#include "crypto/crypto.h"

#include <assert.h>
#include <openssl/cms.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stamp/request.h"

/* Setting up a test must not fail, in any build. */
#define must(condition) ((condition) ? (void)0 : forge_panic(#condition, __LINE__))

struct forge_world forge_world;

static _Noreturn void
forge_panic(const char *condition, int line)
{
	fprintf(stderr, "forge.c:%d: %s\n", line, condition);
	abort();
}

/* ---- certificates ---- */

static void
set_name(X509_NAME *to, const char *name)
{
	must(X509_NAME_add_entry_by_txt(to, "O", MBSTRING_ASC,
		 (const unsigned char *)"Fictitious Stamps", -1, -1, 0) == 1);
	must(X509_NAME_add_entry_by_txt(
		 to, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0) == 1);
}

static void
extend(X509 *certificate, X509V3_CTX *ctx, int nid, const char *value)
{
	X509_EXTENSION *extension;

	if (value == NULL)
		return;
	extension = X509V3_EXT_conf_nid(NULL, ctx, nid, value);
	must(extension != NULL && X509_add_ext(certificate, extension, -1) == 1);
	X509_EXTENSION_free(extension);
}

static void
sign_certificate(X509 *certificate, EVP_PKEY *key, const struct forge_spec *spec)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pkey = NULL;

	must(EVP_DigestSignInit(ctx, &pkey, spec->md, NULL, key) == 1);
	if (spec->pss)
		must(EVP_PKEY_CTX_set_rsa_padding(pkey, RSA_PKCS1_PSS_PADDING) > 0);
	must(X509_sign_ctx(certificate, ctx) > 0);
	EVP_MD_CTX_free(ctx);
}

X509 *
forge_certificate(const struct forge_spec *spec)
{
	X509 *certificate = X509_new();
	X509 *issuer = spec->issuer == NULL ? certificate : spec->issuer->certificate;
	X509V3_CTX ctx;

	must(X509_set_version(certificate, X509_VERSION_3) == 1);
	must(ASN1_INTEGER_set(X509_get_serialNumber(certificate), spec->serial) == 1);
	set_name(X509_get_subject_name(certificate), spec->name);
	must(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1);
	must(X509_set_pubkey(certificate, spec->key) == 1);
	must(ASN1_TIME_set(X509_getm_notBefore(certificate), spec->from_s) != NULL);
	must(ASN1_TIME_set(X509_getm_notAfter(certificate), spec->to_s) != NULL);
	X509V3_set_ctx(&ctx, issuer, certificate, NULL, NULL, 0);
	extend(certificate, &ctx, NID_basic_constraints, spec->constraints);
	extend(certificate, &ctx, NID_key_usage, spec->usage);
	extend(certificate, &ctx, NID_ext_key_usage, spec->purpose);
	extend(certificate, &ctx, NID_subject_key_identifier, "hash");
	sign_certificate(certificate, spec->issuer == NULL ? spec->key : spec->issuer->key, spec);
	return certificate;
}

static struct forge_spec
ca_spec(const char *name, const struct forge_identity *issuer, EVP_PKEY *key, long serial)
{
	return (struct forge_spec){ .name = name,
		.issuer = issuer,
		.key = key,
		.md = EVP_sha256(),
		.serial = serial,
		.from_s = FORGE_GEN_S - 2000 * FORGE_DAY,
		.to_s = FORGE_GEN_S + 5000 * FORGE_DAY,
		.usage = "critical,keyCertSign,cRLSign",
		.constraints = "critical,CA:TRUE" };
}

struct forge_spec
forge_tsa_spec(EVP_PKEY *key)
{
	return (struct forge_spec){ .name = "TSA (fictitious)",
		.issuer = &forge_world.middle,
		.key = key,
		.md = EVP_sha256(),
		.serial = 1001,
		.from_s = FORGE_GEN_S - 100 * FORGE_DAY,
		.to_s = FORGE_GEN_S + 400 * FORGE_DAY,
		.usage = "critical,digitalSignature",
		.purpose = "critical,timeStamping" };
}

static struct forge_identity
make_ca(const char *name, const struct forge_identity *issuer, long serial)
{
	struct forge_identity ca = { .key = EVP_EC_gen("P-256") };
	struct forge_spec spec = ca_spec(name, issuer, ca.key, serial);

	ca.certificate = forge_certificate(&spec);
	return ca;
}

static struct forge_identity
make_tsa(EVP_PKEY *take_key)
{
	struct forge_spec spec = forge_tsa_spec(take_key);

	return (struct forge_identity){ forge_certificate(&spec), take_key };
}

int
forge_start(void **state)
{
	struct forge_world *w = &forge_world;

	(void)state;
	if (pb_crypto_init(NULL) != PB_OK)
		return -1;
	w->root = make_ca("Root (fictitious)", NULL, 1);
	w->other_root = make_ca("Other root (fictitious)", NULL, 2);
	w->middle = make_ca("Middle (fictitious)", &w->root, 11);
	w->tsa = make_tsa(EVP_EC_gen("P-256"));
	w->rsa = make_tsa(EVP_RSA_gen(2048));
	w->rsa1024 = EVP_RSA_gen(1024);
	w->p384 = EVP_EC_gen("P-384");
	return 0;
}

static void
identity_free(struct forge_identity *identity)
{
	X509_free(identity->certificate);
	EVP_PKEY_free(identity->key);
}

int
forge_stop(void **state)
{
	(void)state;
	identity_free(&forge_world.root);
	identity_free(&forge_world.other_root);
	identity_free(&forge_world.middle);
	identity_free(&forge_world.tsa);
	identity_free(&forge_world.rsa);
	EVP_PKEY_free(forge_world.rsa1024);
	EVP_PKEY_free(forge_world.p384);
	return 0;
}

/* ---- tokens ---- */

struct forge_plan
forge_plan(void)
{
	return (struct forge_plan){ .data = "what is stamped\n",
		.signer = forge_world.tsa.certificate,
		.key = forge_world.tsa.key,
		.embedded = { forge_world.tsa.certificate, forge_world.middle.certificate },
		.root = { forge_world.root.certificate },
		.imprint = EVP_sha256(),
		.digest = EVP_sha256(),
		.gen_s = FORGE_GEN_S,
		.signers = 1,
		.ess2 = true };
}

static void
put(struct pb_buf *buf, const void *data, size_t len)
{
	must(pb_buf_append(buf, data, len) == PB_OK);
}

static TS_MSG_IMPRINT *
make_imprint(const EVP_MD *md, const char *data)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	X509_ALGOR *algorithm = X509_ALGOR_new();
	unsigned len;

	must(EVP_Digest(data, strlen(data), digest, &len, md, NULL) == 1);
	must(X509_ALGOR_set0(algorithm, OBJ_nid2obj(EVP_MD_get_type(md)), V_ASN1_NULL, NULL) == 1);
	must(TS_MSG_IMPRINT_set_algo(imprint, algorithm) == 1);
	must(TS_MSG_IMPRINT_set_msg(imprint, digest, (int)len) == 1);
	X509_ALGOR_free(algorithm);
	return imprint;
}

static ASN1_INTEGER *
number(long value)
{
	ASN1_INTEGER *integer = ASN1_INTEGER_new();

	must(integer != NULL && ASN1_INTEGER_set(integer, value) == 1);
	return integer;
}

static void
make_tst(const struct forge_plan *plan, struct pb_buf *der)
{
	TS_TST_INFO *tst = TS_TST_INFO_new();
	TS_MSG_IMPRINT *imprint = make_imprint(plan->imprint, plan->data);
	ASN1_OBJECT *policy = OBJ_txt2obj("1.3.6.1.4.1.99999.1", 1);
	ASN1_INTEGER *serial = number(4711), *nonce = number(plan->nonce);
	ASN1_GENERALIZEDTIME *time = ASN1_GENERALIZEDTIME_set(NULL, plan->gen_s);
	unsigned char *out = NULL;
	int len;

	must(TS_TST_INFO_set_version(tst, 1) && TS_TST_INFO_set_policy_id(tst, policy) &&
	     TS_TST_INFO_set_msg_imprint(tst, imprint) && TS_TST_INFO_set_serial(tst, serial) &&
	     TS_TST_INFO_set_time(tst, time));
	if (plan->nonce != 0)
		must(TS_TST_INFO_set_nonce(tst, nonce));
	len = i2d_TS_TST_INFO(tst, &out);
	must(len > 0);
	put(der, out, (size_t)len);
	OPENSSL_free(out);
	ASN1_GENERALIZEDTIME_free(time);
	ASN1_INTEGER_free(serial);
	ASN1_INTEGER_free(nonce);
	ASN1_OBJECT_free(policy);
	TS_MSG_IMPRINT_free(imprint);
	TS_TST_INFO_free(tst);
}

/* SEQUENCE { SEQUENCE { SEQUENCE { OCTET STRING } } }: RFC 5035, nothing but the digest. */
static void
add_ess(CMS_SignerInfo *si, int nid, const EVP_MD *md, const X509 *named)
{
	uint8_t der[8 + EVP_MAX_MD_SIZE];
	unsigned len;

	must(X509_digest(named, md, der + 8, &len) == 1);
	for (unsigned i = 0; i < 4; i++) {
		der[2 * i] = i < 3 ? 0x30 : 0x04;
		der[2 * i + 1] = (uint8_t)(len + 2 * (3 - i));
	}
	must(CMS_signed_add1_attr_by_NID(si, nid, V_ASN1_SEQUENCE, der, 8 + (int)len) == 1);
}

static void
add_signer(CMS_ContentInfo *cms, const struct forge_plan *plan, X509 *signer, EVP_PKEY *key)
{
	unsigned flags = CMS_NOSMIMECAP | CMS_NOCERTS | CMS_PARTIAL | CMS_BINARY |
			 (plan->by_key ? CMS_USE_KEYID : 0) |
			 (plan->pss != NULL ? CMS_KEY_PARAM : 0);
	X509 *named = plan->named != NULL ? plan->named : signer;
	CMS_SignerInfo *si = CMS_add1_signer(cms, signer, key, plan->digest, flags);

	must(si != NULL);
	if (plan->pss != NULL) {
		EVP_PKEY_CTX *ctx = CMS_SignerInfo_get0_pkey_ctx(si);

		must(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) > 0);
		must(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) > 0);
		must(EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, plan->pss) > 0);
	}
	if (plan->ess1)
		add_ess(si, NID_id_smime_aa_signingCertificate, EVP_sha1(), named);
	if (plan->ess2)
		add_ess(si, NID_id_smime_aa_signingCertificateV2, EVP_sha256(), named);
	if (plan->unsigned_attribute)
		must(CMS_unsigned_add1_attr_by_txt(
			 si, "1.3.6.1.4.1.99999.2", V_ASN1_OCTET_STRING, "free", 4) == 1);
}

/* What stands in the buffer, inside an element of this tag. */
static void
enclose(struct pb_buf *buf, uint8_t tag)
{
	struct pb_buf whole = PB_BUF_EMPTY;
	uint8_t head[4] = { tag, 0x82, (uint8_t)(buf->len >> 8), (uint8_t)buf->len };

	if (buf->len < 0x80)
		head[1] = (uint8_t)buf->len;
	else if (buf->len < 0x100)
		head[1] = 0x81, head[2] = (uint8_t)buf->len;
	put(&whole, head, buf->len < 0x80 ? 2 : buf->len < 0x100 ? 3 : 4);
	put(&whole, buf->data, buf->len);
	pb_buf_done(buf);
	*buf = whole;
}

/* A SignedData that nobody signed, which OpenSSL doesn't make. */
static void
make_unsigned(const struct forge_plan *plan, struct pb_buf *der)
{
	static const uint8_t tst_info[] = { 0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
		0x09, 0x10, 0x01, 0x04 };
	static const uint8_t head[] = { 0x02, 0x01, 0x03, 0x31, 0x00 }, nobody[] = { 0x31, 0x00 };
	static const uint8_t signed_data[] = { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
		0x07, 0x02 };
	struct pb_buf tst = PB_BUF_EMPTY, content = PB_BUF_EMPTY, data = PB_BUF_EMPTY;

	make_tst(plan, &tst);
	enclose(&tst, 0x04);
	enclose(&tst, 0xa0);
	put(&content, tst_info, sizeof(tst_info));
	put(&content, tst.data, tst.len);
	enclose(&content, 0x30);
	put(&data, head, sizeof(head));
	put(&data, content.data, content.len);
	put(&data, nobody, sizeof(nobody));
	enclose(&data, 0x30);
	enclose(&data, 0xa0);
	put(der, signed_data, sizeof(signed_data));
	put(der, data.data, data.len);
	enclose(der, 0x30);
	pb_buf_done(&tst);
	pb_buf_done(&content);
	pb_buf_done(&data);
}

static void
make_cms(const struct forge_plan *plan, struct pb_buf *der)
{
	struct pb_buf tst = PB_BUF_EMPTY;
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_PARTIAL | CMS_BINARY);
	unsigned char *out = NULL;
	BIO *content;
	int len;

	make_tst(plan, &tst);
	content = BIO_new_mem_buf(tst.data, (int)tst.len);
	must(cms != NULL && CMS_set1_eContentType(cms, OBJ_nid2obj(NID_id_smime_ct_TSTInfo)) == 1);
	CMS_set_detached(cms, 0);
	if (plan->signers > 0)
		add_signer(cms, plan, plan->signer, plan->key);
	if (plan->signers > 1)
		add_signer(cms, plan, plan->second.certificate, plan->second.key);
	for (size_t i = 0; plan->embedded[i] != NULL; i++)
		must(CMS_add1_cert(cms, plan->embedded[i]) == 1);
	must(CMS_final(cms, content, NULL, CMS_BINARY) == 1);
	len = i2d_CMS_ContentInfo(cms, &out);
	must(len > 0);
	put(der, out, (size_t)len);
	OPENSSL_free(out);
	BIO_free(content);
	CMS_ContentInfo_free(cms);
	pb_buf_done(&tst);
}

/* TimeStampResp ::= SEQUENCE { SEQUENCE { INTEGER 0 }, token } */
static void
wrap(const struct pb_buf *token, struct pb_buf *response)
{
	static const uint8_t granted[] = { 0x30, 0x03, 0x02, 0x01, 0x00 };

	put(response, granted, sizeof(granted));
	put(response, token->data, token->len);
	enclose(response, 0x30);
}

static void
make_request(const struct forge_plan *plan, struct pb_buf *der)
{
	const char *data = plan->request_data != NULL ? plan->request_data : plan->data;
	TS_REQ *request = TS_REQ_new();
	TS_MSG_IMPRINT *imprint =
	    make_imprint(plan->request_md != NULL ? plan->request_md : plan->imprint, data);
	ASN1_INTEGER *nonce = number(plan->request_nonce);
	unsigned char *out = NULL;
	int len;

	must(TS_REQ_set_version(request, 1) && TS_REQ_set_msg_imprint(request, imprint) &&
	     TS_REQ_set_cert_req(request, 1));
	if (plan->request_nonce != 0)
		must(TS_REQ_set_nonce(request, nonce));
	if (plan->request_policy != NULL) {
		ASN1_OBJECT *policy = OBJ_txt2obj(plan->request_policy, 1);

		must(TS_REQ_set_policy_id(request, policy));
		ASN1_OBJECT_free(policy);
	}
	len = i2d_TS_REQ(request, &out);
	must(len > 0);
	put(der, out, (size_t)len);
	OPENSSL_free(out);
	ASN1_INTEGER_free(nonce);
	TS_MSG_IMPRINT_free(imprint);
	TS_REQ_free(request);
}

static void
make_pem(X509 *const *certificates, size_t max, struct pb_buf *pem)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long len;

	for (size_t i = 0; i < max && certificates[i] != NULL; i++)
		must(PEM_write_bio_X509(bio, certificates[i]) == 1);
	len = BIO_get_mem_data(bio, &text);
	put(pem, text, (size_t)len);
	BIO_free(bio);
}

void
forge(const struct forge_plan *plan, struct forged *forged)
{
	const char *shown = plan->shown != NULL ? plan->shown : plan->data;
	struct pb_buf token = PB_BUF_EMPTY;

	put(&forged->data, shown, strlen(shown));
	if (plan->signers == 0)
		make_unsigned(plan, &token);
	else
		make_cms(plan, &token);
	if (plan->meddle != NULL)
		plan->meddle(&token);
	if (plan->bare)
		put(&forged->token, token.data, token.len);
	else
		wrap(&token, &forged->token);
	if (plan->trailing != NULL)
		put(&forged->token, plan->trailing, strlen(plan->trailing));
	make_pem(plan->chain, 8, &forged->chain);
	make_pem(plan->root, 4, &forged->root);
	if (plan->request)
		make_request(plan, &forged->request);
	pb_buf_done(&token);
}

void
forged_free(struct forged *forged)
{
	pb_buf_done(&forged->data);
	pb_buf_done(&forged->token);
	pb_buf_done(&forged->chain);
	pb_buf_done(&forged->root);
	pb_buf_done(&forged->request);
	for (size_t i = 0; i < forged->revocation_count; i++)
		pb_buf_done(&forged->revocation[i].der);
}

/* ---- revocation ---- */

static void
add_entry(X509_CRL *crl, X509 *revoked, int64_t since_s, int reason) /* < 0: none stated */
{
	X509_REVOKED *entry = X509_REVOKED_new();
	ASN1_TIME *since = ASN1_TIME_set(NULL, since_s);

	must(X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(revoked)) == 1);
	must(X509_REVOKED_set_revocationDate(entry, since) == 1);
	if (reason >= 0) {
		ASN1_ENUMERATED *stated = ASN1_ENUMERATED_new();

		must(ASN1_ENUMERATED_set(stated, reason) == 1);
		must(X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, stated, 0, 0) == 1);
		ASN1_ENUMERATED_free(stated);
	}
	must(X509_CRL_add0_revoked(crl, entry) == 1);
	ASN1_TIME_free(since);
}

void
forge_add_crl(struct forged *forged, const struct forge_identity *by, X509 *revoked,
    int64_t since_s, int reason, int64_t made_s)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *made = ASN1_TIME_set(NULL, made_s);
	ASN1_TIME *next = ASN1_TIME_set(NULL, made_s + 7 * FORGE_DAY);
	struct pb_buf *der = &forged->revocation[forged->revocation_count++].der;
	unsigned char *out = NULL;
	int len;

	must(X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1);
	must(X509_CRL_set_issuer_name(crl, X509_get_subject_name(by->certificate)) == 1);
	must(X509_CRL_set1_lastUpdate(crl, made) == 1 && X509_CRL_set1_nextUpdate(crl, next) == 1);
	if (revoked != NULL)
		add_entry(crl, revoked, since_s, reason);
	must(X509_CRL_sort(crl) == 1 && X509_CRL_sign(crl, by->key, EVP_sha256()) > 0);
	len = i2d_X509_CRL(crl, &out);
	must(len > 0);
	put(der, out, (size_t)len);
	OPENSSL_free(out);
	ASN1_TIME_free(made);
	ASN1_TIME_free(next);
	X509_CRL_free(crl);
}

void
forge_add_ocsp(struct forged *forged, const struct forge_identity *issuer,
    const struct forge_identity *responder, X509 *about, int64_t since_s, int reason,
    int64_t made_s)
{
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), about, issuer->certificate);
	ASN1_TIME *since = ASN1_GENERALIZEDTIME_set(NULL, since_s);
	ASN1_TIME *made = ASN1_GENERALIZEDTIME_set(NULL, made_s);
	ASN1_TIME *next = ASN1_GENERALIZEDTIME_set(NULL, made_s + FORGE_DAY);
	OCSP_RESPONSE *response;
	unsigned char *out = NULL;
	int len;

	must(OCSP_basic_add1_status(basic, id,
		 since_s != 0 ? V_OCSP_CERTSTATUS_REVOKED : V_OCSP_CERTSTATUS_GOOD, reason, since,
		 made, next) != NULL);
	must(OCSP_basic_sign(
		 basic, responder->certificate, responder->key, EVP_sha256(), NULL, 0) == 1);
	response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
	len = i2d_OCSP_RESPONSE(response, &out);
	must(len > 0);
	forged->revocation[forged->revocation_count].ocsp = true;
	put(&forged->revocation[forged->revocation_count++].der, out, (size_t)len);
	OPENSSL_free(out);
	OCSP_RESPONSE_free(response);
	OCSP_CERTID_free(id);
	ASN1_TIME_free(since);
	ASN1_TIME_free(made);
	ASN1_TIME_free(next);
	OCSP_BASICRESP_free(basic);
}

/* ---- what the room says of it ---- */

enum pb_stamp_fault
forged_check(const struct forged *forged, bool exact, struct pb_stamp_verdict *ret_verdict)
{
	struct pb_stamp_evidence evidence = { .chain = forged->chain.data,
		.chain_len = forged->chain.len,
		.request = forged->request.data,
		.request_len = forged->request.len,
		.revocation_count = forged->revocation_count,
		.now_s = FORGE_GEN_S + 30 * FORGE_DAY,
		.exact = exact };
	struct pb_stamp_verdict verdict = { .fault = FORGE_UNREADABLE };
	struct pb_stamp_roots *roots = NULL;
	uint8_t imprint[PB_STAMP_HASH_MAX];
	struct pb_token *token = NULL;

	if (pb_token_parse(forged->token.data, forged->token.len, &token, NULL) == PB_OK) {
		if (forged->root.len > 0)
			must(pb_stamp_roots_parse(
				 forged->root.data, forged->root.len, &roots, NULL) == PB_OK);
		pb_stamp_imprint(
		    pb_token_info(token)->hash, forged->data.data, forged->data.len, imprint);
		evidence.imprint = imprint;
		evidence.roots = roots;
		for (size_t i = 0; i < forged->revocation_count; i++) {
			evidence.revocation[i].der = forged->revocation[i].der.data;
			evidence.revocation[i].len = forged->revocation[i].der.len;
			evidence.revocation[i].ocsp = forged->revocation[i].ocsp;
		}
		must(pb_stamp_check(token, &evidence, &verdict, NULL) == PB_OK);
	}
	if (ret_verdict != NULL)
		*ret_verdict = verdict;
	pb_token_free(token);
	pb_stamp_roots_free(roots);
	return verdict.fault;
}
