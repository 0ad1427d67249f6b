/* Stamping: when, with whom, and what the log says where nobody answers (FORMAT 2.2). */
#include "archive/fake_tsa.h"

#include "anchor/record.h"
#include "archive/walk.h"
#include "lib/memory.h"

#define HOUR_S 3600

static struct fake_tsa tsa;

/* Both authorities' roots are those that the verifier chose. */
static int
set_up_tsa(void **state)
{
	struct fixture *f = *state;
	struct pb_buf chain;
	const char *root;
	size_t len;

	fresh(f);
	fake_tsa_init(&tsa, f);
	pb_buf_clear(&f->tsa_roots);
	chain = slurp(at(f, "tsa/local.pem"));
	root = last_certificate(&chain, &len);
	assert_int_equal(pb_buf_append(&f->tsa_roots, root, len), PB_OK);
	assert_int_equal(pb_buf_append(&f->tsa_roots, tsa.root.data, tsa.root.len), PB_OK);
	pb_buf_done(&chain);
	return 0;
}

static int
tear_down_tsa(void **state)
{
	(void)state;
	fake_tsa_done(&tsa);
	return 0;
}

/* ---- what is asked again and again ---------------------------------------------------------- */

static struct pb_stamp_outcome
stamp_as(struct pb_archive *a, bool now, enum pb_status expected)
{
	struct pb_stamp_outcome outcome;
	struct pb_error err = { 0 };
	enum pb_status status = pb_archive_stamp(a, &tsa.http, now, &outcome, &err);

	if (status != expected)
		fail_msg("stamp: %s: %s: %s", pb_status_name(status), err.object,
		    err.why != NULL ? err.why : "");
	return outcome;
}

static struct pb_stamp_standing
standing_of(struct fixture *f)
{
	struct pb_stamp_standing standing;

	assert_int_equal(pb_archive_stamp_standing(&f->world, f->dir, &standing, NULL), PB_OK);
	return standing;
}

/* An archive whose only authority is the fake one; its log has two records. */
static struct pb_archive *
open_external(struct fixture *f, const struct pb_tsa_settings *changed)
{
	struct pb_tsa_settings s = settings_of(&tsa, "fictif");
	struct pb_archive *a = open_archive(f, f->key);

	assert_int_equal(pb_archive_tsa_add(a, changed != NULL ? changed : &s, NULL), PB_OK);
	assert_int_equal(pb_archive_tsa_remove(a, "local", NULL), PB_OK);
	return a;
}

static struct pb_json *
newest_facts(struct fixture *f, struct pb_archive *a, uint64_t back, const char *event)
{
	uint8_t type;
	struct pb_json *facts = read_facts(f, pb_archive_size(a) - 1 - back, &type);

	assert_int_equal(type, PB_RECORD_ANCHOR);
	assert_string_equal(text_of(facts, "event"), event);
	return facts;
}

static struct pb_buf
object_of(struct fixture *f, uint64_t seq, uint8_t index)
{
	struct pb_reading *reading = NULL;
	struct pb_buf object = PB_BUF_EMPTY;
	uint8_t sha256[PB_DIGEST_LEN];
	struct pb_opened *opened;
	struct pb_leaf leaf;

	assert_int_equal(pb_reading_new(f->world.files, f->dir, f->key, &reading, NULL), PB_OK);
	assert_int_equal(pb_reading_record(reading, seq, &leaf, &opened, sha256, NULL), PB_OK);
	assert_int_equal(pb_opened_kind(opened, index), PB_PART_OBJECT);
	assert_int_equal(pb_opened_part(opened, index, 1 << 20, &object, NULL), PB_OK);
	pb_reading_free(reading);
	return object;
}

/* ---- when ----------------------------------------------------------------------------------- */

