/*
 * The profile of CMS that a segment header may hold, read octet by octet:
 * OpenSSL's own parser takes more than we write, and shows less than we check.
 */
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "crypto/aead.h"
#include "crypto/der.h"
#include "crypto/envelope.h"
#include "crypto/wrap.h"

#define EXPECT(c, table) pb_cursor_expect(c, table, sizeof(table))

static const uint8_t version_0[] = { 0x02, 1, 0 };
static const uint8_t version_2[] = { 0x02, 1, 2 };
static const uint8_t version_3[] = { 0x02, 1, 3 };
static const uint8_t tag_len_16[] = { 0x02, 1, PB_AEAD_TAG_LEN };

/* 1.2.840.113549.1.9.16.1.23, 1.2.840.113549.1.7.1 */
static const uint8_t id_auth_enveloped[] = { 0x06, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16,
	1, 23 };
static const uint8_t id_data[] = { 0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1 };

/* 2.16.840.1.101.3.4.1.46, .1.45 and .2.1 */
static const uint8_t id_aes256_gcm[] = { 0x06, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 46 };
static const uint8_t id_aes256_wrap[] = { 0x06, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 45 };
static const uint8_t id_sha256[] = { 0x06, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1 };

/* 1.2.840.113549.1.1.7 and .8 */
static const uint8_t id_rsaes_oaep[] = { 0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 7 };
static const uint8_t id_mgf1[] = { 0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 8 };

/* 1.2.840.10045.2.1, 1.3.132.1.11.1 (dhSinglePass-stdDH-sha256kdf-scheme) */
static const uint8_t id_ec_public_key[] = { 0x06, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1 };
static const uint8_t id_ecdh_sha256kdf[] = { 0x06, 6, 0x2b, 0x81, 4, 1, 11, 1 };

static void
read_octets(struct pb_cursor *c, size_t len)
{
	struct pb_cursor octets;

	pb_der_enter(c, PB_DER_OCTET_STRING, &octets);
	(void)pb_cursor_bytes(&octets, len);
	pb_der_leave(c, &octets);
}

/* RFC 4055 2.1: a reader takes parameters that are absent and that are NULL. */
static void
read_sha256(struct pb_cursor *c)
{
	struct pb_cursor algorithm, null;

	pb_der_enter(c, PB_DER_SEQUENCE, &algorithm);
	EXPECT(&algorithm, id_sha256);
	if (pb_der_is_next(&algorithm, PB_DER_NULL)) {
		pb_der_enter(&algorithm, PB_DER_NULL, &null);
		pb_der_leave(&algorithm, &null);
	}
	pb_der_leave(c, &algorithm);
}

/* RFC 4055 4.1: SHA-256 for the label and for MGF1; the label empty, so not there. */
static void
read_oaep(struct pb_cursor *c)
{
	struct pb_cursor algorithm, parameters, hash, mask, mgf1;

	pb_der_enter(c, PB_DER_SEQUENCE, &algorithm);
	EXPECT(&algorithm, id_rsaes_oaep);
	pb_der_enter(&algorithm, PB_DER_SEQUENCE, &parameters);
	pb_der_enter(&parameters, PB_DER_CONTEXT | 0, &hash);
	read_sha256(&hash);
	pb_der_leave(&parameters, &hash);
	pb_der_enter(&parameters, PB_DER_CONTEXT | 1, &mask);
	pb_der_enter(&mask, PB_DER_SEQUENCE, &mgf1);
	EXPECT(&mgf1, id_mgf1);
	read_sha256(&mgf1);
	pb_der_leave(&mask, &mgf1);
	pb_der_leave(&parameters, &mask);
	pb_der_leave(&algorithm, &parameters);
	pb_der_leave(c, &algorithm);
}

/* KeyTransRecipientInfo (RFC 5652 6.2.1), its contents. */
static void
read_ktri(struct pb_cursor *c, struct pb_cursor *ret_id)
{
	struct pb_cursor encrypted_key;

	EXPECT(c, version_2);
	pb_der_enter(c, PB_DER_PRIMITIVE | 0, ret_id);
	read_oaep(c);
	pb_der_enter(c, PB_DER_OCTET_STRING, &encrypted_key);
}

/* OriginatorIdentifierOrKey (RFC 5753 3.1.1): the ephemeral key, its curve the recipient's. */
static void
read_originator(struct pb_cursor *c)
{
	struct pb_cursor originator, key, algorithm, point;

	pb_der_enter(c, PB_DER_CONTEXT | 0, &originator);
	pb_der_enter(&originator, PB_DER_CONTEXT | 1, &key);
	pb_der_enter(&key, PB_DER_SEQUENCE, &algorithm);
	EXPECT(&algorithm, id_ec_public_key);
	pb_der_leave(&key, &algorithm);
	pb_der_enter(&key, PB_DER_BIT_STRING, &point);
	if (pb_cursor_u8(&point) != 0) /* X.690 8.6.2.2: whole octets */
		pb_cursor_fail(&key);
	pb_der_leave(&originator, &key);
	pb_der_leave(c, &originator);
}

static void
read_ecdh(struct pb_cursor *c)
{
	struct pb_cursor algorithm, wrap;

	pb_der_enter(c, PB_DER_SEQUENCE, &algorithm);
	EXPECT(&algorithm, id_ecdh_sha256kdf);
	pb_der_enter(&algorithm, PB_DER_SEQUENCE, &wrap);
	EXPECT(&wrap, id_aes256_wrap);
	pb_der_leave(&algorithm, &wrap);
	pb_der_leave(c, &algorithm);
}

