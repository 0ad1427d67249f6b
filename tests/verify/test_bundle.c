#include "bundle_fixture.h"

#include "lib/memory.h"

/* ---- safety --------------------------------------------------------------------------------- */

static enum pb_status
status_of(struct pb_buf *bundle, const struct pb_bundle_check_options *options, int fail)
{
	struct pb_verification *v = NULL;
	struct memory_files files;
	struct pb_world world = { .files = &files.table };
	enum pb_status status;

	memory_files_init(&files, bundle);
	files.fail = fail;
	status = pb_bundle_check(&world, "bundle", options, &v, NULL);
	assert_true((status == PB_OK) == (v != NULL));
	pb_verification_free(v);
	return status;
}

static void
what_is_no_zip_is_no_bundle(void **state)
{
	static const char *const bad[] = { "", "P", "PK", "not a ZIP, and longer than its end" };
	const struct pb_bundle_check_options options = { .threads = 0 };
	struct pb_buf bundle = PB_BUF_EMPTY;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		pb_buf_clear(&bundle);
		assert_int_equal(pb_buf_append_text(&bundle, bad[i]), PB_OK);
		assert_int_equal(status_of(&bundle, &options, 0), PB_EDATA);
	}
	pb_buf_done(&bundle);
}

static void
beginning_of_a_bundle_is_invalid(void **state)
{
	struct maker *maker = make_bundle((struct order){ .first = 0 });
	static const size_t lens[] = { 4, 21, 22, 100, 5000 };

	(void)state;
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		struct pb_verification *v;

		maker->bundle.len = lens[i];
		v = check_all(maker, 0);
		assert_found(v, PB_CHECK_FILES, PB_INVALID, "zip_end", PB_NO_SEQ);
		pb_verification_free(v);
	}
	maker_free(maker);
}

