#include "stamp/roots.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "stamp/chain.h"

static enum pb_status
unfit(struct pb_error *err, const char *why, const char *object)
{
	return pb_stamp_refused(
	    err, PB_EDATA, N_("read the authorities' certificates"), why, object);
}

/*
 * A CA by basicConstraints (RFC 5280 4.2.1.9), or self-signed: a TSA that nobody but the
 * verifier vouches for, or a root from before X.509v3.
 */
static bool
may_be_root(X509 *certificate)
{
	uint32_t flags = X509_get_extension_flags(certificate);

	return (flags & EXFLAG_INVALID) == 0 &&
	       ((flags & EXFLAG_CA) != 0 ||
		   X509_self_signed(certificate, 1 /* its signature too */) == 1);
}

static enum pb_status
describe(struct pb_stamp_roots *roots, struct pb_error *err)
{
	size_t count = pb_stamp_roots_count(roots);
	enum pb_status status = PB_OK;

	roots->name = calloc(count, sizeof(*roots->name));
	roots->fingerprint = calloc(count, sizeof(*roots->fingerprint));
	if (roots->name == NULL || roots->fingerprint == NULL)
		return pb_fail_memory(err, N_("read the authorities' certificates"));
	for (size_t i = 0; status == PB_OK && i < count; i++) {
		X509 *root = sk_X509_value(roots->certificates, (int)i);

		status =
		    pb_stamp_x509_name(root, false, roots->name[i], sizeof(roots->name[i]), err);
		if (status == PB_OK)
			status = pb_chain_fingerprint(root, roots->fingerprint[i], err);
		if (status == PB_OK && !may_be_root(root))
			status = unfit(err,
			    N_("a certificate is neither a certification authority's nor "
			       "self-signed"),
			    roots->name[i]);
	}
	return status;
}

enum pb_status
pb_stamp_roots_parse(
    const void *pem, size_t len, struct pb_stamp_roots **ret_roots, struct pb_error *err)
{
	struct pb_stamp_roots *roots = calloc(1, sizeof(*roots));
	enum pb_status status;
	bool whole;

	if (roots == NULL)
		return pb_fail_memory(err, N_("read the authorities' certificates"));
	ERR_clear_error();
	roots->certificates = sk_X509_new_null();
	if (roots->certificates == NULL)
		status = pb_fail_memory(err, N_("read the authorities' certificates"));
	else
		status = pb_chain_read(pem, len, roots->certificates, &whole, err);
	if (status == PB_OK && !whole)
		status = unfit(err, N_("something in it is no certificate in PEM"), "");
	if (status == PB_OK && sk_X509_num(roots->certificates) == 0)
		status = unfit(err, N_("there is no certificate in it"), "");
	if (status == PB_OK)
		status = describe(roots, err);
	if (status == PB_OK)
		*ret_roots = roots;
	else
		pb_stamp_roots_free(roots);
	ERR_clear_error();
	return status;
}

size_t
pb_stamp_roots_count(const struct pb_stamp_roots *roots)
{
	return (size_t)sk_X509_num(roots->certificates);
}

static X509 *
root_at(const struct pb_stamp_roots *roots, size_t index)
{
	pb_assert(index < pb_stamp_roots_count(roots));
	return sk_X509_value(roots->certificates, (int)index);
}

void
pb_stamp_roots_fingerprint(const struct pb_stamp_roots *roots, size_t index, uint8_t out[32])
{
	(void)root_at(roots, index);
	memcpy(out, roots->fingerprint[index], sizeof(roots->fingerprint[index]));
}

const char *
pb_stamp_roots_name(const struct pb_stamp_roots *roots, size_t index)
{
	(void)root_at(roots, index);
	return roots->name[index];
}

int64_t
pb_stamp_roots_ends_s(const struct pb_stamp_roots *roots, size_t index)
{
	return pb_chain_time_s(X509_get0_notAfter(root_at(roots, index)));
}

enum pb_status
pb_stamp_roots_pem(const struct pb_stamp_roots *roots, struct pb_buf *pem, struct pb_error *err)
{
	BIO *bio = BIO_new(BIO_s_mem());
	enum pb_status status = PB_OK;
	char *text;
	long len;

	for (size_t i = 0; bio != NULL && i < pb_stamp_roots_count(roots); i++)
		if (PEM_write_bio_X509(bio, root_at(roots, i)) != 1)
			status = PB_ENOMEM;
	len = bio != NULL ? BIO_get_mem_data(bio, &text) : -1;
	if (len < 0 || status != PB_OK || pb_buf_append(pem, text, (size_t)len) != PB_OK)
		status = pb_fail_memory(err, N_("print the authorities' certificates"));
	BIO_free(bio);
	ERR_clear_error();
	return status;
}

void
pb_stamp_roots_free(struct pb_stamp_roots *roots)
{
	if (roots == NULL)
		return;
	pb_chain_pool_free(roots->certificates);
	free(roots->name);
	free(roots->fingerprint);
	free(roots);
}
