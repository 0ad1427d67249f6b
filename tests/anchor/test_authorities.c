/* The configuration of an archive's timestamping authorities, added, removed, read again. */
#include "archive/fake_tsa.h"

static struct fake_tsa tsa;

static int
set_up_tsa(void **state)
{
	fresh(*state);
	fake_tsa_init(&tsa, *state);
	return 0;
}

static int
tear_down_tsa(void **state)
{
	(void)state;
	fake_tsa_done(&tsa);
	return 0;
}

static struct pb_authorities *
read_all(struct fixture *f)
{
	struct pb_authorities *authorities = NULL;

	assert_int_equal(pb_authorities_read(f->world.files, f->dir, &authorities, NULL), PB_OK);
	return authorities;
}

static void
add(struct fixture *f, const struct pb_tsa_settings *settings, enum pb_status expected)
{
	struct pb_archive *a = open_archive(f, f->key);
	uint64_t size = pb_archive_size(a);

	assert_int_equal(pb_archive_tsa_add(a, settings, NULL), expected);
	assert_int_equal(pb_archive_size(a), expected == PB_OK ? size + 1 : size);
	close_archive(a);
}

static void
take_away(struct fixture *f, const char *name, enum pb_status expected)
{
	struct pb_archive *a = open_archive(f, f->key);
	uint64_t size = pb_archive_size(a);

	assert_int_equal(pb_archive_tsa_remove(a, name, NULL), expected);
	assert_int_equal(pb_archive_size(a), expected == PB_OK ? size + 1 : size);
	close_archive(a);
}

/* ---- refused -------------------------------------------------------------------------------- */

static void
settings_that_nobody_can_have_are_refused(void **state)
{
	struct fixture *f = *state;
	struct pb_tsa_settings s;
	char longest[600];
	size_t i;
	static const char *const names[] = { NULL, "", "Majuscule", "a b", "../x",
		"abcdefghijklmnopqrstuvwxyz0123456" };
	static const char *const urls[] = { NULL, "", "ftp://x.example/", "http://", "https:///x",
		"http://a b.example/", "http://x.example/\r\nHost: y" };
	static const char *const policies[] = { "1", "3.4.5", "1.02.3", "1..2", "1.2.", "abc" };

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		s = settings_of(&tsa, names[i]);
		add(f, &s, PB_EINVAL);
	}
	for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		s = settings_of(&tsa, "fictif");
		s.url = urls[i];
		add(f, &s, PB_EINVAL);
	}
	for (i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		s = settings_of(&tsa, "fictif");
		s.policy = policies[i];
		add(f, &s, PB_EINVAL);
	}
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	memcpy(longest, "http://", 7);
	s = settings_of(&tsa, "fictif");
	s.url = longest;
	add(f, &s, PB_EINVAL);
	s = settings_of(&tsa, "fictif");
	s.hash = "sha1";
	add(f, &s, PB_EINVAL);
	s = settings_of(&tsa, "local");
	add(f, &s, PB_EINVAL);
}

static void
roots_that_are_none_are_refused(void **state)
{
	struct fixture *f = *state;
	struct pb_tsa_settings s = settings_of(&tsa, "fictif");

	s.roots_len = 0;
	add(f, &s, PB_EDATA);
	s.roots_pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
	s.roots_len = strlen(s.roots_pem);
	add(f, &s, PB_EDATA);
}

static void
a_name_stands_once(void **state)
{
	struct fixture *f = *state;
	const struct pb_tsa_settings s = settings_of(&tsa, "fictif");

	add(f, &s, PB_OK);
	add(f, &s, PB_EEXIST);
	take_away(f, "inconnu", PB_ENOENT);
}

static void
the_last_one_stays(void **state)
{
	struct fixture *f = *state;

	take_away(f, "local", PB_EINVAL);
	assert_true(exists(at(f, "private/tsa.key")));
}

/* ---- changed -------------------------------------------------------------------------------- */

