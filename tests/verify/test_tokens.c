/* One token beside what it is over and what the log says of it (FORMAT 2.2, 5.6). */
#include "authority_fixture.h"
#include "memory_log.h"

#include <stdlib.h>

#include "crypto/crypto.h"
#include "lib/memory.h"
#include "lib/text.h"
#include "verify/tokens.h"

#define DATA "checkpoint fictif\n"
#define OTHER_DATA "autre checkpoint fictif\n"

struct fixture {
	struct stamper stamper, stranger;
	struct pb_buf request, reply;
	struct pb_verify_token token;
	struct pb_verification *v;
	struct pb_json *facts;
	struct pb_verify_token_outcome outcome;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_int_equal(pb_crypto_init(NULL), PB_OK);
	stamper_make(&f->stamper, 1);
	stamper_make(&f->stranger, 2);
	stamp_at(&f->stamper, DATA, strlen(DATA), NOW_US, &f->request, &f->reply);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	stamper_done(&f->stamper);
	stamper_done(&f->stranger);
	pb_buf_done(&f->request);
	pb_buf_done(&f->reply);
	free(f);
	return 0;
}

static int
begin(void **state)
{
	struct fixture *f = *state;

	f->token = (struct pb_verify_token){ .seq = 7,
		.size = 7,
		.where = "segment:12",
		.token = { f->reply.data, f->reply.len },
		.data = { DATA, strlen(DATA) },
		.request = { f->request.data, f->request.len },
		.chain = { f->stamper.chain.data, f->stamper.chain.len },
		.roots = f->stamper.roots };
	f->facts = NULL;
	memset(&f->outcome, 0, sizeof(f->outcome));
	assert_int_equal(pb_verification_new(&f->v, NULL), PB_OK);
	return 0;
}

static int
end(void **state)
{
	struct fixture *f = *state;

	pb_json_free(f->facts);
	pb_verification_free(f->v);
	return 0;
}

static void
look(struct fixture *f)
{
	const struct pb_token_seen *seen;

	assert_int_equal(pb_verify_token(f->v, &f->token, &f->outcome, NULL), PB_OK);
	/* Whatever it is, it is among those seen. */
	assert_int_equal(pb_verification_tokens(f->v, &seen), 1);
	assert_memory_equal(&seen[0], &f->outcome.seen, sizeof(seen[0]));
}

static enum pb_verdict
verdict(const struct fixture *f, enum pb_check_id id)
{
	return pb_verification_check(f->v, id)->verdict;
}

/* That finding alone, in that check. */
static void
assert_finding(const struct fixture *f, enum pb_check_id id, const char *code)
{
	enum pb_check_id other = id == PB_CHECK_TOKENS ? PB_CHECK_AUTHORITIES : PB_CHECK_TOKENS;
	const struct pb_check *check = pb_verification_check(f->v, id);

	assert_int_equal(check->findings_count, 1);
	assert_string_equal(check->findings[0].code, code);
	assert_int_equal(check->findings[0].seq, f->token.seq);
	assert_int_equal(pb_verification_check(f->v, other)->findings_count, 0);
}

static void
assert_no_finding(const struct fixture *f)
{
	assert_int_equal(pb_verification_check(f->v, PB_CHECK_TOKENS)->findings_count, 0);
	assert_int_equal(pb_verification_check(f->v, PB_CHECK_AUTHORITIES)->findings_count, 0);
}

static void
expect_bad(struct fixture *f, enum pb_check_id id, const char *code)
{
	look(f);
	assert_finding(f, id, code);
	assert_int_equal(verdict(f, id), PB_INVALID);
	assert_int_equal(f->outcome.seen.verdict, PB_INVALID);
	assert_false(f->outcome.good);
	assert_false(f->outcome.seen.trusted);
}

/* The anchor's facts, with `from` replaced by `to`. */
static void
give_facts(struct fixture *f, const char *from, const char *to)
{
	struct pb_buf text = facts_of(&f->reply, 7, true);

	replace(&text, from, to);
	assert_int_equal(pb_json_parse(text.data, text.len, &f->facts, NULL), PB_OK);
	f->token.facts = f->facts;
	pb_buf_done(&text);
}

