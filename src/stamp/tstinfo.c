#include "stamp/tstinfo.h"

#include <openssl/x509v3.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "crypto/der.h"
#include "stamp/form.h"

#define TAG_OID 0x06

/* As large as no authority's clock is inaccurate: 30 years. */
#define ACCURACY_MAX_S 1000000000

static const char *const what_read = N_("read a timestamp");

/* ---- parts ---- */

enum pb_stamp_imprint_fault
pb_stamp_imprint_read(
    TS_MSG_IMPRINT *imprint, enum pb_stamp_hash *ret_hash, uint8_t ret_imprint[PB_STAMP_HASH_MAX])
{
	static const int nids[] = {
		[PB_STAMP_SHA256] = NID_sha256,
		[PB_STAMP_SHA384] = NID_sha384,
		[PB_STAMP_SHA512] = NID_sha512,
	};
	const ASN1_OBJECT *algorithm;
	const ASN1_OCTET_STRING *octets = TS_MSG_IMPRINT_get_msg(imprint);
	int parameters;
	size_t i = 0;

	X509_ALGOR_get0(&algorithm, &parameters, NULL, TS_MSG_IMPRINT_get_algo(imprint));
	while (i < sizeof(nids) / sizeof(nids[0]) && nids[i] != OBJ_obj2nid(algorithm))
		i++;
	/* RFC 5754 2: parameters are absent, or NULL. */
	if (i == sizeof(nids) / sizeof(nids[0]) ||
	    (parameters != V_ASN1_UNDEF && parameters != V_ASN1_NULL))
		return PB_STAMP_IMPRINT_HASH;
	if ((size_t)ASN1_STRING_length(octets) != pb_stamp_hash_len((enum pb_stamp_hash)i))
		return PB_STAMP_IMPRINT_LEN;
	*ret_hash = (enum pb_stamp_hash)i;
	memcpy(ret_imprint, ASN1_STRING_get0_data(octets), (size_t)ASN1_STRING_length(octets));
	return PB_STAMP_IMPRINT_READ;
}

enum pb_status
pb_stamp_imprint_fail(enum pb_stamp_imprint_fault fault, TS_MSG_IMPRINT *imprint, const char *what,
    struct pb_error *err)
{
	const ASN1_OBJECT *algorithm;
	char name[PB_STAMP_OID_MAX];

	X509_ALGOR_get0(&algorithm, NULL, NULL, TS_MSG_IMPRINT_get_algo(imprint));
	(void)OBJ_obj2txt(name, sizeof(name), algorithm, 0);
	if (fault == PB_STAMP_IMPRINT_LEN)
		return pb_fail(err, PB_EDATA, what,
		    N_("its imprint is not as long as its algorithm makes it"), "%s", name);
	return pb_fail(err, PB_EDATA, what, N_("its imprint is not of SHA-256, SHA-384 or SHA-512"),
	    "%s", name);
}

bool
pb_stamp_oid_read(const ASN1_OBJECT *oid, char ret_text[PB_STAMP_OID_MAX])
{
	char text[PB_STAMP_OID_MAX];
	int len = OBJ_obj2txt(text, sizeof(text), oid, 1);

	if (len <= 0 || (size_t)len >= sizeof(text))
		return false;
	memcpy(ret_text, text, (size_t)len + 1);
	return true;
}

bool
pb_stamp_nonce_read(const ASN1_INTEGER *number, uint8_t ret_nonce[32])
{
	int len = ASN1_STRING_length(number);

	if (len < 0 || len > 32)
		return false;
	memset(ret_nonce, 0, 32);
	if (len > 0)
		memcpy(ret_nonce + 32 - len, ASN1_STRING_get0_data(number), (size_t)len);
	return true;
}

/* ---- the whole ---- */

/* Absent counts as 0. */
static bool
read_number(const ASN1_INTEGER *number, uint64_t max, uint64_t *ret_value)
{
	*ret_value = 0;
	return number == NULL ||
	       (ASN1_INTEGER_get_uint64(ret_value, number) == 1 && *ret_value <= max);
}

