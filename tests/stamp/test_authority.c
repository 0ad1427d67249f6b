#include "stamp/craft.h"

#include <errno.h>
#include <openssl/ess.h>

static const uint8_t imprint[PB_STAMP_HASH_MAX] = { 0xe3, 0x01, 0x02, 0x03 };

/* The group's state: signers of both kinds, and what they open as. */
struct world {
	struct signer ec, rsa;
	struct pb_authority *authority, *rsa_authority;
	struct test_random random;
};

static struct pb_authority *
open_signer(const struct signer *signer)
{
	struct pb_authority *authority = NULL;

	assert_int_equal(pb_authority_open(signer->key_pem.data, signer->key_pem.len,
			     signer->chain_pem.data, signer->chain_pem.len, &authority, NULL),
	    PB_OK);
	return authority;
}

static int
start(void **state)
{
	static struct world world;

	if (start_crypto(state) != 0)
		return -1;
	world.ec = make_signer(false);
	world.rsa = make_signer(true);
	world.authority = open_signer(&world.ec);
	world.rsa_authority = open_signer(&world.rsa);
	test_random_init(&world.random, 1);
	*state = &world;
	return 0;
}

static int
end(void **state)
{
	struct world *world = *state;

	pb_authority_free(world->rsa_authority);
	pb_authority_free(world->authority);
	free_signer(&world->rsa);
	free_signer(&world->ec);
	return 0;
}

/* ---- asking ---- */

struct query {
	enum pb_stamp_hash hash;
	const char *policy;
	bool no_nonce, no_certificate;
};

static void
craft_query(const struct query *query, struct pb_buf *der)
{
	static const int nids[] = { NID_sha256, NID_sha384, NID_sha512 };
	TS_REQ *req = TS_REQ_new();
	TS_MSG_IMPRINT *made =
	    craft_imprint(nids[query->hash], (int)pb_stamp_hash_len(query->hash));
	ASN1_INTEGER *nonce = long_integer(8, false);
	ASN1_OBJECT *policy = query->policy == NULL ? NULL : OBJ_txt2obj(query->policy, 1);
	unsigned char *octets = NULL;
	int len;

	TS_REQ_set_version(req, 1);
	TS_REQ_set_msg_imprint(req, made);
	if (!query->no_nonce)
		TS_REQ_set_nonce(req, nonce);
	if (policy != NULL)
		TS_REQ_set_policy_id(req, policy);
	TS_REQ_set_cert_req(req, !query->no_certificate);
	len = i2d_TS_REQ(req, &octets);
	assert_int_equal(pb_buf_append(der, octets, (size_t)len), PB_OK);
	OPENSSL_free(octets);
	ASN1_OBJECT_free(policy);
	ASN1_INTEGER_free(nonce);
	TS_MSG_IMPRINT_free(made);
	TS_REQ_free(req);
}

/* Asked for what it grants.  The token is owned by the caller. */
static struct pb_token *
ask_at(struct world *world, const struct pb_authority *authority, const struct query *query,
    int64_t time_us)
{
	struct pb_buf request = PB_BUF_EMPTY, reply = PB_BUF_EMPTY;
	struct pb_token *token = NULL;
	bool granted = false;

	craft_query(query, &request);
	assert_int_equal(pb_authority_answer(authority, &world->random.table, time_us, request.data,
			     request.len, &reply, &granted, NULL),
	    PB_OK);
	assert_true(granted);
	assert_int_equal(pb_token_parse(reply.data, reply.len, &token, NULL), PB_OK);
	pb_buf_done(&reply);
	pb_buf_done(&request);
	return token;
}

static CMS_ContentInfo *
read_cms(const struct pb_token *token)
{
	const unsigned char *at;
	const void *bare;
	CMS_ContentInfo *cms;
	size_t len;

	pb_token_bare(token, &bare, &len);
	at = bare;
	cms = d2i_CMS_ContentInfo(NULL, &at, (long)len);
	assert_non_null(cms);
	return cms;
}

/* OpenSSL's word, CAdES attributes included. */
static bool
holds(const struct pb_token *token, const struct signer *signer)
{
	X509_STORE *store = X509_STORE_new();
	STACK_OF(X509) *certificates = sk_X509_new_null();
	CMS_ContentInfo *cms = read_cms(token);
	bool good;

	X509_STORE_set_purpose(store, X509_PURPOSE_TIMESTAMP_SIGN);
	X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), NOW_S);
	X509_STORE_add_cert(store, signer->root);
	sk_X509_push(certificates, signer->certificate);
	good = CMS_verify(cms, certificates, store, NULL, NULL, CMS_BINARY | CMS_CADES) == 1;
	CMS_ContentInfo_free(cms);
	sk_X509_free(certificates);
	X509_STORE_free(store);
	return good;
}

