#include "stamp/token.h"

#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "stamp/form.h"
#include "stamp/reply.h"
#include "stamp/token_openssl.h"
#include "stamp/tstinfo.h"

static const char *const what_read = N_("read a timestamp");

static enum pb_status
fail(struct pb_error *err, const char *why)
{
	return pb_stamp_refused(err, PB_EDATA, what_read, why, "CMS");
}

/* RFC 3161 2.4.2: SignedData over id-ct-TSTInfo, and one signature. */
static enum pb_status
read_cms(struct pb_token *token, struct pb_error *err)
{
	const unsigned char *at = token->bytes;
	STACK_OF(CMS_SignerInfo) * signers;

	token->cms = d2i_CMS_ContentInfo(NULL, &at, (long)token->len);
	if (token->cms == NULL || at != token->bytes + token->len ||
	    OBJ_obj2nid(CMS_get0_type(token->cms)) != NID_pkcs7_signed)
		return fail(err, N_("it is not signed data"));
	if (OBJ_obj2nid(CMS_get0_eContentType(token->cms)) != NID_id_smime_ct_TSTInfo)
		return fail(err, N_("what it signs is not a timestamp"));
	signers = CMS_get0_SignerInfos(token->cms);
	if (sk_CMS_SignerInfo_num(signers) != 1)
		return fail(err, N_("it does not have exactly one signature"));
	token->si = sk_CMS_SignerInfo_value(signers, 0);
	return PB_OK;
}

static enum pb_status
read_content(struct pb_token *token, struct pb_error *err)
{
	ASN1_OCTET_STRING **content = CMS_get0_content(token->cms);
	const unsigned char *at, *end;

	if (content == NULL || *content == NULL)
		return fail(err, N_("what it signs is not in it"));
	at = ASN1_STRING_get0_data(*content);
	end = at + ASN1_STRING_length(*content);
	if (!pb_stamp_der_form(at, (size_t)(end - at)))
		return fail(err, N_("what it signs is not a timestamp"));
	token->tst = d2i_TS_TST_INFO(NULL, &at, end - at);
	if (token->tst == NULL || at != end)
		return fail(err, N_("what it signs is not a timestamp"));
	return pb_stamp_tstinfo_read(token->tst, &token->info, err);
}

/* The certificate that the signature names, if it came along.  Who it is, nobody has checked. */
static enum pb_status
find_signer(struct pb_token *token, struct pb_error *err)
{
	STACK_OF(X509) *certificates = CMS_get1_certs(token->cms);
	enum pb_status status = PB_OK;

	if (certificates == NULL && ERR_peek_error() != 0)
		return fail(err, N_("its certificates cannot be read"));
	for (int i = 0; token->signer == NULL && i < sk_X509_num(certificates); i++)
		if (CMS_SignerInfo_cert_cmp(token->si, sk_X509_value(certificates, i)) == 0) {
			token->signer = sk_X509_value(certificates, i);
			X509_up_ref(token->signer);
		}
	sk_X509_pop_free(certificates, X509_free);
	if (token->signer != NULL)
		status = pb_stamp_x509_key(token->signer, token->info.key, err);
	if (token->signer != NULL && status == PB_OK)
		status = pb_stamp_x509_name(
		    token->signer, true, token->info.tsa, sizeof(token->info.tsa), err);
	return status;
}

enum pb_status
pb_token_parse(const void *data, size_t len, struct pb_token **ret_token, struct pb_error *err)
{
	struct pb_token *token = NULL;
	const void *bare;
	size_t bare_len;
	enum pb_status status = pb_stamp_reply_token(data, len, &bare, &bare_len, err);

	if (status != PB_OK)
		return status;
	ERR_clear_error();
	token = calloc(1, sizeof(*token));
	if (token != NULL)
		token->bytes = malloc(bare_len);
	if (token == NULL || token->bytes == NULL) {
		status = pb_fail_memory(err, what_read);
		goto out;
	}
	memcpy(token->bytes, bare, bare_len);
	token->len = bare_len;
	status = read_cms(token, err);
	if (status == PB_OK)
		status = read_content(token, err);
	if (status == PB_OK)
		status = find_signer(token, err);
	if (status == PB_OK) {
		*ret_token = token;
		token = NULL;
	}
out:
	pb_token_free(token);
	ERR_clear_error();
	return status;
}

const struct pb_token_info *
pb_token_info(const struct pb_token *token)
{
	return &token->info;
}

void
pb_token_bare(const struct pb_token *token, const void **ret_data, size_t *ret_len)
{
	*ret_data = token->bytes;
	*ret_len = token->len;
}

void
pb_token_free(struct pb_token *token)
{
	if (token == NULL)
		return;
	X509_free(token->signer);
	TS_TST_INFO_free(token->tst);
	CMS_ContentInfo_free(token->cms);
	free(token->bytes);
	free(token);
}
