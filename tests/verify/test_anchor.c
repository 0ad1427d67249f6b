/* Anchors in a log: tokens over its own checkpoints (FORMAT 2.2, 5.6), and record 0 beside them. */
#include "authority_fixture.h"
#include "fixture.h"
#include "verify/state.h"

static struct stamper stamper, stranger, outside; /* made once: their keys are slow to make */

static int
set_up(void **state)
{
	if (start_crypto(state) != 0)
		return -1;
	stamper_make(&stamper, 1);
	stamper_make(&stranger, 2);
	stamper_make_outside(&outside, 3);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	stamper_done(&stamper);
	stamper_done(&stranger);
	stamper_done(&outside);
	return 0;
}

/* ---- a log with anchors --------------------------------------------------------------------- */

struct anchoring {
	struct stamper *by;        /* NULL: stamper */
	const struct pb_buf *note; /* NULL: the log's newest checkpoint */
	size_t item;               /* if not 0: the one that is this item of the log */
	const char *stamped;       /* not the note but this */
	uint64_t size;             /* 0: the log's */
	const char *from, *to;     /* in the facts */
	const char *facts;         /* instead */
	unsigned objects;          /* if not 0: so many, the last ones empty */
	size_t long_object;        /* a chain of so many zeros */
	bool sealed;
};

/* A record of type 12, without a checkpoint behind it. */
static void
add_anchor(struct memory_log *log, struct anchoring how)
{
	const struct pb_buf *own = &log->item[how.item != 0 ? how.item : log->count - 1].bytes;
	const struct pb_buf *note = how.note != NULL ? how.note : own;
	struct stamper *by = how.by != NULL ? how.by : &stamper;
	struct pb_buf request = PB_BUF_EMPTY, reply = PB_BUF_EMPTY, facts, zeros = PB_BUF_EMPTY;
	const char *stamped = how.stamped != NULL ? how.stamped : (const char *)note->data;
	size_t stamped_len = how.stamped != NULL ? strlen(how.stamped) : note->len;
	struct pb_sealed sealed = PB_SEALED_EMPTY;
	unsigned objects = how.objects != 0 ? how.objects : 4;

	stamp_at(by, stamped, stamped_len, (int64_t)log->time_s * 1000000, &request, &reply);
	facts = facts_of(&reply, how.size != 0 ? how.size : log->seq, true);
	if (how.from != NULL)
		replace(&facts, how.from, how.to);
	assert_int_equal(pb_sealer_start(log->sealer, NULL), PB_OK);
	if (how.long_object != 0) {
		assert_int_equal(pb_buf_reserve(&zeros, how.long_object), PB_OK);
		memset(zeros.data, 0, how.long_object);
		zeros.len = how.long_object;
	}
	for (unsigned i = 0; i < objects; i++) {
		const struct pb_buf *parts[] = { note, &request, &reply,
			how.long_object != 0 ? &zeros : &by->chain };

		if (i < 4)
			add_part(log, PB_PART_OBJECT, parts[i]->data, parts[i]->len);
		else
			add_part(log, PB_PART_OBJECT, "", 0);
	}
	if (how.facts != NULL)
		add_part(log, PB_PART_FACTS, how.facts, strlen(how.facts));
	else
		add_part(log, PB_PART_FACTS, facts.data, facts.len);
	assert_int_equal(pb_sealer_finish(log->sealer, PB_RECORD_ANCHOR, &sealed, NULL), PB_OK);
	add_sealed(log, &sealed, !how.sealed);
	pb_buf_done(&request);
	pb_buf_done(&reply);
	pb_buf_done(&facts);
	pb_buf_done(&zeros);
}

/* A record of type 12 that holds facts alone. */
static void
add_gap(struct memory_log *log, const char *facts)
{
	struct pb_sealed sealed = PB_SEALED_EMPTY;

	assert_int_equal(pb_sealer_start(log->sealer, NULL), PB_OK);
	add_part(log, PB_PART_FACTS, facts, strlen(facts));
	assert_int_equal(pb_sealer_finish(log->sealer, PB_RECORD_ANCHOR, &sealed, NULL), PB_OK);
	add_sealed(log, &sealed, true);
}