/* ---- safety ---- */

static void
assert_not_opened(const struct pb_buf *key, const void *chain, size_t len)
{
	struct pb_authority *authority = NULL;
	struct pb_error err;

	assert_int_equal(
	    pb_authority_open(key->data, key->len, chain, len, &authority, &err), PB_EDATA);
	assert_null(authority);
	assert_non_null(err.why);
}

static void
authority_is_not_opened_from_anything_else(void **state)
{
	const struct world *world = *state;
	const struct pb_buf *key = &world->ec.key_pem, *chain = &world->ec.chain_pem;
	const struct pb_buf noise = { (uint8_t *)(uintptr_t) "noise", 5, 5 };
	const char *root = strstr(pb_buf_text((struct pb_buf *)(uintptr_t)chain) + 1, "-----BEGIN");

	assert_not_opened(&PB_BUF_EMPTY, chain->data, chain->len);
	assert_not_opened(key, NULL, 0);
	assert_not_opened(key, "", SIZE_MAX);
	assert_not_opened(&noise, chain->data, chain->len);
	assert_not_opened(key, noise.data, noise.len);
	assert_not_opened(chain, key->data, key->len);
	/* another's certificate; the root, which is not for timestamps */
	assert_not_opened(key, world->rsa.chain_pem.data, world->rsa.chain_pem.len);
	assert_non_null(root);
	assert_not_opened(key, root, strlen(root));
	pb_authority_free(NULL);
}

static void
encrypted_key_is_refused_without_a_question(void **state)
{
	const struct world *world = *state;
	struct pb_buf pem = PB_BUF_EMPTY;
	BIO *bio = BIO_new(BIO_s_mem());
	char passphrase[] = "a passphrase (fictive)";
	const uint8_t *text;
	long len;

	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, world->ec.pkey, EVP_aes_256_cbc(),
			     passphrase, (int)strlen(passphrase), NULL, NULL),
	    1);
	len = BIO_get_mem_data(bio, &text);
	assert_int_equal(pb_buf_append(&pem, text, (size_t)len), PB_OK);
	assert_not_opened(&pem, world->ec.chain_pem.data, world->ec.chain_pem.len);
	pb_buf_done(&pem);
	BIO_free(bio);
}

static void
authority_needs_a_plain_name(void **state)
{
	struct pb_buf key = PB_BUF_EMPTY, chain = PB_BUF_EMPTY;
	char longest[258];

	(void)state;
	memset(longest, 'a', sizeof(longest));
	longest[257] = '\0';
	assert_int_equal(
	    pb_authority_generate("", NOW_S, false, NULL, &key, &chain, NULL), PB_EINVAL);
	assert_int_equal(
	    pb_authority_generate("a\nb", NOW_S, false, NULL, &key, &chain, NULL), PB_EINVAL);
	assert_int_equal(
	    pb_authority_generate("a\xff", NOW_S, false, NULL, &key, &chain, NULL), PB_EINVAL);
	assert_int_equal(
	    pb_authority_generate(longest, NOW_S, false, NULL, &key, &chain, NULL), PB_EINVAL);
	assert_int_equal(key.len + chain.len, 0);
}

static int
fill_fails(void *ctx, void *to, size_t len)
{
	(void)ctx;
	(void)to;
	(void)len;
	return -EIO;
}

static void
nothing_is_granted_without_random_numbers(void **state)
{
	const struct pb_random random = { .fill = fill_fails };
	struct pb_buf request = PB_BUF_EMPTY, reply = PB_BUF_EMPTY;
	const struct query query = { 0 };
	struct world *world = *state;
	bool granted = false;

	craft_query(&query, &request);
	assert_int_equal(pb_authority_answer(world->authority, &random, NOW_US, request.data,
			     request.len, &reply, &granted, NULL),
	    PB_EIO);
	assert_false(granted);
	assert_int_equal(reply.len, 0);
	pb_buf_done(&request);
}

