#include "doors/journal_text.h"

#include <string.h>

#include "capture/address.h"
#include "core/error.h"
#include "core/text.h"
#include "record/field.h"

#define WHAT N_("read a journal report")

/* ---- transfer encodings (RFC 2045 6.7, 6.8) ------------------------------------------------- */

/* White space is ignored; what is not base64 then has no text. */
static enum pb_status
decode_base64(const uint8_t *text, size_t len, struct pb_buf *to)
{
	struct pb_buf digits = PB_BUF_EMPTY;
	enum pb_status status = pb_buf_reserve(&digits, len);

	for (size_t i = 0; status == PB_OK && i < len; i++)
		if (memchr(" \t\r\n", text[i], 4) == NULL)
			status = pb_buf_append_u8(&digits, text[i]);
	if (status == PB_OK)
		status = pb_base64_decode((const char *)digits.data, digits.len, to);
	pb_buf_wipe(&digits);
	pb_buf_done(&digits);
	return status == PB_EDATA ? PB_OK : status;
}

/* Of a hexadecimal digit; 16: it is none. */
static unsigned
digit(uint8_t octet)
{
	static const char digits[] = "0123456789ABCDEF0123456789abcdef";
	const char *at = octet != '\0' ? strchr(digits, octet) : NULL;

	return at == NULL ? 16 : (unsigned)(at - digits) % 16;
}

/* How long what "=" begins at text is, and the octet that it stands for, if any: a line that goes
 * on has none. */
static size_t
quoted_len(const uint8_t *text, size_t len, uint8_t *ret_octet, bool *ret_any)
{
	size_t i = 1;

	*ret_any = false;
	while (i < len && (text[i] == ' ' || text[i] == '\t' || text[i] == '\r'))
		i++;
	if (i < len && text[i] == '\n')
		return i + 1;
	*ret_any = true;
	*ret_octet = '=';
	if (len < 3 || digit(text[1]) == 16 || digit(text[2]) == 16)
		return 1;
	*ret_octet = (uint8_t)(digit(text[1]) << 4 | digit(text[2]));
	return 3;
}

static enum pb_status
decode_quoted(const uint8_t *text, size_t len, struct pb_buf *to)
{
	enum pb_status status = pb_buf_reserve(to, len);
	uint8_t octet;
	bool any;

	for (size_t i = 0; status == PB_OK && i < len;) {
		octet = text[i];
		any = true;
		i += octet == '=' ? quoted_len(text + i, len - i, &octet, &any) : 1;
		if (any)
			status = pb_buf_append_u8(to, octet);
	}
	return status;
}

/* ---- lines ---------------------------------------------------------------------------------- */

/* Where the addresses of a line go. */
struct taking {
	struct pb_journal_addresses *addresses;
	bool sender;
	enum pb_status status;
};

/* true: no more are wanted. */
static bool
take(void *arg, const char *address, size_t len)
{
	struct taking *taking = arg;
	struct pb_journal_addresses *to = taking->addresses;
	char text[PB_LIMIT_ADDRESS + 1];

	if (len > PB_LIMIT_ADDRESS)
		return false;
	memcpy(text, address, len);
	text[len] = '\0';
	if (strlen(text) != len || !pb_address_plausible(text))
		return false;
	if (taking->sender) {
		memcpy(to->sender, text, len + 1);
		return true;
	}
	taking->status = pb_buf_append(&to->recipients, text, len + 1);
	to->count += taking->status == PB_OK;
	return taking->status != PB_OK;
}

/*
 * "To: a@x.example, Expanded: b@x.example": sent to the group b, delivered to a; both are addresses
 * that it was sent to.  "Recipient": whether by To, Cc or Bcc is not known.
 */
static enum pb_status
read_line(const uint8_t *line, size_t len, struct pb_journal_addresses *addresses)
{
	static const char *const names[] = { "recipient", "to", "cc", "bcc" };
	const uint8_t *colon = memchr(line, ':', len);
	size_t name_len = colon == NULL ? 0 : (size_t)(colon - line);
	struct taking taking = { addresses, pb_field_named(line, name_len, "sender"), PB_OK };
	bool wanted = taking.sender && addresses->sender[0] == '\0';

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		wanted = wanted || pb_field_named(line, name_len, names[i]);
	if (wanted)
		(void)pb_address_any(colon + 1, len - name_len - 1, take, &taking);
	return taking.status;
}

static enum pb_status
read_lines(const uint8_t *text, size_t len, struct pb_journal_addresses *addresses)
{
	enum pb_status status = PB_OK;

	while (status == PB_OK && len > 0) {
		const uint8_t *feed = memchr(text, '\n', len);
		size_t line_len = feed == NULL ? len : (size_t)(feed - text) + 1;

		status = read_line(text, line_len, addresses);
		text += line_len;
		len -= line_len;
	}
	return status;
}

enum pb_status
pb_journal_text_read(const uint8_t *text, size_t len, enum pb_journal_encoding encoding,
    struct pb_journal_addresses *addresses, struct pb_error *err)
{
	struct pb_buf decoded = PB_BUF_EMPTY;
	enum pb_status status = PB_OK;

	if (encoding == PB_JOURNAL_IDENTITY) {
		status = read_lines(text, len, addresses);
	} else {
		status = encoding == PB_JOURNAL_BASE64 ? decode_base64(text, len, &decoded)
						       : decode_quoted(text, len, &decoded);
		if (status == PB_OK)
			status = read_lines(decoded.data, decoded.len, addresses);
	}
	pb_buf_wipe(&decoded);
	pb_buf_done(&decoded);
	return status == PB_OK ? PB_OK : pb_fail_memory(err, WHAT);
}

void
pb_journal_addresses_done(struct pb_journal_addresses *addresses)
{
	pb_buf_wipe(&addresses->recipients);
	pb_buf_done(&addresses->recipients);
	pb_wipe(addresses, sizeof(*addresses));
}
