#include "crypto/expiry.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdbool.h>

#include "core/error.h"
#include "crypto/library.h"
#include "crypto/pem.h"

#define WHAT N_("read when certificates end")

static bool
ends_at(const X509 *certificate, int64_t *ret_ends_s)
{
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	int days, seconds;
	bool read = epoch != NULL &&
		    ASN1_TIME_diff(&days, &seconds, epoch, X509_get0_notAfter(certificate)) == 1;

	if (read)
		*ret_ends_s = (int64_t)days * 86400 + seconds;
	ASN1_TIME_free(epoch);
	return read;
}

enum pb_status
pb_expiry_first(const void *pem, size_t len, int64_t *ret_ends_s, struct pb_error *err)
{
	BIO *bio = pb_pem_reader(pem, len);
	int64_t first_s = INT64_MAX, ends_s;
	enum pb_status status = PB_OK;
	X509 *certificate;

	if (bio == NULL)
		return pb_fail_memory(err, WHAT);
	ERR_clear_error();
	while ((certificate = PEM_read_bio_X509(bio, NULL, pb_pem_no_passphrase, NULL)) != NULL) {
		if (ends_at(certificate, &ends_s) && ends_s < first_s)
			first_s = ends_s;
		X509_free(certificate);
	}
	if (first_s == INT64_MAX)
		status =
		    pb_library_refused(err, PB_EDATA, WHAT, N_("it holds no certificate, PEM"), "");
	else
		*ret_ends_s = first_s;
	ERR_clear_error();
	BIO_free(bio);
	return status;
}
