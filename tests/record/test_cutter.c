#include "fixture.h"

#include "record/cutter.h"

/* A slice as it must come out.  The slices of a case joined are its message. */
struct piece {
	uint8_t kind;
	const char *data;
	size_t len;
};
#define H(text)                                                                                    \
	{                                                                                          \
		PB_PART_HEADER, text, sizeof(text) - 1                                             \
	}
#define B(text)                                                                                    \
	{                                                                                          \
		PB_PART_BODY, text, sizeof(text) - 1                                               \
	}

#define MIXED "Content-Type: multipart/mixed; boundary=\"=_b 1\"\r\n\r\n"

static const struct {
	const char *what;
	struct piece pieces[8];
} cases[] = {
	{ "nothing at all", { { 0 } } },
	{ "an empty line", { H("\r\n") } },
	{ "no header", { H("\n"), B("Subject: not one\n") } },
	{ "a header alone", { H("From: a\r\nTo: b\r\n\r\n") } },
	{ "a header without an end", { H("From: a\r\nTo: b") } },
	{ "header and body", { H("From: a\r\n\r\n"), B("body\r\n") } },
	{ "LF alone", { H("From: a\n"), H("Date: x\n\n"), B("b\n\nc") } },
	{ "LF and CR LF mixed", { H("From: a\nTo: b\r\n\n"), B("\r\nb\r\n") } },
	{ "CR alone ends no line",
	    { H("From: a\rReceived: b\rDate: c\r\r\n\r\r\n\r\n"), B("d\r") } },
	{ "NULs", { H("A\0: b\r\n"), H("Date: \0\r\n"), H("\0\r\n\r\n"), B("\0\0") } },
	{ "each Received alone", { H("Received: a\r\n\tby b;\r\n c\r\n"), H("Received: d\r\n"),
				     H("received: e\r\n\r\n") } },
	{ "runs",
	    { H("Return-Path: <a@exemple.example>\r\n"), H("Received: x\r\n"),
		H("Date: y\r\nMessage-ID: <z>\r\n"), H("From: a\r\nTo: b\r\nSubject: c\r\n"),
		H("MIME-Version: 1.0\r\nX-MSS-NIL: d\r\nX-Priority: 1\r\n\r\n"), B("e\r\n") } },
	{ "all the trace fields",
	    { H("date:\nMESSAGE-ID:\nIn-Reply-To:\nReferences:\nMIME-Version:\nImportance:\n"
		"Priority:\nX-Priority:\nAuto-Submitted:\nX-mss-INS:\nX-MSS-:\n") } },
	{ "folded fields follow their field", { H("Subject: a\r\n Received: b\r\n\tDate: c\r\n"),
						  H("References: d\r\n  e\r\n\r\n") } },
	{ "white space behind a name",
	    { H("Received : a\r\n"), H("Date \t \t: b\r\n"), H("Subject : c\r\n\r\n") } },
	{ "names that only look alike",
	    { H("Received-SPF: a\nDat: b\nDates: c\nX-MSS: d\n Date: e\nRe ceived: f\n"),
		H("Date: g\n") } },
	{ "lines without a colon", { H("Received\nDate\n"), H("Date: a\n"), H("X-MSS-A\n\n") } },
	{ "an mbox line",
	    { H("From a@exemple.example Wed May  6 17:42:00 2026\nTo: b\n\n"), B("c") } },
	{ "a continuation of nothing", { H(" a\r\n\tb\r\n"), H("Date: c\r\n\r\n") } },
	{ "a line of white space does not end the header", { H("From: a\r\n \r\nTo: b\r\n\r\n") } },

	{ "multipart", { H(MIXED), B("preamble\r\n"), B("--=_b 1\r\n\r\none\r\n"),
			   B("--=_b 1\r\n\r\ntwo\r\n"), B("--=_b 1--\r\nepilogue\r\n") } },
	{ "no preamble, LF, no line end at the end",
	    { H("Content-Type: multipart/mixed; boundary=b\n\n"), B("--b\none\n"), B("--b--") } },
	{ "a boundary line ends the input",
	    { H("Content-Type: multipart/mixed; boundary=b\n\n"), B("one\n"), B("--b") } },
	{ "boundary lines with white space behind",
	    { H(MIXED), B("--=_b 1 \t\r\none\r\n"), B("--=_b 1--\t \n"), B("--=_b 1-- ") } },
	{ "what only begins like a boundary line",
	    { H(MIXED), B("--=_b 1x\r\n--=_b 1 x\r\n--=_b 1-\r\n--=_b 1---\r\n --=_b 1\r\n"
			  "--=_b\r\n-\r\n--\r\n--=_B 1\r\n--=_b 1\rx\r\nx--=_b 1\r\n--=_b 1\r") } },
	{ "other cases and much white space", { H("cOntent-tYpe \t: \r\n Multipart/Mixed\r\n ;\r\n "
						  "charset=x; BOUNDARY \t=\r\n b ;x\r\n\r\n"),
						  B("a\r\n"), B("--b\r\n") } },
	{ "escapes in a quoted boundary",
	    { H("Content-Type: multipart/mixed; boundary=\"a\\\"\\\\b\\c\"\r\n\r\n"), B("x\n"),
		B("--a\"\\bc\r\n") } },
	{ "another parameter's quotes hide what looks like one",
	    { H("Content-Type: multipart/mixed; a=\";boundary=c\\\";\"; boundary=b\n\n"),
		B("--c\n"), B("--b\n") } },
	{ "only the first Content-Type counts",
	    { H("Content-Type: text/plain\nContent-Type: multipart/mixed; boundary=b\n\n"),
		B("--b\n--b--\n") } },
	{ "not multipart", { H("Content-Type: text/plain; boundary=b\n\n"), B("--b\n") } },
	{ "no boundary", { H("Content-Type: multipart/mixed; xboundary=b\n\n"), B("--b\n") } },
	{ "an empty boundary",
	    { H("Content-Type: multipart/mixed; boundary=\"\"\n\n"), B("--\n") } },
	{ "a quote without an end",
	    { H("Content-Type: multipart/mixed; boundary=\"b\n\n"), B("--b\n") } },
};

