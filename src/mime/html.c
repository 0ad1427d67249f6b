#include "mime/html.h"

#include <stdbool.h>
#include <string.h>

#define NAME_MAX_LEN 16 /* of an element or a character reference that is known here */

static const struct {
	const char name[9];
	gunichar code;
} references[] = { { "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' }, { "apos", '\'' },
	{ "nbsp", ' ' }, { "iexcl", 161 }, { "cent", 162 }, { "pound", 163 }, { "yen", 165 },
	{ "sect", 167 }, { "copy", 169 }, { "ordf", 170 }, { "laquo", 171 }, { "shy", 173 },
	{ "reg", 174 }, { "deg", 176 }, { "plusmn", 177 }, { "sup2", 178 }, { "sup3", 179 },
	{ "acute", 180 }, { "micro", 181 }, { "para", 182 }, { "middot", 183 }, { "cedil", 184 },
	{ "sup1", 185 }, { "ordm", 186 }, { "raquo", 187 }, { "frac14", 188 }, { "frac12", 189 },
	{ "frac34", 190 }, { "iquest", 191 }, { "Agrave", 192 }, { "Aacute", 193 },
	{ "Acirc", 194 }, { "Atilde", 195 }, { "Auml", 196 }, { "Aring", 197 }, { "AElig", 198 },
	{ "Ccedil", 199 }, { "Egrave", 200 }, { "Eacute", 201 }, { "Ecirc", 202 }, { "Euml", 203 },
	{ "Igrave", 204 }, { "Iacute", 205 }, { "Icirc", 206 }, { "Iuml", 207 }, { "ETH", 208 },
	{ "Ntilde", 209 }, { "Ograve", 210 }, { "Oacute", 211 }, { "Ocirc", 212 },
	{ "Otilde", 213 }, { "Ouml", 214 }, { "times", 215 }, { "Oslash", 216 }, { "Ugrave", 217 },
	{ "Uacute", 218 }, { "Ucirc", 219 }, { "Uuml", 220 }, { "Yacute", 221 }, { "THORN", 222 },
	{ "szlig", 223 }, { "agrave", 224 }, { "aacute", 225 }, { "acirc", 226 }, { "atilde", 227 },
	{ "auml", 228 }, { "aring", 229 }, { "aelig", 230 }, { "ccedil", 231 }, { "egrave", 232 },
	{ "eacute", 233 }, { "ecirc", 234 }, { "euml", 235 }, { "igrave", 236 }, { "iacute", 237 },
	{ "icirc", 238 }, { "iuml", 239 }, { "eth", 240 }, { "ntilde", 241 }, { "ograve", 242 },
	{ "oacute", 243 }, { "ocirc", 244 }, { "otilde", 245 }, { "ouml", 246 }, { "divide", 247 },
	{ "oslash", 248 }, { "ugrave", 249 }, { "uacute", 250 }, { "ucirc", 251 }, { "uuml", 252 },
	{ "yacute", 253 }, { "thorn", 254 }, { "yuml", 255 }, { "OElig", 338 }, { "oelig", 339 },
	{ "Scaron", 352 }, { "scaron", 353 }, { "Yuml", 376 }, { "fnof", 402 }, { "circ", 710 },
	{ "tilde", 732 }, { "ensp", ' ' }, { "emsp", ' ' }, { "thinsp", ' ' }, { "zwnj", 8204 },
	{ "zwj", 8205 }, { "ndash", 8211 }, { "mdash", 8212 }, { "lsquo", 8216 }, { "rsquo", 8217 },
	{ "sbquo", 8218 }, { "ldquo", 8220 }, { "rdquo", 8221 }, { "bdquo", 8222 },
	{ "dagger", 8224 }, { "bull", 8226 }, { "hellip", 8230 }, { "permil", 8240 },
	{ "lsaquo", 8249 }, { "rsaquo", 8250 }, { "euro", 8364 }, { "trade", 8482 },
	{ "larr", 8592 }, { "rarr", 8594 }, { "minus", 8722 }, { "le", 8804 }, { "ge", 8805 } };

/* Elements inside which nothing is text, and those that do not begin a line. */
static const char *const silent[] = { "script", "style", "noembed", "noframes" };
/* Elements that hold no others: a "<" there is text until they end (HTML 13.2.5.2, 13.2.5.3). */
static const char *const raw[] = { "title", "textarea", "xmp", "iframe", "plaintext" };
static const char *const inline_names[] = { "a", "abbr", "acronym", "b", "bdi", "bdo", "big",
	"cite", "code", "data", "del", "dfn", "em", "font", "i", "ins", "kbd", "label", "mark",
	"o:p", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt",
	"u", "var", "wbr" };

static bool
is_one_of(const char *name, const char *const list[], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(name, list[i]) == 0)
			return true;
	}
	return false;
}

