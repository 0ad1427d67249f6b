#include "fixture.h"

#include "lib/memory.h"
#include "verify/crew.h"

/* ---- safety --------------------------------------------------------------------------------- */

static void
log_without_records_is_invalid(void **state)
{
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	while (log.count > 0)
		log_remove(&log, 0);
	v = verify(&log);
	assert_found(v, PB_CHECK_CHAIN, PB_INVALID, "log_empty", PB_NO_SEQ);
	assert_found(v, PB_CHECK_LOG_KEY, PB_INVALID, "log_key_missing", PB_NO_SEQ);
	assert_string_equal(pb_verification_origin(v), "");
	pb_verification_free(v);
	log_done(&log);
}

static void
what_the_other_side_holds_must_be_a_checkpoint(void **state)
{
	static const char *const bad[] = { "", "x", ORIGIN "\n3\n", "\n\n\n" };
	struct pb_verify_log_options options = { .open = true };
	struct pb_verification *v = NULL;
	struct memory_log log;
	struct pb_source source = { &log, next_item };

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	assert_int_equal(pb_verification_new(&v, NULL), PB_OK);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		options.against = bad[i];
		options.against_len = strlen(bad[i]);
		assert_int_equal(pb_verify_log(&source, &options, v, NULL), PB_EDATA);
	}
	pb_verification_free(v);
	log_done(&log);
}

static void
log_that_cannot_be_read_is_no_finding(void **state)
{
	struct pb_verify_log_options options = { .open = true };
	struct pb_verification *v = NULL;
	struct memory_log log;
	struct pb_source source = { &log, next_item };

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	log.fail = PB_EIO;
	assert_int_equal(pb_verification_new(&v, NULL), PB_OK);
	for (log.fail_at = 0; log.fail_at <= log.count; log.fail_at++) {
		log.at = 0;
		assert_int_equal(pb_verify_log(&source, &options, v, NULL), PB_EIO);
	}
	pb_verification_free(v);
	log_done(&log);
}

static enum pb_status
broken_read(void *ctx, uint64_t offset, void *to, size_t len, struct pb_error *err)
{
	(void)ctx;
	(void)offset;
	(void)to;
	(void)len;
	(void)err;
	return PB_EIO;
}

static enum pb_status
next_broken(void *ctx, struct pb_source_item *ret_item, struct pb_error *err)
{
	enum pb_status status = next_item(ctx, ret_item, err);

	ret_item->payload.read = broken_read;
	return status;
}

static void
payload_that_cannot_be_read_is_no_finding(void **state)
{
	struct pb_verify_log_options options = { .open = true };
	struct pb_verification *v = NULL;
	struct memory_log log;
	struct pb_source source = { &log, next_broken };

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	assert_int_equal(pb_verification_new(&v, NULL), PB_OK);
	assert_int_equal(pb_verify_log(&source, &options, v, NULL), PB_EIO);
	pb_verification_free(v);
	log_done(&log);
}

/* ---- the good path -------------------------------------------------------------------------- */

static void
honest_log_is_valid_with_trust_and_an_earlier_checkpoint(void **state)
{
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	v = verify(&log);
	assert_only(v, PB_CHECK_FILES, 0);
	assert_int_equal(pb_verification_verdict(v), PB_VALID);
	assert_string_equal(pb_verification_origin(v), ORIGIN);
	assert_int_equal(pb_verification_records(v), RECORDS);
	assert_int_equal(pb_verification_size(v), RECORDS);
	assert_string_equal(
	    pb_verification_unique_view(v), "consistent with the checkpoint you hold");
	assert_int_equal(pb_verification_check(v, PB_CHECK_FILES)->count, 2);
	assert_int_equal(pb_verification_check(v, PB_CHECK_PAYLOAD)->count, RECORDS);
	assert_int_equal(pb_verification_check(v, PB_CHECK_COMMITMENT)->count, RECORDS);
	assert_int_equal(pb_verification_check(v, PB_CHECK_CHAIN)->count, RECORDS);
	assert_int_equal(pb_verification_check(v, PB_CHECK_TREE)->count, 3);
	assert_int_equal(pb_verification_check(v, PB_CHECK_CHECKPOINT)->count, 3);
	pb_verification_free(v);
	log_done(&log);
}