static void
what_is_added_is_read_again(void **state)
{
	struct fixture *f = *state;
	struct pb_tsa_settings s = settings_of(&tsa, "fictif-2");
	struct pb_authorities *authorities;
	const struct pb_tsa *read;
	struct stat st;

	s.policy = "1.2.3.4";
	s.hash = "sha512";
	s.client_pem = "/chemin/vers un/client.pem";
	s.server_roots = "racines.pem";
	s.timeout_s = 7;
	s.interval_s = 60;
	add(f, &s, PB_OK);
	authorities = read_all(f);
	assert_int_equal(authorities->count, 2);
	assert_int_equal(authorities->gap_after_s, 28800);
	assert_int_equal(authorities->heartbeat_s, 86400);
	assert_true(authorities->tsa[0].local);
	read = &authorities->tsa[1];
	assert_false(read->local);
	assert_string_equal(read->name, s.name);
	assert_string_equal(read->url, s.url);
	assert_string_equal(read->policy, s.policy);
	assert_int_equal(read->hash, PB_STAMP_SHA512);
	assert_string_equal(read->client_pem, s.client_pem);
	assert_string_equal(read->server_roots, s.server_roots);
	assert_int_equal(read->timeout_s, 7);
	assert_int_equal(read->interval_s, 60);
	assert_int_equal(pb_stamp_roots_count(read->roots), 1);
	pb_authorities_free(authorities);
	assert_int_equal(stat(at(f, "tsa/authorities.json"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(at(f, "tsa/fictif-2.pem"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_holds(f);
}

static void
a_change_is_a_record_that_states_all_roots(void **state)
{
	struct fixture *f = *state;
	const struct pb_tsa_settings s = settings_of(&tsa, "fictif");
	struct pb_json *facts;
	bool local = false;
	uint8_t type;

	add(f, &s, PB_OK);
	facts = read_facts(f, 1, &type);
	assert_int_equal(type, PB_RECORD_MANAGEMENT);
	assert_string_equal(text_of(facts, "event"), "authorities");
	assert_int_equal(pb_json_count(pb_json_get(facts, "tsa_roots")), 2);
	assert_true(pb_json_as_bool(
	    pb_json_get(pb_json_item(pb_json_get(facts, "tsa_roots"), 0), "local"), &local));
	assert_true(local);
	pb_json_free(facts);
	take_away(f, "local", PB_OK);
	facts = read_facts(f, 2, &type);
	assert_int_equal(pb_json_count(pb_json_get(facts, "tsa_roots")), 1);
	pb_json_free(facts);
	assert_false(exists(at(f, "private/tsa.key")));
	assert_false(exists(at(f, "tsa/local.pem")));
}

static void
the_embedded_one_can_come_back_with_another_key(void **state)
{
	struct fixture *f = *state;
	struct pb_tsa_settings s = settings_of(&tsa, "fictif");
	struct pb_authorities *authorities;

	add(f, &s, PB_OK);
	take_away(f, "local", PB_OK);
	s = (struct pb_tsa_settings){ .name = "local" };
	add(f, &s, PB_OK);
	add(f, &s, PB_EEXIST);
	authorities = read_all(f);
	assert_true(authorities->tsa[1].local);
	assert_int_equal(pb_stamp_roots_count(authorities->tsa[1].roots), 1);
	pb_authorities_free(authorities);
}

static void
an_archive_of_an_earlier_program_has_none_and_gets_one(void **state)
{
	struct fixture *f = *state;
	struct pb_tsa_settings s = { .name = "local" };
	struct pb_authorities *authorities;
	struct pb_stamp_outcome outcome;
	struct pb_archive *a;

	remove_tree(at(f, "tsa"));
	authorities = read_all(f);
	assert_int_equal(authorities->count, 0);
	pb_authorities_free(authorities);
	a = open_archive(f, f->key);
	assert_false(pb_archive_stamps_locally(a));
	assert_int_equal(pb_archive_stamp(a, NULL, false, &outcome, NULL), PB_OK);
	assert_false(outcome.due);
	assert_int_equal(pb_archive_stamp(a, NULL, true, &outcome, NULL), PB_EUNAVAIL);
	close_archive(a);
	add(f, &s, PB_OK);
	a = open_archive(f, f->key);
	assert_true(pb_archive_stamps_locally(a));
	close_archive(a);
}

/* ---- damaged -------------------------------------------------------------------------------- */

static void
a_configuration_that_says_more_or_less_is_damaged(void **state)
{
	static const char *const texts[] = { "", "{}", "[]",
		"{\"gap_after_s\":1,\"heartbeat_s\":1}",
		"{\"gap_after_s\":1,\"heartbeat_s\":1,\"authorities\":[],\"more\":1}",
		"{\"gap_after_s\":1,\"heartbeat_s\":1,\"authorities\":[{\"name\":\"local\"}]}",
		"{\"gap_after_s\":1,\"heartbeat_s\":1,\"authorities\":[{\"name\":\"local\","
		"\"hash\":\"sha256\",\"timeout_s\":20,\"interval_s\":0,\"more\":1}]}",
		"{\"gap_after_s\":1,\"heartbeat_s\":1,\"authorities\":[{\"name\":\"../local\","
		"\"url\":\"http://x.example/\",\"hash\":\"sha256\",\"timeout_s\":20}]}" };
	struct fixture *f = *state;
	struct pb_authorities *authorities = NULL;
	struct pb_archive *a;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		spit(at(f, "tsa/authorities.json"), texts[i], strlen(texts[i]));
		assert_int_equal(
		    pb_authorities_read(f->world.files, f->dir, &authorities, NULL), PB_ECORRUPT);
	}
	assert_null(authorities);
	/* Capture goes on, and stamping says what is wrong. */
	a = open_archive(f, f->key);
	commit(f, a, 1);
	assert_true(pb_archive_stamps_locally(a));
	close_archive(a);
}

static void
roots_that_are_gone_are_damage(void **state)
{
	struct fixture *f = *state;
	struct pb_authorities *authorities = NULL;

	assert_int_equal(unlink(at(f, "tsa/local.pem")), 0);
	assert_int_equal(
	    pb_authorities_read(f->world.files, f->dir, &authorities, NULL), PB_ECORRUPT);
	spit(at(f, "tsa/local.pem"), "no certificate", 14);
	assert_int_equal(
	    pb_authorities_read(f->world.files, f->dir, &authorities, NULL), PB_ECORRUPT);
	assert_null(authorities);
}

/* At every moment the log states each root that the configuration names. */
static void
a_failure_anywhere_leaves_no_root_in_use_that_the_log_does_not_state(void **state)
{
	struct fixture *f = *state;
	const struct pb_tsa_settings s = settings_of(&tsa, "fictif");
	struct pb_authorities *authorities;
	struct pb_archive *a;
	enum pb_status status = PB_EIO;
	uint64_t nth, size, failed = 1;
	uint8_t type;

	for (nth = 1; failed > 0; nth++) {
		fresh(f);
		a = open_archive(f, f->key);
		fail_call(f, nth, EIO, false);
		status = pb_archive_tsa_add(a, &s, NULL);
		failed = f->faulty.failed;
		heal(f);
		pb_archive_drop(a);
		authorities = read_all(f);
		a = open_archive(f, f->key);
		size = pb_archive_size(a);
		close_archive(a);
		if (authorities->count == 2) {
			struct pb_json *facts = read_facts(f, size - 1, &type);

			assert_string_equal(text_of(facts, "event"), "authorities");
			pb_json_free(facts);
		}
		pb_authorities_free(authorities);
	}
	assert_int_equal(status, PB_OK);
	assert_true(nth > 30);
}

/* ---- how it answered ------------------------------------------------------------------------ */

static void
back_off_doubles_up_to_an_hour(void **state)
{
	static const int64_t minutes[] = { 1, 2, 4, 8, 16, 32, 60, 60, 60 };
	struct pb_tsa one = { .state = { .tried_us = NOON_S * 1000000LL } };
	int64_t tried_us = one.state.tried_us, wait_us;
	size_t i;

	(void)state;
	assert_int_equal(pb_authorities_wait_us(&one, tried_us), 0);
	for (i = 0; i < sizeof(minutes) / sizeof(minutes[0]); i++) {
		one.state.failures = i + 1;
		wait_us = minutes[i] * 60000000;
		assert_int_equal(pb_authorities_wait_us(&one, tried_us), wait_us);
		assert_int_equal(pb_authorities_wait_us(&one, tried_us + wait_us), 0);
		assert_int_equal(pb_authorities_wait_us(&one, tried_us + wait_us - 1), 1);
	}
	one.state.failures = UINT64_MAX;
	assert_int_equal(pb_authorities_wait_us(&one, tried_us), 3600000000);
	assert_int_equal(pb_authorities_wait_us(&one, tried_us - 1), 0); /* the clock went back */
	one.state.failures = 0;
	one.interval_s = 90;
	assert_int_equal(pb_authorities_wait_us(&one, tried_us), 90000000);
	one.state.failures = 1;
	one.state.retry_s = 7200;
	assert_int_equal(pb_authorities_wait_us(&one, tried_us), 7200000000);
	one.state.retry_s = UINT64_MAX;
	assert_int_equal(pb_authorities_wait_us(&one, tried_us), 86400000000);
}

static void
a_state_that_does_not_read_is_forgotten(void **state)
{
	static const char *const texts[] = { "", "{}", "{\"tried_us\":1",
		("{\"tried_us\":1,\"good_us\":1,\"failures\":1,\"retry_s\":0,\"reason\":\"\\u001b["
		 "\"}") };
	struct fixture *f = *state;
	struct pb_tsa one = { .name = "fictif",
		.state = { .tried_us = 5, .good_us = 4, .failures = 3, .reason = "timeout" } };
	struct pb_tsa again = { .name = "fictif" };
	size_t i;

	pb_authorities_remember(f->world.files, f->dir, &one);
	pb_authorities_recall(f->world.files, f->dir, &again);
	assert_int_equal(again.state.tried_us, 5);
	assert_int_equal(again.state.good_us, 4);
	assert_int_equal(again.state.failures, 3);
	assert_string_equal(again.state.reason, "timeout");
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		spit(at(f, "tsa/fictif.state"), texts[i], strlen(texts[i]));
		pb_authorities_recall(f->world.files, f->dir, &again);
		assert_int_equal(again.state.tried_us, 0);
		assert_string_equal(again.state.reason, "");
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_tsa, tear_down_tsa)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(settings_that_nobody_can_have_are_refused),
		TEST(roots_that_are_none_are_refused),
		TEST(a_name_stands_once),
		TEST(the_last_one_stays),
		TEST(what_is_added_is_read_again),
		TEST(a_change_is_a_record_that_states_all_roots),
		TEST(the_embedded_one_can_come_back_with_another_key),
		TEST(an_archive_of_an_earlier_program_has_none_and_gets_one),
		TEST(a_configuration_that_says_more_or_less_is_damaged),
		TEST(roots_that_are_gone_are_damage),
		TEST(a_failure_anywhere_leaves_no_root_in_use_that_the_log_does_not_state),
		TEST(back_off_doubles_up_to_an_hour),
		TEST(a_state_that_does_not_read_is_forgotten),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