/* ---- what is no token, or not of this -------------------------------------------------------- */

static void
what_is_no_token_is_invalid(void **state)
{
	struct fixture *f = *state;

	f->token.token = (struct pb_verify_object){ "\x30\x03\x02\x01\x07", 5 };
	expect_bad(f, PB_CHECK_TOKENS, "token_malformed");
	assert_false(f->outcome.read);
	assert_int_equal(f->outcome.seen.seq, 7);
}

static void
nothing_at_all_is_no_token(void **state)
{
	struct fixture *f = *state;

	f->token.token = (struct pb_verify_object){ NULL, 0 };
	expect_bad(f, PB_CHECK_TOKENS, "token_malformed");
}

static void
a_token_of_other_data_is_invalid(void **state)
{
	struct fixture *f = *state;

	f->token.data = (struct pb_verify_object){ OTHER_DATA, strlen(OTHER_DATA) };
	expect_bad(f, PB_CHECK_TOKENS, pb_stamp_fault_code(PB_STAMP_IMPRINT));
}

static void
a_token_that_answers_another_request_is_invalid(void **state)
{
	struct fixture *f = *state;
	struct pb_buf request = PB_BUF_EMPTY, reply = PB_BUF_EMPTY;

	stamp_at(&f->stamper, DATA, strlen(DATA), NOW_US, &request, &reply);
	f->token.request = (struct pb_verify_object){ request.data, request.len };
	expect_bad(f, PB_CHECK_TOKENS, pb_stamp_fault_code(PB_STAMP_NONCE));
	pb_buf_done(&request);
	pb_buf_done(&reply);
}

static void
a_token_that_was_changed_is_invalid(void **state)
{
	struct fixture *f = *state;
	struct pb_buf changed = PB_BUF_EMPTY;

	assert_int_equal(pb_buf_append(&changed, f->reply.data, f->reply.len), PB_OK);
	changed.data[changed.len - 1] ^= 1; /* in the signature, which stands last */
	f->token.token = (struct pb_verify_object){ changed.data, changed.len };
	expect_bad(f, PB_CHECK_TOKENS, pb_stamp_fault_code(PB_STAMP_SIGNATURE));
	pb_buf_done(&changed);
}

static void
a_certificate_that_had_ended_is_the_authoritys_fault(void **state)
{
	struct fixture *f = *state;
	struct pb_buf request = PB_BUF_EMPTY, reply = PB_BUF_EMPTY;

	stamp_at(&f->stamper, DATA, strlen(DATA), NOW_US + 21 * YEAR_S * 1000000, &request, &reply);
	f->token.request = (struct pb_verify_object){ request.data, request.len };
	f->token.token = (struct pb_verify_object){ reply.data, reply.len };
	expect_bad(f, PB_CHECK_AUTHORITIES, pb_stamp_fault_code(PB_STAMP_NOT_IN_TIME));
	assert_int_equal(verdict(f, PB_CHECK_TOKENS), PB_VALID);
	pb_buf_done(&request);
	pb_buf_done(&reply);
}

/* ---- good ------------------------------------------------------------------------------------ */

static void
a_good_token_of_a_chosen_authority(void **state)
{
	static const uint8_t none[32];
	struct fixture *f = *state;

	f->token.now_s = NOW_S;
	look(f);
	assert_no_finding(f);
	assert_int_equal(verdict(f, PB_CHECK_TOKENS), PB_VALID);
	assert_int_equal(verdict(f, PB_CHECK_AUTHORITIES), PB_VALID);
	assert_true(f->outcome.read && f->outcome.good && f->outcome.has_accuracy);
	assert_true(f->outcome.accuracy_us == 1000000);
	assert_true(f->outcome.seen.trusted && f->outcome.seen.sustained);
	assert_int_equal(f->outcome.seen.verdict, PB_VALID);
	assert_true(f->outcome.seen.gen_time_us / 1000000 == NOW_S);
	assert_memory_not_equal(f->outcome.seen.key, none, 32);
	assert_memory_not_equal(f->outcome.root, none, 32);
	assert_true(strlen(f->outcome.seen.tsa) > 0);
}