static void
records_that_stand_open_are_opened_without_any_key(void **state)
{
	struct memory_log log;
	struct pb_verify_log_options options = { .open = false };
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	v = verify_with(&log, &options);
	assert_int_equal(pb_verification_check(v, PB_CHECK_COMMITMENT)->count, 2);
	assert_int_equal(pb_verification_check(v, PB_CHECK_COMMITMENT)->verdict, PB_VALID);
	assert_found(v, PB_CHECK_COMMITMENT, PB_VALID, "records_closed", PB_NO_SEQ);
	assert_int_equal(pb_verification_check(v, PB_CHECK_PAYLOAD)->count, RECORDS);
	pb_verification_free(v);
	log_done(&log);
}

struct seen {
	uint64_t count;
	struct pb_tree tree;
};

static enum pb_status
see(void *ctx, uint64_t seq, const uint8_t leaf[PB_LEAF_LEN],
    const uint8_t leaf_hash[PB_DIGEST_LEN], struct pb_error *err)
{
	struct seen *seen = ctx;
	uint8_t hash[PB_DIGEST_LEN];

	(void)err;
	assert_int_equal(seq, seen->count);
	pb_tree_leaf_hash(leaf, PB_LEAF_LEN, hash);
	assert_memory_equal(hash, leaf_hash, sizeof(hash));
	pb_tree_append(&seen->tree, leaf_hash);
	return ++seen->count == RECORDS ? PB_ESTOPPED : PB_OK;
}

static void
leaves_are_shown_to_who_asks_and_he_can_end_it(void **state)
{
	struct memory_log log;
	struct pb_source source = { &log, next_item };
	struct seen seen = { 0 };
	struct pb_verify_log_options options = { .leaf = see, .leaf_ctx = &seen };
	struct pb_verification *v = NULL;
	uint8_t root[PB_DIGEST_LEN], expected[PB_DIGEST_LEN];

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	assert_int_equal(pb_verification_new(&v, NULL), PB_OK);
	assert_int_equal(pb_verify_log(&source, &options, v, NULL), PB_ESTOPPED);
	pb_tree_root(&seen.tree, root);
	pb_tree_root(&log.tree, expected);
	assert_memory_equal(root, expected, sizeof(root));
	pb_verification_free(v);
	log_done(&log);
}

/* ---- tampering ------------------------------------------------------------------------------ */

/* Damage hides records; what can be read behind it is looked at all the same. */
static void
damage_is_named_and_reading_goes_on_behind_it(void **state)
{
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	log.item[5].kind = PB_SOURCE_DAMAGE; /* in place of record 3 */
	log.item[10].payload.data[0] ^= 1;   /* record 6 */
	v = verify(&log);
	assert_found(v, PB_CHECK_FILES, PB_INVALID, "test_damage", 3);
	assert_found(v, PB_CHECK_TREE, PB_INVALID, "tree_broken", 3);
	assert_found(v, PB_CHECK_PAYLOAD, PB_INVALID, "payload_sha256", 6);
	assert_int_equal(pb_verification_check(v, PB_CHECK_TREE)->findings_count, 1);
	assert_int_equal(pb_verification_check(v, PB_CHECK_CHAIN)->findings_count, 0);
	assert_int_equal(pb_verification_check(v, PB_CHECK_CHECKPOINT)->findings_count, 0);
	assert_int_equal(pb_verification_check(v, PB_CHECK_CONSISTENCY)->verdict, PB_VALID);
	assert_int_equal(pb_verification_records(v), RECORDS - 1);
	pb_verification_free(v);
	log_done(&log);
}

static void
damage_before_the_held_size_leaves_it_uncompared(void **state)
{
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	log.item[2].kind = PB_SOURCE_DAMAGE; /* in place of record 1 */
	v = verify(&log);
	assert_found(
	    v, PB_CHECK_CONSISTENCY, PB_INDETERMINATE, "against_not_comparable", PB_NO_SEQ);
	assert_int_equal(pb_verification_verdict(v), PB_INVALID);
	pb_verification_free(v);
	log_done(&log);
}