/* Neither a refusal nor half a reply. */
static void
no_memory_is_not_a_refusal(void **state)
{
	struct world *world = *state;
	struct pb_buf request = PB_BUF_EMPTY;
	const struct query query = { 0 };
	enum pb_status status;
	uint64_t failed;

	if (!test_memory_can_fail())
		skip();
	craft_query(&query, &request);
	for (uint64_t nth = 1;; nth++) {
		struct pb_buf reply = PB_BUF_EMPTY;
		bool granted = false;

		test_memory_fail(nth, false);
		status = pb_authority_answer(world->authority, &world->random.table, NOW_US,
		    request.data, request.len, &reply, &granted, NULL);
		failed = test_memory_restore();
		assert_int_equal(granted, status == PB_OK);
		assert_int_equal(reply.len > 0, status == PB_OK);
		assert_true(status == PB_OK || status == PB_ENOMEM || status == PB_ECRYPTO);
		pb_buf_done(&reply);
		if (failed == 0)
			break;
	}
	assert_int_equal(status, PB_OK);
	pb_buf_done(&request);
}

/* ---- certificates ---- */

static bool
is_critical(X509 *certificate, int nid)
{
	int at = X509_get_ext_by_NID(certificate, nid, -1);

	assert_true(at >= 0);
	return X509_EXTENSION_get_critical(X509_get_ext(certificate, at)) == 1;
}

/* RFC 3161 2.3, FORMAT 2.2. */
static void
certificate_is_for_timestamps_alone(void **state)
{
	const struct world *world = *state;
	X509 *certificate = world->ec.certificate;
	CERTIFICATEPOLICIES *policies;
	char oid[PB_STAMP_OID_MAX];

	assert_int_equal(X509_get_extended_key_usage(certificate), XKU_TIMESTAMP);
	assert_true(is_critical(certificate, NID_ext_key_usage));
	assert_int_equal(X509_get_key_usage(certificate), KU_DIGITAL_SIGNATURE);
	assert_true(is_critical(certificate, NID_key_usage));
	assert_int_equal(X509_check_ca(certificate), 0);
	policies = X509_get_ext_d2i(certificate, NID_certificate_policies, NULL, NULL);
	assert_int_equal(sk_POLICYINFO_num(policies), 1);
	OBJ_obj2txt(oid, sizeof(oid), sk_POLICYINFO_value(policies, 0)->policyid, 1);
	assert_string_equal(oid, PB_STAMP_LOCAL_POLICY);
	CERTIFICATEPOLICIES_free(policies);
	assert_int_equal(ASN1_STRING_length(X509_get0_subject_key_id(certificate)), 20);
	assert_int_equal(ASN1_OCTET_STRING_cmp(X509_get0_authority_key_id(certificate),
			     X509_get0_subject_key_id(world->ec.root)),
	    0);
}

static void
root_issues_and_its_key_is_another(void **state)
{
	const struct world *world = *state;
	const struct signer *signer = &world->ec;

	assert_int_equal(X509_check_ca(signer->root), 1);
	assert_int_equal(X509_get_pathlen(signer->root), 0);
	assert_int_equal(X509_get_key_usage(signer->root), KU_KEY_CERT_SIGN | KU_CRL_SIGN);
	assert_int_equal(X509_verify(signer->certificate, X509_get0_pubkey(signer->root)), 1);
	assert_int_equal(X509_check_private_key(signer->root, signer->pkey), 0);
	/* One key is handed over: nothing else begins behind it. */
	assert_null(memmem(signer->key_pem.data + 1, signer->key_pem.len - 1, "-----BEGIN", 10));
	assert_int_equal(X509_NAME_cmp(X509_get_issuer_name(signer->certificate),
			     X509_get_subject_name(signer->root)),
	    0);
}

static void
both_certificates_are_valid_for_20_years(void **state)
{
	const struct world *world = *state;
	time_t first = NOW_S, last = INT64_C(2409241320); /* 2046-05-06T17:42:00Z */
	X509 *both[] = { world->ec.certificate, world->ec.root };

	for (size_t i = 0; i < CASES(both); i++) {
		assert_int_equal(ASN1_TIME_cmp_time_t(X509_get0_notBefore(both[i]), first), 0);
		assert_int_equal(ASN1_TIME_cmp_time_t(X509_get0_notAfter(both[i]), last), 0);
	}
}