/* Verified with everything but what `roots` says. */
static struct pb_verification *
verify_under(struct memory_log *log, const struct pb_stamp_roots *roots)
{
	struct pb_trust *trust = trust_of(ORIGIN, 0, false);
	struct pb_verify_log_options options = { .open = true,
		.trust = trust,
		.against = log->held.data,
		.against_len = log->held.len,
		.tsa_roots = roots,
		.now_s = NOW_S };
	struct pb_verification *v = verify_with(log, &options);

	pb_trust_free(trust);
	return v;
}

static enum pb_verdict
verdict(const struct pb_verification *v, enum pb_check_id id)
{
	return pb_verification_check(v, id)->verdict;
}

/* The plan's 7 records, an anchor as record 7 and its checkpoint; what is found is that alone. */
static void
expect_anchor(struct anchoring how, enum pb_check_id id, enum pb_verdict weight, const char *code)
{
	struct memory_log log;
	struct pb_verification *v;
	const struct pb_token_seen *token;
	size_t tokens;

	log_make(&log, (struct recipe){ 0 });
	add_anchor(&log, how);
	add_checkpoint(&log);
	v = verify_under(&log, stamper.roots);
	assert_found(v, id, weight, code, 7);
	tokens = pb_verification_tokens(v, &token);
	for (size_t i = 0; i < tokens; i++)
		assert_false(token[i].trusted);
	for (int other = 0; other < PB_CHECK_AUTHORITIES; other++)
		if (other != (int)id && other != PB_CHECK_TOKENS)
			assert_int_equal(
			    pb_verification_check(v, (enum pb_check_id)other)->findings_count, 0);
	pb_verification_free(v);
	log_done(&log);
}

/* ---- none ----------------------------------------------------------------------------------- */

static void
without_anchors_nothing_is_asked_of_tokens(void **state)
{
	const struct pb_token_seen *token;
	const struct pb_interval *interval;
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	v = verify_under(&log, NULL);
	assert_int_equal(verdict(v, PB_CHECK_TOKENS), PB_NOT_APPLICABLE);
	assert_int_equal(verdict(v, PB_CHECK_AUTHORITIES), PB_NOT_APPLICABLE);
	assert_int_equal(pb_verification_verdict(v), PB_VALID);
	assert_int_equal(pb_verification_tokens(v, &token), 0);
	assert_int_equal(pb_verification_intervals(v, &interval), 0);
	assert_false(pb_verification_bundle(v)->bundle);
	pb_verification_free(v);
	log_done(&log);
}

static void
a_gap_is_no_token(void **state)
{
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	add_gap(&log, "{\"event\":\"timestamp_gap\",\"size\":7,\"since_s\":1778086920,"
		      "\"failures\":[{\"tsa\":\"exemple\",\"reason\":\"silent\"}]}");
	add_gap(&log, "{\"event\":\"timestamp_gap_end\",\"since_s\":1778086920}");
	add_checkpoint(&log);
	v = verify_under(&log, NULL);
	assert_int_equal(verdict(v, PB_CHECK_TOKENS), PB_NOT_APPLICABLE);
	assert_int_equal(verdict(v, PB_CHECK_AUTHORITIES), PB_NOT_APPLICABLE);
	assert_int_equal(pb_verification_verdict(v), PB_VALID);
	pb_verification_free(v);
	log_done(&log);
}

static void
expect_gap(const char *facts, enum pb_verdict weight, const char *code)
{
	struct memory_log log;
	struct pb_verification *v;

	log_make(&log, (struct recipe){ 0 });
	add_gap(&log, facts);
	add_checkpoint(&log);
	v = verify_under(&log, NULL);
	assert_found(v, PB_CHECK_TOKENS, weight, code, 7);
	assert_only(v, PB_CHECK_TOKENS, 1);
	pb_verification_free(v);
	log_done(&log);
}

static void
a_gap_that_is_not_in_its_format_is_found(void **state)
{
	(void)state;
	expect_gap("{\"event\":\"timestamp_gap\",\"size\":7}", PB_INVALID, "gap_malformed");
	expect_gap("{\"event\":\"timestamp_gap\",\"since_s\":7}", PB_INVALID, "gap_malformed");
	expect_gap("{\"event\":\"timestamp_gap_end\",\"since_s\":-7}", PB_INVALID, "gap_malformed");
}

