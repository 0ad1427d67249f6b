#include "crypto/envelope.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <string.h>

#include "core/cursor.h"
#include "core/error.h"
#include "core/limits.h"
#include "crypto/envelope_device.h"
#include "crypto/library.h"
#include "crypto/reader_openssl.h"

/* RFC 4055 4.1: RSAES-OAEP, SHA-256 for the label and for the mask. */
static bool
set_oaep(EVP_PKEY_CTX *ctx)
{
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) > 0 &&
	       EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_sha256()) > 0 &&
	       EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha256()) > 0;
}

/* The content's key length makes the wrap AES-256; the KDF must be said (RFC 5753 7.1.4). */
static bool
add_recipient(CMS_ContentInfo *cms, const struct pb_reader *reader)
{
	CMS_RecipientInfo *recipient =
	    CMS_add1_recipient_cert(cms, pb_reader_x509(reader), CMS_USE_KEYID | CMS_KEY_PARAM);
	EVP_PKEY_CTX *ctx = recipient == NULL ? NULL : CMS_RecipientInfo_get0_pkey_ctx(recipient);

	if (ctx == NULL)
		return false;
	if (CMS_RecipientInfo_type(recipient) == CMS_RECIPINFO_TRANS)
		return set_oaep(ctx);
	return EVP_PKEY_CTX_set_ecdh_kdf_md(ctx, EVP_sha256()) > 0;
}

/* CMS_final would pass the secret through buffers that it does not wipe. */
static bool
encrypt(CMS_ContentInfo *cms, struct pb_secret *secret)
{
	BIO *chain = CMS_set_detached(cms, 0) == 1 ? CMS_dataInit(cms, NULL) : NULL;
	int len = (int)pb_secret_len(secret);
	bool done = chain != NULL && BIO_write(chain, pb_secret_bytes(secret), len) == len &&
		    BIO_flush(chain) == 1 && CMS_dataFinal(cms, chain) == 1;

	BIO_free_all(chain);
	return done;
}

static bool
lists(const struct pb_buf *ids, const char *id)
{
	struct pb_cursor c;
	const char *line;
	bool found = false;
	size_t len;

	pb_cursor_init(&c, ids->data, ids->len);
	while (!found && pb_cursor_left(&c) > 0) {
		line = pb_cursor_line(&c, &len);
		found = len == strlen(id) && memcmp(line, id, len) == 0;
	}
	return found;
}

/*
 * What is handed out was read first as it will be read: another OpenSSL, with
 * other defaults, is found out here and not when the archive must be opened.
 */
static enum pb_status
check_sealed(const struct pb_buf *cms, const struct pb_reader *const *readers, size_t count,
    struct pb_error *err)
{
	struct pb_buf ids = PB_BUF_EMPTY;
	enum pb_status status = pb_envelope_recipients(cms->data, cms->len, &ids, err);
	size_t i;

	for (i = 0; status == PB_OK && i < count; i++)
		if (!lists(&ids, pb_reader_id(readers[i])))
			status = PB_ECORRUPT;
	pb_buf_done(&ids);
	if (status != PB_ECORRUPT)
		return status;
	return pb_fail(err, PB_ECRYPTO, N_("seal a segment key"),
	    N_("the library wrote another form than is prescribed"), "%s",
	    OpenSSL_version(OPENSSL_VERSION));
}

static enum pb_status
encode(CMS_ContentInfo *cms, struct pb_buf *buf, struct pb_error *err)
{
	const char *what = N_("seal a segment key");
	unsigned char *der = NULL;
	int len = i2d_CMS_ContentInfo(cms, &der);
	enum pb_status status;

	if (len < 0)
		return pb_library_openssl(err, what);
	status = pb_buf_append(buf, der, (size_t)len);
	OPENSSL_free(der);
	return status == PB_OK ? PB_OK : pb_fail_memory(err, what);
}

/* Two of one name: the second could never open it. */
static enum pb_status
check_readers(const struct pb_reader *const *readers, size_t count, struct pb_error *err)
{
	const char *what = N_("seal a segment key");
	size_t i, j;

	if (count == 0)
		return pb_fail(err, PB_EINVAL, what, N_("it has no reader"), "%s", "");
	if (count > PB_LIMIT_READERS)
		return pb_fail(err, PB_ELIMIT, what, N_("it has too many readers"), "%zu", count);
	for (i = 0; i < count; i++)
		for (j = 0; j < i; j++)
			if (strcmp(pb_reader_id(readers[i]), pb_reader_id(readers[j])) == 0)
				return pb_fail(err, PB_EINVAL, what,
				    N_("two readers have this identifier"), "%s",
				    pb_reader_id(readers[i]));
	return PB_OK;
}

