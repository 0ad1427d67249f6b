#include <openssl/err.h>
#include <openssl/pem.h>

#include "core/error.h"
#include "stamp/chain.h"

#define WHAT N_("write a path of certificates")

static enum pb_status
write_pem(const struct pb_path *path, struct pb_buf *pem, struct pb_error *err)
{
	BIO *bio = BIO_new(BIO_s_mem());
	bool done = bio != NULL;
	enum pb_status status = PB_ENOMEM;
	char *text;
	long len;

	for (size_t i = 0; done && i < path->count; i++)
		done = PEM_write_bio_X509(bio, path->certificate[i]) == 1;
	if (done) {
		len = BIO_get_mem_data(bio, &text);
		status = pb_buf_append(pem, text, (size_t)len);
	}
	BIO_free(bio);
	return status == PB_OK ? PB_OK : pb_fail_memory(err, WHAT);
}

enum pb_status
pb_stamp_chain(const struct pb_token *token, const void *more_pem, size_t more_len,
    const struct pb_stamp_roots *roots, struct pb_buf *pem, struct pb_error *err)
{
	struct pb_path path = { .count = 0 };
	STACK_OF(X509) *pool = NULL;
	X509 *signer = NULL;
	enum pb_status status;

	ERR_clear_error();
	status = pb_chain_pool(token, more_pem, more_len, &pool, err);
	if (status == PB_OK)
		status = pb_chain_signer(token, pool, roots, &signer, err);
	if (status == PB_OK && signer != NULL)
		status = pb_chain_path(signer, pool, roots, pb_chain_gen_s(token), &path, err);
	if (status == PB_OK && path.count > 0)
		status = write_pem(&path, pem, err);
	pb_chain_pool_free(pool);
	ERR_clear_error();
	return status;
}
