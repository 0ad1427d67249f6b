#include "crypto/envelope_device.h"

#include <openssl/err.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "crypto/aead.h"
#include "crypto/der.h"
#include "crypto/digest.h"
#include "crypto/library.h"
#include "crypto/reader_openssl.h"
#include "crypto/wrap.h"

static const char OPENING[] = N_("open a segment key");

/* What of an envelope is needed to open it; borrowed from its octets. */
struct pieces {
	const uint8_t *point; /* ECDH: the originator's; NULL: RSA */
	size_t point_len;
	const uint8_t *key; /* encrypted or wrapped */
	size_t key_len;
	const uint8_t *nonce;
	const uint8_t *cipher;
	size_t cipher_len;
	const uint8_t *tag;
};

/* ---- taken apart: the form was checked octet by octet, so this only walks ------------------- */

static void
skip(struct pb_cursor *c, uint8_t tag)
{
	struct pb_cursor inner;

	pb_der_enter(c, tag, &inner);
}

static void
octets(struct pb_cursor *c, uint8_t tag, const uint8_t **ret_at, size_t *ret_len)
{
	struct pb_cursor inner;

	pb_der_enter(c, tag, &inner);
	*ret_at = inner.at;
	*ret_len = pb_cursor_left(&inner);
}

static bool
is_id(const uint8_t *at, size_t len, const char *id)
{
	char hex[2 * PB_READER_ID_MAX + 1];

	if (len > PB_READER_ID_MAX)
		return false;
	pb_hex_encode(at, len, hex);
	return strcmp(hex, id) == 0;
}

/* KeyTransRecipientInfo (RFC 5652 6.2.1). */
static void
read_ktri(struct pb_cursor *c, const char *id, struct pieces *pieces)
{
	const uint8_t *name, *key;
	size_t name_len, key_len;

	skip(c, PB_DER_INTEGER);
	octets(c, PB_DER_PRIMITIVE | 0, &name, &name_len);
	skip(c, PB_DER_SEQUENCE);
	octets(c, PB_DER_OCTET_STRING, &key, &key_len);
	if (c->failed || !is_id(name, name_len, id))
		return;
	pieces->point = NULL;
	pieces->key = key;
	pieces->key_len = key_len;
}

/* KeyAgreeRecipientInfo (RFC 5652 6.2.2). */
static void
read_kari(struct pb_cursor *c, const char *id, struct pieces *pieces)
{
	struct pb_cursor originator, public_key, keys, key, rid;
	const uint8_t *point, *name, *wrapped;
	size_t point_len, name_len, wrapped_len;

	skip(c, PB_DER_INTEGER);
	pb_der_enter(c, PB_DER_CONTEXT | 0, &originator);
	pb_der_enter(&originator, PB_DER_CONTEXT | 1, &public_key);
	skip(&public_key, PB_DER_SEQUENCE);
	octets(&public_key, PB_DER_BIT_STRING, &point, &point_len);
	skip(c, PB_DER_SEQUENCE);
	pb_der_enter(c, PB_DER_SEQUENCE, &keys);
	pb_der_enter(&keys, PB_DER_SEQUENCE, &key);
	pb_der_enter(&key, PB_DER_CONTEXT | 0, &rid);
	octets(&rid, PB_DER_OCTET_STRING, &name, &name_len);
	octets(&key, PB_DER_OCTET_STRING, &wrapped, &wrapped_len);
	if (key.failed || rid.failed || public_key.failed || point_len < 2 ||
	    wrapped_len != PB_WRAPPED_LEN || !is_id(name, name_len, id))
		return;
	pieces->point = point + 1; /* behind the number of unused bits */
	pieces->point_len = point_len - 1;
	pieces->key = wrapped;
	pieces->key_len = wrapped_len;
}

