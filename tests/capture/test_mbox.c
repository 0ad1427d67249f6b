/* An mbox and its messages: every variant, and what looks like one. */
#include "capture/fixture.h"

#include "capture/mbox.h"
#include "capture/postmark.h"

#define MARK "From camille@tilleuls.example Thu Apr 30 08:15:00 2026\n"
#define CRLF_MARK "From camille@tilleuls.example Thu Apr 30 08:15:00 2026\r\n"

/* What came out: a line for each message, "offset+length/separator c|p quoted|bytes|". */
struct out {
	struct pb_buf text, message;
	bool open, quiet;
	uint64_t bytes;
	uint64_t next; /* where the next postmark must stand: no octet is in no message */
	size_t count, refused;
};

/* Octets of a text, or a pattern without end; so many at a time. */
struct in {
	const char *text;
	size_t len, at, step;
	uint64_t fill, fail_at; /* so many "x" behind the text; 0: does not fail */
};

static enum pb_status
read_in(void *ctx, void *to, size_t len, size_t *ret_len, struct pb_error *err)
{
	struct in *in = ctx;
	size_t n = len < in->step ? len : in->step;

	if (in->fail_at > 0 && in->at >= in->fail_at)
		return pb_fail(err, PB_EIO, "read", "broken", "%s", "mbox");
	if (in->at < in->len) {
		n = n < in->len - in->at ? n : in->len - in->at;
		memcpy(to, in->text + in->at, n);
	} else {
		n = n < in->fill ? n : (size_t)in->fill;
		memset(to, 'x', n);
		in->fill -= n;
	}
	in->at += n;
	*ret_len = n;
	return PB_OK;
}

static enum pb_status
look_in(void *ctx, uint64_t offset, void *to, size_t len, size_t *ret_len, struct pb_error *err)
{
	const struct in *in = ctx;
	size_t left = offset < in->len ? in->len - (size_t)offset : 0;

	(void)err;
	*ret_len = len < left ? len : left;
	memcpy(to, in->text + offset, *ret_len);
	return PB_OK;
}

static enum pb_status
begin(void *ctx, const struct pb_message_origin *origin, bool *ret_wanted, struct pb_error *err)
{
	struct out *out = ctx;

	(void)err;
	assert_false(out->open);
	assert_non_null(origin->mbox);
	out->open = true;
	pb_buf_clear(&out->message);
	*ret_wanted = true;
	return PB_OK;
}

static enum pb_status
write_out(void *ctx, const void *data, size_t len, struct pb_error *err)
{
	struct out *out = ctx;

	(void)err;
	assert_true(out->open && len > 0);
	out->bytes += len;
	return out->quiet ? PB_OK : pb_buf_append(&out->message, data, len);
}

static enum pb_status
end(void *ctx, const struct pb_message_origin *origin, struct pb_error *err)
{
	const struct pb_mbox_place *place = origin->mbox;
	struct out *out = ctx;

	(void)err;
	assert_true(out->open);
	out->open = false;
	out->count++;
	if (!out->quiet)
		assert_int_equal(out->message.len, place->length);
	assert_in_range(place->offset - out->next - strlen(place->postmark), 0, 2);
	out->next = place->offset + place->length + place->separator;
	return pb_buf_printf(&out->text, "%llu+%llu/%u%s%u|%.*s|",
	    (unsigned long long)place->offset, (unsigned long long)place->length, place->separator,
	    place->content_length ? "c" : "p", place->quoted, (int)out->message.len,
	    out->message.len > 0 ? (const char *)out->message.data : "");
}

static void
cut(void *ctx)
{
	struct out *out = ctx;

	assert_true(out->open);
	out->open = false;
}

static enum pb_status
refused(void *ctx, const struct pb_message_origin *origin, const struct pb_error *why,
    struct pb_error *err)
{
	struct out *out = ctx;

	(void)origin;
	(void)err;
	assert_int_equal(why->status, PB_EIO);
	out->refused++;
	return PB_OK;
}