/* One cutter for all the messages of a test, and the slices of the last. */
struct knife {
	struct parts parts;
	struct pb_part_sink sink;
	struct pb_cutter *cutter;
};

static int
make_knife(void **state)
{
	struct knife *knife = calloc(1, sizeof(*knife));

	assert_non_null(knife);
	knife->sink = parts_sink(&knife->parts);
	assert_int_equal(pb_cutter_new(&knife->sink, &knife->cutter, NULL), PB_OK);
	*state = knife;
	return 0;
}

static int
end_knife(void **state)
{
	struct knife *knife = *state;

	parts_clear(&knife->parts);
	pb_cutter_free(knife->cutter);
	free(knife);
	return 0;
}

/* How a message arrives: in chunks of one size, or of pseudo-random ones up to it. */
struct arrival {
	size_t chunk;
	bool varied;
};

static const struct arrival arrivals[] = { { SIZE_MAX, false }, { 1, false }, { 2, false },
	{ 3, false }, { 7, false }, { 64, true }, { 1500, true } };

static enum pb_status
feed(struct pb_cutter *cutter, const struct pb_buf *message, struct arrival arrival)
{
	enum pb_status status = PB_OK;
	struct test_random random;
	size_t n, at;
	uint16_t draw;

	test_random_init(&random, message->len);
	for (at = 0; at < message->len && status == PB_OK; at += n) {
		n = arrival.chunk;
		if (arrival.varied) {
			(void)random.table.fill(random.table.ctx, &draw, sizeof(draw));
			n = draw % arrival.chunk + 1;
		}
		if (n > message->len - at)
			n = message->len - at;
		status = pb_cutter_write(cutter, message->data + at, n, NULL);
	}
	return status == PB_OK ? pb_cutter_finish(cutter, NULL) : status;
}

static void
cut_message(struct knife *knife, const struct pb_buf *message, struct arrival arrival)
{
	parts_clear(&knife->parts);
	assert_int_equal(feed(knife->cutter, message, arrival), PB_OK);
}