static void
read_content(struct pb_cursor *c, struct pieces *pieces)
{
	struct pb_cursor info, algorithm, parameters;
	size_t len;

	pb_der_enter(c, PB_DER_SEQUENCE, &info);
	skip(&info, 0x06);
	pb_der_enter(&info, PB_DER_SEQUENCE, &algorithm);
	skip(&algorithm, 0x06);
	pb_der_enter(&algorithm, PB_DER_SEQUENCE, &parameters);
	octets(&parameters, PB_DER_OCTET_STRING, &pieces->nonce, &len);
	octets(&info, PB_DER_PRIMITIVE | 0, &pieces->cipher, &pieces->cipher_len);
	octets(c, PB_DER_OCTET_STRING, &pieces->tag, &len);
}

static bool
take_apart(const void *cms, size_t len, const char *id, struct pieces *pieces)
{
	struct pb_cursor c, info, content, envelope, set, recipient;

	pb_cursor_init(&c, cms, len);
	pb_der_enter(&c, PB_DER_SEQUENCE, &info);
	skip(&info, 0x06);
	pb_der_enter(&info, PB_DER_CONTEXT | 0, &content);
	pb_der_enter(&content, PB_DER_SEQUENCE, &envelope);
	skip(&envelope, PB_DER_INTEGER);
	pb_der_enter(&envelope, PB_DER_SET, &set);
	while (pb_cursor_left(&set) > 0) {
		bool ktri = pb_der_is_next(&set, PB_DER_SEQUENCE);

		pb_der_enter(&set, ktri ? PB_DER_SEQUENCE : PB_DER_CONTEXT | 1, &recipient);
		if (ktri)
			read_ktri(&recipient, id, pieces);
		else
			read_kari(&recipient, id, pieces);
	}
	read_content(&envelope, pieces);
	return !set.failed && !envelope.failed && pieces->key != NULL && pieces->cipher != NULL;
}

/* ---- opened --------------------------------------------------------------------------------- */

/*
 * RFC 5753 7.2: the key that wraps, from the shared secret by the KDF of X9.63, of which one block
 * of SHA-256 is all.  ECC-CMS-SharedInfo names id-aes256-wrap and 256 bits.
 */
static enum pb_status
derive(struct pb_secret *x, struct pb_secret *kek, struct pb_error *err)
{
	static const uint8_t behind[] = { 0, 0, 0, 1, 0x30, 0x15, 0x30, 0x0b, 0x06, 9, 0x60, 0x86,
		0x48, 1, 0x65, 3, 4, 1, 45, 0xa2, 0x06, 0x04, 4, 0, 0, 1, 0 };
	struct pb_digest *digest = NULL;
	enum pb_status status = pb_digest_new(PB_DIGEST_SHA256, &digest, err);

	if (status != PB_OK)
		return status;
	pb_digest_update(digest, pb_secret_bytes(x), pb_secret_len(x));
	pb_digest_update(digest, behind, sizeof(behind));
	pb_digest_final(digest, pb_secret_bytes(kek));
	pb_digest_free(digest);
	return PB_OK;
}

/*
 * SEC 1 2.3.3: 04 || x || y, on the reader's curve.  A device that was given another point answers
 * as one that fails, and a failure must not be taken for a damaged envelope.
 */
static enum pb_status
check_point(const struct pb_reader *reader, const struct pieces *pieces, struct pb_error *err)
{
	EVP_PKEY *own = X509_get0_pubkey(pb_reader_x509(reader)), *peer;
	enum pb_status status = PB_OK;

	if (pieces->point_len < 3 || pieces->point_len % 2 == 0 || pieces->point[0] != 4)
		return pb_fail(err, PB_ECORRUPT, OPENING,
		    N_("its ephemeral key is not an uncompressed point"), "%s", "");
	ERR_clear_error();
	peer = EVP_PKEY_new();
	if (peer == NULL || EVP_PKEY_copy_parameters(peer, own) != 1)
		status = pb_library_openssl(err, OPENING);
	else if (EVP_PKEY_set1_encoded_public_key(peer, pieces->point, pieces->point_len) != 1)
		status = pb_library_refused(err, PB_ECORRUPT, OPENING,
		    N_("its ephemeral key is no point of the reader's curve"), "");
	EVP_PKEY_free(peer);
	return status;
}