static void
an_anchor_of_an_unknown_event_is_indeterminate(void **state)
{
	(void)state;
	expect_gap("{\"event\":\"blockchain\"}", PB_INDETERMINATE, "anchor_event");
	expect_gap("{\"event\":7}", PB_INDETERMINATE, "anchor_event");
	expect_gap("{}", PB_INDETERMINATE, "anchor_event");
}

static void
an_object_in_another_record_is_allowed(void **state)
{
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ .odd_seq = 2, .more = { PB_PART_OBJECT } });
	v = verify_under(&log, NULL);
	assert_int_equal(pb_verification_verdict(v), PB_VALID);
	assert_int_equal(verdict(v, PB_CHECK_TOKENS), PB_NOT_APPLICABLE);
	pb_verification_free(v);
	log_done(&log);
}

/* ---- good anchors --------------------------------------------------------------------------- */

static void
a_local_authority_that_was_chosen_is_valid_and_proves_no_interval(void **state)
{
	const struct pb_token_seen *token;
	const struct pb_interval *interval;
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	add_anchor(&log, (struct anchoring){ 0 });
	add_checkpoint(&log);
	v = verify_under(&log, stamper.roots);
	assert_int_equal(verdict(v, PB_CHECK_TOKENS), PB_VALID);
	assert_int_equal(verdict(v, PB_CHECK_AUTHORITIES), PB_VALID);
	assert_int_equal(pb_verification_verdict(v), PB_VALID);
	assert_found(v, PB_CHECK_AUTHORITIES, PB_VALID, "authority_local", 7);
	assert_only(v, PB_CHECK_AUTHORITIES, 1);
	assert_int_equal(pb_verification_tokens(v, &token), 1);
	assert_true(token->seq == 7 && token->size == 7);
	assert_true(token->trusted && token->local && token->sustained);
	assert_int_equal(pb_verification_intervals(v, &interval), 0);
	assert_int_equal(pb_verification_authorities(v), 0);
	pb_verification_free(v);
	log_done(&log);
}

static void
without_chosen_roots_the_clocks_are_not_known(void **state)
{
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	add_anchor(&log, (struct anchoring){ 0 });
	add_checkpoint(&log);
	v = verify_under(&log, NULL);
	assert_int_equal(verdict(v, PB_CHECK_TOKENS), PB_VALID);
	assert_found(v, PB_CHECK_AUTHORITIES, PB_INDETERMINATE, "no_tsa_roots", PB_NO_SEQ);
	assert_only(v, PB_CHECK_AUTHORITIES, 1);
	assert_int_equal(pb_verification_verdict(v), PB_INDETERMINATE);
	pb_verification_free(v);
	log_done(&log);
}

static void
an_authority_that_was_not_chosen_is_indeterminate(void **state)
{
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	add_anchor(&log, (struct anchoring){ 0 });
	add_checkpoint(&log);
	v = verify_under(&log, stranger.roots);
	assert_int_equal(verdict(v, PB_CHECK_TOKENS), PB_VALID);
	assert_found(v, PB_CHECK_AUTHORITIES, PB_INDETERMINATE, "authority_unknown", 7);
	assert_only(v, PB_CHECK_AUTHORITIES, 1);
	pb_verification_free(v);
	log_done(&log);
}

/* Two anchors: over size 7 by one authority, over size 8 by the other. */
static struct pb_verification *
verify_two(struct stamper *first, struct stamper *second)
{
	struct memory_log log;
	struct pb_verification *v;

	log_make(&log, (struct recipe){ 0 });
	add_anchor(&log, (struct anchoring){ .by = first });
	add_checkpoint(&log);
	add_anchor(&log, (struct anchoring){ .by = second });
	add_checkpoint(&log);
	v = verify_under(&log, stamper.roots);
	log_done(&log);
	return v;
}

static void
the_newest_anchor_decides_whose_clock_it_is(void **state)
{
	struct pb_verification *v;

	(void)state;
	v = verify_two(&stranger, &stamper);
	assert_found(v, PB_CHECK_AUTHORITIES, PB_VALID, "authority_unknown", 7);
	assert_int_equal(verdict(v, PB_CHECK_AUTHORITIES), PB_VALID);
	pb_verification_free(v);
	v = verify_two(&stamper, &stranger);
	assert_found(v, PB_CHECK_AUTHORITIES, PB_INDETERMINATE, "authority_unknown", 8);
	pb_verification_free(v);
}

