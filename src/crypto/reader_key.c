#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "crypto/library.h"
#include "crypto/pem.h"
#include "crypto/reader_openssl.h"

struct pb_reader_key {
	struct pb_reader *reader;
	EVP_PKEY *pkey; /* NULL: on a device */
	struct pb_reader_device device;
};

/* What OpenSSL's callback is handed, and whether it was called: the key is encrypted then. */
struct passphrase {
	const char *text;
	size_t len;
	bool asked;
};

static int
give_passphrase(char *to, int size, int writing, void *arg)
{
	struct passphrase *passphrase = arg;

	(void)writing;
	passphrase->asked = true;
	if (passphrase->text == NULL || passphrase->len > (size_t)size)
		return -1;
	memcpy(to, passphrase->text, passphrase->len);
	return (int)passphrase->len;
}

static enum pb_status
read_key(const void *pem, size_t len, struct passphrase *passphrase, EVP_PKEY **ret_pkey,
    struct pb_error *err)
{
	const char *what = N_("open a reader's key");
	enum pb_status status = PB_OK;
	EVP_PKEY *pkey = NULL;
	BIO *bio = pb_pem_reader(pem, len);

	if (bio != NULL)
		pkey = PEM_read_bio_PrivateKey(bio, NULL, give_passphrase, passphrase);
	if (pkey != NULL)
		*ret_pkey = pkey;
	else if (!passphrase->asked)
		status =
		    pb_library_refused(err, PB_EDATA, what, N_("it is no private key in PEM"), "");
	else if (passphrase->text == NULL)
		status = pb_fail(err, PB_EACCESS, what, N_("it needs a passphrase"), "%s", "");
	else
		status = pb_library_refused(
		    err, PB_EACCESS, what, N_("the passphrase is wrong, or the key damaged"), "");
	BIO_free(bio);
	return status;
}

enum pb_status
pb_reader_key_open(const void *key_pem, size_t key_len, const void *certificate_pem,
    size_t certificate_len, const char *passphrase, size_t passphrase_len,
    struct pb_reader_key **ret_key, struct pb_error *err)
{
	const char *what = N_("open a reader's key");
	struct passphrase given = { .text = passphrase, .len = passphrase_len };
	struct pb_reader_key *key = calloc(1, sizeof(*key));
	enum pb_status status;

	if (key == NULL)
		return pb_fail_memory(err, what);
	status = pb_reader_from_pem(certificate_pem, certificate_len, &key->reader, err);
	if (status == PB_OK)
		status = read_key(key_pem, key_len, &given, &key->pkey, err);
	if (status == PB_OK && X509_check_private_key(pb_reader_x509(key->reader), key->pkey) != 1)
		status = pb_library_refused(err, PB_EDATA, what,
		    N_("it is not the certificate's key"), pb_reader_id(key->reader));
	if (status == PB_OK)
		*ret_key = key;
	else
		pb_reader_key_free(key);
	ERR_clear_error();
	return status;
}

enum pb_status
pb_reader_key_on_device(const void *certificate_pem, size_t certificate_len,
    const struct pb_reader_device *take_device, struct pb_reader_key **ret_key,
    struct pb_error *err)
{
	struct pb_reader_key *key = calloc(1, sizeof(*key));
	enum pb_status status;

	if (key == NULL)
		return pb_fail_memory(err, N_("open a reader's key"));
	status = pb_reader_from_pem(certificate_pem, certificate_len, &key->reader, err);
	if (status != PB_OK) {
		free(key);
		return status;
	}
	key->device = *take_device;
	*ret_key = key;
	return PB_OK;
}

const struct pb_reader_device *
pb_reader_key_device(const struct pb_reader_key *key)
{
	return key->pkey == NULL ? &key->device : NULL;
}

const struct pb_reader *
pb_reader_key_reader(const struct pb_reader_key *key)
{
	return key->reader;
}

EVP_PKEY *
pb_reader_key_pkey(const struct pb_reader_key *key)
{
	return key->pkey;
}

void
pb_reader_key_free(struct pb_reader_key *key)
{
	if (key == NULL)
		return;
	if (key->device.close != NULL)
		key->device.close(key->device.ctx);
	EVP_PKEY_free(key->pkey);
	pb_reader_free(key->reader);
	free(key);
}