/* However it arrives, the message is cut into these slices. */
static void
check_cut(struct knife *knife, const struct pb_buf *message, const struct parts *expected)
{
	for (size_t i = 0; i < CASES(arrivals); i++) {
		cut_message(knife, message, arrivals[i]);
		assert_same_parts(&knife->parts, expected);
	}
}

static struct pb_buf
join(const struct parts *parts)
{
	struct pb_buf message = PB_BUF_EMPTY;

	for (unsigned i = 0; i < parts->count; i++)
		assert_int_equal(
		    pb_buf_append(&message, parts->bytes[i].data, parts->bytes[i].len), PB_OK);
	return message;
}

/* Check, and forget, what parts holds. */
static void
check_slices(struct knife *knife, struct parts *expected)
{
	struct pb_buf message = join(expected);

	check_cut(knife, &message, expected);
	pb_buf_done(&message);
	parts_clear(expected);
}

static void
cutter_cuts_each_case_as_it_stands_however_it_arrives(void **state)
{
	for (size_t i = 0; i < CASES(cases); i++) {
		struct parts expected = { 0 };

		print_message("           %s\n", cases[i].what);
		for (size_t k = 0; cases[i].pieces[k].len > 0; k++)
			parts_add(&expected, cases[i].pieces[k].kind, cases[i].pieces[k].data,
			    cases[i].pieces[k].len);
		check_slices(*state, &expected);
	}
}

static void
append_text(struct pb_buf *buf, const char *text, unsigned times)
{
	while (times-- > 0)
		assert_int_equal(pb_buf_append_text(buf, text), PB_OK);
}

/* text so many times, as one slice. */
static void
add_repeated(struct parts *parts, uint8_t kind, const char *text, unsigned times)
{
	parts_add(parts, kind, "", 0);
	append_text(&parts->bytes[parts->count - 1], text, times);
}

static void
cutter_leaves_the_rest_of_sixty_received_fields_in_the_50th_slice(void **state)
{
	struct parts expected = { 0 };

	for (unsigned i = 0; i < 49; i++)
		add_repeated(&expected, PB_PART_HEADER, "Received: x\r\n", 1);
	add_repeated(&expected, PB_PART_HEADER, "Received: x\r\n", 11);
	append_text(
	    &expected.bytes[49], "Date: y\r\nContent-Type: multipart/mixed;boundary=b\r\n\r\n", 1);
	add_repeated(&expected, PB_PART_BODY, "a\r\n", 1);
	add_repeated(&expected, PB_PART_BODY, "--b\r\n", 1);
	check_slices(*state, &expected);
}

static void
cutter_leaves_the_rest_of_three_hundred_parts_in_the_200th_slice(void **state)
{
	struct parts expected = { 0 };

	add_repeated(&expected, PB_PART_HEADER, MIXED, 1);
	for (unsigned i = 0; i < 199; i++)
		add_repeated(&expected, PB_PART_BODY, "--=_b 1\r\n\r\nx\r\n", 1);
	add_repeated(&expected, PB_PART_BODY, "--=_b 1\r\n\r\nx\r\n", 101);
	append_text(&expected.bytes[200], "--=_b 1--\r\n", 1);
	check_slices(*state, &expected);
}

static void
cutter_never_makes_more_slices_than_the_count_of_parts_can_hold(void **state)
{
	struct knife *knife = *state;
	struct pb_buf message = PB_BUF_EMPTY;

	append_text(&message, "Received: x\nDate: y\nTo: z\n", 1000);
	append_text(&message, "Content-Type: multipart/mixed; boundary=b\n\npreamble\n", 1);
	append_text(&message, "--b\n", 1000);
	for (size_t i = 0; i < CASES(arrivals); i++) {
		cut_message(knife, &message, arrivals[i]);
		assert_int_equal(knife->parts.count, PB_LIMIT_HEADER_SLICES + PB_LIMIT_BODY_SLICES);
	}
	/* Digest, facts, class and envelope go with them. */
	assert_true(knife->parts.count + 4 <= PB_LIMIT_PARTS);
	pb_buf_done(&message);
}

