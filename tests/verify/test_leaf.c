#include "fixture.h"

/* Make an honest log, let `tamper` change it, expect one finding. */
static void
expect_after(void (*tamper)(struct memory_log *log), enum pb_check_id id, enum pb_verdict weight,
    const char *code, uint64_t seq)
{
	struct memory_log log;
	struct pb_verification *v;

	log_make(&log, (struct recipe){ 0 });
	tamper(&log);
	v = verify(&log);
	assert_found(v, id, weight, code, seq);
	assert_int_equal(pb_verification_verdict(v), PB_INVALID);
	pb_verification_free(v);
	log_done(&log);
}

/* ---- form ----------------------------------------------------------------------------------- */

static void
other_magic(struct memory_log *log)
{
	log->item[3].leaf[7] = '2';
}

static void
reserved_byte(struct memory_log *log)
{
	log->item[3].leaf[31] = 1;
}

static void
leaf_of_another_format_is_named_and_breaks_what_was_signed(void **state)
{
	(void)state;
	expect_after(other_magic, PB_CHECK_CHAIN, PB_INDETERMINATE, "leaf_magic", 2);
	expect_after(other_magic, PB_CHECK_CHAIN, PB_INVALID, "prev", 3);
	expect_after(reserved_byte, PB_CHECK_CHAIN, PB_INDETERMINATE, "leaf_reserved", 2);
	expect_after(reserved_byte, PB_CHECK_TREE, PB_INVALID, "checkpoint_root", 2);
}

/* FORMAT 1.3: unknown is indeterminate, never ignored. */
static void
record_of_an_unknown_type_leaves_the_whole_indeterminate(void **state)
{
	(void)state;
	expect_only((struct recipe){ .odd_seq = 2, .type = 9 }, PB_CHECK_CHAIN, PB_INDETERMINATE,
	    "leaf_type", 2);
	expect_only((struct recipe){ .odd_seq = 2, .type = 255 }, PB_CHECK_CHAIN, PB_INDETERMINATE,
	    "leaf_type", 2);
}

/* ---- order ---------------------------------------------------------------------------------- */

static void
remove_record(struct memory_log *log)
{
	log_remove(log, 3);
}

static void
removed_record_is_missed(void **state)
{
	(void)state;
	expect_after(remove_record, PB_CHECK_CHAIN, PB_INVALID, "seq", 2);
	expect_after(remove_record, PB_CHECK_CHAIN, PB_INVALID, "prev", 3);
	expect_after(remove_record, PB_CHECK_TREE, PB_INVALID, "checkpoint_root", 1);
}

static void
swap_records(struct memory_log *log)
{
	log_swap(log, 2, 3);
}

static void
swapped_records_are_seen(void **state)
{
	(void)state;
	expect_after(swap_records, PB_CHECK_CHAIN, PB_INVALID, "seq", 1);
	expect_after(swap_records, PB_CHECK_CHAIN, PB_INVALID, "prev", 2);
	expect_after(swap_records, PB_CHECK_TREE, PB_INVALID, "checkpoint_head", 1);
}

static void
double_record(struct memory_log *log)
{
	log_double(log, 3);
}

static void
inserted_record_is_seen(void **state)
{
	(void)state;
	expect_after(double_record, PB_CHECK_CHAIN, PB_INVALID, "seq", 3);
	expect_after(double_record, PB_CHECK_TREE, PB_INVALID, "checkpoint_root", 2);
}

static void
change_time(struct memory_log *log)
{
	log->item[3].leaf[23] ^= 1;
}

static void
changed_time_of_a_leaf_breaks_chain_and_tree(void **state)
{
	(void)state;
	expect_after(change_time, PB_CHECK_CHAIN, PB_INVALID, "prev", 3);
	expect_after(change_time, PB_CHECK_TREE, PB_INVALID, "checkpoint_root", 2);
}

static void
exchange_payloads(struct memory_log *log)
{
	struct pb_buf payload = log->item[2].payload;

	log->item[2].payload = log->item[3].payload;
	log->item[3].payload = payload;
}

