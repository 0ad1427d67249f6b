#include "stamp/reply.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "crypto/der.h"
#include "stamp/form.h"

#define TAG_OID 0x06
#define TAG_UTF8 0x0c

#define REJECTION 2 /* PKIStatus */

/* PKIStatusInfo.  text is borrowed. */
struct status_info {
	uint8_t status;
	const uint8_t *text;
	size_t text_len;
	uint32_t failures; /* bit n of PKIFailureInfo is 1 << n */
};

static const char *
status_name(uint8_t status)
{
	static const char *const names[] = { "granted", "grantedWithMods", "rejection", "waiting",
		"revocationWarning", "revocationNotification" };

	return status < sizeof(names) / sizeof(names[0]) ? names[status] : "unknown";
}

static const struct {
	enum pb_stamp_failure bit;
	const char *name;
} failures[] = {
	{ PB_STAMP_BAD_ALG, "badAlg" },
	{ PB_STAMP_BAD_REQUEST, "badRequest" },
	{ PB_STAMP_BAD_DATA_FORMAT, "badDataFormat" },
	{ PB_STAMP_TIME_NOT_AVAILABLE, "timeNotAvailable" },
	{ PB_STAMP_UNACCEPTED_POLICY, "unacceptedPolicy" },
	{ PB_STAMP_UNACCEPTED_EXTENSION, "unacceptedExtension" },
	{ PB_STAMP_ADD_INFO_NOT_AVAILABLE, "addInfoNotAvailable" },
	{ PB_STAMP_SYSTEM_FAILURE, "systemFailure" },
};

/* The names of the bits that are set, each after a comma. */
static void
failure_names(uint32_t bits, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]) && used < size; i++)
		if ((bits >> failures[i].bit & 1) != 0)
			used += (size_t)snprintf(out + used, size - used, ", %s", failures[i].name);
}

/* PKIFreeText ::= SEQUENCE OF UTF8String: the first is shown. */
static void
read_text(struct pb_cursor *c, struct status_info *info)
{
	struct pb_cursor list, text;

	if (!pb_der_is_next(c, PB_DER_SEQUENCE))
		return;
	pb_der_enter(c, PB_DER_SEQUENCE, &list);
	if (!pb_der_is_next(&list, TAG_UTF8))
		return;
	pb_der_enter(&list, TAG_UTF8, &text);
	info->text_len = pb_cursor_left(&text);
	info->text = pb_cursor_bytes(&text, info->text_len);
}

/* The first octet counts the bits at the end that don't count (X.690 8.6). */
static void
read_failures(struct pb_cursor *c, struct status_info *info)
{
	struct pb_cursor bits;
	uint8_t octet;

	if (!pb_der_is_next(c, PB_DER_BIT_STRING))
		return;
	pb_der_enter(c, PB_DER_BIT_STRING, &bits);
	(void)pb_cursor_u8(&bits);
	for (unsigned at = 0; at < 32 && pb_cursor_left(&bits) > 0; at += 8) {
		octet = pb_cursor_u8(&bits);
		for (unsigned bit = 0; bit < 8; bit++)
			if ((octet >> (7 - bit) & 1) != 0)
				info->failures |= (uint32_t)1 << (at + bit);
	}
}

/* RFC 3161 2.4.2, RFC 4210 5.2.3. */
static void
read_status(struct pb_cursor *c, struct status_info *info)
{
	struct pb_cursor inner, number;

	memset(info, 0, sizeof(*info));
	pb_der_enter(c, PB_DER_SEQUENCE, &inner);
	pb_der_enter(&inner, PB_DER_INTEGER, &number);
	info->status = pb_cursor_u8(&number);
	pb_der_leave(&inner, &number);
	read_text(&inner, info);
	read_failures(&inner, info);
	pb_der_leave(c, &inner);
}

