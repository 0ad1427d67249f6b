/* Which way a message went: whose address its From and Sender bear, and nothing else. */
#include "capture/fixture.h"

#include "capture/address.h"
#include "capture/direction.h"

struct addresses {
	struct pb_buf text;
};

static bool
gather(void *arg, const char *address, size_t len)
{
	struct addresses *addresses = arg;

	assert_int_equal(pb_buf_printf(&addresses->text, "[%.*s]", (int)len, address), PB_OK);
	return false;
}

static void
assert_addresses(const char *body, const char *expected)
{
	struct addresses addresses = { PB_BUF_EMPTY };

	assert_false(pb_address_any((const uint8_t *)body, strlen(body), gather, &addresses));
	assert_string_equal(addresses.text.len > 0 ? pb_buf_text(&addresses.text) : "", expected);
	pb_buf_done(&addresses.text);
}

static void
addresses_are_what_stands_between_names_and_comments(void **state)
{
	char long_one[1000];

	(void)state;
	assert_addresses("", "");
	assert_addresses(" a@b.test\r\n", "[a@b.test]");
	assert_addresses(" Camille Exemple <a@b.test>", "[a@b.test]");
	assert_addresses("\"x@y.test\" <a@b.test>", "[a@b.test]");
	assert_addresses("(x@y.test) a@b.test (c (d) \\) e)", "[a@b.test]");
	assert_addresses("a@b.test, C <c@d.test>", "[a@b.test][c@d.test]");
	assert_addresses("G: a@b.test, c@d.test; e@f.test", "[a@b.test][c@d.test][e@f.test]");
	assert_addresses("<@x.test,@y.test:a@b.test>", "[a@b.test]");
	assert_addresses("\"a b\"@c.test", "[\"a b\"@c.test]");
	assert_addresses("<a@b.test> x@y.test", "[a@b.test]");
	assert_addresses("a@\r\n\tb.test", "[a@b.test]");
	/* What has no end is no address. */
	assert_addresses("<a@b.test", "");
	assert_addresses("(a@b.test", "");
	memset(long_one, 'a', sizeof(long_one) - 1);
	long_one[sizeof(long_one) - 1] = '\0';
	assert_addresses(long_one, "");
}

static void
what_cannot_be_an_address_is_no_mailbox(void **state)
{
	static const char *const bad[] = { "", "a", "@b.test", "a@", "a b@c.test", "a@b.test\n" };
	struct pb_mailboxes mailboxes = PB_MAILBOXES_EMPTY;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(pb_mailboxes_add(&mailboxes, bad[i], NULL), PB_EINVAL);
	assert_int_equal(mailboxes.count, 0);
	pb_mailboxes_done(&mailboxes);
}

/* The message at once and octet by octet: the same. */
static void
assert_told(const struct pb_mailboxes *mailboxes, const char *message, const char *expected)
{
	struct pb_direction d;

	pb_direction_init(&d, mailboxes);
	for (int pass = 0; pass < 2; pass++) {
		size_t step = pass == 0 ? 1 : strlen(message) + 1;

		pb_direction_start(&d);
		for (size_t at = 0; at < strlen(message); at += step) {
			size_t left = strlen(message) - at;

			assert_int_equal(
			    pb_direction_feed(&d, message + at, left < step ? left : step, NULL),
			    PB_OK);
		}
		pb_direction_end(&d);
		if (expected == NULL)
			assert_null(pb_direction_told(&d));
		else
			assert_string_equal(pb_direction_told(&d), expected);
	}
	pb_direction_done(&d);
}

static void
sent_is_what_bears_an_address_of_the_archive(void **state)
{
	struct pb_mailboxes own = PB_MAILBOXES_EMPTY;

	(void)state;
	assert_told(NULL, "From: a@b.test\n\n", NULL);
	assert_told(&own, "From: a@b.test\n\n", NULL);
	assert_int_equal(pb_mailboxes_add(&own, "z@b.test", NULL), PB_OK);
	assert_int_equal(pb_mailboxes_add(&own, "a@b.test", NULL), PB_OK);
	assert_told(&own, "", "received");
	assert_told(&own, "Subject: x\n\nFrom: a@b.test\n", "received");
	assert_told(&own, "From: a@b.test\n\n", "sent");
	assert_told(&own, "from : A@B.Test\r\n\r\n", "sent");
	assert_told(&own, "To: a@b.test\nFrom: x@y.test\n\n", "received");
	assert_told(&own, "From: x@y.test\nSender: Cabinet\n <a@b.test>\n\n", "sent");
	assert_told(&own, "From: \"a@b.test\" <x@y.test>\n\n", "received");
	assert_told(&own, "X-From: a@b.test\nReply-To: a@b.test\n\n", "received");
	assert_told(&own, "Subject: x\n From: a@b.test\n\n", "received");
	assert_told(&own, "From: a@b.test", "sent");
	assert_told(&own, "From\n: a@b.test\n\n", "received");
	pb_mailboxes_done(&own);
}

static void
the_archives_mailboxes_are_kept_and_read_again(void **state)
{
	struct fixture *f = *state;
	struct pb_mailboxes own = PB_MAILBOXES_EMPTY, read = PB_MAILBOXES_EMPTY;

	make_dir(f, "private");
	assert_int_equal(pb_mailboxes_load(&read, f->world.files, f->dir, NULL), PB_OK);
	assert_int_equal(read.count, 0);
	assert_int_equal(pb_mailboxes_add(&own, "a@b.test", NULL), PB_OK);
	assert_int_equal(pb_mailboxes_save(&own, f->world.files, f->dir, NULL), PB_OK);
	assert_int_equal(pb_mailboxes_save(&own, f->world.files, f->dir, NULL), PB_EEXIST);
	assert_int_equal(pb_mailboxes_load(&read, f->world.files, f->dir, NULL), PB_OK);
	assert_int_equal(read.count, 1);
	assert_true(pb_mailboxes_have(&read, "A@b.test", 8));
	assert_false(pb_mailboxes_have(&read, "a@b.tes", 7));
	put_text(f, "private/mailboxes", "a@b.test\nx");
	assert_int_equal(pb_mailboxes_load(&read, f->world.files, f->dir, NULL), PB_EDATA);
	pb_mailboxes_done(&own);
	pb_mailboxes_done(&read);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_what_stands_between_names_and_comments),
		cmocka_unit_test(what_cannot_be_an_address_is_no_mailbox),
		cmocka_unit_test(sent_is_what_bears_an_address_of_the_archive),
		cmocka_unit_test_setup_teardown(
		    the_archives_mailboxes_are_kept_and_read_again, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