static void
sustained_is_not_claimed_unasked_or_after_the_end(void **state)
{
	struct fixture *f = *state;

	look(f);
	assert_false(f->outcome.seen.sustained);
	pb_verification_free(f->v);
	assert_int_equal(pb_verification_new(&f->v, NULL), PB_OK);
	f->token.now_s = NOW_S + 21 * YEAR_S;
	look(f);
	assert_true(f->outcome.seen.trusted);
	assert_false(f->outcome.seen.sustained);
}

/* Whether that matters depends on the other tokens. */
static void
an_unknown_authority_is_no_finding_of_one_token(void **state)
{
	struct fixture *f = *state;

	f->token.roots = f->stranger.roots;
	look(f);
	assert_no_finding(f);
	assert_int_equal(f->outcome.fault, PB_STAMP_UNKNOWN_ROOT);
	assert_true(f->outcome.good);
	assert_false(f->outcome.seen.trusted);
	assert_int_equal(f->outcome.seen.verdict, PB_VALID);
}

static void
without_roots_a_token_is_judged_in_itself(void **state)
{
	struct fixture *f = *state;

	f->token.roots = NULL;
	look(f);
	assert_no_finding(f);
	assert_true(f->outcome.good);
	assert_false(f->outcome.seen.trusted);
	assert_false(f->outcome.seen.sustained);
}

static void
a_token_over_data_that_is_not_the_logs_is_not_good(void **state)
{
	struct fixture *f = *state;

	f->token.data_verdict = PB_INVALID;
	look(f);
	assert_no_finding(f); /* the caller has said it */
	assert_false(f->outcome.good || f->outcome.seen.trusted);
	assert_int_equal(f->outcome.seen.verdict, PB_INVALID);
}

/* ---- an imprint that is computed elsewhere ----------------------------------------------------
 */

struct imprint {
	enum pb_status answer;
	const char *data;
};

static enum pb_status
imprint_of(void *ctx, enum pb_stamp_hash hash, uint8_t out[PB_STAMP_HASH_MAX], struct pb_error *err)
{
	const struct imprint *imprint = ctx;

	(void)err;
	if (imprint->answer == PB_OK)
		pb_stamp_imprint(hash, imprint->data, strlen(imprint->data), out);
	return imprint->answer;
}

static void
the_imprint_may_be_computed_by_the_caller(void **state)
{
	struct fixture *f = *state;
	struct imprint imprint = { PB_OK, DATA };

	f->token.data = (struct pb_verify_object){ NULL, 0 };
	f->token.imprint = imprint_of;
	f->token.imprint_ctx = &imprint;
	look(f);
	assert_no_finding(f);
	assert_true(f->outcome.good);
}

static void
an_imprint_that_cannot_be_computed_is_a_status(void **state)
{
	struct fixture *f = *state;
	struct imprint imprint = { PB_EIO, DATA };
	const struct pb_token_seen *seen;

	f->token.imprint = imprint_of;
	f->token.imprint_ctx = &imprint;
	assert_int_equal(pb_verify_token(f->v, &f->token, &f->outcome, NULL), PB_EIO);
	assert_no_finding(f);
	assert_int_equal(pb_verification_tokens(f->v, &seen), 0);
}

/* ---- what the log says of it ----------------------------------------------------------------- */

static void
facts_that_agree_are_no_finding(void **state)
{
	struct fixture *f = *state;

	give_facts(f, "", "");
	look(f);
	assert_no_finding(f);
	assert_true(f->outcome.good && f->outcome.seen.trusted);
}

