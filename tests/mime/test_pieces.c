/* The pieces that a view is made of: fields, encodings, charsets, HTML. */
#include "mime/fixture.h"

#include <glib.h>

#include "mime/charset.h"
#include "mime/decode.h"
#include "mime/encoded.h"
#include "mime/fields.h"
#include "mime/html.h"

static void
assert_field(const char *header, const char *name, const char *value)
{
	struct pb_fields fields;
	char *got;

	pb_fields_read(&fields, (const uint8_t *)header, strlen(header));
	got = pb_field_value(pb_fields_find(&fields, name));
	assert_string_equal(got, value);
	g_free(got);
	pb_fields_done(&fields);
}

static size_t
body_of(const char *header)
{
	struct pb_fields fields;
	size_t body;

	pb_fields_read(&fields, (const uint8_t *)header, strlen(header));
	body = fields.body;
	pb_fields_done(&fields);
	return body;
}

static void
fields_are_found_by_name_without_case(void **state)
{
	(void)state;
	assert_field("", "Subject", "");
	assert_field("Subject: a\r\n\r\n", "subject", "a");
	assert_field("Subject: a\nSUBJECT: b\n", "Subject", "a");
	assert_field("Subject : a \t\n\n", "Subject", "a");
	assert_field("X-Subject: a\n", "Subject", "");
	assert_field("Subject:a", "Subject", "a");
	assert_field("From a@b.test Mon Jan 1\nSubject: a\n", "Subject", "a");
	assert_field("A: b\n\nSubject: a\n", "Subject", "");
	assert_field(" Subject: a\nB: c\n", "Subject", "a");
}

static void
folded_field_is_one_line(void **state)
{
	(void)state;
	assert_field("Subject: a\r\n b\r\n\tc\r\nX: d\r\n", "Subject", "a b\tc");
	assert_field("Subject:\r\n a\n", "Subject", "a");
	assert_field("Subject: a\r\n \r\n b\r\n", "Subject", "a  b");
}

static void
octets_of_fields_are_utf8_or_windows_1252(void **state)
{
	(void)state;
	assert_field("Subject: \xc3\xa9t\xc3\xa9\n", "Subject", "été");
	assert_field("Subject: \xe9t\xe9 \x80\n", "Subject", "été €");
	assert_field("Subject: \xc3\xa9 \xe9\n", "Subject", "é é");
}

static void
header_ends_at_an_empty_line_or_at_what_is_no_field(void **state)
{
	(void)state;
	assert_int_equal(body_of(""), 0);
	assert_int_equal(body_of("\r\na"), 2);
	assert_int_equal(body_of("A: b\r\n\r\nc"), 8);
	assert_int_equal(body_of("A: b\n\nc"), 6);
	assert_int_equal(body_of("A: b\nkein Feld\nC: d\n"), 5);
	assert_int_equal(body_of("kein Feld\n"), 0);
	assert_int_equal(body_of("A: b"), 4);
	assert_int_equal(body_of("  \nA: b\n"), 0);
}

static void
assert_words(const char *value, const char *decoded, const char *unified)
{
	GString *got = g_string_new(NULL);

	pb_encoded_decode(got, value, strlen(value));
	assert_string_equal(got->str, decoded);
	g_string_truncate(got, 0);
	pb_encoded_unify(got, value, strlen(value));
	assert_string_equal(got->str, unified);
	g_string_free(got, TRUE);
}

static void
encoded_words_are_decoded(void **state)
{
	(void)state;
	assert_words("", "", "");
	assert_words("a b", "a b", "a b");
	assert_words("=?utf-8?q?=C3=A9_a?=", "é a", "=?utf-8?B?w6kgYQ==?=");
	assert_words("a =?ISO-8859-1?Q?=E9?= b", "a é b", "a =?utf-8?B?w6k=?= b");
	assert_words("=?utf-8?B?w6k=?=", "é", "=?utf-8?B?w6k=?=");
	/* RFC 2231 section 5: a language. */
	assert_words("=?utf-8*fr?q?a?=", "a", "=?utf-8?B?YQ==?=");
	/* Octets that no word may hold, of its charset all the same. */
	assert_words("=?iso-8859-1?q?\xe9?=", "é", "=?utf-8?B?w6k=?=");
	assert_words("\xe9 \xc3\xa9", "é é", "é é");
}

