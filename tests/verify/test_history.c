#include "fixture.h"

struct asked {
	bool no_trust;
	uint8_t trust_seed;       /* the key that the trust file names */
	const char *trust_origin; /* NULL: ORIGIN */
	bool quorum;              /* the trust file asks for the witness */
	const struct pb_buf *against, *published;
};

static struct pb_verification *
ask(struct memory_log *log, struct asked asked)
{
	struct pb_trust *trust = trust_of(asked.trust_origin != NULL ? asked.trust_origin : ORIGIN,
	    asked.trust_seed, asked.quorum);
	struct pb_verify_log_options options = { .open = true,
		.trust = asked.no_trust ? NULL : trust };
	struct pb_verification *v;

	if (asked.against != NULL) {
		options.against = asked.against->data;
		options.against_len = asked.against->len;
	}
	if (asked.published != NULL) {
		options.published = asked.published->data;
		options.published_len = asked.published->len;
	}
	v = verify_with(log, &options);
	pb_trust_free(trust);
	return v;
}

static void
expect_asked(struct memory_log *log, struct asked asked, enum pb_check_id id,
    enum pb_verdict weight, const char *code)
{
	struct pb_verification *v = ask(log, asked);

	assert_found(v, id, weight, code, PB_NO_SEQ);
	pb_verification_free(v);
}

static void
expect_verdict(
    struct memory_log *log, struct asked asked, enum pb_verdict verdict, const char *view)
{
	struct pb_verification *v = ask(log, asked);

	assert_int_equal(pb_verification_verdict(v), verdict);
	assert_string_equal(pb_verification_unique_view(v), view);
	pb_verification_free(v);
}

#define CONSISTENT "consistent with the checkpoint you hold"
#define WITNESSED "witnessed by those whom the trust file asks for"
#define NOT_PROVEN                                                                                 \
	"not proven: neither a witness nor an earlier checkpoint speaks for it, and nothing is "   \
	"timestamped"

/* The note of a log that was made by a recipe, after all its records. */
static struct pb_buf
note_of(struct recipe recipe)
{
	struct memory_log log;
	struct pb_buf note = PB_BUF_EMPTY;

	log_make(&log, recipe);
	sign_checkpoint(&log, log.key, recipe.witnessed, &note);
	log_done(&log);
	return note;
}

/* ---- who ------------------------------------------------------------------------------------ */

static void
who_signed_is_known_by_the_trust_file_alone(void **state)
{
	struct memory_log log;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	expect_asked(&log, (struct asked){ .no_trust = true, .against = &log.held },
	    PB_CHECK_LOG_KEY, PB_INDETERMINATE, "no_trust_file");
	expect_asked(&log, (struct asked){ .trust_origin = OTHER_ORIGIN, .against = &log.held },
	    PB_CHECK_LOG_KEY, PB_INDETERMINATE, "log_not_trusted");
	expect_asked(&log, (struct asked){ .trust_seed = 1, .against = &log.held },
	    PB_CHECK_LOG_KEY, PB_INVALID, "log_key_differs");
	expect_verdict(&log, (struct asked){ .no_trust = true, .against = &log.held },
	    PB_INDETERMINATE, CONSISTENT);
	expect_verdict(&log, (struct asked){ .against = &log.held }, PB_VALID, CONSISTENT);
	log_done(&log);
}

static void
log_signed_again_by_another_key_is_seen(void **state)
{
	(void)state;
	expect((struct recipe){ .key_seed = 1 }, PB_CHECK_LOG_KEY, PB_INVALID, "log_key_differs",
	    PB_NO_SEQ);
	/* its record 0 still states the key that is trusted */
	expect_only((struct recipe){ .other_signer = true, .records = 3 }, PB_CHECK_CHECKPOINT,
	    PB_INVALID, "checkpoint_not_signed", 2);
}

/* ---- a checkpoint that the other side holds ------------------------------------------------- */

static void
every_earlier_checkpoint_is_consistent(void **state)
{
	struct pb_checkpoint empty = { .size = 0 };
	struct pb_buf note = PB_BUF_EMPTY;
	struct pb_tree tree;
	struct memory_log log;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	for (size_t i = 0; i < log.count; i++)
		if (log.item[i].kind == PB_SOURCE_CHECKPOINT)
			expect_verdict(&log, (struct asked){ .against = &log.item[i].bytes },
			    PB_VALID, CONSISTENT);
	pb_tree_init(&tree);
	pb_tree_root(&tree, empty.root);
	memcpy(empty.origin, ORIGIN, sizeof(ORIGIN));
	pb_chain_start(ORIGIN, empty.head);
	assert_int_equal(pb_checkpoint_sign(&empty, log.key, &note, NULL), PB_OK);
	expect_verdict(&log, (struct asked){ .against = &note }, PB_VALID, CONSISTENT);
	pb_buf_done(&note);
	log_done(&log);
}