static void
exchanged_payloads_are_seen(void **state)
{
	(void)state;
	expect_after(exchange_payloads, PB_CHECK_PAYLOAD, PB_INVALID, "payload_sha256", 1);
	expect_after(exchange_payloads, PB_CHECK_PAYLOAD, PB_INVALID, "payload_sha256", 1);
}

/* A gap that chain, tree and signatures agree on: only the number tells. */
static void
gap_in_the_numbers_is_seen_though_all_else_was_repaired(void **state)
{
	(void)state;
	expect(
	    (struct recipe){ .odd_seq = 4, .shifted = true }, PB_CHECK_CHAIN, PB_INVALID, "seq", 4);
}

/* A chain that shows X where the tree holds M, and the other way round. */
static void
chain_and_tree_are_checked_over_the_same_bytes(void **state)
{
	struct memory_log log;
	struct pb_verification *v;
	struct pb_checkpoint checkpoint = { .size = RECORDS };
	struct item *last;

	(void)state;
	for (int chain = 0; chain < 2; chain++) {
		log_make(&log, (struct recipe){ 0 });
		last = &log.item[11];
		memcpy(checkpoint.origin, ORIGIN, sizeof(ORIGIN));
		pb_tree_root(&log.tree, checkpoint.root);
		memcpy(checkpoint.head, log.prev, PB_DIGEST_LEN);
		(chain ? checkpoint.head : checkpoint.root)[5] ^= 1;
		pb_buf_clear(&last->bytes);
		assert_int_equal(
		    pb_checkpoint_sign(&checkpoint, log.key, &last->bytes, NULL), PB_OK);
		v = verify(&log);
		assert_found(
		    v, PB_CHECK_TREE, PB_INVALID, chain ? "checkpoint_head" : "checkpoint_root", 6);
		assert_only(v, PB_CHECK_TREE, 1);
		pb_verification_free(v);
		log_done(&log);
	}
}

/* ---- time ----------------------------------------------------------------------------------- */

static void
clock_that_stepped_back_is_a_remark(void **state)
{
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ .odd_seq = 3, .step_s = -3600 });
	v = verify(&log);
	assert_found(v, PB_CHECK_CHAIN, PB_VALID, "time_step", 3);
	assert_only(v, PB_CHECK_CHAIN, 1);
	assert_int_equal(pb_verification_verdict(v), PB_VALID);
	pb_verification_free(v);
	log_done(&log);
}

/* ---- frames --------------------------------------------------------------------------------- */

static void
message_may_not_stand_beside_its_secret(void **state)
{
	(void)state;
	expect_only((struct recipe){ .odd_seq = 3, .flip_frame = true }, PB_CHECK_FILES, PB_INVALID,
	    "record_not_sealed", 3);
}

static void
key_record_may_not_be_sealed(void **state)
{
	(void)state;
	expect_only((struct recipe){ .odd_seq = 3, .type = PB_RECORD_ANCHOR }, PB_CHECK_FILES,
	    PB_INVALID, "record_not_open", 3);
	expect((struct recipe){ .odd_seq = 5, .flip_frame = true }, PB_CHECK_FILES, PB_INVALID,
	    "record_not_open", 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaf_of_another_format_is_named_and_breaks_what_was_signed),
		cmocka_unit_test(record_of_an_unknown_type_leaves_the_whole_indeterminate),
		cmocka_unit_test(removed_record_is_missed),
		cmocka_unit_test(swapped_records_are_seen),
		cmocka_unit_test(inserted_record_is_seen),
		cmocka_unit_test(changed_time_of_a_leaf_breaks_chain_and_tree),
		cmocka_unit_test(exchanged_payloads_are_seen),
		cmocka_unit_test(gap_in_the_numbers_is_seen_though_all_else_was_repaired),
		cmocka_unit_test(chain_and_tree_are_checked_over_the_same_bytes),
		cmocka_unit_test(clock_that_stepped_back_is_a_remark),
		cmocka_unit_test(message_may_not_stand_beside_its_secret),
		cmocka_unit_test(key_record_may_not_be_sealed),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