/* Each byte of each item, flipped: what nobody repaired is never valid. */
static void
no_byte_of_an_item_can_change_unnoticed(void **state)
{
	struct memory_log log;
	struct pb_verification *honest;

	(void)state;
	log_make(&log, (struct recipe){ .records = 3 });
	honest = verify(&log);
	assert_int_equal(pb_verification_verdict(honest), PB_VALID);
	pb_verification_free(honest);
	for (size_t i = 0; i < log.count; i++) {
		struct item *item = &log.item[i];
		struct pb_buf *runs[] = { &item->payload, &item->bytes,
			&(struct pb_buf){ .data = item->leaf,
			    .len = item->kind == PB_SOURCE_RECORD ? sizeof(item->leaf) : 0 },
			&(struct pb_buf){ .data = item->r, .len = item->has_r ? 32 : 0 } };

		for (size_t k = 0; k < 4; k++)
			for (size_t at = 0; at < runs[k]->len; at++) {
				struct pb_verification *v;

				runs[k]->data[at] ^= 1;
				v = verify(&log);
				if (pb_verification_verdict(v) == PB_VALID)
					fail_msg("item %zu run %zu byte %zu", i, k, at);
				pb_verification_free(v);
				runs[k]->data[at] ^= 1;
			}
	}
	log_done(&log);
}

/* ---- side by side --------------------------------------------------------------------------- */

static void
assert_same(const struct pb_verification *a, const struct pb_verification *b)
{
	for (int id = 0; id < PB_CHECK_COUNT; id++) {
		const struct pb_check *left = pb_verification_check(a, (enum pb_check_id)id);
		const struct pb_check *right = pb_verification_check(b, (enum pb_check_id)id);

		assert_int_equal(left->verdict, right->verdict);
		assert_int_equal(left->count, right->count);
		assert_int_equal(left->findings_count, right->findings_count);
		for (size_t i = 0; i < left->findings_kept; i++) {
			assert_string_equal(left->findings[i].code, right->findings[i].code);
			assert_string_equal(left->findings[i].where, right->findings[i].where);
			assert_int_equal(left->findings[i].seq, right->findings[i].seq);
			assert_int_equal(left->findings[i].weight, right->findings[i].weight);
		}
	}
}

/* Three of each kind of wrong, so that the order shows. */
static void
spoil(struct memory_log *log)
{
	log->item[2].r[0] ^= 1;
	log->item[3].payload.data[5] ^= 1;
	log->item[5].payload.len--;
	log->item[6].r[31] ^= 1;
	log->item[10].r[7] ^= 1;
}

static void
records_looked_at_side_by_side_give_the_same_findings_in_the_same_order(void **state)
{
	struct memory_log log;

	(void)state;
	/* Sound, spoilt, and spoilt but not opened. */
	for (int spoilt = 0; spoilt < 3; spoilt++) {
		struct pb_verify_log_options options = { .open = spoilt < 2 };
		struct pb_verification *alone, *helped;

		log_make(&log, (struct recipe){ .odd_seq = 4, .facts = "[]" });
		if (spoilt > 0)
			spoil(&log);
		alone = verify_with(&log, &options);
		for (options.threads = 1; options.threads <= 8; options.threads++) {
			helped = verify_with(&log, &options);
			assert_same(alone, helped);
			pb_verification_free(helped);
		}
		pb_verification_free(alone);
		log_done(&log);
	}
}

static void
more_records_than_the_threads_can_hold_are_all_looked_at(void **state)
{
	struct pb_verify_log_options options = { .open = true, .threads = 2 };
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ .records = 1 });
	log_remove(&log, log.count - 1);
	while (log.seq < 3 * PB_VERIFY_CREW_JOBS)
		add_message(&log);
	add_checkpoint(&log);
	v = verify_with(&log, &options);
	assert_int_equal(
	    pb_verification_check(v, PB_CHECK_COMMITMENT)->count, 3 * PB_VERIFY_CREW_JOBS);
	assert_int_equal(
	    pb_verification_check(v, PB_CHECK_PAYLOAD)->count, 3 * PB_VERIFY_CREW_JOBS);
	assert_int_equal(pb_verification_check(v, PB_CHECK_COMMITMENT)->findings_count, 0);
	assert_int_equal(pb_verification_check(v, PB_CHECK_TREE)->findings_count, 0);
	pb_verification_free(v);
	log_done(&log);
}

