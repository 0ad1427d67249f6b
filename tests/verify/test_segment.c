#include "fixture.h"

/* The header or the facts of record `seq` say something else; sealed and signed as if right. */
static struct recipe
header(uint64_t seq, const char *from, const char *to)
{
	return (struct recipe){ .edit_header = true, .edit_seq = seq, .from = from, .to = to };
}

static struct recipe
facts(uint64_t seq, const char *from, const char *to)
{
	return (struct recipe){ .edit_facts = true, .edit_seq = seq, .from = from, .to = to };
}

static void
files_invalid(struct recipe recipe, const char *code, uint64_t seq)
{
	expect(recipe, PB_CHECK_FILES, PB_INVALID, code, seq);
}

static void
only_files_invalid(struct recipe recipe, const char *code, uint64_t seq)
{
	expect_only(recipe, PB_CHECK_FILES, PB_INVALID, code, seq);
}

/* ---- headers -------------------------------------------------------------------------------- */

static void
header_that_does_not_read_is_seen(void **state)
{
	(void)state;
	files_invalid(header(5, "{", "["), "segment_header", PB_NO_SEQ);
	files_invalid(
	    header(5, "\"first_seq\":5", "\"first_seq\":-5"), "segment_header", PB_NO_SEQ);
	files_invalid(header(5, "\"origin\"", "\"nigiro\""), "segment_header", PB_NO_SEQ);
	files_invalid(header(5, ORIGIN, "No Origin"), "segment_header", PB_NO_SEQ);
	files_invalid(header(0, ORIGIN, "No Origin"), "segment_header", PB_NO_SEQ);
}

static void
segment_of_another_log_is_seen(void **state)
{
	(void)state;
	only_files_invalid(header(5, ORIGIN, OTHER_ORIGIN), "segment_origin", PB_NO_SEQ);
}

static void
header_that_names_another_first_record_is_seen(void **state)
{
	(void)state;
	only_files_invalid(header(5, "\"first_seq\":5", "\"first_seq\":6"), "segment_first_seq", 5);
}

static void
header_changed_after_it_was_stated_is_seen(void **state)
{
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	replace(&log.item[8].bytes, "\"created_s\":1", "\"created_s\":2");
	v = verify(&log);
	assert_found(v, PB_CHECK_FILES, PB_INVALID, "segment_header_digest", 5);
	assert_only(v, PB_CHECK_FILES, 1);
	pb_verification_free(v);
	log_done(&log);
}

static void
envelope_that_is_none_is_seen(void **state)
{
	(void)state;
	files_invalid(header(5, "\"cms\":\"MII", "\"cms\":\"!!!"), "segment_envelope", PB_NO_SEQ);
	files_invalid(header(5, "\"cms\":\"MII", "\"cms\":\"AAA"), "segment_envelope", PB_NO_SEQ);
	files_invalid(header(5, "\"cms\"", "\"smc\""), "segment_envelope", PB_NO_SEQ);
}

static void
segment_that_a_stranger_can_open_is_seen(void **state)
{
	(void)state;
	only_files_invalid((struct recipe){ .stranger_reads = true }, "segment_readers", 5);
}

static void
segment_without_records_is_seen(void **state)
{
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	while (log.count > 9)
		log_remove(&log, 9);
	v = verify(&log);
	assert_found(v, PB_CHECK_FILES, PB_INVALID, "segment_empty", PB_NO_SEQ);
	assert_only(v, PB_CHECK_FILES, 1);
	pb_verification_free(v);
	log_done(&log);
}

/* ---- statements ----------------------------------------------------------------------------- */

static void
segment_under_another_name_is_seen(void **state)
{
	(void)state;
	only_files_invalid(
	    facts(5, "\"segment\":\"0000000000000005", "\"segment\":\"0000000000000006"),
	    "segment_name", 5);
}

static void
both_digests_of_the_header_are_checked(void **state)
{
	(void)state;
	only_files_invalid(facts(5, "\"sha256\":\"", "\"sha256\":\"z"), "segment_header_digest", 5);
	only_files_invalid(
	    facts(5, "\"sha3_256\":\"", "\"sha3_256\":\"z"), "segment_header_digest", 5);
	only_files_invalid(facts(5, "\"header\":", "\"redaeh\":"), "segment_header_digest", 5);
}

static void
exchanged_segment_before_is_seen(void **state)
{
	(void)state;
	only_files_invalid(facts(5, "\"previous\":{\"segment\":\"0000000000000000",
			       "\"previous\":{\"segment\":\"0000000000000001"),
	    "segment_previous", 5);
	only_files_invalid(facts(5, "\"length\":4711", "\"length\":4712"), "segment_previous", 5);
	only_files_invalid(
	    facts(5, ",\"sha256\":\"7777", ",\"sha256\":\"7778"), "segment_previous", 5);
	only_files_invalid(facts(5, "\"previous\":", "\"suoiverp\":"), "segment_previous", 5);
	only_files_invalid(facts(0, "\"previous\":null,", ""), "segment_previous", 0);
	only_files_invalid(facts(0, "\"previous\":null", "\"previous\":{}"), "segment_previous", 0);
}

