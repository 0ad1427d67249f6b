#include "stamp/request.h"

#include <openssl/err.h>
#include <openssl/ts.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "crypto/library.h"
#include "stamp/build.h"
#include "stamp/form.h"
#include "stamp/request_read.h"
#include "stamp/token_openssl.h"
#include "stamp/tstinfo.h"

/* ---- made ---- */

static bool
fill(TS_REQ *req, enum pb_stamp_hash hash, const uint8_t *imprint, const ASN1_OBJECT *policy,
    const ASN1_INTEGER *nonce)
{
	TS_MSG_IMPRINT *made = pb_stamp_imprint_build(hash, imprint);
	bool done = made != NULL && nonce != NULL && TS_REQ_set_version(req, 1) == 1 &&
		    TS_REQ_set_msg_imprint(req, made) == 1 && TS_REQ_set_nonce(req, nonce) == 1 &&
		    TS_REQ_set_cert_req(req, 1) == 1 &&
		    (policy == NULL || TS_REQ_set_policy_id(req, policy) == 1);

	TS_MSG_IMPRINT_free(made);
	return done;
}

static enum pb_status
encode(TS_REQ *req, struct pb_buf *der, const char *what, struct pb_error *err)
{
	unsigned char *octets = NULL;
	int len = i2d_TS_REQ(req, &octets);
	enum pb_status status;

	if (len <= 0)
		return pb_library_openssl(err, what);
	status = pb_buf_append(der, octets, (size_t)len);
	OPENSSL_free(octets);
	return status == PB_OK ? PB_OK : pb_fail_memory(err, what);
}

/* As it is written back: OpenSSL is liberal in reading. */
static bool
policy_is_oid(const char *policy, const ASN1_OBJECT *oid)
{
	char text[PB_STAMP_OID_MAX];

	return oid != NULL && pb_stamp_oid_read(oid, text) && strcmp(text, policy) == 0;
}

enum pb_status
pb_stamp_request_make(const struct pb_random *random, enum pb_stamp_hash hash,
    const uint8_t *imprint, const char *policy, struct pb_buf *der, struct pb_error *err)
{
	const char *what = N_("make a timestamp request");
	uint8_t octets[PB_STAMP_NONCE_LEN];
	ASN1_OBJECT *oid = NULL;
	ASN1_INTEGER *nonce = NULL;
	TS_REQ *req = NULL;
	int answer = random->fill(random->ctx, octets, sizeof(octets));
	enum pb_status status;

	if (answer < 0)
		return pb_fail_sys(err, answer, what, "%s", "random numbers");
	octets[0] &= 0x7f;
	ERR_clear_error();
	if (policy != NULL)
		oid = OBJ_txt2obj(policy, 1);
	if (policy != NULL && !policy_is_oid(policy, oid)) {
		status = pb_stamp_refused(
		    err, PB_EINVAL, what, N_("the policy is not an object identifier"), policy);
		goto out;
	}
	nonce = pb_stamp_integer_build(octets, sizeof(octets));
	req = TS_REQ_new();
	if (req == NULL || !fill(req, hash, imprint, oid, nonce))
		status = pb_library_openssl(err, what);
	else
		status = encode(req, der, what, err);
out:
	TS_REQ_free(req);
	ASN1_INTEGER_free(nonce);
	ASN1_OBJECT_free(oid);
	ERR_clear_error();
	return status;
}

/* ---- read ---- */

static const char *const what_read = N_("read a timestamp request");

static enum pb_status
refuse(enum pb_stamp_failure failure, enum pb_stamp_failure *ret_failure, struct pb_error *err,
    const char *why)
{
	*ret_failure = failure;
	return pb_fail(err, PB_EDATA, what_read, why, "%s", "TimeStampReq");
}

/*
 * A nonce below 0 is refused, although RFC 3161 calls it an INTEGER: its magnitude alone is
 * compared, and nobody sends one by design.
 */
static enum pb_status
read_request(TS_REQ *req, struct pb_stamp_request *request, enum pb_stamp_failure *ret_failure,
    struct pb_error *err)
{
	TS_MSG_IMPRINT *imprint = TS_REQ_get_msg_imprint(req);
	const ASN1_OBJECT *policy = TS_REQ_get_policy_id(req);
	const ASN1_INTEGER *nonce = TS_REQ_get_nonce(req);
	enum pb_stamp_imprint_fault fault;

	if (TS_REQ_get_version(req) != 1)
		return refuse(PB_STAMP_BAD_REQUEST, ret_failure, err, N_("it is not of version 1"));
	fault = pb_stamp_imprint_read(imprint, &request->hash, request->imprint);
	if (fault != PB_STAMP_IMPRINT_READ) {
		*ret_failure =
		    fault == PB_STAMP_IMPRINT_HASH ? PB_STAMP_BAD_ALG : PB_STAMP_BAD_DATA_FORMAT;
		return pb_stamp_imprint_fail(fault, imprint, what_read, err);
	}
	if (policy != NULL && !pb_stamp_oid_read(policy, request->policy))
		return refuse(PB_STAMP_UNACCEPTED_POLICY, ret_failure, err,
		    N_("its policy's identifier is too long"));
	request->has_nonce = nonce != NULL;
	if (nonce != NULL && (ASN1_STRING_type(nonce) == V_ASN1_NEG_INTEGER ||
				 !pb_stamp_nonce_read(nonce, request->nonce)))
		return refuse(PB_STAMP_BAD_REQUEST, ret_failure, err,
		    N_("its nonce is negative or too long"));
	if (TS_REQ_get_ext_count(req) > 0)
		return refuse(PB_STAMP_UNACCEPTED_EXTENSION, ret_failure, err,
		    N_("it has extensions, and none is known"));
	request->certificates = TS_REQ_get_cert_req(req) != 0;
	return PB_OK;
}

enum pb_status
pb_stamp_request_read(const void *der, size_t len, struct pb_stamp_request *ret_request,
    enum pb_stamp_failure *ret_failure, struct pb_error *err)
{
	const char *not_one = N_("it is not one, or octets stand behind it");
	struct pb_stamp_request request = { 0 };
	const unsigned char *at = der, *end = at + len;
	TS_REQ *req = NULL;
	enum pb_status status;

	*ret_failure = PB_STAMP_BAD_DATA_FORMAT;
	if (len == 0 || len > PB_LIMIT_STAMP_REQUEST || !pb_stamp_der_form(der, len))
		return pb_fail(err, PB_EDATA, what_read, not_one, "%s", "TimeStampReq");
	ERR_clear_error();
	req = d2i_TS_REQ(NULL, &at, (long)len);
	if (req == NULL || at != end)
		status = pb_stamp_refused(err, PB_EDATA, what_read, not_one, "TimeStampReq");
	else
		status = read_request(req, &request, ret_failure, err);
	if (status == PB_OK)
		*ret_request = request;
	TS_REQ_free(req);
	ERR_clear_error();
	return status;
}

enum pb_status
pb_stamp_request_parse(
    const void *der, size_t len, struct pb_stamp_request *ret_request, struct pb_error *err)
{
	enum pb_stamp_failure failure;

	return pb_stamp_request_read(der, len, ret_request, &failure, err);
}