static void
expect_contradiction(void **state, const char *from, const char *to)
{
	struct fixture *f = *state;
	const struct pb_check *check;

	assert_int_equal(begin(state), 0);
	give_facts(f, from, to);
	look(f);
	check = pb_verification_check(f->v, PB_CHECK_TOKENS);
	assert_finding(f, PB_CHECK_TOKENS, "anchor_facts");
	assert_int_equal(check->verdict, PB_INVALID);
	assert_false(f->outcome.good || f->outcome.seen.trusted);
	assert_int_equal(end(state), 0);
}

static void
each_fact_that_contradicts_the_token_is_found(void **state)
{
	assert_int_equal(end(state), 0);
	expect_contradiction(state, "\"key\":\"", "\"key\":\"00\",\"other\":\"");
	expect_contradiction(state, "\"gen_time\":\"2", "\"gen_time\":\"3");
	expect_contradiction(state, "\"accuracy_us\":1", "\"accuracy_us\":2");
	expect_contradiction(state, "\"accuracy_us\"", "\"accuracy\"");
	expect_contradiction(state, "\"policy\":\"2", "\"policy\":\"1");
	expect_contradiction(state, "\"serial\":\"", "\"serial\":\"f");
	expect_contradiction(state, "\"hash\":\"sha256\"", "\"hash\":\"sha512\"");
	expect_contradiction(state, "\"hash\":\"sha256\"", "\"hash\":256");
	expect_contradiction(state, "\"qualified\":\"no\"", "\"qualified\":\"stated\"");
	expect_contradiction(state, "\"local\":true", "\"local\":\"true\"");
	assert_int_equal(begin(state), 0);
}

/* The owner may not make a clock of his own pass for another's by saying so. */
static void
a_local_policy_is_local_whatever_the_log_says(void **state)
{
	struct fixture *f = *state;

	give_facts(f, "\"local\":true", "\"local\":false");
	look(f);
	assert_true(f->outcome.seen.local);
	f->token.facts = NULL;
	assert_int_equal(pb_verify_token(f->v, &f->token, &f->outcome, NULL), PB_OK);
	assert_true(f->outcome.seen.local);
}

/* ---- faults --------------------------------------------------------------------------------- */

#ifndef STRIDE
#define STRIDE 97 /* not every allocation: there are thousands */
#endif

/* Allocations in turn, alone and with all after it. */
static void
look_without_memory(struct fixture *f)
{
	uint64_t failed = 1;

	for (uint64_t n = 2; failed > 0; n += STRIDE) {
		struct pb_verification *v = NULL;
		enum pb_status status;

		assert_int_equal(pb_verification_new(&v, NULL), PB_OK);
		test_memory_fail(n / 2, n % 2);
		status = pb_verify_token(v, &f->token, &f->outcome, NULL);
		failed = test_memory_restore();
		if (status == PB_OK)
			assert_int_equal(verdict(f, PB_CHECK_TOKENS),
			    pb_verification_check(v, PB_CHECK_TOKENS)->verdict);
		else
			assert_int_equal(status, PB_ENOMEM);
		pb_verification_free(v);
	}
}

static void
memory_that_runs_out_is_no_forgery(void **state)
{
	struct fixture *f = *state;

	if (!test_memory_can_fail())
		skip();
	look(f);
	assert_int_equal(verdict(f, PB_CHECK_TOKENS), PB_VALID);
	look_without_memory(f);
}

static void
memory_that_runs_out_hides_no_forgery(void **state)
{
	struct fixture *f = *state;

	if (!test_memory_can_fail())
		skip();
	f->token.data = (struct pb_verify_object){ OTHER_DATA, strlen(OTHER_DATA) };
	look(f);
	assert_int_equal(verdict(f, PB_CHECK_TOKENS), PB_INVALID);
	look_without_memory(f);
}

/* ---- the list of objects --------------------------------------------------------------------- */

static bool
objects_of(const char *list, struct pb_anchor_objects *objects)
{
	struct pb_json *facts = NULL;
	char text[2048];
	bool read;

	snprintf(text, sizeof(text), "{\"objects\":%s}", list);
	assert_int_equal(pb_json_parse(text, strlen(text), &facts, NULL), PB_OK);
	read = pb_anchor_objects_read(facts, objects);
	pb_json_free(facts);
	return read;
}

