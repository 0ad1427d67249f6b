/* One message on its way in: nothing is lost of it, and what is known is said apart. */
#include "capture/fixture.h"

#include "crypto/digest.h"

static struct pb_message_maker *
maker(struct fixture *f)
{
	struct pb_message_maker *made = NULL;

	assert_int_equal(pb_message_maker_new(&f->world, ORIGIN, f->dir, NULL, &made, NULL), PB_OK);
	return made;
}

static enum pb_status
make_from(struct pb_message_maker *m, int fd, const struct pb_message_origin *origin,
    struct pb_sealed *ret_sealed)
{
	struct pb_sealed sealed[PB_SEALER_HELD];
	enum pb_status status;
	size_t count;

	status = pb_message_read(m, fd, origin, NULL);
	if (status == PB_OK)
		status = pb_message_settle(m, sealed, &count, NULL);
	if (status != PB_OK)
		return status;
	assert_int_equal(count, 1);
	*ret_sealed = sealed[0];
	return PB_OK;
}

static enum pb_status
make(struct fixture *f, struct pb_message_maker *m, const char *name,
    const struct pb_message_origin *origin, struct pb_sealed *ret_sealed)
{
	int fd = open(at(f, name), O_RDONLY);
	enum pb_status status;

	assert_true(fd >= 0);
	status = make_from(m, fd, origin, ret_sealed);
	(void)close(fd);
	return status;
}

/* In and out again, byte for byte, with the digest of the whole. */
static void
assert_round_trip(struct fixture *f, struct pb_message_maker *m, const void *data, size_t len)
{
	const struct pb_message_origin origin = { .path = "a.eml" };
	struct pb_sealed sealed = PB_SEALED_EMPTY;
	struct pb_buf message = PB_BUF_EMPTY;
	uint8_t digest[PB_DIGEST_LEN];

	put(f, "m", data, len);
	assert_int_equal(make(f, m, "m", &origin, &sealed), PB_OK);
	open_sealed(&sealed, &message, NULL, NULL);
	assert_int_equal(message.len, len);
	if (len > 0)
		assert_memory_equal(message.data, data, len);
	pb_digest_sha256(data, len, digest);
	assert_memory_equal(sealed.message_sha256, digest, sizeof(digest));
	assert_int_equal(sealed.type, PB_RECORD_IMPORTED);
	pb_buf_done(&message);
	pb_sealed_done(&sealed);
}

static void
whatever_the_bytes_are_they_are_kept(void **state)
{
	static const char *const texts[] = { "", "\n", "\r\n", "\r", "a", "a: b\r\n\r\nbody",
		"\r\n\r\n", "no colon\nno colon\n\n", " folded first\r\n\r\n",
		"Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n",
		"Subject: \xff\xfe\r\n\r\n\x80\x81" };
	struct fixture *f = *state;
	struct pb_message_maker *m = maker(f);
	uint8_t *large = malloc(700000);
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_round_trip(f, m, texts[i], strlen(texts[i]));
	assert_round_trip(f, m, "a\0b\r\n\r\n\0", 8);
	/* Over the chunk in which it is read, and over the sealed bytes that stay in memory. */
	assert_int_equal(f->random.table.fill(f->random.table.ctx, large, 700000), 0);
	assert_round_trip(f, m, large, 256 * 1024);
	assert_round_trip(f, m, large, 256 * 1024 + 1);
	assert_round_trip(f, m, large, 700000);
	free(large);
	pb_message_maker_free(m);
}

static void
a_large_message_waits_in_an_unnamed_file(void **state)
{
	struct fixture *f = *state;
	struct pb_message_maker *m = maker(f);
	size_t len = PB_LIMIT_SPILL + 300000;
	uint8_t *large = malloc(len);
	const struct pb_message_origin origin = { .path = "m" };
	struct pb_sealed sealed = PB_SEALED_EMPTY;

	assert_int_equal(f->random.table.fill(f->random.table.ctx, large, len), 0);
	assert_round_trip(f, m, large, len);
	assert_int_equal(make(f, m, "m", &origin, &sealed), PB_OK);
	assert_true(sealed.fd >= 0);
	assert_int_equal(sealed.memory.len, 0);
	pb_sealed_done(&sealed);
	free(large);
	pb_message_maker_free(m);
}