static void
header_ends_at_one_mebibyte_and_the_rest_is_body(void **state)
{
	struct parts expected = { 0 };

	parts_add(&expected, PB_PART_HEADER, MIXED, sizeof(MIXED) - 3);
	append_text(&expected.bytes[0], "X", PB_LIMIT_HEADER - 5 - (sizeof(MIXED) - 3));
	/* A name that is cut off before its colon is no field's. */
	append_text(&expected.bytes[0], "\nDate", 1);
	assert_int_equal(expected.bytes[0].len, PB_LIMIT_HEADER);
	add_repeated(&expected, PB_PART_BODY, ": x\n\nFrom: y\n\n", 1);
	add_repeated(&expected, PB_PART_BODY, "--=_b 1\n", 1);
	check_slices(*state, &expected);
}

static void
name_may_be_as_far_from_its_colon_as_the_header_is_long(void **state)
{
	struct parts expected = { 0 };

	add_repeated(&expected, PB_PART_HEADER, "To: a\n", 1);
	add_repeated(&expected, PB_PART_HEADER, "Received ", 1);
	append_text(&expected.bytes[1], " ", 100000);
	append_text(&expected.bytes[1], ": b\n", 1);
	add_repeated(&expected, PB_PART_HEADER, "X-MSS-", 1);
	append_text(&expected.bytes[2], "y", 100000);
	append_text(&expected.bytes[2], ": c\n", 1);
	add_repeated(&expected, PB_PART_HEADER, "Received ", 1);
	append_text(&expected.bytes[3], "z", 100000);
	append_text(&expected.bytes[3], ": d\n\n", 1);
	check_slices(*state, &expected);
}

static void
boundary_of_200_octets_is_known_and_a_longer_one_is_not(void **state)
{
	for (unsigned len = 199; len <= 202; len++) {
		bool known = len <= PB_LIMIT_BOUNDARY;
		struct parts expected = { 0 };

		add_repeated(&expected, PB_PART_HEADER, "Content-Type: multipart/x; boundary=", 1);
		append_text(&expected.bytes[0], "b", len);
		append_text(&expected.bytes[0], "\n\n", 1);
		add_repeated(&expected, PB_PART_BODY, "preamble\n", 1);
		if (known)
			add_repeated(&expected, PB_PART_BODY, "", 0);
		append_text(&expected.bytes[expected.count - 1], "--", 1);
		append_text(&expected.bytes[expected.count - 1], "b", len);
		append_text(&expected.bytes[expected.count - 1], "\nafter\n", 1);
		check_slices(*state, &expected);
	}
}

static void
boundary_line_has_at_most_1024_octets_with_its_line_end(void **state)
{
	static const char *const ends[] = { "\r\nx", "\nx", "" };

	for (size_t i = 0; i < CASES(ends); i++) {
		size_t end_len = strcspn(ends[i], "x");

		for (size_t len = 1023; len <= 1026; len++) {
			struct parts expected = { 0 };

			parts_add(&expected, PB_PART_HEADER, MIXED, sizeof(MIXED) - 1);
			add_repeated(&expected, PB_PART_BODY, "a\n", 1);
			if (len <= PB_LIMIT_BOUNDARY_LINE)
				add_repeated(&expected, PB_PART_BODY, "", 0);
			append_text(&expected.bytes[expected.count - 1], "--=_b 1", 1);
			append_text(&expected.bytes[expected.count - 1], " ",
			    (unsigned)(len - 7 - end_len));
			append_text(&expected.bytes[expected.count - 1], ends[i], 1);
			check_slices(*state, &expected);
		}
	}
}

/* Fragments that mean something to a cutter, in any order. */
static struct pb_buf
tangle(uint64_t seed)
{
	static const char *const fragments[] = { "\r\n", "\n", "\r", "\r\n\r\n", "\n\n", " ", "\t",
		":", "--", "-", "b", "--b", "\n--b", "\r\n--b--", "\"", ";", "Received", "Date",
		"X-MSS-", "To", "Received: x\n", "Date: x\r\n",
		"Content-Type: multipart/mixed; boundary=b\n",
		"Content-Type: multipart/y;boundary=\"b\"\r\n", "boundary=", "xyz" };
	struct pb_buf message = PB_BUF_EMPTY;
	struct test_random random;
	uint8_t draw[41];

	test_random_init(&random, seed);
	(void)random.table.fill(random.table.ctx, draw, sizeof(draw));
	if (draw[40] & 1)
		append_text(&message, fragments[22], 1);
	for (unsigned i = 0; i < draw[40] % 40u; i++)
		append_text(&message, fragments[draw[i] % CASES(fragments)], 1);
	return message;
}

