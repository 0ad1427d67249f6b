#include "fixture.h"

/* Put another note in place of the last checkpoint, expect one finding and no other. */
static void
expect_note(const void *data, size_t len, enum pb_check_id id, const char *code, uint64_t seq)
{
	struct memory_log log;
	struct pb_verification *v;

	log_make(&log, (struct recipe){ 0 });
	pb_buf_clear(&log.item[11].bytes);
	assert_int_equal(pb_buf_append(&log.item[11].bytes, data, len), PB_OK);
	v = verify(&log);
	assert_found(v, id, PB_INVALID, code, seq);
	assert_only(v, id, 1);
	assert_int_equal(pb_verification_size(v), 5);
	pb_verification_free(v);
	log_done(&log);
}

static void
checkpoint_that_does_not_read_is_seen(void **state)
{
	static const char *const bad[] = { "?", ORIGIN "\n7\n\n",
		ORIGIN "\n7\n\n\xe2\x80\x94 x AQIDBP8=\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect_note(bad[i], strlen(bad[i]), PB_CHECK_CHECKPOINT, "checkpoint_malformed", 6);
}

/* Sign what the log says in the end, but for what `change` changes. */
static void
expect_signed(void (*change)(struct pb_checkpoint *checkpoint), uint8_t key_seed,
    enum pb_check_id id, const char *code)
{
	struct memory_log log;
	struct pb_checkpoint checkpoint = { .size = RECORDS };
	struct pb_ed25519 *key = make_key(key_seed);
	struct pb_verification *v;

	log_make(&log, (struct recipe){ 0 });
	memcpy(checkpoint.origin, ORIGIN, sizeof(ORIGIN));
	pb_tree_root(&log.tree, checkpoint.root);
	memcpy(checkpoint.head, log.prev, PB_DIGEST_LEN);
	if (change != NULL)
		change(&checkpoint);
	pb_buf_clear(&log.item[11].bytes);
	assert_int_equal(pb_checkpoint_sign(&checkpoint, key, &log.item[11].bytes, NULL), PB_OK);
	v = verify(&log);
	assert_found(v, id, PB_INVALID, code, 6);
	assert_only(v, id, 1);
	pb_verification_free(v);
	pb_ed25519_free(key);
	log_done(&log);
}

static void
other_origin(struct pb_checkpoint *checkpoint)
{
	memcpy(checkpoint->origin, OTHER_ORIGIN, sizeof(OTHER_ORIGIN));
}

static void
other_size(struct pb_checkpoint *checkpoint)
{
	checkpoint->size++;
}

static void
other_root(struct pb_checkpoint *checkpoint)
{
	checkpoint->root[31] ^= 1;
}

static void
other_head(struct pb_checkpoint *checkpoint)
{
	checkpoint->head[0] ^= 0x80;
}

static void
checkpoint_of_another_log_is_seen(void **state)
{
	(void)state;
	expect_signed(other_origin, 1, PB_CHECK_CHECKPOINT, "checkpoint_origin");
}

static void
checkpoint_by_another_key_is_seen(void **state)
{
	(void)state;
	expect_signed(NULL, 2, PB_CHECK_CHECKPOINT, "checkpoint_not_signed");
}

static void
checkpoint_that_covers_something_else_is_seen(void **state)
{
	(void)state;
	expect_signed(other_size, 1, PB_CHECK_TREE, "checkpoint_size");
	expect_signed(other_root, 1, PB_CHECK_TREE, "checkpoint_root");
	expect_signed(other_head, 1, PB_CHECK_TREE, "checkpoint_head");
}

static void
checkpoint_changed_after_it_was_signed_is_forged(void **state)
{
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	replace(&log.item[11].bytes, "\n7\n", "\n8\n");
	v = verify(&log);
	assert_found(v, PB_CHECK_CHECKPOINT, PB_INVALID, "checkpoint_forged", 6);
	assert_found(v, PB_CHECK_TREE, PB_INVALID, "checkpoint_size", 6);
	pb_verification_free(v);
	log_done(&log);
}

static void
checkpoint_of_an_earlier_commit_says_too_little(void **state)
{
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	log_swap(&log, 7, 11);
	v = verify(&log);
	assert_found(v, PB_CHECK_TREE, PB_INVALID, "checkpoint_size", 4);
	assert_found(v, PB_CHECK_TREE, PB_INVALID, "checkpoint_root", 4);
	pb_verification_free(v);
	log_done(&log);
}

static void
checkpoint_twice_is_seen(void **state)
{
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	log_double(&log, 7);
	v = verify(&log);
	assert_found(v, PB_CHECK_TREE, PB_INVALID, "checkpoint_repeated", 4);
	assert_only(v, PB_CHECK_TREE, 1);
	pb_verification_free(v);
	log_done(&log);
}

static void
records_without_a_checkpoint_are_seen(void **state)
{
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	log_remove(&log, 11);
	v = verify(&log);
	assert_found(v, PB_CHECK_TREE, PB_INVALID, "uncovered", 6);
	assert_only(v, PB_CHECK_TREE, 1);
	assert_int_equal(pb_verification_size(v), 5);
	pb_verification_free(v);
	/* and not only at the end: a segment ends with a commit */
	log_remove(&log, 7);
	v = verify(&log);
	assert_found(v, PB_CHECK_TREE, PB_INVALID, "uncovered", 4);
	assert_only(v, PB_CHECK_TREE, 2);
	pb_verification_free(v);
	log_done(&log);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checkpoint_that_does_not_read_is_seen),
		cmocka_unit_test(checkpoint_of_another_log_is_seen),
		cmocka_unit_test(checkpoint_by_another_key_is_seen),
		cmocka_unit_test(checkpoint_that_covers_something_else_is_seen),
		cmocka_unit_test(checkpoint_changed_after_it_was_signed_is_forged),
		cmocka_unit_test(checkpoint_of_an_earlier_commit_says_too_little),
		cmocka_unit_test(checkpoint_twice_is_seen),
		cmocka_unit_test(records_without_a_checkpoint_are_seen),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
