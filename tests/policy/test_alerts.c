#include "policy/fixture.h"

#include "core/limits.h"
#include "policy/alerts.h"

static const char good[] = /* 1 */ "policy: capture\n"
				   /* 2 */ "archives: [{name: a, path: /a}]\n"
				   /* 3 */ "otherwise: archive a\n"
				   /* 4 */ "doors:\n"
				   /* 5 */ "  - name: filtre\n"
				   /* 6 */ "    kind: lmtp\n"
				   /* 7 */ "    listen: 127.0.0.1:10025\n"
				   /* 8 */ "    on_failure: defer\n"
				   /* 9 */ "    silence: 12 h\n"
				   /* 10 */ "alerts:\n"
				   /* 11 */ "  language: en\n"
				   /* 12 */ "  after: 2 min\n"
				   /* 13 */ "  email:\n"
				   /* 14 */ "    to: [a@astreinte.example, b@astreinte.example]\n"
				   /* 15 */ "    from: probant@noeud-1.example\n"
				   /* 16 */ "    relay: 127.0.0.1:2525\n"
				   /* 17 */ "    tls: { name: mx.example, roots: /etc/roots.pem }\n"
				   /* 18 */ "  webhook:\n"
				   /* 19 */ "    url: https://alertes.example/probant\n"
				   /* 20 */ "    token_file: /etc/probant/token\n"
				   /* 21 */ "  dead_man:\n"
				   /* 22 */ "    url: http://127.0.0.1:8080/vivant\n"
				   /* 23 */ "    every: 30 s\n";

static enum pb_status
parse(const void *text, size_t len, struct pb_error *err)
{
	struct pb_capture_policy *policy = NULL;
	enum pb_status status = pb_capture_policy_parse(text, len, &policy, err);

	assert_true((status == PB_OK) == (policy != NULL));
	pb_capture_policy_free(policy);
	return status;
}

static struct pb_capture_policy *
parse_text(const struct pb_buf *text)
{
	struct pb_capture_policy *policy = NULL;
	struct pb_error err = { 0 };

	if (pb_capture_policy_parse(text->data, text->len, &policy, &err) != PB_OK)
		fail_msg("%s: %s", err.object, err.why);
	return policy;
}

static void
what_is_said_is_read(void **state)
{
	struct pb_buf text = replace_line(good, 0, "");
	struct pb_capture_policy *policy = parse_text(&text);
	const struct pb_policy_alerts *alerts = policy->alerts;

	(void)state;
	assert_int_equal(policy->door[0].silence_s, 12 * 3600);
	assert_int_equal(alerts->language, PB_LANGUAGE_EN);
	assert_int_equal(alerts->after_s, 120);
	assert_int_equal(alerts->email->to_count, 2);
	assert_string_equal(alerts->email->to[1], "b@astreinte.example");
	assert_string_equal(alerts->email->from, "probant@noeud-1.example");
	assert_string_equal(alerts->email->relay.host, "127.0.0.1");
	assert_int_equal(alerts->email->relay.port, 2525);
	assert_string_equal(alerts->email->tls_name, "mx.example");
	assert_string_equal(alerts->email->tls_roots, "/etc/roots.pem");
	assert_string_equal(alerts->webhook->url, "https://alertes.example/probant");
	assert_null(alerts->webhook->roots);
	assert_string_equal(alerts->webhook->token_file, "/etc/probant/token");
	assert_string_equal(alerts->dead_man->url, "http://127.0.0.1:8080/vivant");
	assert_int_equal(alerts->dead_man->every_s, 30);
	pb_capture_policy_free(policy);
	pb_buf_done(&text);
}

static void
what_is_not_said_has_its_default(void **state)
{
	static const char rest[] = "policy: capture\n"
				   "archives: [{name: a, path: /a}]\n"
				   "otherwise: archive a\n"
				   "doors: [{name: a, kind: lmtp, listen: 'unix:/a', "
				   "on_failure: defer}]\n"
				   "alerts: {}\n";
	struct pb_buf text = replace_line(rest, 0, "");
	struct pb_capture_policy *policy = parse_text(&text);
	const struct pb_policy_alerts *alerts = policy->alerts;

	(void)state;
	assert_int_equal(policy->door[0].silence_s, 0);
	assert_int_equal(alerts->language, PB_LANGUAGE_FR);
	assert_int_equal(alerts->after_s, 60);
	assert_int_equal(alerts->calm_s, 3600);
	assert_int_equal(alerts->repeat_s, 24 * 3600);
	assert_int_equal(alerts->disk_free, 1000000000);
	assert_null(alerts->email);
	assert_null(alerts->webhook);
	assert_null(alerts->dead_man);
	pb_capture_policy_free(policy);
	pb_buf_done(&text);

	text = replace_line(rest, 5, "");
	policy = parse_text(&text);
	assert_null(policy->alerts);
	pb_capture_policy_free(policy);
	pb_buf_done(&text);
}