static void
a_record_is_stamped_once(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *a = open_archive(f, f->key);
	struct pb_stamp_outcome outcome;

	assert_int_equal(standing_of(f).stamped_size, 0);
	assert_int_equal(standing_of(f).backlog, 1);
	assert_int_equal(standing_of(f).oldest_s, NOON_S);
	assert_true(standing_of(f).local_only);
	commit(f, a, 2);
	outcome = stamp_as(a, false, PB_OK);
	assert_true(outcome.due);
	assert_int_equal(outcome.size, 3);
	assert_int_equal(outcome.tokens, 1);
	assert_int_equal(outcome.failed, 0);
	assert_int_equal(pb_archive_size(a), 4);
	outcome = stamp_as(a, false, PB_OK);
	assert_false(outcome.due);
	assert_int_equal(pb_archive_size(a), 4);
	commit(f, a, 1);
	assert_int_equal(standing_of(f).backlog, 1);
	assert_int_equal(stamp_as(a, false, PB_OK).size, 5);
	assert_int_equal(standing_of(f).stamped_size, 5);
	assert_int_equal(standing_of(f).stamped_us, NOON_S * 1000000LL);
	assert_string_equal(standing_of(f).stamped_by, "local");
	assert_int_equal(standing_of(f).backlog, 0);
	assert_int_equal(standing_of(f).oldest_s, 0);
	close_archive(a);
	assert_holds(f);
}

static void
the_segment_that_an_anchor_begins_asks_for_no_other(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *a;
	unsigned i;

	for (i = 0; i < 3; i++) {
		a = open_archive(f, NULL); /* no key: each commit's process begins a segment */
		(void)stamp_as(a, false, PB_OK);
		close_archive(a);
	}
	assert_int_equal(count_type(f, PB_RECORD_ANCHOR), 1);
	assert_int_equal(count_type(f, PB_RECORD_KEY), 2);
	a = open_archive(f, NULL);
	commit(f, a, 1);
	assert_int_equal(standing_of(f).backlog, 2); /* this one's segment counts */
	close_archive(a);
	assert_holds(f);
}

static void
once_a_day_an_idle_log_is_stamped_too(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *a = open_archive(f, f->key);

	assert_true(stamp_as(a, false, PB_OK).due);
	pass_time(f, 24 * HOUR_S - 1);
	assert_false(stamp_as(a, false, PB_OK).due);
	pass_time(f, 1);
	assert_true(stamp_as(a, false, PB_OK).due);
	assert_false(stamp_as(a, false, PB_OK).due);
	pass_time(f, -12 * HOUR_S); /* the clock goes back */
	assert_false(stamp_as(a, false, PB_OK).due);
	assert_true(stamp_as(a, true, PB_OK).due);
	close_archive(a);
	assert_holds(f);
}

/* ---- what is kept --------------------------------------------------------------------------- */