static void
one_of_the_authorities_over_the_newest_checkpoint_is_enough(void **state)
{
	struct memory_log log;
	struct pb_verification *v;
	struct pb_buf note;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	note = log.item[log.count - 1].bytes;
	add_anchor(&log, (struct anchoring){ .note = &note, .size = 7 });
	add_anchor(&log, (struct anchoring){ .note = &note, .size = 7, .by = &stranger });
	add_checkpoint(&log);
	v = verify_under(&log, stamper.roots);
	assert_int_equal(verdict(v, PB_CHECK_AUTHORITIES), PB_VALID);
	assert_found(v, PB_CHECK_AUTHORITIES, PB_VALID, "authority_unknown", 8);
	pb_verification_free(v);
	log_done(&log);
}

static void
an_anchor_may_be_over_any_commit_of_the_log(void **state)
{
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	add_anchor(&log, (struct anchoring){ .item = 4, .size = 3 });
	add_checkpoint(&log);
	v = verify_under(&log, stamper.roots);
	assert_int_equal(pb_verification_verdict(v), PB_VALID);
	pb_verification_free(v);
	log_done(&log);
}

static int64_t
time_of(const struct memory_log *log, size_t item)
{
	return (int64_t)pb_get_u64(log->item[item].leaf + 16) * 1000000;
}

/* Records 0..6, anchor 7, record 8, anchor 9: a record lies between the two tokens. */
static void
an_outside_authority_that_was_chosen_proves_intervals(void **state)
{
	const struct pb_token_seen *token;
	const struct pb_interval *interval;
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	add_anchor(&log, (struct anchoring){ .by = &outside });
	add_message(&log);
	add_checkpoint(&log);
	add_anchor(&log, (struct anchoring){ .by = &outside });
	add_checkpoint(&log);
	v = verify_under(&log, outside.roots);
	assert_int_equal(pb_verification_verdict(v), PB_VALID);
	assert_only(v, PB_CHECK_AUTHORITIES, 0);
	assert_int_equal(pb_verification_tokens(v, &token), 2);
	assert_true(token[0].trusted && !token[0].local && token[0].sustained);
	assert_string_equal(token[0].tsa, "Horodatage-Exemple fictif");
	assert_int_equal(pb_verification_authorities(v), 1);
	assert_int_equal(pb_verification_intervals(v, &interval), 4);
	assert_true(interval[0].first == 0 && interval[0].last == 6);
	assert_true(interval[0].after_us == INT64_MIN);
	assert_true(interval[0].before_us == time_of(&log, 12) + 2000000);
	assert_true(interval[2].first == 8 && interval[2].last == 8);
	assert_true(interval[2].after_us == time_of(&log, 12) - 2000000);
	assert_true(interval[2].before_us == time_of(&log, 15) + 2000000);
	assert_string_equal(interval[2].after_tsa, "Horodatage-Exemple fictif");
	assert_true(interval[2].accuracy_stated && !interval[2].qualified);
	assert_true(interval[3].first == 9 && interval[3].last == 9);
	assert_true(interval[3].before_us == INT64_MAX);
	pb_verification_free(v);
	log_done(&log);
}

/* What stands behind a break is not joined to the anchor before it. */
static void
an_anchor_bounds_nothing_behind_a_break_of_the_chain(void **state)
{
	const struct pb_interval *interval;
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	add_anchor(&log, (struct anchoring){ .by = &outside });
	add_message(&log);
	add_checkpoint(&log);
	log.item[13].leaf[32] ^= 1; /* prev of record 8 */
	v = verify_under(&log, outside.roots);
	assert_found(v, PB_CHECK_CHAIN, PB_INVALID, "prev", 8);
	assert_int_equal(pb_verification_intervals(v, &interval), 3);
	assert_true(interval[2].first == 8 && interval[2].after_us == INT64_MIN);
	pb_verification_free(v);
	log_done(&log);
}

