#include "stamp/exact.h"

#include <openssl/err.h>
#include <string.h>

#include "core/error.h"

#define WHAT N_("bring a timestamp token into its exact form")

/* DER throughout, as far as OpenSSL takes it apart: read and written, it is the same. */
static enum pb_status
same_again(const struct pb_buf *der, bool *ret_same)
{
	const unsigned char *at = der->data;
	unsigned char *again = NULL;
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)der->len);
	int len = cms == NULL ? -1 : i2d_CMS_ContentInfo(cms, &again);
	bool same = len >= 0 && (size_t)len == der->len && memcmp(again, der->data, der->len) == 0;

	OPENSSL_free(again);
	CMS_ContentInfo_free(cms);
	if (!same && pb_chain_memory())
		return PB_ENOMEM;
	*ret_same = same;
	return PB_OK;
}

/* PB_EDATA: it can't be brought into that form. */
static enum pb_status
make_form(
    const struct pb_token *token, const struct pb_path *path, size_t count, struct pb_buf *der)
{
	enum pb_status status = pb_exact_write(token, path, count, der);
	bool same = false;

	if (status == PB_OK)
		status = same_again(der, &same);
	return status == PB_OK && !same ? PB_EDATA : status;
}

static bool
self_issued(const X509 *certificate)
{
	return X509_NAME_cmp(
		   X509_get_issuer_name(certificate), X509_get_subject_name(certificate)) == 0;
}

enum pb_status
pb_exact_is(
    const struct pb_token *token, const struct pb_path *path, bool *ret_exact, struct pb_error *err)
{
	bool top_is_self = self_issued(path->certificate[path->count - 1]);
	size_t most = path->count - (top_is_self ? 1 : 0);
	size_t least = path->rooted ? path->count - 1 : most > 0 ? 1 : 0;
	enum pb_status status = PB_OK;
	bool exact = false;

	/*
	 * A chosen root that is no self-signed one may stand in it too: the verifier's own copy
	 * covers its octets.
	 */
	for (size_t count = least; !exact && count <= most; count++) {
		struct pb_buf form = PB_BUF_EMPTY;

		status = make_form(token, path, count, &form);
		exact = status == PB_OK && form.len == token->len &&
			memcmp(form.data, token->bytes, form.len) == 0;
		pb_buf_done(&form);
		if (status == PB_ENOMEM)
			return pb_fail_memory(err, N_("check a timestamp token"));
	}
	*ret_exact = exact;
	return PB_OK;
}

static enum pb_status
known_path(const struct pb_token *token, STACK_OF(X509) * pool, const struct pb_stamp_roots *roots,
    struct pb_path *path, struct pb_error *err)
{
	X509 *signer = NULL;
	enum pb_status status = pb_chain_signer(token, pool, roots, &signer, err);

	if (status == PB_OK && signer != NULL)
		status = pb_chain_path(signer, pool, roots, pb_chain_gen_s(token), path, err);
	if (status == PB_OK && !path->rooted)
		status = pb_fail(err, PB_EDATA, WHAT,
		    N_("no path of certificates leads to a chosen root"), "%s", token->info.tsa);
	return status;
}

enum pb_status
pb_stamp_exact(const struct pb_token *token, const void *more_pem, size_t more_len,
    const struct pb_stamp_roots *roots, struct pb_buf *der, struct pb_error *err)
{
	struct pb_path path = { .count = 0 };
	STACK_OF(X509) *pool = NULL;
	struct pb_buf form = PB_BUF_EMPTY;
	enum pb_status status;

	ERR_clear_error();
	status = pb_chain_pool(token, more_pem, more_len, &pool, err);
	if (status == PB_OK)
		status = known_path(token, pool, roots, &path, err);
	if (status != PB_OK)
		goto out;
	status = make_form(token, &path, path.count - 1, &form);
	if (status == PB_OK)
		status = pb_buf_append(der, form.data, form.len);
	if (status == PB_ENOMEM)
		status = pb_fail_memory(err, WHAT);
	else if (status != PB_OK)
		status = pb_fail(err, status, WHAT,
		    N_("the token is not DER, or names its signer in a way that cannot be kept"),
		    "%s", token->info.tsa);
out:
	pb_buf_done(&form);
	pb_chain_pool_free(pool);
	ERR_clear_error();
	return status;
}