static void
verification_that_ends_early_leaves_no_thread_behind(void **state)
{
	struct pb_verify_log_options options = { .open = true, .threads = 8 };
	struct pb_verification *v = NULL;
	struct memory_log log;
	struct pb_source source = { &log, next_item };

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	log.fail = PB_EIO;
	assert_int_equal(pb_verification_new(&v, NULL), PB_OK);
	for (log.fail_at = 0; log.fail_at <= log.count; log.fail_at++) {
		log.at = 0;
		assert_int_equal(pb_verify_log(&source, &options, v, NULL), PB_EIO);
	}
	pb_verification_free(v);
	log_done(&log);
}

/* ---- promises ------------------------------------------------------------------------------- */

static void
findings_name_a_place_and_never_show_content(void **state)
{
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(
	    &log, (struct recipe){
		      .odd_seq = 3, .other_commitment = true, .facts = "[\"" SECRET_WORD "\"]" });
	v = verify(&log);
	assert_found(v, PB_CHECK_COMMITMENT, PB_INVALID, "commitment", 3);
	assert_found(v, PB_CHECK_COMMITMENT, PB_INVALID, "facts_malformed", 3);
	for (int id = 0; id < PB_CHECK_COUNT; id++) {
		const struct pb_check *check = pb_verification_check(v, (enum pb_check_id)id);

		for (size_t i = 0; i < check->findings_kept; i++) {
			assert_null(strstr(check->findings[i].where, SECRET_WORD));
			assert_null(strstr(check->findings[i].text, SECRET_WORD));
		}
	}
	assert_string_equal(find_code(v, PB_CHECK_COMMITMENT, "commitment")->where,
	    "0000000000000000-0000000000000001:5012");
	pb_verification_free(v);
	log_done(&log);
}

/* ---- faults --------------------------------------------------------------------------------- */

/* Every allocation in turn, alone and with all after it. */
static void
memory_that_runs_out_never_makes_a_log_valid(void **state)
{
	struct pb_trust *trust;
	struct memory_log log;
	struct pb_source source = { &log, next_item };
	struct pb_verify_log_options options = { .open = true };
	enum pb_status status;
	uint64_t failed = 1;

	(void)state;
	if (!test_memory_can_fail())
		skip();
	options.trust = trust = trust_of(ORIGIN, 0, false);
	log_make(&log, (struct recipe){ .records = 2 });
	options.published = options.against = log.item[3].bytes.data;
	options.published_len = options.against_len = log.item[3].bytes.len;
	log.item[2].payload.data[0] ^= 1;
	for (uint64_t n = 2; failed > 0; n++) {
		struct pb_verification *v = NULL;

		log.at = 0;
		assert_int_equal(pb_verification_new(&v, NULL), PB_OK);
		test_memory_fail(n / 2, n % 2);
		status = pb_verify_log(&source, &options, v, NULL);
		failed = test_memory_restore();
		if (status == PB_OK)
			assert_found(v, PB_CHECK_PAYLOAD, PB_INVALID, "payload_sha256", 1);
		pb_verification_free(v);
	}
	pb_trust_free(trust);
	log_done(&log);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(log_without_records_is_invalid),
		cmocka_unit_test(what_the_other_side_holds_must_be_a_checkpoint),
		cmocka_unit_test(log_that_cannot_be_read_is_no_finding),
		cmocka_unit_test(payload_that_cannot_be_read_is_no_finding),
		cmocka_unit_test(honest_log_is_valid_with_trust_and_an_earlier_checkpoint),
		cmocka_unit_test(records_that_stand_open_are_opened_without_any_key),
		cmocka_unit_test(leaves_are_shown_to_who_asks_and_he_can_end_it),
		cmocka_unit_test(damage_is_named_and_reading_goes_on_behind_it),
		cmocka_unit_test(damage_before_the_held_size_leaves_it_uncompared),
		cmocka_unit_test(no_byte_of_an_item_can_change_unnoticed),
		cmocka_unit_test(
		    records_looked_at_side_by_side_give_the_same_findings_in_the_same_order),
		cmocka_unit_test(more_records_than_the_threads_can_hold_are_all_looked_at),
		cmocka_unit_test(verification_that_ends_early_leaves_no_thread_behind),
		cmocka_unit_test(findings_name_a_place_and_never_show_content),
		cmocka_unit_test(memory_that_runs_out_never_makes_a_log_valid),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