#define FIRST "\"checkpoint\",\"request\",\"reply\""

static void
objects_stand_in_their_order(void **state)
{
	struct pb_anchor_objects objects;

	(void)state;
	assert_false(objects_of("[]", &objects));
	assert_false(objects_of("7", &objects));
	assert_false(objects_of("[\"checkpoint\",\"request\"]", &objects));
	assert_false(objects_of("[\"request\",\"checkpoint\",\"reply\"]", &objects));
	assert_false(objects_of("[" FIRST ",\"crl\",\"chain\"]", &objects));
	assert_false(objects_of("[" FIRST ",\"chain\",\"chain\"]", &objects));
	assert_false(objects_of("[" FIRST ",\"reply\"]", &objects));
	assert_false(objects_of("[" FIRST ",7]", &objects));
	assert_true(objects_of("[" FIRST "]", &objects));
	assert_int_equal(objects.count, 3);
	assert_false(objects.has_chain);
	assert_true(objects_of("[" FIRST ",\"chain\",\"crl\",\"ocsp\"]", &objects));
	assert_true(objects.has_chain && !objects.ocsp[0] && objects.ocsp[1]);
	assert_int_equal(objects.revocation_count, 2);
	assert_false(objects.too_many);
}

static void
more_revocation_data_than_is_looked_at_is_said(void **state)
{
	struct pb_anchor_objects objects;
	char list[2000] = "[" FIRST;

	(void)state;
	for (int i = 0; i <= PB_VERIFY_REVOCATIONS; i++)
		test_append(list, sizeof(list), ",\"crl\"");
	test_append(list, sizeof(list), "]");
	assert_true(objects_of(list, &objects));
	assert_true(objects.too_many);
	assert_int_equal(objects.revocation_count, PB_VERIFY_REVOCATIONS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_no_token_is_invalid, begin, end),
		cmocka_unit_test_setup_teardown(nothing_at_all_is_no_token, begin, end),
		cmocka_unit_test_setup_teardown(a_token_of_other_data_is_invalid, begin, end),
		cmocka_unit_test_setup_teardown(
		    a_token_that_answers_another_request_is_invalid, begin, end),
		cmocka_unit_test_setup_teardown(a_token_that_was_changed_is_invalid, begin, end),
		cmocka_unit_test_setup_teardown(
		    a_certificate_that_had_ended_is_the_authoritys_fault, begin, end),
		cmocka_unit_test_setup_teardown(a_good_token_of_a_chosen_authority, begin, end),
		cmocka_unit_test_setup_teardown(
		    sustained_is_not_claimed_unasked_or_after_the_end, begin, end),
		cmocka_unit_test_setup_teardown(
		    an_unknown_authority_is_no_finding_of_one_token, begin, end),
		cmocka_unit_test_setup_teardown(
		    without_roots_a_token_is_judged_in_itself, begin, end),
		cmocka_unit_test_setup_teardown(
		    a_token_over_data_that_is_not_the_logs_is_not_good, begin, end),
		cmocka_unit_test_setup_teardown(
		    the_imprint_may_be_computed_by_the_caller, begin, end),
		cmocka_unit_test_setup_teardown(
		    an_imprint_that_cannot_be_computed_is_a_status, begin, end),
		cmocka_unit_test_setup_teardown(facts_that_agree_are_no_finding, begin, end),
		cmocka_unit_test_setup_teardown(
		    each_fact_that_contradicts_the_token_is_found, begin, end),
		cmocka_unit_test_setup_teardown(
		    a_local_policy_is_local_whatever_the_log_says, begin, end),
		cmocka_unit_test_setup_teardown(memory_that_runs_out_is_no_forgery, begin, end),
		cmocka_unit_test_setup_teardown(memory_that_runs_out_hides_no_forgery, begin, end),
		cmocka_unit_test(objects_stand_in_their_order),
		cmocka_unit_test(more_revocation_data_than_is_looked_at_is_said),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