static enum pb_status
agree(const struct pb_reader_device *device, const struct pb_reader *reader,
    const struct pieces *pieces, struct pb_secret **ret_key, struct pb_error *err)
{
	struct pb_secret *x = NULL, *kek = NULL;
	enum pb_status status = check_point(reader, pieces, err);

	if (status != PB_OK)
		return status;
	status = pb_secret_new(pieces->point_len / 2, &x, err);
	if (status == PB_OK)
		status = pb_secret_new(PB_WRAP_KEY_LEN, &kek, err);
	if (status == PB_OK)
		status = device->agree(device->ctx, pieces->point, pieces->point_len, x, err);
	if (status == PB_OK)
		status = derive(x, kek, err);
	if (status == PB_OK)
		status = pb_unwrap(kek, pieces->key, ret_key, err);
	pb_secret_free(x);
	pb_secret_free(kek);
	return status;
}

static enum pb_status
transport(const struct pb_reader_device *device, const struct pieces *pieces,
    struct pb_secret **ret_key, struct pb_error *err)
{
	struct pb_secret *key = NULL;
	enum pb_status status = pb_secret_new(PB_AEAD_KEY_LEN, &key, err);

	if (status == PB_OK)
		status = device->decrypt(device->ctx, pieces->key, pieces->key_len, key, err);
	if (status != PB_OK) {
		pb_secret_free(key);
		return status;
	}
	*ret_key = key;
	return PB_OK;
}

/* RFC 5083 2.2: without attributes there is nothing beside the content that is authenticated. */
static enum pb_status
open_content(const struct pieces *pieces, struct pb_secret *key, struct pb_secret *content,
    struct pb_error *err)
{
	struct pb_aead *aead = NULL;
	enum pb_status status = pb_aead_new(&aead, err);
	bool right = false;

	if (status == PB_OK)
		status = pb_aead_start(aead, pb_secret_bytes(key), pieces->nonce, "", 0, err);
	if (status == PB_OK) {
		memcpy(pb_secret_bytes(content), pieces->cipher, pieces->cipher_len);
		status = pb_aead_decrypt(aead, pb_secret_bytes(content), pieces->cipher_len, err);
	}
	if (status == PB_OK)
		status = pb_aead_check(aead, pieces->tag, &right, err);
	if (status == PB_OK && !right)
		status = pb_fail(err, PB_ECORRUPT, OPENING,
		    N_("it does not open with this reader's key"), "%s", "");
	pb_aead_free(aead);
	return status;
}

enum pb_status
pb_envelope_open_on_device(const void *cms, size_t cms_len, const struct pb_reader_key *key,
    size_t len, struct pb_secret **ret_secret, struct pb_error *err)
{
	const struct pb_reader_device *device = pb_reader_key_device(key);
	const struct pb_reader *reader = pb_reader_key_reader(key);
	const char *id = pb_reader_id(reader);
	struct pb_secret *inner = NULL, *secret = NULL;
	struct pieces pieces = { .key = NULL };
	enum pb_status status;

	if (!take_apart(cms, cms_len, id, &pieces) || pieces.cipher_len != len)
		return pb_fail(err, PB_ECORRUPT, OPENING,
		    N_("it does not open with this reader's key"), "%s", id);
	status = pieces.point != NULL ? agree(device, reader, &pieces, &inner, err)
				      : transport(device, &pieces, &inner, err);
	if (status == PB_OK)
		status = pb_secret_new(len, &secret, err);
	if (status == PB_OK)
		status = open_content(&pieces, inner, secret, err);
	pb_secret_free(inner);
	if (status != PB_OK) {
		pb_secret_free(secret);
		return status;
	}
	*ret_secret = secret;
	return PB_OK;
}