static void
serial_numbers_of_certificates_are_random_and_not_0(void **state)
{
	const struct world *world = *state;
	const X509 *all[] = { world->ec.certificate, world->ec.root, world->rsa.certificate,
		world->rsa.root };

	for (size_t i = 0; i < CASES(all); i++) {
		assert_int_equal(ASN1_STRING_length(X509_get0_serialNumber(all[i])), 16);
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(ASN1_INTEGER_cmp(X509_get0_serialNumber(all[i]),
						 X509_get0_serialNumber(all[j])),
			    0);
	}
}

/* An origin may have 200 octets, and its end tells it from others. */
static void
long_name_stands_whole(void **state)
{
	struct pb_buf key = PB_BUF_EMPTY, chain = PB_BUF_EMPTY;
	char name[221], common[300];
	X509 *certificate;
	BIO *bio;

	(void)state;
	memset(name, 'a', sizeof(name));
	memcpy(name + 210, "/4e5f6071", 10);
	assert_int_equal(
	    pb_authority_generate(name, NOW_S, false, NULL, &key, &chain, NULL), PB_OK);
	bio = BIO_new_mem_buf(chain.data, (int)chain.len);
	certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	X509_NAME_get_text_by_NID(
	    X509_get_subject_name(certificate), NID_commonName, common, sizeof(common));
	assert_string_equal(common, name);
	X509_NAME_get_text_by_NID(
	    X509_get_issuer_name(certificate), NID_commonName, common, sizeof(common));
	assert_memory_equal(common, name, strlen(name));
	assert_string_equal(common + strlen(name), " root");
	X509_free(certificate);
	BIO_free(bio);
	pb_buf_wipe(&key);
	pb_buf_done(&key);
	pb_buf_done(&chain);
}

/* ---- granted ---- */

static void
answer_is_of_the_request(void **state)
{
	static const struct query queries[] = {
		{ PB_STAMP_SHA256, NULL, false, false },
		{ PB_STAMP_SHA384, PB_STAMP_LOCAL_POLICY, false, true },
		{ PB_STAMP_SHA512, NULL, true, false },
		{ PB_STAMP_SHA256, NULL, true, true },
	};
	static const uint8_t zeros[PB_STAMP_HASH_MAX];
	const uint8_t nonce[32] = { [24] = 1, 2, 3, 4, 5, 6, 7, 8 };
	struct world *world = *state;

	for (size_t i = 0; i < CASES(queries); i++) {
		struct pb_token *token = ask_at(world, world->authority, &queries[i], NOW_US);
		const struct pb_token_info *info = pb_token_info(token);

		assert_int_equal(info->hash, queries[i].hash);
		assert_memory_equal(info->imprint, zeros, pb_stamp_hash_len(info->hash));
		assert_string_equal(info->policy, PB_STAMP_LOCAL_POLICY);
		assert_int_equal(info->has_nonce, !queries[i].no_nonce);
		if (info->has_nonce)
			assert_memory_equal(info->nonce, nonce, 32);
		assert_int_equal(info->tsa[0] == '\0', queries[i].no_certificate);
		assert_true(info->has_accuracy);
		assert_int_equal(info->accuracy_us, 1000000);
		assert_false(info->ordering);
		assert_false(info->qualified);
		assert_true(holds(token, &world->ec));
		assert_false(holds(token, &world->rsa));
		pb_token_free(token);
	}
}

static void
rsa_authority_answers_too(void **state)
{
	struct world *world = *state;
	const struct query query = { 0 };
	struct pb_token *token = ask_at(world, world->rsa_authority, &query, NOW_US);

	assert_true(holds(token, &world->rsa));
	pb_token_free(token);
}

/* RFC 3161 2.4.2: to the microsecond, without zeros at the end. */
static void
time_is_stated_to_the_microsecond(void **state)
{
	static const struct {
		int64_t us;
		const char *text;
	} cases[] = {
		{ NOW_US, "2026-05-06T17:42:00Z" },
		{ NOW_US + 250000, "2026-05-06T17:42:00.25Z" },
		{ NOW_US + 1, "2026-05-06T17:42:00.000001Z" },
		{ NOW_US + 999999, "2026-05-06T17:42:00.999999Z" },
		{ NOW_US + 100, "2026-05-06T17:42:00.0001Z" },
		{ -1, "1969-12-31T23:59:59.999999Z" },
	};
	struct world *world = *state;
	const struct query query = { 0 };

	for (size_t i = 0; i < CASES(cases); i++) {
		struct pb_token *token = ask_at(world, world->authority, &query, cases[i].us);

		assert_string_equal(pb_token_info(token)->gen_time, cases[i].text);
		assert_true(pb_token_info(token)->gen_time_us == cases[i].us);
		pb_token_free(token);
	}
}

