/* Stamping step by step, as a writer takes them: who is asked, how often, and what is kept behind.
 */
#include "archive/fake_tsa.h"

#include "anchor/stamping.h"
#include "archive/lock.h"

static struct fake_tsa tsa;

static int
set_up_tsa(void **state)
{
	struct fixture *f = *state;

	fresh(f);
	fake_tsa_init(&tsa, f);
	pb_buf_clear(&f->tsa_roots);
	assert_int_equal(pb_buf_append(&f->tsa_roots, tsa.root.data, tsa.root.len), PB_OK);
	return 0;
}

static int
tear_down_tsa(void **state)
{
	(void)state;
	fake_tsa_done(&tsa);
	return 0;
}

/* An archive with the fake authority beside its own; its log has a message. */
static struct pb_archive *
open_with_both(struct fixture *f)
{
	struct pb_tsa_settings s = settings_of(&tsa, "fictif");
	struct pb_archive *a = open_archive(f, f->key);

	assert_int_equal(pb_archive_tsa_add(a, &s, NULL), PB_OK);
	commit(f, a, 1);
	return a;
}

static const char *const FICTIF[] = { "fictif" };
#define ASKING(often_s)                                                                            \
	((struct pb_stamping_rule){ .every_s = (often_s), .asked = FICTIF, .asked_count = 1 })

/* What begins, or NULL; then *ret_wait_s. */
static struct pb_stamping *
begin(struct pb_archive *a, uint32_t every_s, uint32_t *ret_wait_s)
{
	const struct pb_stamping_rule rule = ASKING(every_s);
	struct pb_stamping *s = NULL;

	assert_int_equal(pb_stamping_begin(a, &tsa.http, &rule, &s, ret_wait_s, NULL), PB_OK);
	return s;
}

static struct pb_stamp_outcome
ask_and_keep(struct pb_archive *a, struct pb_stamping *s, enum pb_status expected)
{
	struct pb_stamp_outcome outcome = { .due = false };

	assert_int_equal(pb_stamping_ask(s, NULL), PB_OK);
	assert_int_equal(pb_stamping_keep(a, s, &outcome, NULL), expected);
	pb_stamping_free(s);
	return outcome;
}

/* ---- tests ---------------------------------------------------------------------------------- */

static void
nothing_can_be_freed(void **state)
{
	(void)state;
	pb_stamping_free(NULL);
}

static void
who_is_named_is_asked_and_nobody_else(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *a = open_with_both(f);
	struct pb_stamping *s = begin(a, 0, NULL);
	struct pb_stamp_outcome outcome;

	assert_non_null(s);
	assert_int_equal(s->authorities->count, 1);
	assert_string_equal(s->authorities->tsa[0].name, "fictif");
	assert_true(pb_stamping_goes_out(s));
	outcome = ask_and_keep(a, s, PB_OK);
	assert_int_equal(outcome.tokens, 1);
	assert_int_equal(tsa.calls, 1);
	close_archive(a);
}

/* Its log would stay without tokens, and without a word of that. */
static void
where_nobody_of_that_name_is_it_fails(void **state)
{
	static const char *const other[] = { "autre" };
	const struct pb_stamping_rule rule = { .asked = other, .asked_count = 1 };
	struct pb_archive *a = open_with_both(*state);
	struct pb_stamping *s = NULL;

	assert_int_equal(pb_stamping_begin(a, &tsa.http, &rule, &s, NULL, NULL), PB_EUNAVAIL);
	assert_null(s);
	close_archive(a);
}

/* What is barred fails in its turn, and says so when it is time. */
static void
what_nobody_can_be_asked_for_becomes_a_gap(void **state)
{
	static const struct pb_error why = { .status = PB_ECORRUPT, .why = "made up" };
	const struct pb_stamping_rule rule = ASKING(0);
	struct fixture *f = *state;
	struct pb_archive *a = open_with_both(f);
	struct pb_stamp_outcome outcome;
	struct pb_stamping *s = NULL;
	struct pb_error err = { 0 };

	for (int late = 0; late < 2; late++) {
		assert_int_equal(pb_stamping_begin_barred(a, &rule, 600, &why, &s, NULL), PB_OK);
		assert_int_equal(pb_stamping_ask(s, &err), PB_ECORRUPT);
		assert_int_equal(s->answers.failure_count, 1);
		assert_string_equal(s->answers.failure[0].tsa, "fictif");
		assert_string_equal(s->answers.failure[0].reason, "failed_here");
		assert_int_equal(pb_stamping_keep(a, s, &outcome, &err), PB_EUNAVAIL);
		assert_string_equal(err.why, "made up");
		pb_stamping_free(s);
		pass_time(f, 600);
	}
	assert_int_equal(tsa.calls, 0);
	assert_int_equal(exists(at(f, "tsa/fictif.state")), false);
	close_archive(a);
}

