#include "policy/fixture.h"

#include "core/limits.h"
#include "policy/kind.h"
#include "policy/timestamp.h"

/* Each refusal replaces one of its lines. */
static const char good[] = /* 1 */ "policy: timestamp\n"
				   /* 2 */ "profile: cabinet\n"
				   /* 3 */ "profiles:\n"
				   /* 4 */ "  - name: cabinet\n"
				   /* 5 */ "    every: 1 h\n"
				   /* 6 */ "    authorities: [local, a]\n"
				   /* 7 */ "  - name: operateur\n"
				   /* 8 */ "    every: 5 min\n"
				   /* 9 */ "    authorities: [a]\n"
				   /* 10 */ "authorities:\n"
				   /* 11 */ "  - name: a\n"
				   /* 12 */ "    url: https://tsa.example/tsr\n"
				   /* 13 */ "    roots: /etc/a.pem\n"
				   /* 14 */ "    price: 0.05 EUR\n"
				   /* 15 */ "  - name: b\n"
				   /* 16 */ "    url: http://tsa.example\n"
				   /* 17 */ "    roots: /etc/b.pem\n"
				   /* 18 */ "    price: 0.1 EUR\n";

static enum pb_status
parse(const void *text, size_t len, struct pb_error *err)
{
	struct pb_timestamp_policy *policy = NULL;
	enum pb_status status = pb_timestamp_policy_parse(text, len, &policy, err);

	assert_true((status == PB_OK) == (policy != NULL));
	pb_timestamp_policy_free(policy);
	return status;
}

static void
check_all(const struct refusal *refusals, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_refusal(good, &refusals[i], parse);
}
#define CHECK_ALL(refusals) check_all(refusals, sizeof(refusals) / sizeof((refusals)[0]))

/* ---- what is refused ------------------------------------------------------------------------ */

static void
what_is_missing_or_unknown_is_named(void **state)
{
	static const char MISSING[] = "this key is missing";
	static const char UNKNOWN[] = "there is no such key here";
	static const struct refusal refusals[] = {
		{ 1, "policy: capture", "line 1: policy (timestamp)",
		    "this is a policy of another kind" },
		{ 2, "", "line 1: profile", MISSING },
		{ 5, "", "line 4: profiles[0].every", MISSING },
		{ 6, "", "line 4: profiles[0].authorities", MISSING },
		{ 12, "", "line 11: authorities[0].url", MISSING },
		{ 13, "", "line 11: authorities[0].roots", MISSING },
		{ 5, "    evry: 1 h", "line 5: profiles[0].evry", UNKNOWN },
		{ 13, "    root: /etc/a.pem", "line 13: authorities[0].root", UNKNOWN },
	};

	(void)state;
	CHECK_ALL(refusals);
}

static void
values_are_what_an_archive_takes(void **state)
{
	static const char URL[] =
	    "its address begins with http:// or https://, and has at most 511 octets";
	static const char OUTSIDE[] = "this is outside of what it can be";
	static const struct refusal refusals[] = {
		{ 12, "    url: tsa.example", "line 12: authorities[0].url", URL },
		{ 12, "    url: \"https://tsa.example/a b\"", "line 12: authorities[0].url", URL },
		{ 13, "    roots: a.pem", "line 13: authorities[0].roots",
		    "a path begins with /, and has no . or .. and no empty name in it" },
		{ 14, "    policy: 1.2.x", "line 14: authorities[0].policy",
		    "a policy is an object identifier, such as 1.2.3.4" },
		{ 14, "    hash: sha1", "line 14: authorities[0].hash (sha256, sha384, sha512)",
		    "this is none of the words that can stand here" },
		{ 14, "    timeout: 0 s", "line 14: authorities[0].timeout (1 s - 10 min)",
		    OUTSIDE },
		{ 14, "    timeout: 601 s", "line 14: authorities[0].timeout (1 s - 10 min)",
		    OUTSIDE },
		{ 14, "    interval: 31 d", "line 14: authorities[0].interval (0 s - 30 d)",
		    OUTSIDE },
		{ 5, "    every: 59 s", "line 5: profiles[0].every (1 min - 30 d)", OUTSIDE },
	};

	(void)state;
	CHECK_ALL(refusals);
}