/* The name of the tag whose octets begin behind "<" or "</", in lower case; "" if it is long. */
static void
tag_name(const char *at, const char *end, char name[NAME_MAX_LEN])
{
	size_t n = 0;

	while (at + n < end && at[n] != '>' && at[n] != '/' && !g_ascii_isspace(at[n])) {
		if (n + 1 == NAME_MAX_LEN) {
			n = 0;
			break;
		}
		name[n] = g_ascii_tolower(at[n]);
		n++;
	}
	name[n] = '\0';
}

/* Where in a tag one is (HTML 13.2.5.32 to .39): a quote begins a value at its first place alone.
 */
enum within { BEFORE_NAME, IN_NAME, BEHIND_NAME, BEFORE_VALUE, IN_VALUE };

static enum within
next_within(enum within within, char octet)
{
	bool blank = g_ascii_isspace(octet);

	switch (within) {
	case BEFORE_NAME:
		return blank || octet == '/' ? BEFORE_NAME : IN_NAME;
	case IN_NAME:
	case BEHIND_NAME:
		if (octet == '=')
			return BEFORE_VALUE;
		if (octet == '/')
			return BEFORE_NAME;
		return blank ? BEHIND_NAME : IN_NAME;
	case BEFORE_VALUE:
		return blank ? BEFORE_VALUE : IN_VALUE;
	case IN_VALUE:
		break;
	}
	return blank ? BEFORE_NAME : IN_VALUE;
}

/*
 * Behind the ">" that ends the tag whose name begins at `at`; quoted values may hold one.  NULL:
 * none ends it.
 */
static const char *
tag_end(const char *at, const char *end)
{
	enum within within = BEFORE_NAME;
	char quote = 0;

	while (at < end && *at != '>' && *at != '/' && !g_ascii_isspace(*at))
		at++;
	for (; at < end; at++) {
		if (quote != 0) {
			if (*at != quote)
				continue;
			quote = 0;
			within = BEFORE_NAME;
		} else if (*at == '>') {
			return at + 1;
		} else if (within == BEFORE_VALUE && (*at == '"' || *at == '\'')) {
			quote = *at;
		} else {
			within = next_within(within, *at);
		}
	}
	return NULL;
}

/*
 * Behind the comment whose "<!--" begins at `at` (HTML 13.2.5.43 to .52): "<!-->" and "<!--->" are
 * whole ones, and "--!>" ends one as "-->" does.
 */
static const char *
comment_end(const char *at, const char *end)
{
	const char *text = at + 4;

	for (at += 2; at < end; at++) {
		at = memmem(at, (size_t)(end - at), "--", 2);
		if (at == NULL)
			return end;
		if (end - at > 2 && at[2] == '>')
			return at + 3;
		if (at >= text && end - at > 3 && at[2] == '!' && at[3] == '>')
			return at + 4;
	}
	return end;
}

static bool
ends_name(const char *at, const char *end)
{
	return at == end || *at == '>' || *at == '/' || g_ascii_isspace(*at);
}

/* At the "</name" that ends an element without elements in it, or the end. */
static const char *
silence_end(const char *at, const char *end, const char *name)
{
	size_t len = strlen(name);

	while (at < end) {
		at = memchr(at, '<', (size_t)(end - at));
		if (at == NULL)
			return end;
		if ((size_t)(end - at) > len + 2 && at[1] == '/' &&
		    g_ascii_strncasecmp(at + 2, name, len) == 0 && ends_name(at + 2 + len, end))
			return at;
		at++;
	}
	return end;
}

static void
line_break(GString *to)
{
	if (to->len > 0 && to->str[to->len - 1] == ' ')
		g_string_truncate(to, to->len - 1);
	if (to->len > 0 && to->str[to->len - 1] != '\n')
		g_string_append_c(to, '\n');
}