static enum pb_status
fail_refused(const struct status_info *info, const char *what, struct pb_error *err)
{
	char names[128];
	int len = info->text_len > 200 ? 200 : (int)info->text_len;

	failure_names(info->failures, names, sizeof(names));
	return pb_fail(err, PB_EDATA, what, N_("the authority did not grant it"),
	    "status %u (%s)%s%s%.*s", info->status, status_name(info->status), names,
	    len > 0 ? ": " : "", len, len > 0 ? (const char *)info->text : "");
}

enum pb_status
pb_stamp_reply_token(
    const void *data, size_t len, const void **ret_token, size_t *ret_len, struct pb_error *err)
{
	const char *what = N_("read a timestamp");
	struct status_info info;
	struct pb_cursor c, inner;

	if (len > PB_LIMIT_TSA_REPLY)
		return pb_fail(err, PB_EDATA, what, N_("it is too long"), "%zu bytes", len);
	if (len == 0 || !pb_stamp_der_form(data, len))
		return pb_fail(err, PB_EDATA, what,
		    N_("it is not one element of DER and nothing behind it"), "%zu bytes", len);
	pb_cursor_init(&c, data, len);
	pb_der_enter(&c, PB_DER_SEQUENCE, &inner);
	if (pb_der_is_next(&inner, TAG_OID)) {
		*ret_token = data;
		*ret_len = len;
		return PB_OK;
	}
	read_status(&inner, &info);
	if (inner.failed)
		return pb_fail(err, PB_EDATA, what,
		    N_("it is neither a reply of an authority nor a token"), "%zu bytes", len);
	if (info.status >= REJECTION)
		return fail_refused(&info, what, err);
	if (!pb_der_is_next(&inner, PB_DER_SEQUENCE))
		return pb_fail(err, PB_EDATA, what, N_("the reply holds no token"),
		    "status %u (%s)", info.status, status_name(info.status));
	*ret_token = inner.at;
	*ret_len = pb_cursor_left(&inner);
	return PB_OK;
}

/* ---- written ---- */

/* X.690 10.1: the shortest form. */
static enum pb_status
append_header(struct pb_buf *der, size_t len)
{
	uint8_t header[5] = { PB_DER_SEQUENCE };
	size_t used = 1;

	if (len > 0xffff)
		header[used++] = 0x83;
	else if (len > 0xff)
		header[used++] = 0x82;
	else if (len > 0x7f)
		header[used++] = 0x81;
	if (len > 0xffff)
		header[used++] = (uint8_t)(len >> 16);
	if (len > 0xff)
		header[used++] = (uint8_t)(len >> 8);
	header[used++] = (uint8_t)len;
	return pb_buf_append(der, header, used);
}

enum pb_status
pb_stamp_reply_grant(const void *token, size_t len, struct pb_buf *der)
{
	static const uint8_t granted[] = { PB_DER_SEQUENCE, 3, PB_DER_INTEGER, 1, 0 };

	pb_assert(len <= PB_LIMIT_TSA_REPLY);
	if (pb_buf_reserve(der, len + 16) != PB_OK ||
	    append_header(der, sizeof(granted) + len) != PB_OK ||
	    pb_buf_append(der, granted, sizeof(granted)) != PB_OK)
		return PB_ENOMEM;
	return pb_buf_append(der, token, len);
}

/* Of a BIT STRING with named bits, those behind the last 1 are left out (X.690 11.2.2). */
enum pb_status
pb_stamp_reply_refuse(enum pb_stamp_failure failure, struct pb_buf *der)
{
	uint8_t octets = (uint8_t)(failure / 8 + 1);
	uint8_t reply[16] = { PB_DER_SEQUENCE, (uint8_t)(octets + 8), PB_DER_SEQUENCE,
		(uint8_t)(octets + 6), PB_DER_INTEGER, 1, REJECTION, PB_DER_BIT_STRING,
		(uint8_t)(octets + 1), (uint8_t)(7 - failure % 8) };

	reply[9 + octets] = (uint8_t)(0x80 >> failure % 8);
	return pb_buf_append(der, reply, (size_t)octets + 10);
}