/* The log says that a clock of another's is its own: then it proves nothing. */
static void
what_the_log_calls_local_proves_no_interval(void **state)
{
	const struct pb_interval *interval;
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	add_anchor(&log, (struct anchoring){
			     .by = &outside, .from = "\"local\":false", .to = "\"local\":true" });
	add_checkpoint(&log);
	v = verify_under(&log, outside.roots);
	assert_found(v, PB_CHECK_AUTHORITIES, PB_VALID, "authority_local", 7);
	assert_int_equal(pb_verification_intervals(v, &interval), 0);
	pb_verification_free(v);
	log_done(&log);
}

/* ---- the checkpoint ------------------------------------------------------------------------- */

static void
a_checkpoint_that_cannot_be_read_is_found(void **state)
{
	struct pb_buf note = PB_BUF_EMPTY;

	(void)state;
	assert_int_equal(pb_buf_append_text(&note, "fictif\n"), PB_OK);
	expect_anchor(
	    (struct anchoring){ .note = &note }, PB_CHECK_TOKENS, PB_INVALID, "anchor_checkpoint");
	pb_buf_done(&note);
}

/* A checkpoint of a log that was made by that recipe, with that many records. */
static struct pb_buf
note_of(struct recipe recipe)
{
	struct memory_log log;
	struct pb_buf note = PB_BUF_EMPTY;
	struct pb_ed25519 *other = make_key(0x99);

	log_make(&log, recipe);
	sign_checkpoint(&log, recipe.other_signer ? other : log.key, false, &note);
	log_done(&log);
	pb_ed25519_free(other);
	return note;
}

static void
expect_note(struct recipe recipe, uint64_t size, const char *code)
{
	struct pb_buf note = note_of(recipe);

	expect_anchor(
	    (struct anchoring){ .note = &note, .size = size }, PB_CHECK_TOKENS, PB_INVALID, code);
	pb_buf_done(&note);
}

static void
the_checkpoint_must_be_one_of_this_log(void **state)
{
	(void)state;
	expect_note((struct recipe){ .origin = OTHER_ORIGIN }, 7, "anchor_origin");
	expect_note((struct recipe){ .other_signer = true }, 7, "anchor_not_signed");
	expect_note((struct recipe){ .key_seed = 3 }, 7, "anchor_not_signed");
	/* Signed by the log's key, of another history. */
	expect_note((struct recipe){ .seed = 9 }, 7, "anchor_differs");
	/* Signed by the log's key, but no commit ended there. */
	expect_note((struct recipe){ .records = 4 }, 4, "anchor_no_commit");
	/* Of this history, but the log says another size. */
	expect_anchor(
	    (struct anchoring){ .item = 7, .size = 7 }, PB_CHECK_TOKENS, PB_INVALID, "anchor_size");
}

static void
a_checkpoint_of_more_records_than_stand_before_it_is_found(void **state)
{
	struct memory_log longer;
	struct pb_buf note = PB_BUF_EMPTY;

	(void)state;
	log_make(&longer, (struct recipe){ 0 });
	add_anchor(&longer, (struct anchoring){ 0 });
	add_message(&longer);
	sign_checkpoint(&longer, longer.key, false, &note);
	expect_anchor((struct anchoring){ .note = &note, .size = 9 }, PB_CHECK_TOKENS, PB_INVALID,
	    "anchor_no_commit");
	pb_buf_done(&note);
	log_done(&longer);
}

static void
behind_damage_a_checkpoint_is_not_comparable(void **state)
{
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	add_anchor(&log, (struct anchoring){ 0 });
	add_checkpoint(&log);
	log.item[6].kind = PB_SOURCE_DAMAGE;
	v = verify_under(&log, stamper.roots);
	assert_found(v, PB_CHECK_TOKENS, PB_INDETERMINATE, "anchor_not_comparable", 7);
	pb_verification_free(v);
	log_done(&log);
}