static void
space(GString *to)
{
	if (to->len > 0 && to->str[to->len - 1] != ' ' && to->str[to->len - 1] != '\n')
		g_string_append_c(to, ' ');
}

/* What has no tags: words and white space. */
static void
raw_text(GString *to, const char *at, const char *end)
{
	for (; at < end; at++) {
		if (g_ascii_isspace(*at))
			space(to);
		else
			g_string_append_c(to, *at);
	}
}

/* Behind the tag, comment or declaration `name` at `at`. */
static const char *
tag_behind(const char *at, const char *end, const char *name)
{
	const char *behind = NULL;

	/* A quote that nothing closes: the tag ends at the next ">" then, as declarations do. */
	if (g_ascii_isalpha(name[0]))
		behind = tag_end(name, end);
	if (behind != NULL)
		return behind;
	behind = memchr(at, '>', (size_t)(end - at));
	return behind == NULL ? end : behind + 1;
}

/* What begins with "<": a tag, a comment, or the character alone.  Answers where it goes on. */
static const char *
take_tag(GString *to, const char *at, const char *end)
{
	char name[NAME_MAX_LEN];
	const char *behind, *name_at;
	bool closes;

	if (end - at >= 4 && memcmp(at, "<!--", 4) == 0)
		return comment_end(at, end);
	closes = end - at > 1 && at[1] == '/';
	if (end - at < 2 || !(closes || at[1] == '!' || at[1] == '?' || g_ascii_isalpha(at[1]))) {
		g_string_append_c(to, '<');
		return at + 1;
	}
	name_at = at + (closes ? 2 : 1);
	tag_name(name_at, end, name);
	behind = name_at == end ? end : tag_behind(at, end, name_at);
	if (!is_one_of(name, inline_names, G_N_ELEMENTS(inline_names)))
		line_break(to);
	if (!closes && is_one_of(name, silent, G_N_ELEMENTS(silent)))
		return silence_end(behind, end, name);
	if (!closes && is_one_of(name, raw, G_N_ELEMENTS(raw))) {
		at = strcmp(name, "plaintext") == 0 ? end : silence_end(behind, end, name);
		raw_text(to, behind, at);
		return at;
	}
	return behind;
}

/* "#233", "#xe9", "eacute" as a character; 0: none. */
static gunichar
reference(const char *name)
{
	guint64 code;

	if (name[0] == '\0')
		return 0;
	if (name[0] == '#') {
		code = name[1] == 'x' || name[1] == 'X' ? g_ascii_strtoull(name + 2, NULL, 16)
							: g_ascii_strtoull(name + 1, NULL, 10);
		return code < 0x110000 && g_unichar_validate((gunichar)code) ? (gunichar)code : 0;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(references); i++) {
		if (strcmp(references[i].name, name) == 0)
			return references[i].code;
	}
	return 0;
}

/* What begins with "&"; old pages leave the ";" away. */
static const char *
take_reference(GString *to, const char *at, const char *end)
{
	char name[NAME_MAX_LEN];
	size_t n = 0;
	gunichar code;

	while (at + 1 + n < end && n + 1 < NAME_MAX_LEN &&
	       (g_ascii_isalnum(at[1 + n]) || (n == 0 && at[1] == '#'))) {
		name[n] = at[1 + n];
		n++;
	}
	name[n] = '\0';
	code = reference(name);
	if (code == 0) {
		g_string_append_c(to, '&');
		return at + 1;
	}
	if (code == ' ' || code == '\n')
		space(to);
	else if (code != 173) /* a soft hyphen would cut a word in two */
		g_string_append_unichar(to, code);
	return at + 1 + n + (at + 1 + n < end && at[1 + n] == ';' ? 1 : 0);
}

void
pb_html_text(GString *to, const char *html, size_t len)
{
	const char *at = html, *end = html + len, *run;

	while (at < end) {
		for (run = at; at < end && *at != '<' && *at != '&' && !g_ascii_isspace(*at); at++)
			continue;
		g_string_append_len(to, run, at - run);
		if (at == end)
			break;
		if (*at == '<') {
			at = take_tag(to, at, end);
		} else if (*at == '&') {
			at = take_reference(to, at, end);
		} else {
			space(to);
			at++;
		}
	}
}