static void
split(struct in *in, bool ahead, struct out *out)
{
	const struct pb_bytes bytes = { in, read_in, ahead ? look_in : NULL };
	const struct pb_finds finds = { .ctx = out,
		.begin = begin,
		.write = write_out,
		.end = end,
		.cut = cut,
		.refused = refused };
	const struct pb_message_origin origin = { .path = "a.mbox" };

	assert_int_equal(pb_mbox_split(&bytes, &origin, &finds, NULL), PB_OK);
	assert_false(out->open);
}

/* Whatever is read at a time, and whether one can look ahead: the same messages. */
static void
assert_split(const char *text, size_t len, const char *expected)
{
	static const size_t steps[] = { 1, 2, 3, 7, 64, 100000 };

	for (size_t i = 0; i < 2 * sizeof(steps) / sizeof(steps[0]); i++) {
		struct in in = { .text = text, .len = len, .step = steps[i / 2] };
		struct out out = { .count = 0 };

		split(&in, i % 2 == 1, &out);
		if (expected != NULL)
			assert_string_equal(pb_buf_text(&out.text), expected);
		assert_int_equal(out.next, len);
		assert_int_equal(out.refused, 0);
		pb_buf_done(&out.text);
		pb_buf_done(&out.message);
	}
}

#define SPLIT(text, expected) assert_split(text, sizeof(text) - 1, expected)

static void
postmarks_are_what_programs_write(void **state)
{
	static const char *const good[] = {
		"From camille@tilleuls.example Thu Apr 30 08:15:00 2026\n",
		"From camille@tilleuls.example  Thu Apr  3 08:15:00 2026\r\n",
		"From - Thu Apr 30 08:15:00 2026\n",
		"From MAILER-DAEMON Thu Apr 30 08:15 2026\n",
		"From ???@??? Thu Apr 30 08:15:00 2026\n",
		"From camille@tilleuls.example Thu Apr 30 08:15:00 CEST 2026\n",
		"From camille@tilleuls.example Thu Apr 30 08:15:00 2026 +0200\n",
		"From camille@tilleuls.example Thu Apr 30 08:15:00 +0200 2026\n",
		"From \"Camille Exemple\"@tilleuls.example Thu Apr 30 8:15:00 2026\n",
		"From uucp Thu Apr 30 08:15:00 2026 remote from tilleuls\n",
	};
	static const char *const bad[] = {
		"", "From ", "From: camille@tilleuls.example\n", "From me to you\n",
		"from camille@tilleuls.example Thu Apr 30 08:15:00 2026\n",
		">From camille@tilleuls.example Thu Apr 30 08:15:00 2026\n",
		"From camille@tilleuls.example Thu Apr 30 08:15:00\n",
		"From camille@tilleuls.example Thu Apr 30 08:15:00 26\n",
		"From camille@tilleuls.example Apr 30 08:15:00 2026\n",
		"From camille@tilleuls.example Thu Apr 30 2026\n",
		"From camille@tilleuls.exampleThu Apr 30 08:15:00 2026\n",
		"From camille@tilleuls.example Thu Apr 30 08:15:00 2026", /* more may follow */
	};
	char longest[2000] = "From ";
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(pb_postmark_len((const uint8_t *)good[i], strlen(good[i]), false),
		    strlen(good[i]));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(
		    pb_postmark_len((const uint8_t *)bad[i], strlen(bad[i]), false), 0);
	assert_int_equal(
	    pb_postmark_len((const uint8_t *)bad[11], strlen(bad[11]), true), strlen(bad[11]));
	assert_int_equal(
	    pb_postmark_len((const uint8_t *)MARK "x", sizeof(MARK), true), sizeof(MARK) - 1);
	memset(longest + 5, 'a', 1500);
	(void)snprintf(longest + 1505, sizeof(longest) - 1505, " Thu Apr 30 08:15:00 2026\n");
	assert_int_equal(pb_postmark_len((const uint8_t *)longest, strlen(longest), true), 0);
	assert_int_equal(
	    pb_postmark_len((const uint8_t *)"From a\0 Thu Apr 30 08:15:00 2026\n", 33, true), 0);
}