static void
what_cannot_be_used_is_refused(void **state)
{
	static const char NO_ADDRESS[] = "this is no address of e-mail";
	static const char NO_URL[] =
	    "its address begins with http:// or https://, and has at most 1023 octets";
	static const struct refusal refusals[] = {
		{ 11, "  language: de", "line 11: alerts.language (fr, en)",
		    "this is none of the words that can stand here" },
		{ 12, "  after: 0 s", "line 12: alerts.after (1 s - 1 d)",
		    "this is outside of what it can be" },
		{ 12, "  before: 1 min", "line 12: alerts.before", "there is no such key here" },
		{ 9, "    silence: 59 s", "line 9: doors[0].silence (1 min - 60 d)",
		    "this is outside of what it can be" },
		{ 14, "    to: []", "line 14: alerts.email.to",
		    "here belongs a list, of one value or more" },
		{ 14, "", "line 13: alerts.email.to", "this key is missing" },
		{ 14, "    to: [\"@astreinte.example\"]", "line 14: alerts.email.to[0]",
		    NO_ADDRESS },
		{ 14, "    to: [a@b.example, \"a b@c.example\"]", "line 14: alerts.email.to[1]",
		    NO_ADDRESS },
		{ 15, "    from: Probant <p@b.example>", "line 15: alerts.email.from", NO_ADDRESS },
		{ 15, "    from: p@é.example", "line 15: alerts.email.from", NO_ADDRESS },
		{ 15, "    from: p@b.example@c", "line 15: alerts.email.from", NO_ADDRESS },
		{ 15, "    from: p@", "line 15: alerts.email.from", NO_ADDRESS },
		{ 16, "    relay: unix:/run/relay", "line 16: alerts.email.relay",
		    "a relay is an IP address with its port" },
		{ 16, "    relay: 127.0.0.1:10025", "line 16: alerts.email.relay (filtre)",
		    "this is a door of the policy itself" },
		{ 17, "    tls: { name: \"mx.example:25\" }", "line 17: alerts.email.tls.name",
		    "this is no name of a host" },
		{ 17, "    tls: { roots: /r }", "line 17: alerts.email.tls.name",
		    "this key is missing" },
		{ 19, "    url: ftp://alertes.example/", "line 19: alerts.webhook.url", NO_URL },
		{ 20, "    token_file: token", "line 20: alerts.webhook.token_file",
		    "a path begins with /, and has no . or .. and no empty name in it" },
		{ 22, "    url: alertes.example", "line 22: alerts.dead_man.url", NO_URL },
		{ 23, "    every: 2 d", "line 23: alerts.dead_man.every (1 s - 1 d)",
		    "this is outside of what it can be" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		check_refusal(good, &refusals[i], parse);
}

static void
a_line_end_in_an_address_is_refused(void **state)
{
	struct pb_buf text =
	    replace_line(good, 14, "    to: [\"a@b.example>\\r\\nRCPT TO:<c@d.example\"]");
	struct pb_error err = { 0 };

	(void)state;
	assert_int_equal(parse(text.data, text.len, &err), PB_EDATA);
	pb_buf_done(&text);
}

static void
memory_that_runs_out_is_said(void **state)
{
	struct pb_buf text;

	(void)state;
	if (!test_memory_can_fail())
		skip();
	text = replace_line(good, 0, "");
	check_memory(&text, parse);
	pb_buf_done(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_is_read),
		cmocka_unit_test(what_is_not_said_has_its_default),
		cmocka_unit_test(what_cannot_be_used_is_refused),
		cmocka_unit_test(a_line_end_in_an_address_is_refused),
		cmocka_unit_test(memory_that_runs_out_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
