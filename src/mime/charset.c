#include "mime/charset.h"

#include <errno.h>
#include <gmime/gmime.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

#define NO_CONVERTER ((iconv_t)-1)

/* What mail names; UTF-8 and windows-1252 need no converter of the C library. */
static const char *const names[] = { "US-ASCII", "ISO-8859-1", "ISO-8859-2", "ISO-8859-3",
	"ISO-8859-4", "ISO-8859-5", "ISO-8859-6", "ISO-8859-7", "ISO-8859-8", "ISO-8859-9",
	"ISO-8859-10", "ISO-8859-11", "ISO-8859-13", "ISO-8859-14", "ISO-8859-15", "ISO-8859-16",
	"WINDOWS-1250", "WINDOWS-1251", "WINDOWS-1252", "WINDOWS-1253", "WINDOWS-1254",
	"WINDOWS-1255", "WINDOWS-1256", "WINDOWS-1257", "WINDOWS-1258", "WINDOWS-874", "CP437",
	"CP850", "CP852", "CP858", "CP866", "KOI8-R", "KOI8-U", "MACINTOSH", "UTF-7", "UTF-16",
	"UTF-16LE", "UTF-16BE", "UTF-32", "GB2312", "GBK", "GB18030", "BIG5", "BIG5-HKSCS",
	"SHIFT_JIS", "CP932", "EUC-JP", "ISO-2022-JP", "ISO-2022-KR", "ISO-2022-CN", "EUC-KR",
	"UHC", "TIS-620", "VISCII" };

struct pb_charsets {
	iconv_t held[G_N_ELEMENTS(names)];
};

struct pb_charsets *
pb_charsets_open(void)
{
	struct pb_charsets *charsets = g_new0(struct pb_charsets, 1);

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		charsets->held[i] = iconv_open("UTF-8", names[i]);
	return charsets;
}

void
pb_charsets_close(struct pb_charsets *charsets)
{
	if (charsets == NULL)
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		if (charsets->held[i] != NO_CONVERTER)
			(void)iconv_close(charsets->held[i]);
	}
	g_free(charsets);
}

/* An octet of windows-1252 (the table that IANA registers; 0 there: none). */
static void
append_1252(GString *to, uint8_t octet)
{
	static const uint16_t high[32] = { 0x20ac, 0, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021,
		0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0, 0x17d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d,
		0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0, 0x17e, 0x178 };
	gunichar code = octet;

	if (octet >= 0x80 && octet < 0xa0) {
		code = high[octet - 0x80];
		if (code == 0)
			code = 0xfffd;
	}
	g_string_append_unichar(to, code);
}

static void
decode_1252(GString *to, const uint8_t *data, size_t len)
{
	size_t run;

	while (len > 0) {
		for (run = 0; run < len && data[run] < 0x80; run++)
			continue;
		g_string_append_len(to, (const char *)data, (gssize)run);
		data += run;
		len -= run;
		for (; len > 0 && data[0] >= 0x80; data++, len--)
			append_1252(to, data[0]);
	}
}

static void
decode_utf8(GString *to, const uint8_t *data, size_t len)
{
	size_t run, n;
	uint32_t code;

	while (len > 0) {
		for (run = 0; run < len; run += n) {
			n = data[run] < 0x80 ? 1 : pb_utf8_next(data + run, len - run, &code);
			if (n == 0)
				break;
		}
		g_string_append_len(to, (const char *)data, (gssize)run);
		data += run;
		len -= run;
		if (len > 0) {
			append_1252(to, data[0]);
			data++;
			len--;
		}
	}
}

/* Through the C library's converter; an octet that it can't read is skipped over. */
static void
decode_iconv(GString *to, iconv_t converter, const uint8_t *data, size_t len)
{
	char out[4096], *from = g_memdup2(data, len), *in = from, *write;
	size_t left = len, room, done;
	bool bad;

	while (left > 0) {
		write = out;
		room = sizeof(out);
		done = iconv(converter, &in, &left, &write, &room);
		bad = done == (size_t)-1 && errno != E2BIG;
		g_string_append_len(to, out, write - out);
		if (bad && left > 0) {
			append_1252(to, (uint8_t)*in);
			in++;
			left--;
		}
	}
	g_free(from);
}

static bool
is_any(const char *name, const char *const list[], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (g_ascii_strcasecmp(name, list[i]) == 0)
			return true;
	}
	return false;
}

void
pb_charset_decode(GString *to, const char *charset, const uint8_t *data, size_t len)
{
	static const char *const utf8[] = { "utf-8", "utf8", "us-ascii", "ascii", "unknown-8bit" };
	static const char *const latin[] = { "iso-8859-1", "iso8859-1", "latin1", "windows-1252",
		"cp1252", "cp-1252", "x-ansi" };
	iconv_t converter;

	if (charset == NULL || is_any(charset, utf8, G_N_ELEMENTS(utf8))) {
		decode_utf8(to, data, len);
		return;
	}
	/* Latin-1's own octets 0x80 to 0x9f are controls, which nobody means. */
	if (is_any(charset, latin, G_N_ELEMENTS(latin))) {
		decode_1252(to, data, len);
		return;
	}
	converter = iconv_open("UTF-8", g_mime_charset_iconv_name(charset));
	if (converter == NO_CONVERTER && errno == ENOMEM)
		abort(); /* else another text would come of it */
	if (converter == NO_CONVERTER) {
		decode_utf8(to, data, len);
		return;
	}
	decode_iconv(to, converter, data, len);
	(void)iconv_close(converter);
}