/* KeyAgreeRecipientInfo (RFC 5652 6.2.2) for one recipient, its contents; no ukm. */
static void
read_kari(struct pb_cursor *c, struct pb_cursor *ret_id)
{
	struct pb_cursor keys, key, name;

	EXPECT(c, version_3);
	read_originator(c);
	read_ecdh(c);
	pb_der_enter(c, PB_DER_SEQUENCE, &keys);
	pb_der_enter(&keys, PB_DER_SEQUENCE, &key);
	pb_der_enter(&key, PB_DER_CONTEXT | 0, &name);
	pb_der_enter(&name, PB_DER_OCTET_STRING, ret_id);
	pb_der_leave(&key, &name);
	read_octets(&key, PB_WRAPPED_LEN);
	pb_der_leave(&keys, &key);
	pb_der_leave(c, &keys);
}

static enum pb_status
append_id(const struct pb_cursor *id, struct pb_buf *ids)
{
	char hex[2 * PB_READER_ID_MAX + 1];

	pb_hex_encode(id->at, pb_cursor_left(id), hex);
	return pb_buf_printf(ids, "%s\n", hex);
}

/* PB_OK also where the cursor failed. */
static enum pb_status
read_recipient(struct pb_cursor *set, struct pb_buf *ids)
{
	struct pb_cursor recipient, id;
	uint8_t tag = PB_DER_SEQUENCE;

	if (!pb_der_is_next(set, tag))
		tag = PB_DER_CONTEXT | 1;
	pb_der_enter(set, tag, &recipient);
	if (tag == PB_DER_SEQUENCE)
		read_ktri(&recipient, &id);
	else
		read_kari(&recipient, &id);
	pb_der_leave(set, &recipient);
	if (pb_cursor_left(&id) == 0 || pb_cursor_left(&id) > PB_READER_ID_MAX)
		pb_cursor_fail(set);
	return set->failed ? PB_OK : append_id(&id, ids);
}

/* X.690 11.6: the elements of a SET OF ascend. */
static bool
ascend(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return order < 0 || (order == 0 && a_len <= b_len);
}

static enum pb_status
read_recipients(struct pb_cursor *c, struct pb_buf *ids)
{
	struct pb_cursor set;
	const uint8_t *before, *at;
	size_t before_len = 0, len;
	enum pb_status status;

	pb_der_enter(c, PB_DER_SET, &set);
	before = set.at;
	do {
		at = set.at;
		status = read_recipient(&set, ids);
		len = (size_t)(set.at - at);
		if (!ascend(before, before_len, at, len))
			pb_cursor_fail(&set);
		before = at;
		before_len = len;
	} while (status == PB_OK && !set.failed && pb_cursor_left(&set) > 0);
	pb_der_leave(c, &set);
	return status;
}

/* EncryptedContentInfo; GCMParameters (RFC 5084 3.2) with 12 octets of nonce and a whole tag. */
static void
read_content(struct pb_cursor *c)
{
	struct pb_cursor info, algorithm, parameters, ciphertext;

	pb_der_enter(c, PB_DER_SEQUENCE, &info);
	EXPECT(&info, id_data);
	pb_der_enter(&info, PB_DER_SEQUENCE, &algorithm);
	EXPECT(&algorithm, id_aes256_gcm);
	pb_der_enter(&algorithm, PB_DER_SEQUENCE, &parameters);
	read_octets(&parameters, PB_AEAD_NONCE_LEN);
	EXPECT(&parameters, tag_len_16);
	pb_der_leave(&algorithm, &parameters);
	pb_der_leave(&info, &algorithm);
	pb_der_enter(&info, PB_DER_PRIMITIVE | 0, &ciphertext);
	pb_der_leave(c, &info);
}

/* ContentInfo with AuthEnvelopedData (RFC 5083 2.1), without originator and attributes. */
static enum pb_status
read_envelope(struct pb_cursor *c, struct pb_buf *ids)
{
	struct pb_cursor info, content, envelope;
	enum pb_status status;

	pb_der_enter(c, PB_DER_SEQUENCE, &info);
	EXPECT(&info, id_auth_enveloped);
	pb_der_enter(&info, PB_DER_CONTEXT | 0, &content);
	pb_der_enter(&content, PB_DER_SEQUENCE, &envelope);
	EXPECT(&envelope, version_0);
	status = read_recipients(&envelope, ids);
	read_content(&envelope);
	read_octets(&envelope, PB_AEAD_TAG_LEN);
	pb_der_leave(&content, &envelope);
	pb_der_leave(&info, &content);
	pb_der_leave(c, &info);
	return status;
}

enum pb_status
pb_envelope_recipients(
    const void *cms, size_t cms_len, struct pb_buf *ret_ids, struct pb_error *err)
{
	const char *what = N_("read who can open a segment");
	struct pb_buf ids = PB_BUF_EMPTY;
	struct pb_cursor c;
	enum pb_status status;

	pb_cursor_init(&c, cms, cms_len);
	status = read_envelope(&c, &ids);
	if (status == PB_OK && !pb_cursor_finished(&c))
		status = pb_fail(err, PB_ECORRUPT, what,
		    N_("it is no CMS AuthEnvelopedData of the prescribed form"), "%s", "");
	else if (status != PB_OK || pb_buf_append(ret_ids, ids.data, ids.len) != PB_OK)
		status = pb_fail_memory(err, what);
	pb_buf_done(&ids);
	return status;
}