static void
a_price_is_an_amount_in_one_currency(void **state)
{
	static const char OBJECT[] = "line 14: authorities[0].price (0.05 EUR)";
	static const char NONE[] = "this is no price of a token";
	static const struct refusal refusals[] = {
		{ 14, "    price: 0.05", OBJECT, NONE },
		{ 14, "    price: 0.05 euros", OBJECT, NONE },
		{ 14, "    price: 0.05 eur", OBJECT, NONE },
		{ 14, "    price: 0,05 EUR", OBJECT, NONE },
		{ 14, "    price: .05 EUR", OBJECT, NONE },
		{ 14, "    price: 1. EUR", OBJECT, NONE },
		{ 14, "    price: 0.0000001 EUR", OBJECT, NONE },
		{ 14, "    price: 0.0x EUR", OBJECT, NONE },
		{ 14, "    price: 1001 EUR", OBJECT, NONE },
		{ 14, "    price: -1 EUR", OBJECT, NONE },
		{ 18, "    price: 0.05 CHF", "line 18: authorities[1].price (EUR)",
		    "all prices are in one currency" },
	};

	(void)state;
	CHECK_ALL(refusals);
}

static void
names_are_there_once_and_mean_something(void **state)
{
	static const char NOBODY[] = "no authority of the policy has this name";
	static const struct refusal refusals[] = {
		{ 2, "profile: hopital", "line 2: profile",
		    "no profile of the policy has this name" },
		{ 2, "profile: [cabinet]", "line 2: profile", "here belongs a value" },
		{ 7, "  - name: cabinet", "line 7: profiles[1].name",
		    "another profile has this name" },
		{ 15, "  - name: a", "line 15: authorities[1].name",
		    "another authority has this name" },
		{ 15, "  - name: local", "line 15: authorities[1].name",
		    "this is the name of the archive's own authority, which needs no settings" },
		{ 6, "    authorities: [a, c]", "line 6: profiles[0].authorities[1]", NOBODY },
		{ 6, "    authorities: [a, b, a]", "line 6: profiles[0].authorities[2]",
		    "this authority stands here twice" },
		{ 6, "    authorities: [local, local]", "line 6: profiles[0].authorities[1]",
		    "this authority stands here twice" },
		{ 6, "    authorities: []", "line 6: profiles[0].authorities",
		    "here belongs a list, of one value or more" },
		{ 6, "    authorities: [[a]]", "line 6: profiles[0].authorities[0]",
		    "here belongs a value" },
	};

	(void)state;
	CHECK_ALL(refusals);
	check_refusal("policy: timestamp\nprofile: x\n\n",
	    &(struct refusal){ 3, "profiles: [{name: x, every: 1 h, authorities: [a]}]",
		"line 3: profiles[0].authorities[0]", NOBODY },
	    parse);
}

static void
what_is_due_by_itself_is_not_late(void **state)
{
	static const struct refusal refusals[] = {
		{ 5, "    every: 8 h", "line 4: profiles[0].gap_after",
		    "this is not longer than `every`: a gap would be stated each time" },
		{ 5, "    every: 1 h\n    gap_after: 60 min", "line 6: profiles[0].gap_after",
		    "this is not longer than `every`: a gap would be stated each time" },
		{ 5, "    every: 2 h\n    heartbeat: 1 h", "line 6: profiles[0].heartbeat",
		    "this is shorter than `every`: it could not be kept" },
	};

	(void)state;
	CHECK_ALL(refusals);
}

/* ---- what is understood --------------------------------------------------------------------- */

static struct pb_timestamp_policy *
parse_text(const struct pb_buf *text)
{
	struct pb_timestamp_policy *policy = NULL;
	struct pb_error err = { 0 };

	if (pb_timestamp_policy_parse(text->data, text->len, &policy, &err) != PB_OK)
		fail_msg("%s: %s", err.object, err.why);
	return policy;
}