static void
an_anchor_holds_what_was_stamped_octet_for_octet(void **state)
{
	struct fixture *f = *state;
	struct pb_tsa_settings s = settings_of(&tsa, "fictif");
	struct pb_archive *a;
	struct pb_buf note = PB_BUF_EMPTY, part;
	uint8_t imprint[PB_STAMP_HASH_MAX], key[32];
	struct pb_token *token = NULL;
	struct pb_stamp_request request;
	const struct pb_token_info *info;
	struct pb_json *facts;
	struct pb_place here;
	uint64_t seq;

	s.hash = "sha512";
	a = open_external(f, &s);
	commit(f, a, 1);
	here = pb_head_here(&a->head);
	assert_int_equal(pb_place_note(f->world.files, f->dir, &here, &note, NULL), PB_OK);
	seq = pb_archive_size(a);
	assert_int_equal(stamp_as(a, false, PB_OK).tokens, 1);
	part = object_of(f, seq, 0);
	assert_int_equal(part.len, note.len);
	assert_memory_equal(part.data, note.data, note.len);
	pb_stamp_imprint(PB_STAMP_SHA512, part.data, part.len, imprint);
	pb_buf_done(&part);
	part = object_of(f, seq, 1);
	assert_int_equal(pb_stamp_request_parse(part.data, part.len, &request, NULL), PB_OK);
	assert_memory_equal(request.imprint, imprint, 64);
	assert_true(request.has_nonce && request.certificates);
	pb_buf_done(&part);
	part = object_of(f, seq, 2);
	assert_int_equal(pb_token_parse(part.data, part.len, &token, NULL), PB_OK);
	pb_buf_done(&part);
	part = object_of(f, seq, 3);
	assert_int_equal(strncmp((const char *)part.data, "-----BEGIN CERTIFICATE-----", 27), 0);
	pb_buf_done(&part);
	info = pb_token_info(token);
	facts = newest_facts(f, a, 0, "timestamp");
	assert_int_equal(number_of(facts, "size"), seq);
	assert_int_equal(pb_json_count(pb_json_get(facts, "objects")), 4);
	assert_string_equal(text_of(facts, "tsa"), "fictif");
	assert_string_equal(text_of(facts, "gen_time"), info->gen_time);
	assert_string_equal(text_of(facts, "policy"), info->policy);
	assert_string_equal(text_of(facts, "serial"), info->serial);
	assert_string_equal(text_of(facts, "hash"), "sha512");
	assert_string_equal(text_of(facts, "qualified"), "no");
	assert_int_equal(number_of(facts, "accuracy_us"), 1000000);
	assert_int_equal(number_of(facts, "before_us"), NOON_S * 1000000LL);
	assert_true(pb_json_as_hex(pb_json_get(facts, "key"), key, 32));
	assert_memory_equal(key, info->key, 32);
	pb_json_free(facts);
	pb_token_free(token);
	pb_buf_done(&note);
	close_archive(a);
	assert_holds(f);
}

static void
all_authorities_answers_are_one_commit(void **state)
{
	struct fixture *f = *state;
	const struct pb_tsa_settings s = settings_of(&tsa, "fictif");
	struct pb_archive *a = open_archive(f, f->key);
	char name[PB_SEGMENT_NAME_LEN + 1];
	uint64_t ends[8];
	size_t commits;

	assert_int_equal(pb_archive_tsa_add(a, &s, NULL), PB_OK);
	assert_false(pb_archive_stamps_locally(a));
	memcpy(name, a->head.segment, sizeof(name));
	commits = commit_ends(f, name, ends, 8);
	assert_int_equal(stamp_as(a, false, PB_OK).tokens, 2);
	assert_int_equal(commit_ends(f, name, ends, 8), commits + 1);
	assert_int_equal(count_type(f, PB_RECORD_ANCHOR), 2);
	close_archive(a);
	assert_holds(f);
}

static void
two_authorities_of_one_key_are_one(void **state)
{
	struct fixture *f = *state;
	const struct pb_tsa_settings s = settings_of(&tsa, "le-meme");
	struct pb_archive *a = open_external(f, NULL);
	struct pb_stamp_outcome outcome;

	assert_int_equal(pb_archive_tsa_add(a, &s, NULL), PB_OK);
	outcome = stamp_as(a, false, PB_OK);
	assert_int_equal(outcome.tokens, 1);
	assert_int_equal(outcome.failed, 1);
	assert_string_equal(outcome.last_tsa, "le-meme");
	assert_non_null(strstr(outcome.last.why, "same key"));
	assert_int_equal(count_type(f, PB_RECORD_ANCHOR), 1);
	close_archive(a);
	assert_holds(f);
}

static void
without_a_network_the_local_one_still_stamps(void **state)
{
	struct fixture *f = *state;
	const struct pb_tsa_settings s = settings_of(&tsa, "fictif");
	struct pb_archive *a = open_archive(f, f->key);
	struct pb_stamp_outcome outcome;

	assert_int_equal(pb_archive_tsa_add(a, &s, NULL), PB_OK);
	assert_int_equal(pb_archive_stamp(a, NULL, false, &outcome, NULL), PB_OK);
	assert_int_equal(outcome.tokens, 1);
	assert_int_equal(outcome.failed, 0);
	assert_int_equal(tsa.calls, 0);
	close_archive(a);
}

