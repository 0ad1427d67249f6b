/* A private key as it lies under its passphrase: its DER, for a sheet of paper. */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "core/error.h"
#include "crypto/der.h"
#include "crypto/library.h"
#include "crypto/pem.h"
#include "crypto/reader.h"

static const char WRITING[] = N_("write a key under its passphrase");

enum pb_status
pb_reader_sealed_from_pem(const void *pem, size_t len, struct pb_buf *ret_der, struct pb_error *err)
{
	BIO *bio = pb_pem_reader(pem, len);
	unsigned char *der = NULL;
	X509_SIG *sealed = NULL;
	enum pb_status status;
	int der_len;

	ERR_clear_error();
	if (bio != NULL)
		sealed = PEM_read_bio_PKCS8(bio, NULL, pb_pem_no_passphrase, NULL);
	der_len = sealed == NULL ? -1 : i2d_X509_SIG(sealed, &der);
	if (der_len < 0) {
		status = pb_library_refused(err, PB_EDATA, WRITING,
		    N_("it is no private key under a passphrase (PKCS#8, PEM)"), "");
	} else {
		status = pb_buf_append(ret_der, der, (size_t)der_len);
		if (status != PB_OK)
			status = pb_fail_memory(err, WRITING);
	}
	OPENSSL_free(der);
	X509_SIG_free(sealed);
	BIO_free(bio);
	ERR_clear_error();
	return status;
}

size_t
pb_reader_sealed_len(const void *data, size_t len)
{
	struct pb_cursor c, inner;

	pb_cursor_init(&c, data, len);
	pb_der_enter(&c, PB_DER_SEQUENCE, &inner);
	return c.failed ? 0 : len - pb_cursor_left(&c);
}

enum pb_status
pb_reader_sealed_to_pem(const void *der, size_t len, struct pb_buf *ret_pem, struct pb_error *err)
{
	const unsigned char *at = der;
	X509_SIG *sealed;
	enum pb_status status = PB_OK;
	BIO *bio;

	ERR_clear_error();
	sealed = d2i_X509_SIG(NULL, &at, (long)len);
	bio = sealed == NULL ? NULL : BIO_new(BIO_s_mem());
	if (bio == NULL || PEM_write_bio_PKCS8(bio, sealed) != 1)
		status = pb_library_refused(err, PB_EDATA, WRITING,
		    N_("it is no private key under a passphrase (PKCS#8)"), "");
	else if (pb_pem_append(bio, ret_pem) != PB_OK)
		status = pb_fail_memory(err, WRITING);
	BIO_free(bio);
	X509_SIG_free(sealed);
	ERR_clear_error();
	return status;
}
