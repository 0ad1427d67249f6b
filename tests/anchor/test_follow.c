/* An archive's authorities as a timestamp policy wants them. */
#include "archive/fake_tsa.h"

#include "archive/tsa_follow.h"

static struct fake_tsa tsa;
static struct pb_buf other_root;

static int
set_up_tsa(void **state)
{
	fresh(*state);
	fake_tsa_init(&tsa, *state);
	pb_authority_free(make_authority("Une autre racine fictive", &other_root));
	return 0;
}

static int
tear_down_tsa(void **state)
{
	(void)state;
	fake_tsa_done(&tsa);
	pb_buf_done(&other_root);
	return 0;
}

#define DELAYS .gap_after_s = 3600, .heartbeat_s = 7200

static struct pb_authorities *
read_all(struct fixture *f)
{
	struct pb_authorities *authorities = NULL;

	assert_int_equal(pb_authorities_read(f->world.files, f->dir, &authorities, NULL), PB_OK);
	return authorities;
}

/* The plan is followed, and costs so many records. */
static void
follow(struct fixture *f, const struct pb_tsa_settings *settings, size_t count, unsigned records)
{
	const struct pb_tsa_plan plan = { .tsa = settings, .count = count, DELAYS };
	struct pb_archive *a = open_archive(f, f->key);
	uint64_t size = pb_archive_size(a);

	assert_int_equal(pb_archive_tsa_follow(a, &plan, NULL), PB_OK);
	assert_int_equal(pb_archive_size(a), size + records);
	close_archive(a);
}

/* ---- tests ---------------------------------------------------------------------------------- */

static void
what_an_archive_lacks_is_added_and_stated_once(void **state)
{
	const struct pb_tsa_settings settings[] = { settings_of(&tsa, "un"),
		settings_of(&tsa, "deux") };
	struct fixture *f = *state;
	struct pb_authorities *authorities;

	follow(f, settings, 2, 1);
	follow(f, settings, 2, 0);
	authorities = read_all(f);
	assert_int_equal(authorities->count, 3);
	assert_non_null(pb_authorities_find(authorities, PB_TSA_LOCAL));
	assert_string_equal(pb_authorities_find(authorities, "deux")->url, TSA_URL);
	assert_int_equal(authorities->gap_after_s, 3600);
	assert_int_equal(authorities->heartbeat_s, 7200);
	pb_authorities_free(authorities);
	assert_holds(f);
}

static void
another_one_of_the_name_gives_way(void **state)
{
	struct pb_tsa_settings settings = settings_of(&tsa, "un");
	struct fixture *f = *state;
	struct pb_authorities *authorities;

	follow(f, &settings, 1, 1);
	settings.url = "https://ailleurs.example/tsa";
	settings.hash = "sha512";
	settings.timeout_s = 7;
	follow(f, &settings, 1, 0); /* its roots are those that the log states */
	settings.roots_pem = other_root.data;
	settings.roots_len = other_root.len;
	follow(f, &settings, 1, 1);
	follow(f, &settings, 1, 0);
	authorities = read_all(f);
	assert_int_equal(authorities->count, 2);
	assert_string_equal(authorities->tsa[1].url, "https://ailleurs.example/tsa");
	assert_int_equal(authorities->tsa[1].hash, PB_STAMP_SHA512);
	assert_int_equal(authorities->tsa[1].timeout_s, 7);
	assert_int_equal(authorities->tsa[1].pem.len, other_root.len);
	pb_authorities_free(authorities);
	assert_holds(f);
}

static void
another_address_is_not_blamed_for_the_one_before(void **state)
{
	struct pb_tsa_settings settings = settings_of(&tsa, "un");
	struct fixture *f = *state;
	struct pb_authorities *authorities;

	follow(f, &settings, 1, 1);
	authorities = read_all(f);
	authorities->tsa[1].state = (struct pb_tsa_state){ .tried_us = 1, .failures = 9 };
	pb_authorities_remember(f->world.files, f->dir, &authorities->tsa[1]);
	pb_authorities_free(authorities);
	follow(f, &settings, 1, 0);
	authorities = read_all(f);
	assert_int_equal(authorities->tsa[1].state.failures, 9);
	pb_authorities_free(authorities);
	settings.url = "https://ailleurs.example/tsa";
	follow(f, &settings, 1, 0);
	authorities = read_all(f);
	assert_int_equal(authorities->tsa[1].state.failures, 0);
	pb_authorities_free(authorities);
}

static void
an_archive_without_its_own_one_gets_it(void **state)
{
	const struct pb_tsa_settings settings[] = { settings_of(&tsa, "un"),
		{ .name = PB_TSA_LOCAL } };
	struct fixture *f = *state;
	struct pb_authorities *authorities;
	struct pb_archive *a;

	follow(f, settings, 2, 1);
	a = open_archive(f, f->key);
	assert_int_equal(pb_archive_tsa_remove(a, PB_TSA_LOCAL, NULL), PB_OK);
	close_archive(a);
	follow(f, settings, 2, 1);
	authorities = read_all(f);
	assert_true(pb_authorities_find(authorities, PB_TSA_LOCAL)->local);
	pb_authorities_free(authorities);
	assert_holds(f);
}

static void
what_none_can_have_changes_nothing(void **state)
{
	struct pb_tsa_settings settings[] = { settings_of(&tsa, "un"), settings_of(&tsa, "deux") };
	const struct pb_tsa_plan plan = { .tsa = settings, .count = 2, DELAYS };
	struct fixture *f = *state;
	struct pb_archive *a = open_archive(f, f->key);
	uint64_t size = pb_archive_size(a);
	struct pb_authorities *authorities;

	settings[1].roots_pem = "none";
	settings[1].roots_len = 4;
	assert_int_equal(pb_archive_tsa_follow(a, &plan, NULL), PB_EDATA);
	assert_int_equal(pb_archive_size(a), size);
	close_archive(a);
	authorities = read_all(f);
	assert_int_equal(authorities->count, 1);
	assert_int_not_equal(authorities->heartbeat_s, 7200);
	pb_authorities_free(authorities);
}

/* A number that has no factor in common with what repeats. */
#define STRIDE 3

static void
whatever_fails_is_made_good_by_the_next_try(void **state)
{
	const struct pb_tsa_settings settings[] = { settings_of(&tsa, "un"),
		{ .name = PB_TSA_LOCAL } };
	const struct pb_tsa_plan plan = { .tsa = settings, .count = 2, DELAYS };
	struct fixture *f = *state;
	bool more = true;

	for (uint64_t nth = 1; more; nth += STRIDE) {
		struct pb_authorities *authorities;
		struct pb_archive *a;

		fresh(f);
		a = open_archive(f, f->key);
		fail_call(f, nth, EIO, false);
		more = pb_archive_tsa_follow(a, &plan, NULL) != PB_OK || f->faulty.failed > 0;
		heal(f);
		close_archive(a);
		a = open_archive(f, f->key);
		assert_int_equal(pb_archive_tsa_follow(a, &plan, NULL), PB_OK);
		close_archive(a);
		authorities = read_all(f);
		assert_int_equal(authorities->count, 2);
		pb_authorities_free(authorities);
		assert_holds(f);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_tsa, tear_down_tsa)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_an_archive_lacks_is_added_and_stated_once),
		TEST(another_one_of_the_name_gives_way),
		TEST(another_address_is_not_blamed_for_the_one_before),
		TEST(an_archive_without_its_own_one_gets_it),
		TEST(what_none_can_have_changes_nothing),
		TEST(whatever_fails_is_made_good_by_the_next_try),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
