#include <openssl/bio.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "crypto/digest.h"
#include "crypto/library.h"
#include "stamp/token_openssl.h"

/* Letters as they are, not escaped: what is shown is made safe by pb_text_safe_copy. */
#define NAME_FLAGS (XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB)

enum pb_status
pb_stamp_refused(struct pb_error *err, enum pb_status status, const char *what, const char *why,
    const char *object)
{
	return pb_library_refused(err, status, what, why, object);
}

enum pb_status
pb_stamp_x509_key(const X509 *certificate, uint8_t out[32], struct pb_error *err)
{
	unsigned char *der = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);

	if (len <= 0)
		return pb_library_openssl(err, N_("read a certificate"));
	pb_digest_sha256(der, (size_t)len, out);
	OPENSSL_free(der);
	return PB_OK;
}

/* False if there is none, or none that can be read. */
static bool
copy_common_name(const X509 *certificate, char *out, size_t size)
{
	const X509_NAME *subject = X509_get_subject_name(certificate);
	int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	unsigned char *text = NULL;
	int len = 0;

	if (at >= 0)
		len = ASN1_STRING_to_UTF8(
		    &text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
	if (len > 0)
		pb_text_safe_copy(out, size, text, (size_t)len);
	OPENSSL_free(text);
	return len > 0;
}

static bool
copy_subject(const X509 *certificate, unsigned long flags, char *out, size_t size)
{
	BIO *bio = BIO_new(BIO_s_mem());
	const uint8_t *text = NULL;
	bool done = false;
	long len = 0;

	if (bio != NULL &&
	    X509_NAME_print_ex(bio, X509_get_subject_name(certificate), 0, flags) >= 0)
		len = BIO_get_mem_data(bio, &text);
	done = len >= 0 && text != NULL;
	if (done)
		pb_text_safe_copy(out, size, text, (size_t)len);
	BIO_free(bio);
	return done;
}

/* Characters that are not of their string's kind: then the octets, in hex. */
enum pb_status
pb_stamp_x509_name(
    const X509 *certificate, bool common, char *out, size_t size, struct pb_error *err)
{
	if (common && copy_common_name(certificate, out, size))
		return PB_OK;
	if (copy_subject(certificate, NAME_FLAGS, out, size) ||
	    copy_subject(certificate, NAME_FLAGS | ASN1_STRFLGS_DUMP_ALL, out, size))
		return PB_OK;
	return pb_library_openssl(err, N_("read a certificate"));
}