static void
tokens_are_shared_where_it_says_so(void **state)
{
	static const struct refusal word = { 9, "    authorities: [a]\n    shared: maybe",
		"line 10: profiles[1].shared (no, yes)",
		"this is none of the words that can stand here" };
	struct pb_buf text = replace_line(good, 9, "    authorities: [a]\n    shared: yes");
	struct pb_timestamp_policy *policy = parse_text(&text);

	(void)state;
	assert_false(policy->profile[0].shared);
	assert_true(policy->profile[1].shared);
	pb_timestamp_policy_free(policy);
	pb_buf_done(&text);
	check_refusal(good, &word, parse);
}

static void
what_is_not_said_has_its_default(void **state)
{
	struct pb_buf text = replace_line(good, 0, "");
	struct pb_timestamp_policy *policy = parse_text(&text);
	const struct pb_policy_authority *a = &policy->authority[0];
	const struct pb_policy_profile *cabinet = &policy->profile[0];

	(void)state;
	assert_string_equal(policy->currency, "EUR");
	assert_int_equal(policy->in_force, 0);
	assert_int_equal(policy->profile_count, 2);
	assert_string_equal(cabinet->name, "cabinet");
	assert_int_equal(cabinet->every_s, 3600);
	assert_int_equal(cabinet->heartbeat_s, 86400);
	assert_int_equal(cabinet->gap_after_s, 28800);
	assert_true(cabinet->local);
	assert_int_equal(cabinet->authority_count, 1);
	assert_int_equal(cabinet->authority[0], 0);
	assert_false(policy->profile[1].local);
	assert_int_equal(policy->authority_count, 2);
	assert_string_equal(a->name, "a");
	assert_string_equal(a->url, "https://tsa.example/tsr");
	assert_string_equal(a->roots, "/etc/a.pem");
	assert_string_equal(a->hash, "sha256");
	assert_null(a->policy);
	assert_null(a->client_certificate);
	assert_null(a->server_roots);
	assert_int_equal(a->timeout_s, 20);
	assert_int_equal(a->interval_s, 0);
	assert_true(a->priced);
	assert_int_equal(a->price_millionths, 50000);
	assert_int_equal(policy->authority[1].price_millionths, 100000);
	pb_timestamp_policy_free(policy);
	pb_buf_done(&text);
}