static void
segment_begins_with_a_readable_statement(void **state)
{
	(void)state;
	only_files_invalid(
	    facts(5, "\"event\":\"segment\"", "\"event\":\"something\""), "segment_statement", 5);
	files_invalid(
	    (struct recipe){ .odd_seq = 5, .type = PB_RECORD_ANCHOR }, "segment_statement", 5);
	files_invalid((struct recipe){ .odd_seq = 5, .flip_frame = true }, "segment_statement", 5);
	files_invalid((struct recipe){ .odd_seq = 5, .facts = "[]" }, "segment_statement", 5);
}

static void
statement_elsewhere_is_seen(void **state)
{
	(void)state;
	only_files_invalid((struct recipe){ .odd_seq = 2,
			       .type = PB_RECORD_KEY,
			       .flip_frame = true,
			       .facts = "{\"event\":\"segment\"}" },
	    "segment_statement_misplaced", 2);
}

static void
key_record_of_a_later_version_leaves_the_whole_indeterminate(void **state)
{
	(void)state;
	expect_only((struct recipe){ .odd_seq = 2,
			.type = PB_RECORD_KEY,
			.flip_frame = true,
			.facts = "{\"event\":\"rotation\"}" },
	    PB_CHECK_FILES, PB_INDETERMINATE, "key_record", 2);
}

/* ---- record 0 ------------------------------------------------------------------------------- */

static void
record_0_states_the_format(void **state)
{
	(void)state;
	only_files_invalid(facts(0, "\"format\":1", "\"tamrof\":1"), "founding_format", 0);
	expect_only(facts(0, "\"format\":1", "\"format\":2"), PB_CHECK_FILES, PB_INDETERMINATE,
	    "founding_format", 0);
}

static void
record_0_states_the_origin(void **state)
{
	(void)state;
	only_files_invalid(
	    facts(0, "\"origin\":\"" ORIGIN, "\"origin\":\"" OTHER_ORIGIN), "founding_origin", 0);
	only_files_invalid(facts(0, "\"origin\"", "\"nigiro\""), "founding_origin", 0);
}

static void
record_0_states_the_log_key(void **state)
{
	(void)state;
	files_invalid(facts(0, "\"verifier_key\"", "\"key\""), "founding_key", 0);
	files_invalid(facts(0, "\"verifier_key\":\"", "\"verifier_key\":\"x"), "founding_key", 0);
	expect(facts(0, "\"verifier_key\"", "\"key\""), PB_CHECK_LOG_KEY, PB_INVALID,
	    "log_key_missing", PB_NO_SEQ);
	expect(facts(0, "\"verifier_key\"", "\"key\""), PB_CHECK_CHECKPOINT, PB_INVALID,
	    "checkpoint_not_signed", 2);
}

static void
record_0_states_the_readers(void **state)
{
	(void)state;
	only_files_invalid(facts(0, "\"readers\"", "\"sredaer\""), "founding_readers", 0);
	only_files_invalid(facts(0, "\"readers\":[", "\"readers\":[7,"), "founding_readers", 0);
	only_files_invalid(
	    facts(0, "\"readers\":[", "\"readers\":[{\"id\":\"\"},"), "founding_readers", 0);
	/* one twice */
	only_files_invalid(facts(0, "\"id\":\"c43e04be3b9a4d2bf93cbcfc5d0e6827ce1874cc\"",
			       "\"id\":\"fd6b0a8ba9d5ab57b77a1dbaceb56c8480028525\""),
	    "founding_readers", 0);
	/* another than can read */
	files_invalid(facts(0, "\"id\":\"c43e", "\"id\":\"c43f"), "segment_readers", 0);
	files_invalid(facts(0, "\"id\":\"c43e", "\"id\":\"c43f"), "segment_readers", 0);
}

static void
log_without_record_0_has_no_key(void **state)
{
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	log_remove(&log, 1);
	v = verify(&log);
	assert_found(v, PB_CHECK_CHAIN, PB_INVALID, "seq", 0);
	assert_found(v, PB_CHECK_FILES, PB_INVALID, "segment_statement", 1);
	assert_found(v, PB_CHECK_LOG_KEY, PB_INVALID, "log_key_missing", PB_NO_SEQ);
	pb_verification_free(v);
	log_done(&log);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_that_does_not_read_is_seen),
		cmocka_unit_test(segment_of_another_log_is_seen),
		cmocka_unit_test(header_that_names_another_first_record_is_seen),
		cmocka_unit_test(header_changed_after_it_was_stated_is_seen),
		cmocka_unit_test(envelope_that_is_none_is_seen),
		cmocka_unit_test(segment_that_a_stranger_can_open_is_seen),
		cmocka_unit_test(segment_without_records_is_seen),
		cmocka_unit_test(segment_under_another_name_is_seen),
		cmocka_unit_test(both_digests_of_the_header_are_checked),
		cmocka_unit_test(exchanged_segment_before_is_seen),
		cmocka_unit_test(segment_begins_with_a_readable_statement),
		cmocka_unit_test(statement_elsewhere_is_seen),
		cmocka_unit_test(key_record_of_a_later_version_leaves_the_whole_indeterminate),
		cmocka_unit_test(record_0_states_the_format),
		cmocka_unit_test(record_0_states_the_origin),
		cmocka_unit_test(record_0_states_the_log_key),
		cmocka_unit_test(record_0_states_the_readers),
		cmocka_unit_test(log_without_record_0_has_no_key),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
