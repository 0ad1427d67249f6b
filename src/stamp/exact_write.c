#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/der.h"
#include "stamp/exact.h"

static const uint8_t oid_signed_data[] = { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
	0x07, 0x02 };
/* RFC 3370 3.2, with NULL: how CMS names RSASSA-PKCS1-v1_5. */
static const uint8_t rsa_encryption[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7,
	0x0d, 0x01, 0x01, 0x01, 0x05, 0x00 };
static const uint8_t version_1[] = { 0x02, 0x01, 0x01 };
static const uint8_t version_3[] = { 0x02, 0x01, 0x03 };

static enum pb_status
put(struct pb_buf *to, uint8_t tag, const void *data, size_t len)
{
	enum pb_status status = pb_buf_append_u8(to, tag);
	uint8_t length[4];

	pb_put_u32(length, (uint32_t)len);
	if (status != PB_OK || len > 0xffffff)
		return PB_ENOMEM;
	if (len < 0x80)
		status = pb_buf_append_u8(to, (uint8_t)len);
	else {
		size_t skip = len > 0xffff ? 1 : len > 0xff ? 2 : 3;

		status = pb_buf_append_u8(to, (uint8_t)(0x80 | (4 - skip)));
		if (status == PB_OK)
			status = pb_buf_append(to, length + skip, 4 - skip);
	}
	return status == PB_OK ? pb_buf_append(to, data, len) : status;
}

/* An element as it stands. */
struct raw {
	const uint8_t *data;
	size_t len;
};

static struct raw
take(struct pb_cursor *c, uint8_t tag)
{
	struct raw raw = { .data = c->at };
	struct pb_cursor inner;

	pb_der_enter(c, tag, &inner);
	raw.len = c->failed ? 0 : (size_t)(c->at - raw.data);
	return raw;
}

/* What of the token is kept; the rest is written anew. */
struct parts {
	struct raw content;    /* EncapsulatedContentInfo */
	struct raw digest;     /* the signer's digestAlgorithm */
	struct raw attributes; /* signedAttrs */
	struct raw algorithm;  /* signatureAlgorithm */
	struct raw signature;
	bool by_key; /* the signer is named by his key identifier */
};

/* RFC 5652 5.3. */
static void
read_signer(struct pb_cursor *c, struct parts *parts)
{
	struct pb_cursor si;

	pb_der_enter(c, PB_DER_SEQUENCE, &si);
	(void)take(&si, PB_DER_INTEGER);
	parts->by_key = pb_der_is_next(&si, PB_DER_PRIMITIVE);
	(void)take(&si, parts->by_key ? PB_DER_PRIMITIVE : PB_DER_SEQUENCE);
	parts->digest = take(&si, PB_DER_SEQUENCE);
	parts->attributes = take(&si, PB_DER_CONTEXT);
	parts->algorithm = take(&si, PB_DER_SEQUENCE);
	parts->signature = take(&si, PB_DER_OCTET_STRING);
	if (si.failed)
		pb_cursor_fail(c);
}

/* RFC 5652 3 and 5.1. */
static bool
read_parts(const struct pb_token *token, struct parts *parts)
{
	struct pb_cursor c, info, outer, data, signers;

	pb_cursor_init(&c, token->bytes, token->len);
	pb_der_enter(&c, PB_DER_SEQUENCE, &info);
	pb_cursor_expect(&info, oid_signed_data, sizeof(oid_signed_data));
	pb_der_enter(&info, PB_DER_CONTEXT, &outer);
	pb_der_enter(&outer, PB_DER_SEQUENCE, &data);
	(void)take(&data, PB_DER_INTEGER);
	(void)take(&data, PB_DER_SET);
	parts->content = take(&data, PB_DER_SEQUENCE);
	if (pb_der_is_next(&data, PB_DER_CONTEXT))
		(void)take(&data, PB_DER_CONTEXT);
	if (pb_der_is_next(&data, PB_DER_CONTEXT | 1))
		(void)take(&data, PB_DER_CONTEXT | 1);
	pb_der_enter(&data, PB_DER_SET, &signers);
	read_signer(&signers, parts);
	return !c.failed && !signers.failed;
}

/* DER of certificates, in the order of a SET OF (X.690 11.6). */
static int
compare(const void *a, const void *b)
{
	const struct pb_buf *x = a, *y = b;
	size_t shorter = x->len < y->len ? x->len : y->len;
	int order = memcmp(x->data, y->data, shorter);

	return order != 0 ? order : (x->len > y->len) - (x->len < y->len);
}

static enum pb_status
put_certificates(struct pb_buf *to, X509 *const *certificates, size_t count)
{
	struct pb_buf one[PB_PATH_MAX] = { PB_BUF_EMPTY }, all = PB_BUF_EMPTY;
	enum pb_status status = PB_OK;

	for (size_t i = 0; status == PB_OK && i < count; i++) {
		unsigned char *der = NULL;
		int len = i2d_X509(certificates[i], &der);

		status = len < 0 ? PB_ENOMEM : pb_buf_append(&one[i], der, (size_t)len);
		OPENSSL_free(der);
	}
	if (status == PB_OK && count > 0)
		qsort(one, count, sizeof(one[0]), compare);
	for (size_t i = 0; status == PB_OK && i < count; i++)
		status = pb_buf_append(&all, one[i].data, one[i].len);
	if (status == PB_OK && count > 0)
		status = put(to, PB_DER_CONTEXT, all.data, all.len);
	for (size_t i = 0; i < count; i++)
		pb_buf_done(&one[i]);
	pb_buf_done(&all);
	return status;
}

/* RFC 5652 5.3: the certificate's own issuer, octet for octet, and serial; or its key identifier.
 */