static void
without_a_checkpoint_consistency_does_not_apply(void **state)
{
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	v = ask(&log, (struct asked){ 0 });
	assert_int_equal(
	    pb_verification_check(v, PB_CHECK_CONSISTENCY)->verdict, PB_NOT_APPLICABLE);
	assert_found(
	    v, PB_CHECK_UNIQUE_VIEW, PB_INDETERMINATE, "unique_view_not_proven", PB_NO_SEQ);
	assert_only(v, PB_CHECK_UNIQUE_VIEW, 1);
	assert_string_equal(pb_verification_unique_view(v), NOT_PROVEN);
	pb_verification_free(v);
	log_done(&log);
}

/* Cut at a commit, or an old copy put back: whole in itself, so only the checkpoint tells. */
static void
log_that_lost_its_end_is_seen(void **state)
{
	struct memory_log log;
	struct pb_buf note = PB_BUF_EMPTY;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	assert_int_equal(
	    pb_buf_append(&note, log.item[11].bytes.data, log.item[11].bytes.len), PB_OK);
	while (log.count > 8)
		log_remove(&log, 8);
	expect_verdict(&log, (struct asked){ .against = &log.held }, PB_VALID, CONSISTENT);
	expect_verdict(&log, (struct asked){ 0 }, PB_INDETERMINATE, NOT_PROVEN);
	expect_asked(&log, (struct asked){ .against = &note }, PB_CHECK_CONSISTENCY, PB_INVALID,
	    "against_newer");
	expect_asked(&log, (struct asked){ .against = &note }, PB_CHECK_UNIQUE_VIEW, PB_INVALID,
	    "history_contradicted");
	expect_asked(&log, (struct asked){ .published = &note }, PB_CHECK_TREE, PB_INVALID,
	    "published_newer");
	pb_buf_done(&note);
	log_done(&log);
}

static void
forked_log_is_seen(void **state)
{
	struct pb_buf note = note_of((struct recipe){ .seed = 9, .records = 3 });
	struct memory_log log;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	expect_asked(&log, (struct asked){ .against = &note }, PB_CHECK_CONSISTENCY, PB_INVALID,
	    "against_differs");
	expect_asked(&log, (struct asked){ .published = &note }, PB_CHECK_TREE, PB_INVALID,
	    "published_differs");
	pb_buf_done(&note);
	log_done(&log);
}

/* The same root under another head, or the other way round, is another history too. */
static void
both_root_and_head_of_a_held_checkpoint_count(void **state)
{
	struct memory_log log;
	struct pb_buf note = PB_BUF_EMPTY;
	struct pb_checkpoint checkpoint = { .size = RECORDS };

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	memcpy(checkpoint.origin, ORIGIN, sizeof(ORIGIN));
	for (int chain = 0; chain < 2; chain++) {
		pb_tree_root(&log.tree, checkpoint.root);
		memcpy(checkpoint.head, log.prev, PB_DIGEST_LEN);
		(chain ? checkpoint.head : checkpoint.root)[0] ^= 1;
		pb_buf_clear(&note);
		assert_int_equal(pb_checkpoint_sign(&checkpoint, log.key, &note, NULL), PB_OK);
		expect_asked(&log, (struct asked){ .against = &note }, PB_CHECK_CONSISTENCY,
		    PB_INVALID, "against_differs");
	}
	pb_buf_done(&note);
	log_done(&log);
}

static void
checkpoint_of_another_log_says_nothing_of_this_one(void **state)
{
	struct pb_buf note = note_of((struct recipe){ .origin = OTHER_ORIGIN, .records = 3 });
	struct memory_log log;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	expect_asked(&log, (struct asked){ .against = &note }, PB_CHECK_CONSISTENCY, PB_INVALID,
	    "against_other_log");
	expect_asked(&log, (struct asked){ .published = &note }, PB_CHECK_CHECKPOINT, PB_INVALID,
	    "published_other_log");
	pb_buf_done(&note);
	log_done(&log);
}

static void
checkpoint_by_another_key_says_nothing_of_this_log(void **state)
{
	struct pb_buf note = note_of((struct recipe){ .key_seed = 3, .records = 3 });
	struct memory_log log;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	expect_asked(&log, (struct asked){ .against = &note }, PB_CHECK_CONSISTENCY, PB_INVALID,
	    "against_not_signed");
	expect_asked(&log, (struct asked){ .published = &note }, PB_CHECK_CHECKPOINT, PB_INVALID,
	    "published_not_signed");
	replace(&log.held, "\n3\n", "\n2\n");
	expect_asked(&log, (struct asked){ .against = &log.held }, PB_CHECK_CONSISTENCY, PB_INVALID,
	    "against_not_signed");
	pb_buf_done(&note);
	log_done(&log);
}