/* ---- bad answers ---------------------------------------------------------------------------- */

struct lie {
	enum conduct conduct;
	const char *reason;
	const char *policy;
};

static void
try_lie(struct fixture *f, const struct lie *lie)
{
	struct pb_tsa_settings s = settings_of(&tsa, "fictif");
	struct pb_stamp_outcome outcome;
	struct pb_archive *a;
	struct pb_json *facts;
	const struct pb_json *failure;
	uint64_t size;

	fresh(f);
	s.policy = lie->policy;
	a = open_external(f, &s);
	tsa.conduct = lie->conduct;
	size = pb_archive_size(a);
	outcome = stamp_as(a, true, PB_EUNAVAIL);
	assert_true(outcome.due && outcome.gap);
	assert_int_equal(outcome.tokens, 0);
	assert_int_equal(outcome.failed, 1);
	assert_string_equal(outcome.last_tsa, "fictif");
	assert_int_equal(pb_archive_size(a), size + 1);
	facts = newest_facts(f, a, 0, "timestamp_gap");
	assert_int_equal(number_of(facts, "size"), size);
	assert_int_equal(number_of(facts, "since_s"), NOON_S);
	failure = pb_json_item(pb_json_get(facts, "failures"), 0);
	assert_string_equal(text_of(failure, "tsa"), "fictif");
	assert_string_equal(text_of(failure, "reason"), lie->reason);
	pb_json_free(facts);
	close_archive(a);
	assert_holds(f);
}

static void
no_bad_answer_is_kept_and_each_is_named(void **state)
{
	static const struct lie lies[] = { { REFUSES_CONNECTION, "refused", NULL },
		{ IS_SILENT, "timeout", NULL }, { CANNOT_BE_REACHED, "unreachable", NULL },
		{ FAILS, "http_status", NULL }, { SHOWS_A_PAGE, "not_a_reply", NULL },
		{ CALLS_IT_A_REPLY, "not_a_reply", NULL }, { IS_CUT, "not_a_reply", NULL },
		{ GIVES_A_BARE_TOKEN, "not_a_reply", NULL }, { IS_TOO_LONG, "too_long", NULL },
		{ ANSWERS, "rejected", OTHER_POLICY }, { STAMPS_OTHER_DATA, "imprint", NULL },
		{ ANSWERS_ANOTHER_REQUEST, "nonce", NULL },
		{ TAKES_ANOTHER_POLICY, "policy", OTHER_POLICY },
		{ IS_SOMEBODY_ELSE, NULL, NULL } };
	size_t i;

	for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct lie lie = lies[i];

		if (lie.reason == NULL)
			lie.reason = pb_stamp_fault_code(PB_STAMP_UNKNOWN_ROOT);
		try_lie(*state, &lie);
	}
}

static void
a_local_authority_without_its_key_stamps_nothing(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *a = open_archive(f, f->key);
	struct pb_json *facts;

	assert_int_equal(unlink(at(f, "private/tsa.key")), 0);
	assert_true(stamp_as(a, true, PB_EUNAVAIL).gap);
	facts = newest_facts(f, a, 0, "timestamp_gap");
	assert_string_equal(
	    text_of(pb_json_item(pb_json_get(facts, "failures"), 0), "reason"), "no_key");
	pb_json_free(facts);
	close_archive(a);
}

/* ---- gaps ----------------------------------------------------------------------------------- */