static void
it_is_stamped_no_more_often_than_the_rule_says(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *a = open_with_both(f);
	uint32_t wait_s = 0;

	(void)ask_and_keep(a, begin(a, 300, NULL), PB_OK);
	commit(f, a, 1);
	pass_time(f, 100);
	assert_null(begin(a, 300, &wait_s));
	assert_int_equal(wait_s, 200);
	pass_time(f, 199);
	assert_null(begin(a, 300, &wait_s));
	assert_int_equal(wait_s, 1);
	pass_time(f, 1);
	(void)ask_and_keep(a, begin(a, 300, &wait_s), PB_OK);
	close_archive(a);
}

static void
where_nothing_is_new_the_heartbeat_says_when(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *a = open_with_both(f);
	uint32_t wait_s = 0;

	(void)ask_and_keep(a, begin(a, 300, NULL), PB_OK);
	assert_null(begin(a, 300, &wait_s));
	assert_int_equal(wait_s, 24 * 3600);
	pass_time(f, 24 * 3600);
	(void)ask_and_keep(a, begin(a, 300, NULL), PB_OK);
	close_archive(a);
}

/* A clock that was set back does not silence it until it is there again. */
static void
a_clock_that_went_back_delays_no_record(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *a = open_with_both(f);
	struct pb_stamping *s;

	(void)ask_and_keep(a, begin(a, 300, NULL), PB_OK);
	f->clock.now_us -= 600 * 1000000LL;
	commit(f, a, 1);
	s = begin(a, 300, NULL);
	assert_non_null(s);
	pb_stamping_free(s);
	close_archive(a);
}

static void
what_is_captured_meanwhile_is_beside_what_is_kept(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *a = open_with_both(f);
	struct pb_stamping *s = begin(a, 0, NULL);
	struct pb_stamp_standing standing;
	struct pb_stamp_outcome outcome;
	uint64_t size = pb_archive_size(a);

	s->question.away = true;
	commit(f, a, 2);
	pb_archive_let_go(a);
	assert_int_equal(pb_stamping_ask(s, NULL), PB_OK);
	assert_true(pb_stamping_has_to_say(s));
	assert_int_equal(pb_archive_take_up(a, 0, NULL), PB_OK);
	assert_int_equal(pb_stamping_keep(a, s, &outcome, NULL), PB_OK);
	pb_stamping_free(s);
	assert_int_equal(outcome.size, size);
	assert_int_equal(pb_archive_stamp_standing(&f->world, f->dir, &standing, NULL), PB_OK);
	assert_int_equal(standing.stamped_size, size);
	assert_true(standing.backlog >= 2);
	close_archive(a);
	assert_holds(f);
}

static void
a_stopped_archive_begins_nothing(void **state)
{
	struct pb_archive *a = open_with_both(*state);
	const struct pb_stamping_rule rule = ASKING(0);
	struct pb_stamping *s = NULL;

	pb_archive_let_go(a);
	assert_int_equal(pb_stamping_begin(a, &tsa.http, &rule, &s, NULL, NULL), PB_ESTOPPED);
	assert_null(s);
	close_archive(a);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_tsa, tear_down_tsa)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_can_be_freed),
		TEST(who_is_named_is_asked_and_nobody_else),
		TEST(where_nobody_of_that_name_is_it_fails),
		TEST(what_nobody_can_be_asked_for_becomes_a_gap),
		TEST(it_is_stamped_no_more_often_than_the_rule_says),
		TEST(where_nothing_is_new_the_heartbeat_says_when),
		TEST(a_clock_that_went_back_delays_no_record),
		TEST(what_is_captured_meanwhile_is_beside_what_is_kept),
		TEST(a_stopped_archive_begins_nothing),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
