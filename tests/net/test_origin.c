/* Where an address leads, and where from there. */
#include "net/fixture.h"

#include "net/origin.h"

static struct pb_origin
origin(const char *url)
{
	struct pb_origin origin;

	if (pb_origin_of(url, &origin, NULL) != PB_OK)
		fail_msg("%s", url);
	return origin;
}

static bool
may_lead(const char *from, const char *to, bool foreign)
{
	const struct pb_origin here = origin(from), there = origin(to);

	return pb_origin_may_lead(&here, &there, foreign);
}

static void
what_is_no_address_leads_nowhere(void **state)
{
	static const char *const urls[] = { "", "a.example", "file:///etc/passwd",
		"ftp://a.example/", "http://", "http://a.example:65536/", "http://a.example:x/" };
	struct pb_origin kept = { .port = 77 };
	char longest[400] = "http://";

	(void)state;
	for (size_t i = 0; i < CASES(urls); i++)
		assert_int_equal(pb_origin_of(urls[i], &kept, NULL), PB_EINVAL);
	memset(longest + 7, 'a', 256);
	assert_int_equal(pb_origin_of(longest, &kept, NULL), PB_EINVAL);
	assert_int_equal(kept.port, 77);
	longest[7 + 255] = '\0';
	assert_int_equal(pb_origin_of(longest, &kept, NULL), PB_OK);
}

static void
scheme_host_and_port_are_said_or_not(void **state)
{
	struct pb_origin at = origin("http://camille:phrase@A.example/x?y#z");

	(void)state;
	assert_false(at.https);
	assert_int_equal(at.port, 80);
	at = origin("HTTPS://[2001:db8::7]/");
	assert_true(at.https);
	assert_int_equal(at.port, 443);
	at = origin("https://a.example:8443");
	assert_int_equal(at.port, 8443);
	assert_string_equal(at.host, "a.example");
}

static void
same_are_those_alone_that_differ_in_nothing_of_it(void **state)
{
	const struct pb_origin a = origin("https://a.example:8443/x");
	static const char *const others[] = { "http://a.example:8443/x", "https://a.example/x",
		"https://b.example:8443/x", "https://a.example.:8443/x" };
	struct pb_origin b = origin("https://n@A.Example:8443/y");

	(void)state;
	assert_true(pb_origin_same(&a, &b));
	for (size_t i = 0; i < CASES(others); i++) {
		b = origin(others[i]);
		assert_false(pb_origin_same(&a, &b));
	}
}

static void
a_redirect_stays_on_the_host_and_never_leaves_https(void **state)
{
	(void)state;
	assert_true(may_lead("http://a.example/x", "http://A.example/y", false));
	assert_true(may_lead("http://a.example:81/", "https://a.example:82/", false));
	assert_true(may_lead("https://a.example:81/", "https://a.example:82/", false));
	assert_false(may_lead("https://a.example/", "http://a.example/", false));
	assert_false(may_lead("http://a.example/", "http://b.example/", false));
}

static void
who_was_chosen_by_others_sends_to_no_port_but_his_own_and_https(void **state)
{
	(void)state;
	assert_true(may_lead("http://a.example/x", "http://a.example:80/y", true));
	assert_true(may_lead("http://a.example/", "https://a.example/", true));
	assert_false(may_lead("http://a.example/", "http://a.example:22/", true));
	assert_false(may_lead("http://a.example/", "http://a.example:443/", true));
	assert_false(may_lead("http://a.example/", "https://a.example:6379/", true));
	assert_false(may_lead("https://a.example/", "https://a.example:80/", true));
	assert_false(may_lead("https://a.example/", "http://a.example:443/", true));
}

static void
memory_that_runs_out_is_no_bad_address(void **state)
{
	struct pb_origin at;
	unsigned refused = 0;

	(void)state;
	if (!test_memory_can_fail())
		skip();
	for (uint64_t nth = 1;; nth++) {
		enum pb_status status;

		test_memory_fail(nth, false);
		status = pb_origin_of("https://a.example:8443/x", &at, NULL);
		if (test_memory_restore() == 0)
			break;
		if (status == PB_OK)
			continue;
		assert_int_equal(status, PB_ENOMEM);
		refused++;
	}
	assert_true(refused > 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_address_leads_nowhere),
		cmocka_unit_test(scheme_host_and_port_are_said_or_not),
		cmocka_unit_test(same_are_those_alone_that_differ_in_nothing_of_it),
		cmocka_unit_test(a_redirect_stays_on_the_host_and_never_leaves_https),
		cmocka_unit_test(who_was_chosen_by_others_sends_to_no_port_but_his_own_and_https),
		cmocka_unit_test(memory_that_runs_out_is_no_bad_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