static void
a_gap_is_stated_once_and_ended_by_the_next_good_answer(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *a = open_external(f, NULL);
	struct pb_stamp_outcome outcome;
	struct pb_json *facts;
	uint64_t size;

	tsa.conduct = IS_SILENT;
	assert_true(stamp_as(a, true, PB_EUNAVAIL).gap);
	commit(f, a, 3); /* capture goes on */
	size = pb_archive_size(a);
	assert_false(stamp_as(a, true, PB_EUNAVAIL).gap);
	assert_int_equal(pb_archive_size(a), size);
	assert_true(standing_of(f).gap);
	assert_int_equal(standing_of(f).backlog, 6);
	assert_int_equal(standing_of(f).oldest_s, NOON_S);
	pass_time(f, 2 * HOUR_S);
	tsa.conduct = ANSWERS;
	outcome = stamp_as(a, false, PB_OK);
	assert_int_equal(outcome.tokens, 1);
	assert_true(outcome.gap_ended && !outcome.gap);
	facts = newest_facts(f, a, 0, "timestamp_gap_end");
	assert_int_equal(number_of(facts, "since_s"), NOON_S);
	pb_json_free(facts);
	pb_json_free(newest_facts(f, a, 1, "timestamp"));
	assert_false(standing_of(f).gap);
	assert_int_equal(standing_of(f).backlog, 0);
	assert_int_equal(standing_of(f).stamped_size, size);
	assert_false(stamp_as(a, true, PB_OK).gap_ended);
	close_archive(a);
	assert_holds(f);
}

static void
a_gap_is_stated_when_the_delay_is_over_and_not_before(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *a;

	pass_time(f, 1);
	a = open_external(f, NULL);
	assert_int_equal(stamp_as(a, false, PB_OK).tokens, 1);
	pass_time(f, 100);
	commit(f, a, 1);
	tsa.conduct = CANNOT_BE_REACHED;
	assert_false(stamp_as(a, false, PB_EUNAVAIL).gap);
	pass_time(f, 8 * HOUR_S - 1);
	assert_false(stamp_as(a, false, PB_EUNAVAIL).gap);
	pass_time(f, 1); /* not asked: one that failed is not asked again so soon */
	assert_true(stamp_as(a, false, PB_EUNAVAIL).gap);
	close_archive(a);
	assert_holds(f);
}

static void
an_idle_log_has_no_gap(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *a = open_external(f, NULL);

	assert_int_equal(stamp_as(a, false, PB_OK).tokens, 1);
	tsa.conduct = IS_SILENT;
	pass_time(f, 100 * HOUR_S);
	assert_false(stamp_as(a, true, PB_EUNAVAIL).gap);
	close_archive(a);
}

/* ---- how often ------------------------------------------------------------------------------ */

static void
who_failed_is_not_asked_again_at_once(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *a = open_external(f, NULL);

	tsa.conduct = FAILS;
	(void)stamp_as(a, false, PB_EUNAVAIL);
	pass_time(f, 59);
	(void)stamp_as(a, false, PB_EUNAVAIL);
	assert_int_equal(tsa.calls, 1);
	(void)stamp_as(a, true, PB_EUNAVAIL);
	assert_int_equal(tsa.calls, 2);
	close_archive(a);
	a = open_archive(f, f->key); /* what was learned lasts */
	pass_time(f, 119);
	(void)stamp_as(a, false, PB_EUNAVAIL);
	assert_int_equal(tsa.calls, 2);
	pass_time(f, 1);
	tsa.conduct = ANSWERS;
	(void)stamp_as(a, false, PB_OK);
	assert_int_equal(tsa.calls, 3);
	close_archive(a);
}

static void
a_shortest_interval_is_kept_and_is_no_failure(void **state)
{
	struct fixture *f = *state;
	struct pb_tsa_settings s = settings_of(&tsa, "fictif");
	struct pb_stamp_outcome outcome;
	struct pb_archive *a;

	s.interval_s = 600;
	a = open_external(f, &s);
	assert_true(stamp_as(a, false, PB_OK).due);
	commit(f, a, 1);
	pass_time(f, 599);
	outcome = stamp_as(a, false, PB_OK);
	assert_false(outcome.due);
	assert_int_equal(tsa.calls, 1);
	pass_time(f, 1);
	assert_true(stamp_as(a, false, PB_OK).due);
	close_archive(a);
}