static void
commits_are_remembered_up_to_their_limit(void **state)
{
	struct pb_verify_commits commits = { 0 };
	struct pb_checkpoint checkpoint = { .size = 0 };

	(void)state;
	assert_null(pb_verify_commits_find(&commits, 1));
	for (uint64_t i = 1; i <= PB_LIMIT_COMMITS_KEPT; i++) {
		checkpoint.size = 3 * i;
		checkpoint.root[0] = (uint8_t)i;
		assert_int_equal(pb_verify_commits_add(&commits, &checkpoint, NULL), PB_OK);
	}
	assert_true(commits.forgotten == 0);
	assert_non_null(pb_verify_commits_find(&commits, 3));
	for (uint64_t i = 1; i <= 10; i++) {
		checkpoint.size = 3 * (PB_LIMIT_COMMITS_KEPT + i);
		assert_int_equal(pb_verify_commits_add(&commits, &checkpoint, NULL), PB_OK);
	}
	assert_null(pb_verify_commits_find(&commits, 3));
	assert_null(pb_verify_commits_find(&commits, 30));
	assert_null(pb_verify_commits_find(&commits, 34));
	assert_true(commits.forgotten == 31);
	assert_int_equal(pb_verify_commits_find(&commits, 33)->root[0], 11);
	assert_non_null(pb_verify_commits_find(&commits, checkpoint.size));
	assert_null(pb_verify_commits_find(&commits, checkpoint.size + 1));
	pb_verify_commits_done(&commits);
}

/* ---- the token and what is said of it ------------------------------------------------------- */

static void
a_token_over_something_else_is_invalid(void **state)
{
	(void)state;
	expect_anchor((struct anchoring){ .stamped = "un autre document fictif" }, PB_CHECK_TOKENS,
	    PB_INVALID, pb_stamp_fault_code(PB_STAMP_IMPRINT));
}

static void
facts_that_contradict_the_token_are_invalid(void **state)
{
	(void)state;
	expect_anchor(
	    (struct anchoring){ .from = "\"gen_time\":\"2026", .to = "\"gen_time\":\"2025" },
	    PB_CHECK_TOKENS, PB_INVALID, "anchor_facts");
}

static void
an_anchor_holds_what_it_says(void **state)
{
	(void)state;
	expect_anchor(
	    (struct anchoring){ .objects = 3 }, PB_CHECK_TOKENS, PB_INVALID, "anchor_malformed");
	expect_anchor(
	    (struct anchoring){ .objects = 5 }, PB_CHECK_TOKENS, PB_INVALID, "anchor_malformed");
	expect_anchor(
	    (struct anchoring){ .from = "\"request\",\"reply\"", .to = "\"reply\",\"request\"" },
	    PB_CHECK_TOKENS, PB_INVALID, "anchor_malformed");
	expect_anchor((struct anchoring){ .from = "\"size\":7", .to = "\"size\":\"seven\"" },
	    PB_CHECK_TOKENS, PB_INVALID, "anchor_malformed");
	expect_anchor((struct anchoring){ .facts = "{\"event\":\"timestamp\",\"size\":7}" },
	    PB_CHECK_TOKENS, PB_INVALID, "anchor_malformed");
}

static void
an_anchor_beyond_the_limits_is_indeterminate(void **state)
{
	(void)state;
	expect_anchor((struct anchoring){ .long_object = PB_LIMIT_OBJECT + 1 }, PB_CHECK_TOKENS,
	    PB_INDETERMINATE, "anchor_too_long");
}

static void
an_anchor_that_is_sealed_is_no_anchor(void **state)
{
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ 0 });
	add_anchor(&log, (struct anchoring){ .sealed = true });
	add_checkpoint(&log);
	v = verify_under(&log, stamper.roots);
	assert_found(v, PB_CHECK_FILES, PB_INVALID, "record_not_open", 7);
	assert_int_equal(verdict(v, PB_CHECK_TOKENS), PB_NOT_APPLICABLE);
	pb_verification_free(v);
	log_done(&log);
}

/* What the log has not committed to says nothing of its time. */
static void
an_anchor_that_was_changed_counts_for_nothing(void **state)
{
	const struct pb_token_seen *token;
	struct memory_log log;
	struct pb_verification *v;

	(void)state;
	log_make(&log, (struct recipe){ .odd_seq = 7, .other_commitment = true });
	add_anchor(&log, (struct anchoring){ 0 });
	add_checkpoint(&log);
	v = verify_under(&log, stamper.roots);
	assert_found(v, PB_CHECK_COMMITMENT, PB_INVALID, "commitment", 7);
	assert_int_equal(pb_verification_tokens(v, &token), 0);
	pb_verification_free(v);
	log_done(&log);
}

/* ---- record 0 ------------------------------------------------------------------------------- */

static void
expect_founding(const char *to, const char *code)
{
	expect_only((struct recipe){ .edit_facts = true, .from = "\"readers\"", .to = to },
	    PB_CHECK_FILES, PB_INVALID, code, 0);
}

