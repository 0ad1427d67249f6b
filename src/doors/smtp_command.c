#include "doors/smtp_command.h"

#include <string.h>
#include <strings.h>

#include "core/limits.h"
#include "core/text.h"

static const char *const verbs[] = {
	[PB_SMTP_AUTH] = "AUTH",
	[PB_SMTP_BDAT] = "BDAT",
	[PB_SMTP_DATA] = "DATA",
	[PB_SMTP_EHLO] = "EHLO",
	[PB_SMTP_EXPN] = "EXPN",
	[PB_SMTP_HELO] = "HELO",
	[PB_SMTP_HELP] = "HELP",
	[PB_SMTP_LHLO] = "LHLO",
	[PB_SMTP_MAIL] = "MAIL",
	[PB_SMTP_NOOP] = "NOOP",
	[PB_SMTP_QUIT] = "QUIT",
	[PB_SMTP_RCPT] = "RCPT",
	[PB_SMTP_RSET] = "RSET",
	[PB_SMTP_STARTTLS] = "STARTTLS",
	[PB_SMTP_VRFY] = "VRFY",
	[PB_SMTP_XFORWARD] = "XFORWARD",
};

static bool
is_control(uint8_t octet)
{
	return octet < 0x20 || octet == 0x7f;
}

static void
skip(struct pb_smtp_text *text, size_t len)
{
	text->at += len;
	text->len -= len;
}

static void
trim(struct pb_smtp_text *text)
{
	while (text->len > 0 && *text->at == ' ')
		skip(text, 1);
	while (text->len > 0 && text->at[text->len - 1] == ' ')
		text->len--;
}

/* Up to the next space, or the end; taken off. */
static struct pb_smtp_text
take_word(struct pb_smtp_text *text)
{
	struct pb_smtp_text word = { text->at, 0 };

	while (word.len < text->len && word.at[word.len] != ' ')
		word.len++;
	skip(text, word.len);
	trim(text);
	return word;
}

bool
pb_smtp_is(struct pb_smtp_text text, const char *word)
{
	return text.len == strlen(word) && strncasecmp(text.at, word, text.len) == 0;
}

bool
pb_smtp_command(const uint8_t *line, size_t len, struct pb_smtp_command *ret_command)
{
	struct pb_smtp_text rest = { (const char *)line, len - 2 };
	struct pb_smtp_text verb;

	if (len < 2 || line[len - 2] != '\r' || line[len - 1] != '\n')
		return false;
	for (size_t i = 0; i < rest.len; i++)
		if (is_control(line[i]))
			return false;
	verb = take_word(&rest);
	*ret_command = (struct pb_smtp_command){ PB_SMTP_UNKNOWN, rest };
	for (size_t i = PB_SMTP_UNKNOWN + 1; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (pb_smtp_is(verb, verbs[i]))
			ret_command->verb = (enum pb_smtp_verb)i;
	return true;
}

/* Where outside quotes that octet stands first (RFC 5321 4.1.2: a local part may be quoted). */
static size_t
find(struct pb_smtp_text text, char octet)
{
	bool quoted = false;
	size_t i;

	for (i = 0; i < text.len && (quoted || text.at[i] != octet); i++) {
		if (text.at[i] == '"')
			quoted = !quoted;
		else if (quoted && text.at[i] == '\\' && i + 1 < text.len)
			i++;
	}
	return i < text.len ? i : text.len;
}

bool
pb_smtp_path(struct pb_smtp_text argument, const char *keyword, struct pb_smtp_path *ret_path)
{
	struct pb_smtp_text rest = argument, address;
	size_t len = strlen(keyword);

	if (rest.len < len || strncasecmp(rest.at, keyword, len) != 0)
		return false;
	skip(&rest, len);
	trim(&rest);
	if (rest.len == 0 || *rest.at != '<')
		return false;
	skip(&rest, 1);
	address = (struct pb_smtp_text){ rest.at, find(rest, '>') };
	if (address.len == rest.len)
		return false;
	skip(&rest, address.len + 1);
	if (rest.len > 0 && *rest.at != ' ')
		return false;
	trim(&rest);
	/* RFC 5321 appendix C: a source route is accepted, and ignored. */
	if (address.len > 0 && *address.at == '@') {
		len = find(address, ':');
		if (len == address.len)
			return false;
		skip(&address, len + 1);
	}
	if (address.len > PB_LIMIT_ADDRESS || find(address, ' ') < address.len ||
	    find(address, '<') < address.len)
		return false;
	*ret_path = (struct pb_smtp_path){ address, rest };
	return true;
}

bool
pb_smtp_parameter(struct pb_smtp_text *parameters, struct pb_smtp_text *ret_keyword,
    struct pb_smtp_text *ret_value)
{
	struct pb_smtp_text rest = *parameters, word = take_word(&rest);
	struct pb_smtp_text value = { NULL, 0 };
	const char *equals;

	if (word.len == 0)
		return false;
	equals = memchr(word.at, '=', word.len);
	if (equals == word.at || equals == word.at + word.len - 1)
		return false;
	if (equals != NULL) {
		value.at = equals + 1;
		value.len = word.len - (size_t)(value.at - word.at);
		word.len = (size_t)(equals - word.at);
	}
	*parameters = rest;
	*ret_keyword = word;
	*ret_value = value;
	return true;
}

bool
pb_smtp_bdat(struct pb_smtp_text argument, uint64_t *ret_size, bool *ret_last)
{
	struct pb_smtp_text rest = argument, size = take_word(&rest);

	if ((rest.len > 0 && !pb_smtp_is(rest, "LAST")) ||
	    !pb_decimal_parse(size.at, size.len, ret_size))
		return false;
	*ret_last = rest.len > 0;
	return true;
}

/* "+" and two digits of upper case; 0, which is a control, for anything else. */
static uint8_t
hex_octet(const char *at)
{
	static const char digits[] = "0123456789ABCDEF";
	const char *high = memchr(digits, at[1], 16), *low = memchr(digits, at[2], 16);

	return high == NULL || low == NULL ? 0 : (uint8_t)((high - digits) << 4 | (low - digits));
}

bool
pb_smtp_xtext(struct pb_smtp_text text, char *to, size_t size)
{
	char decoded[PB_LIMIT_SMTP_LINE];
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++) {
		uint8_t octet = (uint8_t)text.at[i];

		if (octet == '+') {
			if (text.len - i < 3)
				return false;
			octet = hex_octet(text.at + i);
			i += 2;
		}
		if (is_control(octet) || count + 1 >= size || count == sizeof(decoded))
			return false;
		decoded[count++] = (char)octet;
	}
	memcpy(to, decoded, count);
	to[count] = '\0';
	return true;
}