/* RFC 5816, EN 319 422: signing-certificate by SHA-256, the old form left out. */
static void
signature_has_the_attributes_of_en_319_422(void **state)
{
	struct world *world = *state;
	const struct query query = { 0 };
	struct pb_token *token = ask_at(world, world->authority, &query, NOW_US + 5);
	CMS_ContentInfo *cms = read_cms(token);
	CMS_SignerInfo *si = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
	ASN1_TYPE *time;

	assert_int_equal(CMS_signed_get_attr_count(si), 4);
	assert_true(CMS_signed_get_attr_by_NID(si, NID_pkcs9_contentType, -1) >= 0);
	assert_true(CMS_signed_get_attr_by_NID(si, NID_pkcs9_messageDigest, -1) >= 0);
	assert_true(CMS_signed_get_attr_by_NID(si, NID_id_smime_aa_signingCertificateV2, -1) >= 0);
	assert_int_equal(
	    CMS_signed_get_attr_by_NID(si, NID_id_smime_aa_signingCertificate, -1), -1);
	assert_int_equal(CMS_unsigned_get_attr_count(si), -1);
	/* The time of the token, and not of the machine. */
	time = X509_ATTRIBUTE_get0_type(
	    CMS_signed_get_attr(si, CMS_signed_get_attr_by_NID(si, NID_pkcs9_signingTime, -1)), 0);
	assert_int_equal(ASN1_TIME_cmp_time_t(time->value.utctime, NOW_S), 0);
	CMS_ContentInfo_free(cms);
	pb_token_free(token);
}

static void
token_holds_the_certificate_and_not_the_root(void **state)
{
	struct world *world = *state;

	for (int without = 0; without < 2; without++) {
		const struct query query = { .no_certificate = without != 0 };
		struct pb_token *token = ask_at(world, world->authority, &query, NOW_US);
		CMS_ContentInfo *cms = read_cms(token);
		STACK_OF(X509) *certificates = CMS_get1_certs(cms);

		if (without == 0) {
			assert_int_equal(sk_X509_num(certificates), 1);
			assert_int_equal(
			    X509_cmp(sk_X509_value(certificates, 0), world->ec.certificate), 0);
		} else {
			assert_true(sk_X509_num(certificates) <= 0);
		}
		sk_X509_pop_free(certificates, X509_free);
		CMS_ContentInfo_free(cms);
		pb_token_free(token);
	}
}

static void
serial_numbers_of_tokens_are_fresh(void **state)
{
	struct world *world = *state;
	const struct query query = { 0 };
	char last[2 * PB_STAMP_SERIAL_MAX + 1] = "";

	for (int i = 0; i < 8; i++) {
		struct pb_token *token = ask_at(world, world->authority, &query, NOW_US);

		assert_string_not_equal(pb_token_info(token)->serial, last);
		assert_true(strlen(pb_token_info(token)->serial) <= 32);
		memcpy(last, pb_token_info(token)->serial, sizeof(last));
		pb_token_free(token);
	}
}

/* ---- refused ---- */

static void
assert_refused(struct world *world, const void *request, size_t len, const char *failure)
{
	struct pb_buf reply = PB_BUF_EMPTY;
	struct pb_token *token = NULL;
	struct pb_error err = { 0 };
	char object[128];
	bool granted = true;
	const unsigned char *at;
	TS_RESP *resp;

	assert_int_equal(pb_authority_answer(world->authority, &world->random.table, NOW_US,
			     request, len, &reply, &granted, &err),
	    PB_OK);
	assert_null(err.why);
	assert_false(granted);
	assert_int_equal(pb_token_parse(reply.data, reply.len, &token, &err), PB_EDATA);
	(void)snprintf(object, sizeof(object), "status 2 (rejection), %s", failure);
	assert_string_equal(err.object, object);
	at = reply.data;
	resp = d2i_TS_RESP(NULL, &at, (long)reply.len);
	assert_non_null(resp);
	assert_ptr_equal(at, reply.data + reply.len);
	assert_int_equal(
	    ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(resp))), 2);
	TS_RESP_free(resp);
	pb_buf_done(&reply);
}