static void
prices_go_from_nothing_to_a_thousand(void **state)
{
	static const struct {
		const char *line;
		uint64_t millionths;
	} prices[] = {
		{ "    price: 0 EUR", 0 },
		{ "    price: 0.000001 EUR", 1 },
		{ "    price: 12.345678 EUR", 12345678 },
		{ "    price: 1000 EUR", 1000000000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(prices) / sizeof(prices[0]); i++) {
		struct pb_buf text = replace_line(good, 14, prices[i].line);
		struct pb_timestamp_policy *policy = parse_text(&text);

		assert_int_equal(policy->authority[0].price_millionths, prices[i].millionths);
		pb_timestamp_policy_free(policy);
		pb_buf_done(&text);
	}
}

static void
an_archive_of_its_own_needs_no_authority(void **state)
{
	static const char text[] = "policy: timestamp\n"
				   "profile: seul\n"
				   "profiles: [{name: seul, every: 1 min, authorities: [local]}]\n";
	struct pb_timestamp_policy *policy = NULL;

	(void)state;
	assert_int_equal(pb_timestamp_policy_parse(text, strlen(text), &policy, NULL), PB_OK);
	assert_int_equal(policy->authority_count, 0);
	assert_true(policy->profile[0].local);
	assert_string_equal(policy->currency, "");
	pb_timestamp_policy_free(policy);
}

static void
the_example_is_understood(void **state)
{
	struct pb_buf text = read_example("policies/timestamp.yaml");
	struct pb_timestamp_policy *policy = parse_text(&text);

	(void)state;
	assert_string_equal(policy->profile[policy->in_force].name, "cabinet");
	assert_string_equal(policy->profile[1].name, "operateur");
	assert_string_equal(policy->authority[0].policy, "1.2.3.4.1");
	assert_string_equal(policy->authority[1].hash, "sha512");
	assert_int_equal(policy->authority[1].interval_s, 900);
	pb_timestamp_policy_free(policy);
	pb_buf_done(&text);
}

/* ---- what it costs -------------------------------------------------------------------------- */

static void
check_tokens(uint32_t every_s, uint32_t heartbeat_s, uint32_t interval_s, uint32_t running_s,
    uint64_t least, uint64_t most)
{
	const struct pb_policy_profile profile = { .every_s = every_s, .heartbeat_s = heartbeat_s };
	const struct pb_policy_authority authority = { .interval_s = interval_s };
	struct pb_policy_tokens tokens =
	    pb_timestamp_policy_tokens(&profile, &authority, running_s);

	assert_int_equal(tokens.least, least);
	assert_int_equal(tokens.most, most);
}

static void
tokens_of_a_year_are_bounded(void **state)
{
	const struct pb_policy_profile hourly = { .every_s = 3600, .heartbeat_s = 86400 };

	(void)state;
	check_tokens(3600, 86400, 0, 0, 365, 8760);
	check_tokens(300, 86400, 900, 0, 365, 35040);
	check_tokens(300, 86400, 0, 3600, 8760, 105120); /* each hour there is something */
	check_tokens(7200, 86400, 0, 3600, 4380, 4380);
	check_tokens(60, 86400, 604800, 0, 53, 53); /* it may be asked once a week */
	assert_int_equal(pb_timestamp_policy_tokens(&hourly, NULL, 0).most, 8760);
}

/* ---- which it is ---------------------------------------------------------------------------- */

static void
a_policy_tells_what_it_is_about(void **state)
{
	enum pb_policy_kind kind = PB_POLICY_CAPTURE;
	struct pb_error err = { 0 };

	(void)state;
	assert_int_equal(pb_policy_kind_of(good, strlen(good), &kind, NULL), PB_OK);
	assert_int_equal(kind, PB_POLICY_TIMESTAMP);
	assert_int_equal(pb_policy_kind_of("policy: capture", 15, &kind, NULL), PB_OK);
	assert_int_equal(kind, PB_POLICY_CAPTURE);
	assert_int_equal(pb_policy_kind_of("policy: autre", 13, &kind, &err), PB_EDATA);
	assert_string_equal(err.object, "line 1: policy (capture, timestamp)");
	assert_int_equal(pb_policy_kind_of("- policy", 8, &kind, &err), PB_EDATA);
	assert_string_equal(err.object, "line 1");
	assert_int_equal(pb_policy_kind_of("policy", 6, &kind, &err), PB_EDATA);
	assert_int_equal(kind, PB_POLICY_CAPTURE);
}

static void
memory_that_runs_out_is_said_to_have(void **state)
{
	struct pb_buf text;

	(void)state;
	if (!test_memory_can_fail())
		skip();
	text = read_example("policies/timestamp.yaml");
	check_memory(&text, parse);
	pb_buf_done(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_missing_or_unknown_is_named),
		cmocka_unit_test(values_are_what_an_archive_takes),
		cmocka_unit_test(a_price_is_an_amount_in_one_currency),
		cmocka_unit_test(names_are_there_once_and_mean_something),
		cmocka_unit_test(what_is_due_by_itself_is_not_late),
		cmocka_unit_test(tokens_are_shared_where_it_says_so),
		cmocka_unit_test(what_is_not_said_has_its_default),
		cmocka_unit_test(prices_go_from_nothing_to_a_thousand),
		cmocka_unit_test(an_archive_of_its_own_needs_no_authority),
		cmocka_unit_test(the_example_is_understood),
		cmocka_unit_test(tokens_of_a_year_are_bounded),
		cmocka_unit_test(a_policy_tells_what_it_is_about),
		cmocka_unit_test(memory_that_runs_out_is_said_to_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