static void
what_the_verifier_chose_must_be_readable(void **state)
{
	struct maker *maker = make_bundle((struct order){ .first = 0 });
	const struct pb_bundle_check_options options[] = {
		{ .trust = "x", .trust_len = 1 },
		{ .tsa_roots = "x", .tsa_roots_len = 1 },
		{ .against = "x", .against_len = 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		assert_int_equal(status_of(&maker->bundle, &options[i], 0), PB_EDATA);
	maker_free(maker);
}

static void
bundle_that_cannot_be_read_is_no_finding(void **state)
{
	struct maker *maker = make_bundle((struct order){ .first = 0 });
	struct pb_bundle_check_options options = { .threads = 0 };

	(void)state;
	for (; options.threads < 2; options.threads++)
		assert_int_equal(status_of(&maker->bundle, &options, -EIO), PB_EIO);
	maker_free(maker);
}

/* Some of the allocations; a slower test fails each. */
static void
fail_allocations(void)
{
	struct pb_buf trust = trust_text(false);
	struct maker *maker = make_bundle((struct order){ .first = 3 });
	const struct pb_bundle_check_options options = { .trust = trust.data,
		.trust_len = trust.len,
		.tsa_roots = the_authority()->root.data,
		.tsa_roots_len = the_authority()->root.len,
		.against = maker->checkpoint[6].data,
		.against_len = maker->checkpoint[6].len };
	struct memory_files files;
	struct pb_world world = { .files = &files.table };
	uint64_t failed = 1;

	for (uint64_t nth = 1; failed > 0; nth += 1 + nth / 16) {
		struct pb_verification *v = NULL;
		enum pb_status status;

		memory_files_init(&files, &maker->bundle);
		test_memory_fail(nth, false);
		status = pb_bundle_check(&world, "bundle", &options, &v, NULL);
		failed = test_memory_restore();
		/* PB_EDATA: of the roots, of which the tests of `stamp` ask it. */
		if (status != PB_OK && status != PB_ENOMEM && status != PB_EDATA)
			fail_msg("allocation %d answers %s", (int)nth, pb_status_name(status));
		/* Of tokens, the tests of `stamp` ask it. */
		for (int id = 0; status == PB_OK && id < PB_CHECK_COUNT; id++)
			if (id != PB_CHECK_TOKENS &&
			    pb_verification_check(v, (enum pb_check_id)id)->verdict == PB_INVALID)
				fail_msg("allocation %d makes a finding of %s", (int)nth,
				    pb_check_name((enum pb_check_id)id));
		pb_verification_free(v);
	}
	maker_free(maker);
	pb_buf_done(&trust);
}

static void
memory_that_runs_out_is_no_finding(void **state)
{
	(void)state;
	if (!test_memory_can_fail())
		skip();
	fail_allocations();
}

/* ---- the good path -------------------------------------------------------------------------- */

static void
assert_valid(const struct pb_verification *v)
{
	if (pb_verification_verdict(v) != PB_VALID)
		print_findings(v);
	assert_int_equal(pb_verification_verdict(v), PB_VALID);
}

static void
honest_bundle_is_valid_with_trust_roots_and_an_earlier_checkpoint(void **state)
{
	static const uint64_t firsts[] = { 0, 3, 6 };

	(void)state;
	for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
		struct maker *maker = make_bundle((struct order){ .first = firsts[i] });

		for (unsigned threads = 0; threads < 3; threads++) {
			struct pb_verification *v = check_all(maker, threads);

			assert_valid(v);
			pb_verification_free(v);
		}
		maker_free(maker);
	}
}

static void
bundle_says_what_it_is_about(void **state)
{
	struct maker *maker = make_bundle((struct order){ .first = 3 });
	struct pb_verification *v = check_all(maker, 0);
	const struct pb_bundle_seen *seen = pb_verification_bundle(v);
	const struct pb_token_seen *token;
	uint8_t sha256[PB_DIGEST_LEN];

	(void)state;
	assert_true(seen->bundle && seen->contained);
	assert_string_equal(seen->case_name, CASE_NAME);
	assert_int_equal(seen->first, 3);
	assert_int_equal(seen->last, LAST);
	assert_int_equal(seen->opened, 4);
	assert_int_equal(seen->whole, 2);
	assert_int_equal(seen->closed, 1);
	assert_int_equal(seen->opened_messages, 2);
	assert_int_equal(seen->closed_messages, 0);
	assert_int_equal(seen->package_len, maker->package.len);
	pb_digest_sha256(maker->package.data, maker->package.len, sha256);
	assert_memory_equal(seen->package_sha256, sha256, PB_DIGEST_LEN);
	assert_string_equal(pb_verification_origin(v), ORIGIN);
	assert_int_equal(pb_verification_size(v), SIZE);
	assert_int_equal(pb_verification_records(v), 5);
	assert_int_equal(pb_verification_tokens(v, &token), 4);
	assert_string_equal(
	    pb_verification_unique_view(v), "consistent with the checkpoint you hold");
	pb_verification_free(v);
	maker_free(maker);
}

/* ---- what is missing ------------------------------------------------------------------------ */

static void
bundle_alone_agrees_with_itself_and_no_more(void **state)
{
	struct maker *maker = make_bundle((struct order){ .first = 0 });
	struct pb_verification *v =
	    check_with(maker, &(struct pb_bundle_check_options){ .threads = 0 });

	(void)state;
	assert_int_equal(pb_verification_verdict(v), PB_INDETERMINATE);
	assert_found(v, PB_CHECK_LOG_KEY, PB_INDETERMINATE, "no_trust_file", PB_NO_SEQ);
	assert_found(v, PB_CHECK_AUTHORITIES, PB_INDETERMINATE, "no_tsa_roots", PB_NO_SEQ);
	assert_found(
	    v, PB_CHECK_UNIQUE_VIEW, PB_INDETERMINATE, "unique_view_not_proven", PB_NO_SEQ);
	assert_int_equal(
	    pb_verification_check(v, PB_CHECK_CONSISTENCY)->verdict, PB_NOT_APPLICABLE);
	assert_int_equal(pb_verification_check(v, PB_CHECK_SECRETS)->verdict, PB_NOT_APPLICABLE);
	pb_verification_free(v);
	maker_free(maker);
}

static void
package_without_its_container_is_indeterminate(void **state)
{
	(void)state;
	expect_found((struct order){ .bare = true }, PB_CHECK_TOKENS, PB_INDETERMINATE,
	    "no_container", PB_NO_SEQ);
}

static void
witnesses_that_the_trust_file_asks_for_show_one_history(void **state)
{
	struct pb_buf trust = trust_text(true);
	struct pb_bundle_check_options options = { .trust = trust.data, .trust_len = trust.len };

	(void)state;
	for (int witnessed = 0; witnessed < 2; witnessed++) {
		struct maker *maker = make_bundle((struct order){ .witnessed = witnessed });
		struct pb_verification *v = check_with(maker, &options);

		assert_int_equal(pb_verification_check(v, PB_CHECK_UNIQUE_VIEW)->verdict,
		    witnessed ? PB_VALID : PB_INDETERMINATE);
		pb_verification_free(v);
		maker_free(maker);
	}
	pb_buf_done(&trust);
}

static void
log_signed_by_another_key_than_the_trust_file_names_is_invalid(void **state)
{
	(void)state;
	expect_found((struct order){ .key_seed = 3 }, PB_CHECK_LOG_KEY, PB_INVALID,
	    "log_key_differs", PB_NO_SEQ);
}

/* ---- the checkpoint that the other side holds ----------------------------------------------- */

static void
check_against(
    struct maker *maker, const struct pb_buf *held, enum pb_verdict verdict, const char *code)
{
	struct pb_verification *v = check_with(maker,
	    &(struct pb_bundle_check_options){ .against = held->data, .against_len = held->len });

	assert_int_equal(pb_verification_check(v, PB_CHECK_CONSISTENCY)->verdict, verdict);
	if (code != NULL)
		assert_found(v, PB_CHECK_CONSISTENCY, verdict, code, PB_NO_SEQ);
	pb_verification_free(v);
}

static void
note_own_record_one(struct maker *maker, uint64_t seq, struct made_record *record)
{
	if (seq == 1)
		maker->random.table.fill(
		    maker->random.table.ctx, record->part[0].salt, PB_SALT_LEN);
}

static void
held_checkpoint_is_compared_where_the_bundle_reaches(void **state)
{
	struct maker *maker = make_bundle((struct order){ .first = 3 });
	struct maker *other = make_bundle((struct order){ .record = note_own_record_one });
	struct maker *stranger = make_bundle((struct order){ .key_seed = 5 });

	(void)state;
	/* Inside the range, of a stamp, at its end; before it; behind it is as unknown. */
	for (uint64_t size = 4; size <= SIZE; size++)
		check_against(maker, &maker->checkpoint[size], PB_VALID, NULL);
	check_against(maker, &maker->checkpoint[3], PB_VALID, NULL);
	check_against(maker, &maker->checkpoint[2], PB_INDETERMINATE, "against_not_comparable");
	for (uint64_t size = 3; size <= SIZE; size++) {
		check_against(maker, &other->checkpoint[size], PB_INVALID, "against_differs");
		check_against(maker, &stranger->checkpoint[size], PB_INVALID, "against_not_signed");
	}
	maker_free(maker);
	maker_free(other);
	maker_free(stranger);
}

/* ---- tampering ------------------------------------------------------------------------------ */

/* The slower tests change every octet; here, some of each part. */
static void
changed_octet_is_never_valid(void **state)
{
	struct maker *maker = make_bundle((struct order){ .first = 0 });

	(void)state;
	for (size_t at = 0; at < maker->bundle.len; at += 397) {
		struct pb_buf trust = trust_text(false);
		struct pb_bundle_check_options options = { .trust = trust.data,
			.trust_len = trust.len,
			.tsa_roots = the_authority()->root.data,
			.tsa_roots_len = the_authority()->root.len };
		struct pb_verification *v;

		maker->bundle.data[at] ^= 0x01;
		v = check_with(maker, &options);
		if (pb_verification_verdict(v) != PB_INVALID)
			fail_msg("octet %zu of %zu", at, maker->bundle.len);
		pb_verification_free(v);
		maker->bundle.data[at] ^= 0x01;
		pb_buf_done(&trust);
	}
	maker_free(maker);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_zip_is_no_bundle),
		cmocka_unit_test(beginning_of_a_bundle_is_invalid),
		cmocka_unit_test(what_the_verifier_chose_must_be_readable),
		cmocka_unit_test(bundle_that_cannot_be_read_is_no_finding),
		cmocka_unit_test(memory_that_runs_out_is_no_finding),
		cmocka_unit_test(honest_bundle_is_valid_with_trust_roots_and_an_earlier_checkpoint),
		cmocka_unit_test(bundle_says_what_it_is_about),
		cmocka_unit_test(bundle_alone_agrees_with_itself_and_no_more),
		cmocka_unit_test(package_without_its_container_is_indeterminate),
		cmocka_unit_test(witnesses_that_the_trust_file_asks_for_show_one_history),
		cmocka_unit_test(log_signed_by_another_key_than_the_trust_file_names_is_invalid),
		cmocka_unit_test(held_checkpoint_is_compared_where_the_bundle_reaches),
		cmocka_unit_test(changed_octet_is_never_valid),
	};

	return cmocka_run_group_tests(tests, start_crypto, stop_authority);
}
