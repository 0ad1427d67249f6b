#include "token/token.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/buf.h"
#include "core/error.h"
#include "token/find.h"

#define POINT_MAX (2 + 2 * 66)

static const char OPENING[] = N_("open a key on a token");
static const char USING[] = N_("use the key on the token");

bool
pb_token_is_uri(const char *text)
{
	return strncasecmp(text, "pkcs11:", 7) == 0;
}

/* ---- what it computes ----------------------------------------------------------------------- */

static enum pb_status
wrong_kind(struct pb_error *err)
{
	return pb_fail(
	    err, PB_ECORRUPT, USING, N_("it is a key of another kind than the reader's"), "%s", "");
}

/* RSAES-OAEP (PKCS #11 2.40 2.1.8). */
static enum pb_status
decrypt(
    void *ctx, const uint8_t *cipher, size_t len, struct pb_secret *ret_plain, struct pb_error *err)
{
	struct pb_token_key *key = ctx;
	CK_RSA_PKCS_OAEP_PARAMS oaep = {
		.hashAlg = CKM_SHA256, .mgf = CKG_MGF1_SHA256, .source = CKZ_DATA_SPECIFIED
	};
	CK_MECHANISM mechanism = { CKM_RSA_PKCS_OAEP, &oaep, sizeof(oaep) };
	CK_BYTE in[PB_READER_RSA_MAX], out[PB_READER_RSA_MAX];
	CK_ULONG out_len = sizeof(out);
	enum pb_status status = PB_OK;
	CK_RV answer;

	if (key->type != CKK_RSA)
		return wrong_kind(err);
	if (len > sizeof(in))
		return pb_fail(err, PB_ECORRUPT, USING, N_("it is too long"), "%zu", len);
	memcpy(in, cipher, len);
	answer = key->module->C_DecryptInit(key->session, &mechanism, key->key);
	if (answer == CKR_MECHANISM_PARAM_INVALID || answer == CKR_ARGUMENTS_BAD ||
	    answer == CKR_MECHANISM_INVALID) {
		(void)pb_fail(err, PB_EUNAVAIL, USING,
		    N_("the token cannot do RSA-OAEP with SHA-256"), "%s",
		    p11_kit_strerror(answer));
		return pb_fail_todo(
		    err, PB_EUNAVAIL, N_("take a key on P-256 or P-384: tokens agree on those"));
	}
	if (answer == CKR_OK)
		answer = key->module->C_Decrypt(key->session, in, len, out, &out_len);
	if (answer == CKR_ENCRYPTED_DATA_INVALID || answer == CKR_ENCRYPTED_DATA_LEN_RANGE ||
	    (answer == CKR_OK && out_len != pb_secret_len(ret_plain)))
		status = pb_fail(err, PB_ECORRUPT, USING, N_("it does not decrypt"), "%s", "");
	else if (answer != CKR_OK)
		status = pb_token_fail(err, answer, USING);
	if (status == PB_OK)
		memcpy(pb_secret_bytes(ret_plain), out, out_len);
	pb_wipe(out, sizeof(out));
	return status;
}

/*
 * The point as it is, or inside a DER OCTET STRING: PKCS #11 2.40 2.3.14 asks for the first, and
 * there are tokens that take the second alone.
 */
static CK_RV
derive(struct pb_token_key *key, const uint8_t *point, size_t len, bool in_der, CK_ULONG x_len,
    CK_OBJECT_HANDLE *ret_secret)
{
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_KEY_TYPE type = CKK_GENERIC_SECRET;
	CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	CK_BYTE public_key[POINT_MAX];
	size_t head = in_der ? 2 : 0;
	CK_ECDH1_DERIVE_PARAMS ecdh = {
		.kdf = CKD_NULL, .ulPublicDataLen = head + len, .pPublicData = public_key
	};
	CK_MECHANISM mechanism = { CKM_ECDH1_DERIVE, &ecdh, sizeof(ecdh) };
	CK_ATTRIBUTE made[] = { { CKA_CLASS, &class, sizeof(class) },
		{ CKA_KEY_TYPE, &type, sizeof(type) }, { CKA_TOKEN, &no, sizeof(no) },
		{ CKA_SENSITIVE, &no, sizeof(no) }, { CKA_EXTRACTABLE, &yes, sizeof(yes) },
		{ CKA_VALUE_LEN, &x_len, sizeof(x_len) } };

	public_key[0] = 0x04;
	public_key[1] = (CK_BYTE)len;
	memcpy(public_key + head, point, len);
	return key->module->C_DeriveKey(
	    key->session, &mechanism, key->key, made, sizeof(made) / sizeof(made[0]), ret_secret);
}