/* RFC 3161 2.4.2. */
static void
what_is_not_granted_is_refused_by_name(void **state)
{
	struct world *world = *state;
	const struct query other = { .policy = "1.2.3" };
	struct pb_buf request = PB_BUF_EMPTY;
	struct query query = { 0 };

	assert_refused(world, NULL, 0, "badDataFormat");
	assert_refused(world, "noise", 5, "badDataFormat");
	craft_query(&other, &request);
	assert_refused(world, request.data, request.len, "unacceptedPolicy");
	pb_buf_clear(&request);
	craft_query(&query, &request);
	assert_int_equal(pb_buf_append_u8(&request, 0), PB_OK);
	assert_refused(world, request.data, request.len, "badDataFormat");
	request.len--;
	request.data[4] = 2; /* the version */
	assert_refused(world, request.data, request.len, "badRequest");
	request.data[4] = 1;
	request.data[19] = 4; /* the digest: SHA-224 */
	assert_refused(world, request.data, request.len, "badAlg");
	request.data[19] = 2; /* SHA-384 */
	assert_refused(world, request.data, request.len, "badDataFormat");
	pb_buf_done(&request);
}

static void
extension_is_refused_by_name(void **state)
{
	TS_REQ *req = TS_REQ_new();
	TS_MSG_IMPRINT *made = craft_imprint(0, 0);
	X509_EXTENSION *extension =
	    X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, "CA:TRUE");
	unsigned char *octets = NULL;
	int len;

	TS_REQ_set_version(req, 1);
	TS_REQ_set_msg_imprint(req, made);
	TS_REQ_add_ext(req, extension, -1);
	len = i2d_TS_REQ(req, &octets);
	assert_refused(*state, octets, (size_t)len, "unacceptedExtension");
	OPENSSL_free(octets);
	X509_EXTENSION_free(extension);
	TS_MSG_IMPRINT_free(made);
	TS_REQ_free(req);
}

/* The two halves of this room understand each other. */
static void
request_of_ours_is_granted(void **state)
{
	struct world *world = *state;
	struct pb_buf request = PB_BUF_EMPTY, reply = PB_BUF_EMPTY;
	struct pb_stamp_request read;
	struct pb_token *token = NULL;
	bool granted = false;

	assert_int_equal(pb_stamp_request_make(&world->random.table, PB_STAMP_SHA256, imprint,
			     PB_STAMP_LOCAL_POLICY, &request, NULL),
	    PB_OK);
	assert_int_equal(pb_stamp_request_parse(request.data, request.len, &read, NULL), PB_OK);
	assert_int_equal(pb_authority_answer(world->authority, &world->random.table, NOW_US,
			     request.data, request.len, &reply, &granted, NULL),
	    PB_OK);
	assert_true(granted);
	assert_int_equal(pb_token_parse(reply.data, reply.len, &token, NULL), PB_OK);
	assert_memory_equal(pb_token_info(token)->imprint, imprint, 32);
	assert_memory_equal(pb_token_info(token)->nonce, read.nonce, 32);
	pb_token_free(token);
	pb_buf_done(&reply);
	pb_buf_done(&request);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(authority_is_not_opened_from_anything_else),
		cmocka_unit_test(encrypted_key_is_refused_without_a_question),
		cmocka_unit_test(authority_needs_a_plain_name),
		cmocka_unit_test(nothing_is_granted_without_random_numbers),
		cmocka_unit_test(no_memory_is_not_a_refusal),
		cmocka_unit_test(certificate_is_for_timestamps_alone),
		cmocka_unit_test(root_issues_and_its_key_is_another),
		cmocka_unit_test(both_certificates_are_valid_for_20_years),
		cmocka_unit_test(serial_numbers_of_certificates_are_random_and_not_0),
		cmocka_unit_test(long_name_stands_whole),
		cmocka_unit_test(answer_is_of_the_request),
		cmocka_unit_test(rsa_authority_answers_too),
		cmocka_unit_test(time_is_stated_to_the_microsecond),
		cmocka_unit_test(signature_has_the_attributes_of_en_319_422),
		cmocka_unit_test(token_holds_the_certificate_and_not_the_root),
		cmocka_unit_test(serial_numbers_of_tokens_are_fresh),
		cmocka_unit_test(what_is_not_granted_is_refused_by_name),
		cmocka_unit_test(extension_is_refused_by_name),
		cmocka_unit_test(request_of_ours_is_granted),
	};

	return cmocka_run_group_tests(tests, start, end);
}
