#include "stamp/signature.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include "core/error.h"
#include "stamp/exact.h"

#define WHAT N_("check a timestamp token")

/*
 * CMS_verify, not TS_*, whose verifier can't read RSASSA-PSS.  It keeps the signer that it was
 * told, so it is told each time, and looks at no other.
 */
static enum pb_status
verify(CMS_ContentInfo *cms, X509 *signer, X509_STORE *store, unsigned flags, bool *ret_holds,
    struct pb_error *err)
{
	int done;

	ERR_clear_error();
	CMS_SignerInfo_set1_signer_cert(
	    sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0), signer);
	done = CMS_verify(cms, NULL, store, NULL, NULL, flags | CMS_BINARY | CMS_NOINTERN);
	if (done != 1 && pb_chain_memory())
		return pb_fail_memory(err, WHAT);
	ERR_clear_error();
	*ret_holds = done == 1;
	return PB_OK;
}

enum pb_status
pb_signature_holds(
    const struct pb_token *token, X509 *certificate, bool *ret_holds, struct pb_error *err)
{
	if (X509_get0_pubkey(certificate) == NULL) {
		if (pb_chain_memory())
			return pb_fail_memory(err, WHAT);
		*ret_holds = false;
		return PB_OK;
	}
	return verify(token->cms, certificate, NULL, CMS_NO_SIGNER_CERT_VERIFY, ret_holds, err);
}

/*
 * The token with these certificates and no others: CMS_verify looks for issuers among those
 * in the token alone, by their names, and would stumble over a look-alike.
 */
static enum pb_status
read_bare(const struct pb_token *token, const struct pb_path *path, CMS_ContentInfo **ret_cms)
{
	struct pb_buf der = PB_BUF_EMPTY;
	enum pb_status status = pb_exact_write(token, path, path->count, &der);
	const unsigned char *at = der.data;
	CMS_ContentInfo *cms;

	if (status == PB_OK) {
		cms = d2i_CMS_ContentInfo(NULL, &at, (long)der.len);
		if (cms == NULL)
			status = pb_chain_memory() ? PB_ENOMEM : PB_EDATA;
		else
			*ret_cms = cms;
	}
	pb_buf_done(&der);
	return status;
}

/* NULL: no memory. */
static X509_STORE *
store_of(X509 *root, int64_t gen_s)
{
	X509_STORE *store = X509_STORE_new();
	X509_VERIFY_PARAM *param = X509_VERIFY_PARAM_new();
	bool ready = store != NULL && param != NULL && X509_STORE_add_cert(store, root) == 1;

	if (ready) {
		X509_VERIFY_PARAM_set_time(param, (time_t)gen_s);
		ready = X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN) == 1 &&
			X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_TIMESTAMP_SIGN) == 1 &&
			X509_STORE_set1_param(store, param) == 1;
	}
	X509_VERIFY_PARAM_free(param);
	if (ready)
		return store;
	X509_STORE_free(store);
	return NULL;
}

enum pb_status
pb_signature_holds_on_path(const struct pb_token *token, const struct pb_path *path, int64_t gen_s,
    bool *ret_holds, struct pb_error *err)
{
	X509_STORE *store = store_of(path->certificate[path->count - 1], gen_s);
	CMS_ContentInfo *cms = NULL;
	enum pb_status status = store == NULL ? PB_ENOMEM : read_bare(token, path, &cms);

	if (status == PB_OK) {
		status = verify(cms, path->certificate[0], store, CMS_CADES, ret_holds, err);
	} else if (status == PB_EDATA) {
		*ret_holds = false;
		status = PB_OK;
	} else {
		status = pb_fail_memory(err, WHAT);
	}
	CMS_ContentInfo_free(cms);
	X509_STORE_free(store);
	ERR_clear_error();
	return status;
}