static void
encoded_words_beside_each_other_are_one_text(void **state)
{
	(void)state;
	assert_words("=?utf-8?q?a?= =?utf-8?q?b?=", "ab", "=?utf-8?B?YWI=?=");
	assert_words(
	    "=?utf-8?q?a?= c =?utf-8?q?b?=", "a c b", "=?utf-8?B?YQ==?= c =?utf-8?B?Yg==?=");
	/* Each with its own padding. */
	assert_words(
	    "=?utf-8?b?YQ==?=  =?utf-8?b?YmI=?=\t=?utf-8?b?Yw==?=", "abbc", "=?utf-8?B?YWJiYw==?=");
	/* A character that was cut in two. */
	assert_words("=?utf-8?q?=C3?= =?UTF-8?b?qQ==?=", "é", "=?utf-8?B?w6k=?=");
	assert_words("=?iso-8859-1?q?=E9?= =?koi8-r?q?=F0?=", "éП", "=?utf-8?B?w6nQnw==?=");
}

static void
what_is_no_encoded_word_stays(void **state)
{
	static const char *const none[] = { "=?", "=?utf-8?q?a",
		"=?utf-8?x?a?=", "=??q?a?=", "=?utf 8?q?a?=", "=?utf-8?q", "=?utf-8?q?", "=?=?=?=?",
		"?=" };

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_words(none[i], none[i], none[i]);
	assert_words("=?utf-8?q?a=?= =?utf-8?b?!?=", "a=", "=?utf-8?B?YT0=?=");
	assert_words("=?nobody?q?=E9=4?=", "é=4", "=?utf-8?B?w6k9NA==?=");
}

static void
assert_decoded(enum pb_encoding encoding, const char *data, const char *want, size_t len)
{
	GByteArray *got = g_byte_array_new();

	assert_true(pb_decode(encoding, (const uint8_t *)data, strlen(data), 1000, got));
	assert_int_equal(got->len, len);
	if (len > 0)
		assert_memory_equal(got->data, want, len);
	assert_int_equal(pb_decode_size(encoding, (const uint8_t *)data, strlen(data)), len);
	g_byte_array_unref(got);
}

static void
base64_is_decoded_whatever_stands_between(void **state)
{
	(void)state;
	assert_decoded(PB_ENCODING_BASE64, "", "", 0);
	assert_decoded(PB_ENCODING_BASE64, "YQ==", "a", 1);
	assert_decoded(PB_ENCODING_BASE64, "YWI=", "ab", 2);
	assert_decoded(PB_ENCODING_BASE64, "YWJj", "abc", 3);
	assert_decoded(PB_ENCODING_BASE64, "YW\r\nJj\r\nZA==\r\n", "abcd", 4);
	assert_decoded(PB_ENCODING_BASE64, "Y!W*J\xffj", "abc", 3);
	assert_decoded(PB_ENCODING_BASE64, "YWJjZA", "abcd", 4);
	assert_decoded(PB_ENCODING_BASE64, "YQ==YWI=", "aab", 3);
	assert_decoded(PB_ENCODING_BASE64, "A", "", 0);
	assert_decoded(PB_ENCODING_BASE64, "====", "", 0);
}

static void
other_encodings_are_decoded(void **state)
{
	(void)state;
	assert_decoded(PB_ENCODING_NONE, "a=3D", "a=3D", 4);
	assert_decoded(PB_ENCODING_QUOTED, "a=3D=\r\nb =\nc", "a=b c", 5);
	assert_decoded(PB_ENCODING_QUOTED, "=C3=A9\r\n", "\xc3\xa9\r\n", 4);
	assert_decoded(PB_ENCODING_UU, "begin 644 a\n#86)C\n`\nend\n", "abc", 3);
}

static void
decoding_stops_at_the_limit(void **state)
{
	GByteArray *got = g_byte_array_new();

	(void)state;
	assert_true(pb_decode(PB_ENCODING_BASE64, (const uint8_t *)"YWJj", 4, 3, got));
	g_byte_array_set_size(got, 0);
	assert_false(pb_decode(PB_ENCODING_BASE64, (const uint8_t *)"YWJj", 4, 2, got));
	assert_int_equal(got->len, 2);
	g_byte_array_set_size(got, 0);
	assert_false(pb_decode(PB_ENCODING_NONE, (const uint8_t *)"abc", 3, 2, got));
	assert_int_equal(got->len, 2);
	g_byte_array_unref(got);
}

static void
encodings_have_names(void **state)
{
	(void)state;
	assert_int_equal(pb_encoding_named(NULL), PB_ENCODING_NONE);
	assert_int_equal(pb_encoding_named("8bit"), PB_ENCODING_NONE);
	assert_int_equal(pb_encoding_named(" BASE64 (x)"), PB_ENCODING_BASE64);
	assert_int_equal(pb_encoding_named("Quoted-Printable;"), PB_ENCODING_QUOTED);
	assert_int_equal(pb_encoding_named("x-uuencode"), PB_ENCODING_UU);
}

static void
assert_charset(const char *charset, const char *data, const char *want)
{
	GString *got = g_string_new(NULL);

	pb_charset_decode(got, charset, (const uint8_t *)data, strlen(data));
	assert_string_equal(got->str, want);
	g_string_free(got, TRUE);
}