static enum pb_status
another_curve(struct pb_error *err)
{
	return pb_fail(err, PB_ECORRUPT, USING, N_("the key is on another curve"), "%s", "");
}

/* The point is on the curve that it was asked for: whatever else fails is the token. */
static enum pb_status
agree(void *ctx, const uint8_t *point, size_t len, struct pb_secret *ret_x, struct pb_error *err)
{
	struct pb_token_key *key = ctx;
	CK_ATTRIBUTE value = { CKA_VALUE, pb_secret_bytes(ret_x), pb_secret_len(ret_x) };
	CK_OBJECT_HANDLE secret = 0;
	CK_RV answer;

	if (key->type != CKK_EC)
		return wrong_kind(err);
	if (key->point_len != 0 && key->point_len != len)
		return another_curve(err);
	if (len > POINT_MAX - 2)
		return pb_fail(err, PB_ECORRUPT, USING, N_("it is too long"), "%zu", len);
	answer = derive(key, point, len, false, pb_secret_len(ret_x), &secret);
	if (answer != CKR_OK && len < 0x80)
		answer = derive(key, point, len, true, pb_secret_len(ret_x), &secret);
	if (key->point_len == 0 &&
	    (answer == CKR_DOMAIN_PARAMS_INVALID || answer == CKR_MECHANISM_PARAM_INVALID))
		return another_curve(err);
	if (answer != CKR_OK)
		return pb_token_fail(err, answer, USING);
	answer = key->module->C_GetAttributeValue(key->session, secret, &value, 1);
	(void)key->module->C_DestroyObject(key->session, secret);
	if (answer == CKR_OK && value.ulValueLen == pb_secret_len(ret_x))
		return PB_OK;
	return pb_token_fail(err, answer == CKR_OK ? CKR_GENERAL_ERROR : answer, USING);
}

/* ---- opened --------------------------------------------------------------------------------- */

static void
close_key(void *ctx)
{
	pb_token_key_done(ctx);
	free(ctx);
}

static enum pb_status
parse(const char *text, P11KitUri **ret_uri, struct pb_error *err)
{
	P11KitUri *uri = p11_kit_uri_new();
	int answer;

	if (uri == NULL)
		return pb_fail_memory(err, OPENING);
	answer = p11_kit_uri_parse(text, P11_KIT_URI_FOR_ANY, uri);
	if (answer == P11_KIT_URI_OK && !p11_kit_uri_any_unrecognized(uri) &&
	    p11_kit_uri_get_pin_value(uri) == NULL && p11_kit_uri_get_pin_source(uri) == NULL) {
		*ret_uri = uri;
		return PB_OK;
	}
	(void)pb_fail(err, PB_EINVAL, OPENING,
	    answer == P11_KIT_URI_OK ? N_("the URI says more than where the key is")
				     : N_("this is no PKCS#11 URI (RFC 7512)"),
	    "%s", "pkcs11:");
	p11_kit_uri_free(uri);
	return pb_fail_todo(err, PB_EINVAL,
	    N_("such as pkcs11:token=NAME;object=LABEL; the PIN is asked for, since a command "
	       "line can be read by everybody"));
}

enum pb_status
pb_token_open(const char *text, const char *pin, size_t pin_len,
    struct pb_reader_device *ret_device, struct pb_error *err)
{
	struct pb_token_key *key = calloc(1, sizeof(*key));
	P11KitUri *uri = NULL;
	enum pb_status status = key == NULL ? pb_fail_memory(err, OPENING) : parse(text, &uri, err);

	if (status == PB_OK)
		status = pb_token_find(uri, pin, pin_len, key, err);
	if (status == PB_OK && key->type != CKK_RSA && key->type != CKK_EC)
		status = pb_fail(err, PB_EINVAL, OPENING,
		    N_("the key is neither RSA nor on an elliptic curve"), "%s", "");
	p11_kit_uri_free(uri);
	if (status == PB_OK) {
		*ret_device = (struct pb_reader_device){
			.ctx = key, .decrypt = decrypt, .agree = agree, .close = close_key
		};
		return PB_OK;
	}
	if (key != NULL)
		close_key(key);
	return status;
}