static void
facts_hold_what_is_known_and_the_name_stands_in_the_envelope(void **state)
{
	struct fixture *f = *state;
	struct pb_message_maker *m = maker(f);
	struct pb_message_origin origin = {
		.direction = "sent", .path = "/srv/Camille/a.eml", .maildir = "cur", .flags = "S"
	};
	struct pb_sealed sealed = PB_SEALED_EMPTY;
	struct pb_buf facts = PB_BUF_EMPTY, envelope = PB_BUF_EMPTY;

	put_text(f, "m", "Subject: x\r\n\r\nbody");
	assert_int_equal(make(f, m, "m", &origin, &sealed), PB_OK);
	open_sealed(&sealed, NULL, &facts, &envelope);
	assert_string_equal(pb_buf_text(&facts),
	    "{\"source\":\"import\",\"fidelity\":\"imported\",\"direction\":\"sent\",\"size\":18,"
	    "\"first_us\":1778083320000000,\"last_us\":1778083320000000,"
	    "\"flags\":[\"\\\\Seen\"],\"maildir\":\"cur\",\"software\":\"probant " PROBANT_VERSION
	    "\"}");
	assert_string_equal(pb_buf_text(&envelope), "{\"file\":\"/srv/Camille/a.eml\"}");
	pb_sealed_done(&sealed);
	pb_buf_clear(&facts);
	pb_buf_clear(&envelope);
	/* What is not known is absent. */
	origin = (struct pb_message_origin){ .path = NULL };
	assert_int_equal(make(f, m, "m", &origin, &sealed), PB_OK);
	open_sealed(&sealed, NULL, &facts, &envelope);
	assert_null(strstr(pb_buf_text(&facts), "direction"));
	assert_null(strstr(pb_buf_text(&facts), "flags"));
	assert_null(strstr(pb_buf_text(&facts), "maildir"));
	assert_string_equal(pb_buf_text(&envelope), "{}");
	pb_sealed_done(&sealed);
	pb_buf_clear(&envelope);
	origin.path = "/srv/\xff.eml";
	assert_int_equal(make(f, m, "m", &origin, &sealed), PB_OK);
	open_sealed(&sealed, NULL, NULL, &envelope);
	assert_string_equal(pb_buf_text(&envelope), "{\"file\":{\"octets\":\"L3Nydi//LmVtbA==\"}}");
	pb_sealed_done(&sealed);
	pb_buf_done(&facts);
	pb_buf_done(&envelope);
	pb_message_maker_free(m);
}

static void
two_messages_never_share_a_secret(void **state)
{
	struct fixture *f = *state;
	struct pb_message_maker *m = maker(f);
	const struct pb_message_origin origin = { .path = "m" };
	struct pb_sealed one = PB_SEALED_EMPTY, other = PB_SEALED_EMPTY;

	put_text(f, "m", "the same");
	assert_int_equal(make(f, m, "m", &origin, &one), PB_OK);
	assert_int_equal(make(f, m, "m", &origin, &other), PB_OK);
	assert_memory_not_equal(one.commitment, other.commitment, sizeof(one.commitment));
	assert_memory_not_equal(one.payload_sha256, other.payload_sha256, PB_DIGEST_LEN);
	assert_memory_equal(one.message_sha256, other.message_sha256, PB_DIGEST_LEN);
	pb_sealed_done(&one);
	pb_sealed_done(&other);
	pb_message_maker_free(m);
}

/* Each call fails; the message after it is whole, with nothing of the one before in it. */
static void
a_message_that_failed_leaves_no_trace_in_the_next(void **state)
{
	struct fixture *f = *state;
	struct pb_message_maker *m = maker(f);
	const struct pb_message_origin origin = { .path = "m" };
	size_t len = PB_LIMIT_SPILL + 600000;
	uint8_t *large = malloc(len);
	uint64_t i;

	assert_int_equal(f->random.table.fill(f->random.table.ctx, large, len), 0);
	for (i = 1;; i++) {
		struct pb_sealed sealed = PB_SEALED_EMPTY;
		enum pb_status status;
		int fd;

		put(f, "m", large, len);
		fd = open(at(f, "m"), O_RDONLY);
		f->faulty.calls = f->faulty.failed = 0;
		f->faulty.fail_at = i;
		f->faulty.fault = TEST_FAULT_ERROR;
		f->faulty.error = EIO;
		status = make_from(m, fd, &origin, &sealed);
		f->faulty.fault = TEST_FAULT_NONE;
		(void)close(fd);
		if (f->faulty.failed == 0) {
			assert_int_equal(status, PB_OK);
			pb_sealed_done(&sealed);
			break;
		}
		assert_int_equal(status, PB_EIO);
		assert_null(sealed.r);
		assert_round_trip(f, m, "Subject: next\r\n\r\nbody", 21);
	}
	assert_true(i > 8);
	free(large);
	pb_message_maker_free(m);
}

static int64_t
read_a_little(void *ctx, int fd, void *to, size_t len)
{
	struct test_faulty_files *faulty = ctx;

	return faulty->under->read(faulty->under->ctx, fd, to, len < 7 ? len : 7);
}

static void
bytes_that_trickle_in_are_the_same_message(void **state)
{
	struct fixture *f = *state;
	struct pb_message_maker *m = maker(f);
	const char *text = "Received: a\r\n\tb\r\nSubject: c\r\nContent-Type: multipart/x; "
			   "boundary=zz\r\n\r\n--zz\r\npart\r\n--zz--\r\n";

	f->faulty.table.read = read_a_little;
	assert_round_trip(f, m, text, strlen(text));
	pb_message_maker_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    whatever_the_bytes_are_they_are_kept, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_large_message_waits_in_an_unnamed_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    facts_hold_what_is_known_and_the_name_stands_in_the_envelope, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    two_messages_never_share_a_secret, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_message_that_failed_leaves_no_trace_in_the_next, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    bytes_that_trickle_in_are_the_same_message, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