static enum pb_status
put_identifier(struct pb_buf *to, const X509 *signer, bool by_key)
{
	const ASN1_OCTET_STRING *id =
	    X509_get0_subject_key_id((X509 *)(uintptr_t)signer /* fills a cache */);
	unsigned char *name = NULL, *serial = NULL;
	struct pb_buf both = PB_BUF_EMPTY;
	enum pb_status status;
	int name_len, serial_len;

	if (by_key)
		return id == NULL ? PB_EDATA
				  : put(to, PB_DER_PRIMITIVE, ASN1_STRING_get0_data(id),
					(size_t)ASN1_STRING_length(id));
	name_len = i2d_X509_NAME(X509_get_issuer_name(signer), &name);
	serial_len = i2d_ASN1_INTEGER(X509_get0_serialNumber(signer), &serial);
	status = name_len < 0 || serial_len < 0 ? PB_ENOMEM : PB_OK;
	if (status == PB_OK)
		status = pb_buf_append(&both, name, (size_t)name_len);
	if (status == PB_OK)
		status = pb_buf_append(&both, serial, (size_t)serial_len);
	if (status == PB_OK)
		status = put(to, PB_DER_SEQUENCE, both.data, both.len);
	OPENSSL_free(name);
	OPENSSL_free(serial);
	pb_buf_done(&both);
	return status;
}

static enum pb_status
append(struct pb_buf *to, const struct raw *raw)
{
	return pb_buf_append(to, raw->data, raw->len);
}

/*
 * One name for RSASSA-PKCS1-v1_5, since its others would do as well; ECDSA without parameters
 * (RFC 5758 3.2).
 */
static enum pb_status
put_algorithm(struct pb_buf *to, const CMS_SignerInfo *si, const struct raw *as_it_stands)
{
	X509_ALGOR *algorithm;
	const ASN1_OBJECT *oid;
	unsigned char *der = NULL;
	enum pb_status status;
	int len;

	CMS_SignerInfo_get0_algs((CMS_SignerInfo *)(uintptr_t)si, NULL, NULL, NULL, &algorithm);
	X509_ALGOR_get0(&oid, NULL, NULL, algorithm);
	switch (OBJ_obj2nid(oid)) {
	case NID_rsaEncryption:
	case NID_sha256WithRSAEncryption:
	case NID_sha384WithRSAEncryption:
	case NID_sha512WithRSAEncryption:
		return pb_buf_append(to, rsa_encryption, sizeof(rsa_encryption));
	case NID_rsassaPss:
		return append(to, as_it_stands);
	default:
		len = i2d_ASN1_OBJECT(oid, &der);
		status = len < 0 ? PB_ENOMEM : put(to, PB_DER_SEQUENCE, der, (size_t)len);
		OPENSSL_free(der);
		return status;
	}
}

static enum pb_status
put_signer(
    struct pb_buf *to, const struct pb_token *token, const struct parts *parts, const X509 *signer)
{
	struct pb_buf si = PB_BUF_EMPTY, one = PB_BUF_EMPTY;
	enum pb_status status =
	    pb_buf_append(&si, parts->by_key ? version_3 : version_1, sizeof(version_1));

	if (status == PB_OK)
		status = put_identifier(&si, signer, parts->by_key);
	if (status == PB_OK)
		status = append(&si, &parts->digest);
	if (status == PB_OK)
		status = append(&si, &parts->attributes);
	if (status == PB_OK)
		status = put_algorithm(&si, token->si, &parts->algorithm);
	if (status == PB_OK)
		status = append(&si, &parts->signature);
	if (status == PB_OK)
		status = put(&one, PB_DER_SEQUENCE, si.data, si.len);
	if (status == PB_OK)
		status = put(to, PB_DER_SET, one.data, one.len);
	pb_buf_done(&si);
	pb_buf_done(&one);
	return status;
}

/* ContentInfo around SignedData: RFC 5652 5.1, version 3 since the content is no data. */
static enum pb_status
put_all(struct pb_buf *to, const struct raw *signed_data)
{
	struct pb_buf sequence = PB_BUF_EMPTY, info = PB_BUF_EMPTY;
	enum pb_status status =
	    put(&sequence, PB_DER_SEQUENCE, signed_data->data, signed_data->len);

	if (status == PB_OK)
		status = pb_buf_append(&info, oid_signed_data, sizeof(oid_signed_data));
	if (status == PB_OK)
		status = put(&info, PB_DER_CONTEXT, sequence.data, sequence.len);
	if (status == PB_OK)
		status = put(to, PB_DER_SEQUENCE, info.data, info.len);
	pb_buf_done(&sequence);
	pb_buf_done(&info);
	return status;
}

enum pb_status
pb_exact_write(
    const struct pb_token *token, const struct pb_path *path, size_t count, struct pb_buf *der)
{
	struct parts parts = { .by_key = false };
	struct pb_buf data = PB_BUF_EMPTY;
	enum pb_status status;

	if (!read_parts(token, &parts))
		return PB_EDATA;
	status = pb_buf_append(&data, version_3, sizeof(version_3));
	if (status == PB_OK)
		status = put(&data, PB_DER_SET, parts.digest.data, parts.digest.len);
	if (status == PB_OK)
		status = append(&data, &parts.content);
	if (status == PB_OK)
		status = put_certificates(&data, path->certificate, count);
	if (status == PB_OK)
		status = put_signer(&data, token, &parts, path->certificate[0]);
	if (status == PB_OK)
		status = put_all(der, &(struct raw){ .data = data.data, .len = data.len });
	pb_buf_done(&data);
	return status;
}