/* ---- the published checkpoint --------------------------------------------------------------- */

static void
published_checkpoint_must_be_one(void **state)
{
	struct pb_buf note = PB_BUF_EMPTY;
	struct memory_log log;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	assert_int_equal(pb_buf_append_text(&note, "?"), PB_OK);
	expect_asked(&log, (struct asked){ .published = &note }, PB_CHECK_CHECKPOINT, PB_INVALID,
	    "published_malformed");
	note.len = 0;
	expect_asked(&log, (struct asked){ .published = &note }, PB_CHECK_CHECKPOINT, PB_INVALID,
	    "published_malformed");
	expect_verdict(&log, (struct asked){ .published = &log.held, .against = &log.held },
	    PB_VALID, CONSISTENT);
	pb_buf_done(&note);
	log_done(&log);
}

/* ---- witnesses ------------------------------------------------------------------------------ */

static void
witnessed_history_is_one(void **state)
{
	struct memory_log log;
	struct pb_buf note = PB_BUF_EMPTY;

	(void)state;
	log_make(&log, (struct recipe){ .witnessed = true });
	expect_verdict(&log, (struct asked){ .quorum = true }, PB_VALID, WITNESSED);
	expect_verdict(&log, (struct asked){ .quorum = true, .against = &log.held }, PB_VALID,
	    CONSISTENT ", and witnessed");
	/* a trust file that asks for no witness takes no witness's word */
	expect_verdict(&log, (struct asked){ 0 }, PB_INDETERMINATE, NOT_PROVEN);
	log_done(&log);
	/* the witness signed what was published, not every commit */
	log_make(&log, (struct recipe){ 0 });
	sign_checkpoint(&log, log.key, true, &note);
	expect_verdict(
	    &log, (struct asked){ .quorum = true, .published = &note }, PB_VALID, WITNESSED);
	pb_buf_done(&note);
	log_done(&log);
}

static void
witness_who_did_not_sign_is_missed(void **state)
{
	struct memory_log log;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	expect_asked(&log, (struct asked){ .quorum = true }, PB_CHECK_UNIQUE_VIEW, PB_INDETERMINATE,
	    "quorum_missed");
	expect_asked(&log, (struct asked){ .quorum = true, .against = &log.held },
	    PB_CHECK_UNIQUE_VIEW, PB_INDETERMINATE, "quorum_missed");
	log_done(&log);
}

static void
forged_witness_is_seen_even_if_nobody_asked_for_him(void **state)
{
	struct memory_log log;
	struct pb_buf *note;

	(void)state;
	for (int quorum = 0; quorum < 2; quorum++) {
		log_make(&log, (struct recipe){ .witnessed = true });
		note = &log.item[11].bytes;
		note->data[note->len - 10] = note->data[note->len - 10] == 'A' ? 'B' : 'A';
		expect_asked(&log, (struct asked){ .quorum = quorum, .against = &log.held },
		    PB_CHECK_UNIQUE_VIEW, PB_INVALID, "witness_forged");
		log_done(&log);
	}
}

/* A witness's word on a log whose own signature fails is no word on this one. */
static void
witness_of_another_history_does_not_count(void **state)
{
	struct pb_buf note = note_of((struct recipe){ .seed = 9, .witnessed = true });
	struct memory_log log;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	expect_asked(&log, (struct asked){ .quorum = true, .published = &note }, PB_CHECK_TREE,
	    PB_INVALID, "published_differs");
	expect_asked(&log, (struct asked){ .quorum = true, .published = &note },
	    PB_CHECK_UNIQUE_VIEW, PB_INDETERMINATE, "quorum_missed");
	pb_buf_done(&note);
	log_done(&log);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_signed_is_known_by_the_trust_file_alone),
		cmocka_unit_test(log_signed_again_by_another_key_is_seen),
		cmocka_unit_test(every_earlier_checkpoint_is_consistent),
		cmocka_unit_test(without_a_checkpoint_consistency_does_not_apply),
		cmocka_unit_test(log_that_lost_its_end_is_seen),
		cmocka_unit_test(forked_log_is_seen),
		cmocka_unit_test(both_root_and_head_of_a_held_checkpoint_count),
		cmocka_unit_test(checkpoint_of_another_log_says_nothing_of_this_one),
		cmocka_unit_test(checkpoint_by_another_key_says_nothing_of_this_log),
		cmocka_unit_test(published_checkpoint_must_be_one),
		cmocka_unit_test(witnessed_history_is_one),
		cmocka_unit_test(witness_who_did_not_sign_is_missed),
		cmocka_unit_test(forged_witness_is_seen_even_if_nobody_asked_for_him),
		cmocka_unit_test(witness_of_another_history_does_not_count),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