static void
an_export_key_must_be_one_of_this_log(void **state)
{
	struct pb_ed25519 *key = make_key(0x33);
	const char *names[] = { ORIGIN, OTHER_ORIGIN "/export", ORIGIN "/export" };

	(void)state;
	expect_founding("\"export_key\":7,\"readers\"", "founding_export_key");
	expect_founding("\"export_key\":\"\",\"readers\"", "founding_export_key");
	for (int i = 0; i < 3; i++) {
		struct pb_note_verifier verifier = verifier_of(names[i], PB_NOTE_ED25519, key);
		struct pb_buf to = PB_BUF_EMPTY;

		assert_int_equal(pb_buf_append_text(&to, "\"export_key\":\""), PB_OK);
		assert_int_equal(pb_note_verifier_format(&verifier, &to), PB_OK);
		assert_int_equal(pb_buf_append_text(&to, "\",\"readers\""), PB_OK);
		if (i < 2) {
			expect_founding(pb_buf_text(&to), "founding_export_key");
		} else {
			struct memory_log log;
			struct pb_verification *v;

			log_make(&log, (struct recipe){ .edit_facts = true,
					   .from = "\"readers\"",
					   .to = pb_buf_text(&to) });
			v = verify(&log);
			assert_int_equal(pb_verification_verdict(v), PB_VALID);
			pb_verification_free(v);
			log_done(&log);
		}
		pb_buf_done(&to);
	}
	pb_ed25519_free(key);
}

static void
the_roots_of_record_0_must_be_roots(void **state)
{
	(void)state;
	expect_founding("\"tsa_roots\":\"local\",\"readers\"", "founding_tsa_roots");
	expect_founding("\"tsa_roots\":{},\"readers\"", "founding_tsa_roots");
	expect_founding("\"tsa_roots\":[7],\"readers\"", "founding_tsa_roots");
	expect_founding("\"tsa_roots\":[{\"sha256\":\"00\"}],\"readers\"", "founding_tsa_roots");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_anchors_nothing_is_asked_of_tokens),
		cmocka_unit_test(a_gap_is_no_token),
		cmocka_unit_test(a_gap_that_is_not_in_its_format_is_found),
		cmocka_unit_test(an_anchor_of_an_unknown_event_is_indeterminate),
		cmocka_unit_test(an_object_in_another_record_is_allowed),
		cmocka_unit_test(a_local_authority_that_was_chosen_is_valid_and_proves_no_interval),
		cmocka_unit_test(without_chosen_roots_the_clocks_are_not_known),
		cmocka_unit_test(an_authority_that_was_not_chosen_is_indeterminate),
		cmocka_unit_test(the_newest_anchor_decides_whose_clock_it_is),
		cmocka_unit_test(one_of_the_authorities_over_the_newest_checkpoint_is_enough),
		cmocka_unit_test(an_anchor_may_be_over_any_commit_of_the_log),
		cmocka_unit_test(an_outside_authority_that_was_chosen_proves_intervals),
		cmocka_unit_test(an_anchor_bounds_nothing_behind_a_break_of_the_chain),
		cmocka_unit_test(what_the_log_calls_local_proves_no_interval),
		cmocka_unit_test(a_checkpoint_that_cannot_be_read_is_found),
		cmocka_unit_test(the_checkpoint_must_be_one_of_this_log),
		cmocka_unit_test(a_checkpoint_of_more_records_than_stand_before_it_is_found),
		cmocka_unit_test(behind_damage_a_checkpoint_is_not_comparable),
		cmocka_unit_test(commits_are_remembered_up_to_their_limit),
		cmocka_unit_test(a_token_over_something_else_is_invalid),
		cmocka_unit_test(facts_that_contradict_the_token_are_invalid),
		cmocka_unit_test(an_anchor_holds_what_it_says),
		cmocka_unit_test(an_anchor_beyond_the_limits_is_indeterminate),
		cmocka_unit_test(an_anchor_that_is_sealed_is_no_anchor),
		cmocka_unit_test(an_anchor_that_was_changed_counts_for_nothing),
		cmocka_unit_test(an_export_key_must_be_one_of_this_log),
		cmocka_unit_test(the_roots_of_record_0_must_be_roots),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
