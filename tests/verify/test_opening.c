#include "fixture.h"

/* Every recipe of this file is sealed and signed again: only opening tells. */
static void
expect_opened(struct recipe recipe, enum pb_verdict weight, const char *code)
{
	struct memory_log log;
	struct pb_verify_log_options closed = { .open = false };
	struct pb_verification *v;

	recipe.odd_seq = 3;
	expect_only(recipe, PB_CHECK_COMMITMENT, weight, code, 3);
	log_make(&log, recipe);
	v = verify_with(&log, &closed);
	assert_int_equal(pb_verification_check(v, PB_CHECK_COMMITMENT)->verdict, PB_VALID);
	pb_verification_free(v);
	log_done(&log);
}

static void
content_that_the_leaf_did_not_commit_to_is_seen(void **state)
{
	(void)state;
	expect_opened((struct recipe){ .other_commitment = true }, PB_INVALID, "commitment");
}

static void
digest_of_another_message_is_seen(void **state)
{
	(void)state;
	expect_opened((struct recipe){ .other_digest = true }, PB_INVALID, "message_sha256");
}

static void
message_has_exactly_one_digest(void **state)
{
	(void)state;
	expect_opened((struct recipe){ .no_digest = true }, PB_INVALID, "digest_missing");
	expect_opened(
	    (struct recipe){ .no_digest = true, .no_message = true }, PB_INVALID, "digest_missing");
	expect_opened(
	    (struct recipe){ .no_digest = true, .no_message = true, .type = PB_RECORD_MESSAGE },
	    PB_INVALID, "digest_missing");
	expect_opened((struct recipe){ .no_digest = true, .type = PB_RECORD_MANAGEMENT },
	    PB_INVALID, "digest_missing");
	expect_opened((struct recipe){ .more = { PB_PART_DIGEST } }, PB_INVALID, "digest_twice");
}

static void
class_and_envelope_come_once_at_most(void **state)
{
	(void)state;
	expect_opened(
	    (struct recipe){ .more = { PB_PART_CLASS, PB_PART_CLASS } }, PB_INVALID, "class_twice");
	expect_opened((struct recipe){ .more = { PB_PART_ENVELOPE, PB_PART_ENVELOPE } }, PB_INVALID,
	    "envelope_twice");
}

static void
record_may_lack_what_it_need_not_have(void **state)
{
	static const struct recipe sound[] = {
		{ .odd_seq = 3, .no_message = true }, /* an empty message */
		{ .odd_seq = 3,
		    .no_message = true,
		    .no_digest = true,
		    .type = PB_RECORD_MANAGEMENT },
		{ .odd_seq = 3, .more = { PB_PART_CLASS, PB_PART_ENVELOPE } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sound) / sizeof(sound[0]); i++) {
		struct memory_log log;
		struct pb_verification *v;

		log_make(&log, sound[i]);
		v = verify(&log);
		assert_int_equal(pb_verification_verdict(v), PB_VALID);
		pb_verification_free(v);
		log_done(&log);
	}
}

static void
facts_are_there_exactly_once(void **state)
{
	(void)state;
	expect_opened((struct recipe){ .no_facts = true }, PB_INVALID, "facts_missing");
	expect_opened((struct recipe){ .twice_facts = true }, PB_INVALID, "facts_missing");
}

static void
facts_are_a_strict_json_object(void **state)
{
	static const char *const bad[] = { "[]", "\"facts\"", "1", "{", "{} ?", "{\"a\":1,\"a\":1}",
		"{\"a\":\"\xff\"}" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect_opened((struct recipe){ .facts = bad[i] }, PB_INVALID, "facts_malformed");
}

static void
part_of_an_unknown_kind_leaves_the_whole_indeterminate(void **state)
{
	(void)state;
	expect_opened((struct recipe){ .unknown_part = true }, PB_INDETERMINATE, "part_kind");
}

static void
secret_of_another_record_opens_nothing(void **state)
{
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	memcpy(log.item[3].r, log.item[2].r, sizeof(log.item[3].r));
	v = verify(&log);
	assert_found(v, PB_CHECK_COMMITMENT, PB_INVALID, "seal", 2);
	assert_only(v, PB_CHECK_COMMITMENT, 1);
	pb_verification_free(v);
	log_done(&log);
}

static void
changed_payload_is_not_opened(void **state)
{
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	log.item[3].payload.data[log.item[3].payload.len / 2] ^= 0x80;
	v = verify(&log);
	assert_found(v, PB_CHECK_PAYLOAD, PB_INVALID, "payload_sha256", 2);
	assert_only(v, PB_CHECK_PAYLOAD, 1);
	pb_verification_free(v);
	log_done(&log);
}

static void
payload_cut_short_is_seen(void **state)
{
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	log.item[3].payload.len--;
	v = verify(&log);
	assert_found(v, PB_CHECK_PAYLOAD, PB_INVALID, "payload_sha256", 2);
	pb_verification_free(v);
	log_done(&log);
}

static void
record_without_its_secret_stays_closed_and_that_is_said(void **state)
{
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	log.item[3].has_r = false;
	v = verify(&log);
	assert_found(v, PB_CHECK_COMMITMENT, PB_VALID, "records_closed", PB_NO_SEQ);
	assert_int_equal(pb_verification_check(v, PB_CHECK_COMMITMENT)->count, RECORDS - 1);
	assert_int_equal(pb_verification_verdict(v), PB_VALID);
	pb_verification_free(v);
	log_done(&log);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(content_that_the_leaf_did_not_commit_to_is_seen),
		cmocka_unit_test(digest_of_another_message_is_seen),
		cmocka_unit_test(message_has_exactly_one_digest),
		cmocka_unit_test(class_and_envelope_come_once_at_most),
		cmocka_unit_test(record_may_lack_what_it_need_not_have),
		cmocka_unit_test(facts_are_there_exactly_once),
		cmocka_unit_test(facts_are_a_strict_json_object),
		cmocka_unit_test(part_of_an_unknown_kind_leaves_the_whole_indeterminate),
		cmocka_unit_test(secret_of_another_record_opens_nothing),
		cmocka_unit_test(changed_payload_is_not_opened),
		cmocka_unit_test(payload_cut_short_is_seen),
		cmocka_unit_test(record_without_its_secret_stays_closed_and_that_is_said),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