static bool
read_accuracy(TS_ACCURACY *accuracy, struct pb_token_info *info)
{
	uint64_t seconds, millis, micros;

	info->has_accuracy = accuracy != NULL;
	if (accuracy == NULL)
		return true;
	if (!read_number(TS_ACCURACY_get_seconds(accuracy), ACCURACY_MAX_S, &seconds) ||
	    !read_number(TS_ACCURACY_get_millis(accuracy), 999, &millis) ||
	    !read_number(TS_ACCURACY_get_micros(accuracy), 999, &micros))
		return false;
	info->accuracy_us = (seconds * 1000 + millis) * 1000 + micros;
	return true;
}

static bool
read_serial(const ASN1_INTEGER *serial, struct pb_token_info *info)
{
	int len = ASN1_STRING_length(serial);

	if (len < 0 || len > PB_STAMP_SERIAL_MAX)
		return false;
	pb_hex_encode(ASN1_STRING_get0_data(serial), (size_t)len, info->serial);
	return true;
}

/* EN 319 422 9.1: qcStatements, a SEQUENCE OF SEQUENCE { statementId, statementInfo OPTIONAL }. */
static bool
states_qualified(TS_TST_INFO *tst)
{
	static const uint8_t esi4_qtst_statement_1[] = { 0x04, 0x00, 0x81, 0x97, 0x5e, 0x01,
		0x01 }; /* 0.4.0.19422.1.1 */
	struct pb_cursor c, list, statement, id;
	const ASN1_OCTET_STRING *value;
	bool found = false;
	int at = TS_TST_INFO_get_ext_by_NID(tst, NID_qcStatements, -1);

	if (at < 0)
		return false;
	value = X509_EXTENSION_get_data(TS_TST_INFO_get_ext(tst, at));
	pb_cursor_init(&c, ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));
	pb_der_enter(&c, PB_DER_SEQUENCE, &list);
	while (pb_cursor_left(&list) > 0) {
		pb_der_enter(&list, PB_DER_SEQUENCE, &statement);
		pb_der_enter(&statement, TAG_OID, &id);
		if (!statement.failed && pb_cursor_left(&id) == sizeof(esi4_qtst_statement_1))
			found = found || memcmp(id.at, esi4_qtst_statement_1,
					     sizeof(esi4_qtst_statement_1)) == 0;
	}
	return found && !list.failed && pb_cursor_finished(&c);
}

static enum pb_status
fail(struct pb_error *err, const char *why)
{
	return pb_fail(err, PB_EDATA, what_read, why, "%s", "TSTInfo");
}

enum pb_status
pb_stamp_tstinfo_read(TS_TST_INFO *tst, struct pb_token_info *info, struct pb_error *err)
{
	const ASN1_GENERALIZEDTIME *time = TS_TST_INFO_get_time(tst);
	const ASN1_INTEGER *nonce = TS_TST_INFO_get_nonce(tst);
	TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(tst);
	enum pb_stamp_imprint_fault fault;

	if (TS_TST_INFO_get_version(tst) != 1)
		return fail(err, N_("it is not of version 1"));
	fault = pb_stamp_imprint_read(imprint, &info->hash, info->imprint);
	if (fault != PB_STAMP_IMPRINT_READ)
		return pb_stamp_imprint_fail(fault, imprint, what_read, err);
	if (!pb_stamp_oid_read(TS_TST_INFO_get_policy_id(tst), info->policy))
		return fail(err, N_("its policy's identifier is too long"));
	if (!read_serial(TS_TST_INFO_get_serial(tst), info))
		return fail(err, N_("its serial number is too long"));
	if (!pb_stamp_time_read((const char *)ASN1_STRING_get0_data(time),
		(size_t)ASN1_STRING_length(time), &info->gen_time_us, info->gen_time))
		return fail(err, N_("its time cannot be read"));
	if (!read_accuracy(TS_TST_INFO_get_accuracy(tst), info))
		return fail(err, N_("its accuracy cannot be read"));
	info->has_nonce = nonce != NULL;
	if (nonce != NULL && !pb_stamp_nonce_read(nonce, info->nonce))
		return fail(err, N_("its nonce is too long"));
	info->ordering = TS_TST_INFO_get_ordering(tst) != 0;
	info->qualified = states_qualified(tst);
	return PB_OK;
}