static void
messages_end_before_the_empty_line_that_is_the_mboxes(void **state)
{
	(void)state;
	SPLIT(MARK "Subject: a\n\nbody\n\n" MARK "Subject: b\n\nbody\n\n",
	    "55+17/1p0|Subject: a\n\nbody\n|128+17/1p0|Subject: b\n\nbody\n|");
	/* Of two empty lines one is the message's. */
	SPLIT(MARK "Subject: a\n\nbody\n\n\n" MARK "b: c\n\n",
	    "55+18/1p0|Subject: a\n\nbody\n\n|129+5/1p0|b: c\n|");
	SPLIT(MARK "no final newline", "55+16/0p0|no final newline|");
	SPLIT(MARK "a: b\n\nbody\n", "55+11/0p0|a: b\n\nbody\n|");
}

static void
lines_may_end_with_cr_lf(void **state)
{
	(void)state;
	SPLIT(CRLF_MARK "a: b\r\n\r\nbody\r\n\r\n" CRLF_MARK "c: d\r\n\r\n",
	    "56+14/2p0|a: b\r\n\r\nbody\r\n|128+6/2p0|c: d\r\n|");
}

static void
empty_messages_are_messages(void **state)
{
	(void)state;
	SPLIT(MARK, "55+0/0p0||");
	SPLIT(MARK MARK, "55+0/0p0||110+0/0p0||");
	SPLIT(MARK "\n" MARK "\n", "55+0/1p0||111+0/1p0||");
	SPLIT("From - Thu Apr 30 08:15:00 2026", "31+0/0p0||");
}

static void
lines_that_only_look_like_postmarks_split_nothing(void **state)
{
	(void)state;
	/* Not behind an empty line; no date; quoted; in the header. */
	SPLIT(MARK "a: b\n" MARK "c: d\n\nx\n" MARK "\nFrom me\n\n>" MARK "\n",
	    "55+189/1p1|a: b\n" MARK "c: d\n\nx\n" MARK "\nFrom me\n\n>" MARK "|");
}

static void
quoting_is_kept_and_stated(void **state)
{
	(void)state;
	SPLIT(MARK "a: b\n\n>From me\n", "55+15/0p1|a: b\n\n>From me\n|");
	SPLIT(MARK "a: b\n\n>>From me\n>From me\n", "55+25/0p2|a: b\n\n>>From me\n>From me\n|");
	SPLIT(MARK "a: b\n\n>Fro\n> From me\nx>From me\n",
	    "55+31/0p0|a: b\n\n>Fro\n> From me\nx>From me\n|");
	SPLIT(MARK ">From me\n\nx\n", "55+12/0p0|>From me\n\nx\n|"); /* in the header it is none */
}

static void
a_content_length_that_leads_to_a_postmark_is_believed(void **state)
{
	(void)state;
	/* mboxcl2: the body holds what would split it. */
	SPLIT(MARK "Content-Length: 58\n\nx\n\n" MARK "\n" MARK "a: b\n\n",
	    "55+78/1c0|Content-Length: 58\n\nx\n\n" MARK "|189+5/1p0|a: b\n|");
	SPLIT(MARK "content-length:\t2 \nb: c\n\nx\n" MARK "a: b\n",
	    "55+27/0c0|content-length:\t2 \nb: c\n\nx\n|137+5/0p0|a: b\n|");
	SPLIT(CRLF_MARK "Content-Length: 3\r\n\r\nx\r\n\r\n" CRLF_MARK,
	    "56+24/2c0|Content-Length: 3\r\n\r\nx\r\n|138+0/0p0||");
	SPLIT(MARK "Content-Length: 0\n\n\n" MARK, "55+19/1c0|Content-Length: 0\n\n|130+0/0p0||");
	SPLIT(MARK "Content-Length: 4\n\nbody", "55+23/0c0|Content-Length: 4\n\nbody|");
	SPLIT(MARK "Content-Length: 5\n\nbody\n\n", "55+24/1c0|Content-Length: 5\n\nbody\n|");
}