static void
charsets_become_utf8(void **state)
{
	(void)state;
	assert_charset(NULL, "", "");
	assert_charset(NULL, "a\xc3\xa9", "aé");
	assert_charset("utf-8", "a\xe9\xc3\xa9", "aéé");
	assert_charset("us-ascii", "\xe9", "é");
	assert_charset("ISO-8859-1", "\xe9\x80", "é€");
	assert_charset("iso-8859-15", "\xa4\xe9", "€é");
	assert_charset("windows-1252", "\x93\xe9\x94 \x81", "“é” \xef\xbf\xbd");
	assert_charset("windows-1251", "\xcf\xf0\xe8", "При");
	assert_charset("koi8-r", "\xf0\xd2\xc9", "При");
	assert_charset("shift_jis", "\x93\xfa\x96\x7b", "日本");
	assert_charset("iso-2022-jp", "\x1b$BF|K\\\x1b(B", "日本");
	assert_charset("gb18030", "\xd6\xd0", "中");
	assert_charset("utf-7", "+AOk-", "é");
}

static void
octets_that_no_charset_explains_are_windows_1252(void **state)
{
	(void)state;
	assert_charset("nobody-knows-it", "\xe9t\xe9", "été");
	assert_charset("nobody-knows-it", "\xc3\xa9", "é");
	assert_charset("euc-kr",
	    "a\xff"
	    "b",
	    "aÿb");
	assert_charset("shift_jis", "a\x93", "a“");
}

static void
assert_html(const char *html, const char *want)
{
	GString *got = g_string_new(NULL);

	pb_html_text(got, html, strlen(html));
	assert_string_equal(got->str, want);
	g_string_free(got, TRUE);
}

static void
html_is_the_text_between_tags(void **state)
{
	(void)state;
	assert_html("", "");
	assert_html("<p>a<b>b</b>c</p><p>d</p>", "abc\nd\n");
	assert_html("a<br>b<BR/>c", "a\nb\nc");
	assert_html("a \r\n\t b", "a b");
	assert_html("<td>a</td><td>b</td>", "a\nb\n");
	assert_html("<a href=\"x>y\">z</a>", "z");
	assert_html("1 < 2 <3", "1 < 2 <3");
	assert_html("a<!-- <b>no</b> -->b", "ab");
	assert_html("<!DOCTYPE html><?xml?>a", "a");
}

static void
html_leaves_out_what_is_no_text(void **state)
{
	(void)state;
	assert_html("<script>var a = '<b>';</script>b", "b");
	assert_html("<STYLE type=x>p { }</STYLE>b", "b");
	assert_html("<script>never ended", "");
	assert_html("<!-->a<!--->b<!-- x --!>c<!--!> no -->d", "abcd");
	assert_html("<b x=y=\"> a<i c='>'>b</i>", "ab");
	assert_html("<?x =\"> a\">", "a\">");
	assert_html("<style>a</stylex> <!-- </style>b", "b");
	assert_html("<plaintext>a<!-- b", "a<!-- b");
	assert_html("<title>a <!-- b</title>c -->", "a <!-- b\nc -->");
	assert_html("a<!-- never ended", "a");
	assert_html("a<b never ended", "a");
	assert_html("<a b='never ended>c", "c");
}

static void
html_resolves_references(void **state)
{
	(void)state;
	assert_html("&eacute;&#233;&#xE9;&#XE9;", "éééé");
	assert_html("a&nbsp;b &amp; &lt;c&gt;", "a b & <c>");
	assert_html("&nobody;&;&#x110000;&#0;& &", "&nobody;&;&#x110000;&#0;& &");
	assert_html("r&eacute sultat co&shy;op", "ré sultat coop");
	assert_html("&eacute", "é");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_found_by_name_without_case),
		cmocka_unit_test(folded_field_is_one_line),
		cmocka_unit_test(octets_of_fields_are_utf8_or_windows_1252),
		cmocka_unit_test(header_ends_at_an_empty_line_or_at_what_is_no_field),
		cmocka_unit_test(encoded_words_are_decoded),
		cmocka_unit_test(encoded_words_beside_each_other_are_one_text),
		cmocka_unit_test(what_is_no_encoded_word_stays),
		cmocka_unit_test(base64_is_decoded_whatever_stands_between),
		cmocka_unit_test(other_encodings_are_decoded),
		cmocka_unit_test(decoding_stops_at_the_limit),
		cmocka_unit_test(encodings_have_names),
		cmocka_unit_test(charsets_become_utf8),
		cmocka_unit_test(octets_that_no_charset_explains_are_windows_1252),
		cmocka_unit_test(html_is_the_text_between_tags),
		cmocka_unit_test(html_leaves_out_what_is_no_text),
		cmocka_unit_test(html_resolves_references),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
