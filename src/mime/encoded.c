#include "mime/encoded.h"

#include <stdbool.h>
#include <string.h>

#include "core/limits.h"
#include "mime/charset.h"
#include "mime/decode.h"

#define CHARSET_MAX 64
/* RFC 2047 section 2 allows 75 octets; some programs write a whole subject as one word. */
#define WORD_MAX 16384

/* RFC 2047 section 2: "=?" charset "?" encoding "?" encoded-text "?=". */
struct word {
	char charset[CHARSET_MAX];
	bool base64;
	const char *text;
	size_t len;
	const char *behind;
};

/* The word that begins at `at`. */
static bool
read_word(const char *at, const char *end, struct word *ret_word)
{
	const char *charset = at + 2, *mark, *close;
	size_t len;

	if (end - at > WORD_MAX)
		end = at + WORD_MAX;
	if (end - at < 8 || at[0] != '=' || at[1] != '?')
		return false;
	mark = memchr(charset, '?', (size_t)(end - charset));
	if (mark == NULL || end - mark < 3 || mark[2] != '?' || strchr("bBqQ", mark[1]) == NULL ||
	    mark[1] == '\0')
		return false;
	close = memmem(mark + 3, (size_t)(end - mark - 3), "?=", 2);
	/* RFC 2231 section 5: a language may stand behind the charset. */
	for (len = 0; charset + len < mark && charset[len] != '*'; len++) {
		if (!g_ascii_isgraph(charset[len]))
			return false;
	}
	if (close == NULL || len == 0 || len >= CHARSET_MAX)
		return false;
	memcpy(ret_word->charset, charset, len);
	ret_word->charset[len] = '\0';
	ret_word->base64 = mark[1] == 'b' || mark[1] == 'B';
	ret_word->text = mark + 3;
	ret_word->len = (size_t)(close - mark - 3);
	ret_word->behind = close + 2;
	return true;
}

/* RFC 2047 section 4.2. */
static void
decode_q(GByteArray *to, const char *text, size_t len)
{
	uint8_t octet;

	for (size_t i = 0; i < len; i++) {
		octet = (uint8_t)text[i];
		if (octet == '_') {
			octet = ' ';
		} else if (octet == '=' && i + 2 < len && g_ascii_isxdigit(text[i + 1]) &&
			   g_ascii_isxdigit(text[i + 2])) {
			octet = (uint8_t)(g_ascii_xdigit_value(text[i + 1]) << 4 |
					  g_ascii_xdigit_value(text[i + 2]));
			i += 2;
		}
		g_byte_array_append(to, &octet, 1);
	}
}

static void
add_octets(GByteArray *octets, const struct word *word)
{
	GByteArray *decoded;

	if (!word->base64) {
		decode_q(octets, word->text, word->len);
		return;
	}
	decoded = g_byte_array_new();
	(void)pb_decode(
	    PB_ENCODING_BASE64, (const uint8_t *)word->text, word->len, PB_LIMIT_HEADER, decoded);
	g_byte_array_append(octets, decoded->data, decoded->len);
	g_byte_array_unref(decoded);
}

static const char *
behind_space(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	return at;
}

/*
 * The run of words that begins with *word, as UTF-8; white space between two of them is no text
 * (RFC 2047 section 6.2).  A character may be cut in two by words of one charset, though it may
 * not be (section 5).  *word is the last one then.
 */
static void
decode_run(GString *to, struct word *word, const char *end)
{
	GByteArray *octets = g_byte_array_new();
	struct word next;
	bool more;

	do {
		add_octets(octets, word);
		more = read_word(behind_space(word->behind, end), end, &next);
		if (!more || g_ascii_strcasecmp(next.charset, word->charset) != 0) {
			pb_charset_decode(to, word->charset, octets->data, octets->len);
			g_byte_array_set_size(octets, 0);
		}
		if (more)
			*word = next;
	} while (more);
	g_byte_array_unref(octets);
}

static void
add_run(GString *to, struct word *word, const char *end, bool unify)
{
	GString *run;
	char *base64;

	if (!unify) {
		decode_run(to, word, end);
		return;
	}
	run = g_string_new(NULL);
	decode_run(run, word, end);
	base64 = g_base64_encode((const guchar *)run->str, run->len);
	g_string_append_printf(to, "=?utf-8?B?%s?=", base64);
	g_free(base64);
	g_string_free(run, TRUE);
}

static void
convert(GString *to, const char *value, size_t len, bool unify)
{
	const char *end = value + len, *plain = value, *at = value;
	struct word word;

	while (at < end) {
		at = memmem(at, (size_t)(end - at), "=?", 2);
		if (at == NULL)
			break;
		if (!read_word(at, end, &word)) {
			at += 2;
			continue;
		}
		pb_charset_decode(to, NULL, (const uint8_t *)plain, (size_t)(at - plain));
		add_run(to, &word, end, unify);
		at = plain = word.behind;
	}
	pb_charset_decode(to, NULL, (const uint8_t *)plain, (size_t)(end - plain));
}

void
pb_encoded_decode(GString *to, const char *value, size_t len)
{
	convert(to, value, len, false);
}

void
pb_encoded_unify(GString *to, const char *value, size_t len)
{
	convert(to, value, len, true);
}