/* A sender's own, in an mbox whose writer writes none: it would swallow the message behind. */
static void
a_content_length_that_a_message_before_lacks_is_not_believed(void **state)
{
	(void)state;
	SPLIT(MARK "a: b\n\nx\n\n" MARK "Content-Length: 63\n\ny\n\n" MARK "c: d\n",
	    "55+8/1p0|a: b\n\nx\n|119+22/1p0|Content-Length: 63\n\ny\n|197+5/0p0|c: d\n|");
}

static void
a_content_length_that_leads_nowhere_is_not_believed(void **state)
{
	(void)state;
	SPLIT(MARK "Content-Length: 3\n\nbody\n\n" MARK,
	    "55+24/1p0|Content-Length: 3\n\nbody\n|135+0/0p0||");
	SPLIT(MARK "Content-Length: 9999999\n\nbody\n\n" MARK,
	    "55+30/1p0|Content-Length: 9999999\n\nbody\n|141+0/0p0||");
	SPLIT(MARK "Content-Length: 99999999999999999999\n\nbody\n",
	    "55+43/0p0|Content-Length: 99999999999999999999\n\nbody\n|");
	/* The first one counts; a word is no number; one of the body is none. */
	SPLIT(MARK "Content-Length: 1\nContent-Length: 5\n\nbody\n\n" MARK,
	    "55+42/1p0|Content-Length: 1\nContent-Length: 5\n\nbody\n|153+0/0p0||");
	SPLIT(MARK "Content-Length: 5 x\n\nbody\n\n" MARK,
	    "55+26/1p0|Content-Length: 5 x\n\nbody\n|137+0/0p0||");
	SPLIT(MARK "a: b\n\nContent-Length: 5\n\nbody\n\n" MARK,
	    "55+30/1p0|a: b\n\nContent-Length: 5\n\nbody\n|141+0/0p0||");
}

static void
every_octet_is_in_a_message_or_between_two(void **state)
{
	static const char octets[] = MARK "\0\r\n\r\r\n>\n\n>From \nFrom \n\n\n" MARK "\xff\n";

	(void)state;
	assert_split(octets, sizeof(octets) - 1, NULL);
}

static void
a_line_without_end_takes_no_memory(void **state)
{
	const char *text = MARK "a: b\n\n";
	struct in in = { .text = text, .len = strlen(text), .step = SIZE_MAX, .fill = 1ULL << 30 };
	struct out out = { .quiet = true };

	(void)state;
	split(&in, false, &out);
	assert_int_equal(out.count, 1);
	assert_int_equal(out.bytes, 6 + (1ULL << 30));
	pb_buf_done(&out.text);
	pb_buf_done(&out.message);
}

static void
what_cannot_be_read_to_its_end_is_refused(void **state)
{
	const char *text = MARK "a: b\n\nx\n\n" MARK "c: d\n\n";
	uint64_t fail_at;

	(void)state;
	for (fail_at = 1; fail_at <= strlen(text); fail_at++) {
		struct in in = { .text = text, .len = strlen(text), .step = 1, .fail_at = fail_at };
		struct out out = { .count = 0 };

		split(&in, false, &out);
		assert_int_equal(out.refused, 1);
		pb_buf_done(&out.text);
		pb_buf_done(&out.message);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(postmarks_are_what_programs_write),
		cmocka_unit_test(messages_end_before_the_empty_line_that_is_the_mboxes),
		cmocka_unit_test(lines_may_end_with_cr_lf),
		cmocka_unit_test(empty_messages_are_messages),
		cmocka_unit_test(lines_that_only_look_like_postmarks_split_nothing),
		cmocka_unit_test(quoting_is_kept_and_stated),
		cmocka_unit_test(a_content_length_that_leads_to_a_postmark_is_believed),
		cmocka_unit_test(a_content_length_that_a_message_before_lacks_is_not_believed),
		cmocka_unit_test(a_content_length_that_leads_nowhere_is_not_believed),
		cmocka_unit_test(every_octet_is_in_a_message_or_between_two),
		cmocka_unit_test(a_line_without_end_takes_no_memory),
		cmocka_unit_test(what_cannot_be_read_to_its_end_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