static void
slices_of_any_input_join_to_it_and_do_not_depend_on_how_it_arrives(void **state)
{
	struct knife *knife = *state;

	for (uint64_t seed = 0; seed < 3000; seed++) {
		struct pb_buf message = tangle(seed), joined;
		struct parts whole;

		cut_message(knife, &message, arrivals[0]);
		whole = knife->parts;
		knife->parts = (struct parts){ 0 };
		joined = join(&whole);
		assert_int_equal(joined.len, message.len);
		if (message.len > 0)
			assert_memory_equal(joined.data, message.data, message.len);
		for (unsigned i = 0; i < whole.count; i++) {
			assert_true(whole.bytes[i].len > 0);
			assert_true(i == 0 || whole.kind[i - 1] <= whole.kind[i]);
		}
		check_cut(knife, &message, &whole);
		parts_clear(&whole);
		pb_buf_done(&joined);
		pb_buf_done(&message);
	}
}

static void
failure_of_the_sink_is_answered_and_the_message_forgotten(void **state)
{
	struct knife *knife = *state;
	struct pb_buf message = PB_BUF_EMPTY;
	struct parts whole;
	unsigned fail_at = 0;
	bool failed;

	append_text(&message, "Received: a\r\nDate: b\r\n", 1);
	append_text(&message, MIXED "x\r\n--=_b 1\r\ny\r\n--=_b 1--\r\n--=_", 1);
	cut_message(knife, &message, arrivals[0]);
	whole = knife->parts;
	do {
		knife->parts = (struct parts){ .fail_at = ++fail_at };
		failed = feed(knife->cutter, &message, arrivals[3]) == PB_EUNAVAIL;
		assert_int_equal(failed, knife->parts.calls == fail_at);
		cut_message(knife, &message, arrivals[0]);
		assert_same_parts(&knife->parts, &whole);
		parts_clear(&knife->parts);
	} while (failed);
	assert_true(fail_at > 10);
	parts_clear(&whole);
	pb_buf_done(&message);
}

static void
cutter_without_memory_is_not_made(void **state)
{
	struct parts parts = { 0 };
	const struct pb_part_sink sink = parts_sink(&parts);
	struct pb_cutter *cutter = NULL;
	enum pb_status status;

	(void)state;
	pb_cutter_free(NULL);
	if (!test_memory_can_fail())
		skip();
	test_memory_fail(1, true);
	status = pb_cutter_new(&sink, &cutter, NULL);
	(void)test_memory_restore();
	assert_int_equal(status, PB_ENOMEM);
	assert_null(cutter);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_knife, end_knife)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cutter_without_memory_is_not_made),
		TEST(cutter_cuts_each_case_as_it_stands_however_it_arrives),
		TEST(cutter_leaves_the_rest_of_sixty_received_fields_in_the_50th_slice),
		TEST(cutter_leaves_the_rest_of_three_hundred_parts_in_the_200th_slice),
		TEST(cutter_never_makes_more_slices_than_the_count_of_parts_can_hold),
		TEST(header_ends_at_one_mebibyte_and_the_rest_is_body),
		TEST(name_may_be_as_far_from_its_colon_as_the_header_is_long),
		TEST(boundary_of_200_octets_is_known_and_a_longer_one_is_not),
		TEST(boundary_line_has_at_most_1024_octets_with_its_line_end),
		TEST(slices_of_any_input_join_to_it_and_do_not_depend_on_how_it_arrives),
		TEST(failure_of_the_sink_is_answered_and_the_message_forgotten),
	};

	return cmocka_run_group_tests_name("record/cutter", tests, NULL, NULL);
}