enum pb_status
pb_envelope_seal(struct pb_secret *secret, const struct pb_reader *const *readers, size_t count,
    struct pb_buf *ret_cms, struct pb_error *err)
{
	const char *what = N_("seal a segment key");
	enum pb_status status = check_readers(readers, count, err);
	struct pb_buf sealed = PB_BUF_EMPTY;
	CMS_ContentInfo *cms;
	bool done;
	size_t i;

	if (status != PB_OK)
		return status;
	ERR_clear_error();
	cms = CMS_AuthEnvelopedData_create(EVP_aes_256_gcm());
	done = cms != NULL;
	for (i = 0; done && i < count; i++)
		done = add_recipient(cms, readers[i]);
	if (done && encrypt(cms, secret))
		status = encode(cms, &sealed, err);
	else
		status = pb_library_openssl(err, what);
	if (status == PB_OK)
		status = check_sealed(&sealed, readers, count, err);
	if (status == PB_OK && pb_buf_append(ret_cms, sealed.data, sealed.len) != PB_OK)
		status = pb_fail_memory(err, what);
	CMS_ContentInfo_free(cms);
	pb_buf_done(&sealed);
	ERR_clear_error();
	return status;
}

static enum pb_status
check_recipient(
    const void *cms, size_t cms_len, const struct pb_reader *reader, struct pb_error *err)
{
	struct pb_buf ids = PB_BUF_EMPTY;
	enum pb_status status = pb_envelope_recipients(cms, cms_len, &ids, err);

	if (status == PB_OK && !lists(&ids, pb_reader_id(reader)))
		status = pb_fail(err, PB_EACCESS, N_("open a segment key"),
		    N_("this reader is not among its recipients"), "%s", pb_reader_id(reader));
	pb_buf_done(&ids);
	return status;
}

/* Straight into the secret's own memory; the tag is judged when all was read. */
static bool
decrypt(CMS_ContentInfo *cms, const struct pb_reader_key *key, struct pb_secret *secret)
{
	X509 *certificate = pb_reader_x509(pb_reader_key_reader(key));
	uint8_t *bytes = pb_secret_bytes(secret), beyond;
	int want = (int)pb_secret_len(secret), got = 0, more = 1;
	BIO *chain = NULL;
	bool done;

	if (CMS_decrypt_set1_pkey(cms, pb_reader_key_pkey(key), certificate) == 1)
		chain = CMS_dataInit(cms, NULL);
	if (chain == NULL)
		return false;
	while (got < want && more > 0) {
		more = BIO_read(chain, bytes + got, want - got);
		got += more > 0 ? more : 0;
	}
	done = got == want && BIO_read(chain, &beyond, 1) <= 0 && BIO_get_cipher_status(chain) == 1;
	BIO_free_all(chain);
	return done;
}

enum pb_status
pb_envelope_open(const void *cms, size_t cms_len, const struct pb_reader_key *key, size_t len,
    struct pb_secret **ret_secret, struct pb_error *err)
{
	const char *what = N_("open a segment key");
	const unsigned char *at = cms;
	struct pb_secret *secret = NULL;
	CMS_ContentInfo *info = NULL;
	enum pb_status status = check_recipient(cms, cms_len, pb_reader_key_reader(key), err);

	if (status == PB_OK && pb_reader_key_device(key) != NULL)
		return pb_envelope_open_on_device(cms, cms_len, key, len, ret_secret, err);
	if (status == PB_OK)
		status = pb_secret_new(len, &secret, err);
	if (status != PB_OK)
		return status;
	ERR_clear_error();
	info = d2i_CMS_ContentInfo(NULL, &at, (long)cms_len);
	if (info != NULL && decrypt(info, key, secret)) {
		*ret_secret = secret;
		secret = NULL;
	} else {
		status = pb_library_refused(err, PB_ECORRUPT, what,
		    N_("it does not open with this reader's key"),
		    pb_reader_id(pb_reader_key_reader(key)));
	}
	CMS_ContentInfo_free(info);
	pb_secret_free(secret);
	ERR_clear_error();
	return status;
}