/* ---- faults --------------------------------------------------------------------------------- */

/* Whatever call fails: what was captured stands, and the next try stamps it. */
static void
a_failure_anywhere_leaves_a_log_that_holds(void **state)
{
	struct fixture *f = *state;
	struct pb_stamp_outcome outcome;
	enum pb_status status = PB_EIO;
	struct pb_archive *a;
	uint64_t nth;

	for (nth = 1; status != PB_OK; nth += 1 + nth / 8) {
		fresh(f);
		a = open_archive(f, f->key);
		commit(f, a, 1);
		fail_call(f, nth, EIO, false);
		status = pb_archive_stamp(a, NULL, false, &outcome, NULL);
		if (f->faulty.failed == 0)
			assert_int_equal(status, PB_OK);
		heal(f);
		pb_archive_drop(a);
		a = open_archive(f, f->key);
		(void)stamp_as(a, true, PB_OK);
		assert_int_equal(standing_of(f).backlog, 0);
		close_archive(a);
		assert_holds(f);
		if (f->faulty.failed == 0 && status == PB_OK)
			break;
		status = PB_EIO;
	}
	assert_true(nth > 10);
}

/* Want of memory is ours: no gap is stated for it, and nothing bad is kept. */
static void
want_of_memory_is_no_gap(void **state)
{
	struct fixture *f = *state;
	struct pb_stamp_outcome outcome;
	enum pb_status status = PB_ENOMEM;
	struct pb_archive *a;
	uint64_t nth, failed = 1;

	if (!test_memory_can_fail())
		skip();
	a = open_external(f, NULL);
	for (nth = 1; failed > 0; nth += 1 + nth / 20) {
		commit(f, a, 1);
		(void)unlink(at(f, "tsa/fictif.state"));
		memset(&outcome, 0, sizeof(outcome));
		test_memory_fail(nth, false);
		status = pb_archive_stamp(a, &tsa.http, false, &outcome, NULL);
		failed = test_memory_restore();
		assert_false(outcome.gap);
		assert_true(status == PB_OK || failed > 0);
		assert_int_equal(outcome.tokens, status == PB_OK);
		f->kept.count = 0;
		if (a->stopped) { /* it was let go of, and could not be taken up */
			close_archive(a);
			a = open_archive(f, f->key);
		}
	}
	assert_int_equal(status, PB_OK);
	assert_true(nth > 100);
	close_archive(a);
	assert_holds(f);
}

static void
a_stopped_writer_stamps_nothing(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *a = open_archive(f, f->key);

	a->stopped = true;
	(void)stamp_as(a, true, PB_ESTOPPED);
	assert_int_equal(pb_archive_close(a, NULL), PB_OK);
	assert_int_equal(count_type(f, PB_RECORD_ANCHOR), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_tsa, tear_down_tsa)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_record_is_stamped_once),
		TEST(the_segment_that_an_anchor_begins_asks_for_no_other),
		TEST(once_a_day_an_idle_log_is_stamped_too),
		TEST(an_anchor_holds_what_was_stamped_octet_for_octet),
		TEST(all_authorities_answers_are_one_commit),
		TEST(two_authorities_of_one_key_are_one),
		TEST(without_a_network_the_local_one_still_stamps),
		TEST(no_bad_answer_is_kept_and_each_is_named),
		TEST(a_local_authority_without_its_key_stamps_nothing),
		TEST(a_gap_is_stated_once_and_ended_by_the_next_good_answer),
		TEST(a_gap_is_stated_when_the_delay_is_over_and_not_before),
		TEST(an_idle_log_has_no_gap),
		TEST(who_failed_is_not_asked_again_at_once),
		TEST(a_shortest_interval_is_kept_and_is_no_failure),
		TEST(a_failure_anywhere_leaves_a_log_that_holds),
		TEST(want_of_memory_is_no_gap),
		TEST(a_stopped_writer_stamps_nothing),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
