/* FORMAT 5.6: tree, checkpoints, tokens and authorities of a bundle. */
#include "bundle_fixture.h"

/* ---- proofs --------------------------------------------------------------------------------- */

static void
change_hash(struct pb_buf *text, size_t line)
{
	uint8_t *p = text->data;

	for (; line > 0; line--)
		p = (uint8_t *)memchr(p, '\n', text->len - (size_t)(p - text->data)) + 1;
	*p = *p == 'A' ? 'B' : 'A';
}

static void
change_leaf_proof(struct maker *maker)
{
	change_hash(file_of(maker, "records/5/leaf.tlog-proof"), 2);
}

static void
malform_leaf_proof(struct maker *maker)
{
	replace(file_of(maker, "records/5/leaf.tlog-proof"), "@v1", "@v2");
}

static void
move_leaf_proof(struct maker *maker)
{
	replace(file_of(maker, "records/5/leaf.tlog-proof"), "index 5", "index 4");
}

/* A proof under a later checkpoint than the first that is stamped. */
static void
exchange_checkpoint(struct maker *maker)
{
	struct pb_buf *proof = file_of(maker, "records/5/leaf.tlog-proof");
	uint8_t *note = memmem(proof->data, proof->len, "\n\n", 2);

	assert_non_null(note);
	proof->len = (size_t)(note + 2 - proof->data);
	assert_int_equal(
	    pb_buf_append(proof, maker->checkpoint[8].data, maker->checkpoint[8].len), PB_OK);
}

static void
change_consistency(struct maker *maker)
{
	change_hash(file_of(maker, "log/consistency/3-8"), 0);
}

static void
drop_consistency(struct maker *maker)
{
	drop_file(maker, "log/consistency/3-8");
}

static void
add_stray_consistency(struct maker *maker)
{
	insert_file(maker, "log/consistency/3-8", "log/consistency/4-7", "");
}

static void
change_range_proof(struct maker *maker)
{
	change_hash(file_of(maker, "log/range-proof"), 3);
}

static void
add_to_range_proof(struct maker *maker)
{
	assert_int_equal(pb_buf_append_text(file_of(maker, "log/range-proof"), "x\n"), PB_OK);
}

static void
proofs_give_the_roots_that_were_signed(void **state)
{
	(void)state;
	expect_found((struct order){ .edit = change_leaf_proof }, PB_CHECK_TREE, PB_INVALID,
	    "leaf_proof_root", 5);
	expect_found((struct order){ .edit = malform_leaf_proof }, PB_CHECK_TREE, PB_INVALID,
	    "leaf_proof_malformed", 5);
	expect_found((struct order){ .edit = move_leaf_proof }, PB_CHECK_TREE, PB_INVALID,
	    "leaf_proof_index", 5);
	expect_found((struct order){ .edit = exchange_checkpoint }, PB_CHECK_CHECKPOINT, PB_INVALID,
	    "leaf_proof_checkpoint", 5);
	expect_found((struct order){ .edit = change_consistency }, PB_CHECK_TREE, PB_INVALID,
	    "consistency_proof", 3);
	expect_found((struct order){ .edit = drop_consistency }, PB_CHECK_FILES, PB_INVALID,
	    "consistency_missing", 3);
	expect_found((struct order){ .edit = add_stray_consistency }, PB_CHECK_FILES, PB_INVALID,
	    "consistency_stray", PB_NO_SEQ);
	expect_found((struct order){ .edit = change_range_proof, .first = 3 }, PB_CHECK_TREE,
	    PB_INVALID, "range_root", PB_NO_SEQ);
	expect_found((struct order){ .edit = add_to_range_proof }, PB_CHECK_TREE, PB_INVALID,
	    "range_proof_malformed", PB_NO_SEQ);
}

/* ---- checkpoints ---------------------------------------------------------------------------- */

/* The same text under another key. */
static void
sign_anew(struct maker *maker, struct pb_buf *note, const char *origin)
{
	struct pb_ed25519 *other = make_key(0x77);
	struct pb_note *parsed = malloc(sizeof(*parsed));
	struct pb_checkpoint checkpoint;

	(void)maker;
	assert_non_null(parsed);
	assert_int_equal(pb_note_parse(note->data, note->len, parsed, NULL), PB_OK);
	assert_int_equal(pb_checkpoint_parse(parsed, &checkpoint, NULL), PB_OK);
	memcpy(checkpoint.origin, origin, strlen(origin) + 1);
	pb_buf_clear(note);
	assert_int_equal(pb_checkpoint_sign(&checkpoint, other, note, NULL), PB_OK);
	free(parsed);
	pb_ed25519_free(other);
}

static void
sign_last_anew(struct maker *maker)
{
	sign_anew(maker, file_of(maker, "log/checkpoint"), ORIGIN);
}

static void
sign_stamp_anew(struct maker *maker)
{
	sign_anew(maker, file_of(maker, "stamps/3-3/checkpoint"), ORIGIN);
}

static void
name_other_log(struct maker *maker)
{
	sign_anew(maker, file_of(maker, "stamps/8-8/checkpoint"), OTHER_ORIGIN);
}

static void
break_checkpoint(struct maker *maker)
{
	file_of(maker, "log/checkpoint")->len--;
}

static void
break_signature(struct maker *maker)
{
	struct pb_buf *note = file_of(maker, "log/checkpoint");
	uint8_t *letter = &note->data[note->len - 10];

	*letter = *letter == 'A' ? 'B' : 'A'; /* still base64 */
}

static void
show_other_key(struct maker *maker)
{
	struct pb_note_verifier key = verifier_of(ORIGIN, PB_NOTE_ED25519, maker->export_key);
	struct pb_buf *text = file_of(maker, "log/verifier-key");

	pb_buf_clear(text);
	assert_int_equal(pb_note_verifier_format(&key, text), PB_OK);
	assert_int_equal(pb_buf_append_text(text, "\n"), PB_OK);
}

static void
checkpoints_are_signed_by_the_key_of_record_zero(void **state)
{
	(void)state;
	expect_found((struct order){ .edit = sign_last_anew }, PB_CHECK_CHECKPOINT, PB_INVALID,
	    "checkpoint_not_signed", PB_NO_SEQ);
	expect_found((struct order){ .edit = sign_last_anew }, PB_CHECK_FILES, PB_INVALID,
	    "checkpoint_not_stamped", PB_NO_SEQ);
	expect_found((struct order){ .edit = sign_stamp_anew }, PB_CHECK_CHECKPOINT, PB_INVALID,
	    "checkpoint_not_signed", 3);
	expect_found((struct order){ .edit = name_other_log }, PB_CHECK_CHECKPOINT, PB_INVALID,
	    "checkpoint_origin", 8);
	expect_found((struct order){ .edit = break_checkpoint }, PB_CHECK_CHECKPOINT, PB_INVALID,
	    "checkpoint_malformed", PB_NO_SEQ);
	expect_found((struct order){ .edit = break_signature }, PB_CHECK_CHECKPOINT, PB_INVALID,
	    "checkpoint_forged", PB_NO_SEQ);
	expect_found((struct order){ .edit = show_other_key }, PB_CHECK_CHECKPOINT, PB_INVALID,
	    "verifier_key", PB_NO_SEQ);
}

/* ---- tokens --------------------------------------------------------------------------------- */

static void
exchange_tokens(struct maker *maker)
{
	struct pb_buf other = *file_of(maker, "stamps/8-8/reply.tsr");

	*file_of(maker, "stamps/8-8/reply.tsr") = *file_of(maker, "stamps/6-6/reply.tsr");
	*file_of(maker, "stamps/6-6/reply.tsr") = other;
	other = *file_of(maker, "stamps/8-8/token.tst");
	*file_of(maker, "stamps/8-8/token.tst") = *file_of(maker, "stamps/6-6/token.tst");
	*file_of(maker, "stamps/6-6/token.tst") = other;
}

static void
exchange_bare(struct maker *maker)
{
	struct pb_buf other = *file_of(maker, "stamps/8-8/token.tst");

	*file_of(maker, "stamps/8-8/token.tst") = *file_of(maker, "stamps/6-6/token.tst");
	*file_of(maker, "stamps/6-6/token.tst") = other;
}

static void
break_reply(struct maker *maker)
{
	pb_buf_clear(file_of(maker, "stamps/8-8/reply.tsr"));
}

static void
drop_request(struct maker *maker)
{
	drop_file(maker, "stamps/8-8/request.tsq");
}

static void
tokens_are_over_the_checkpoints_beside_them(void **state)
{
	(void)state;
	expect_found((struct order){ .edit = exchange_tokens }, PB_CHECK_TOKENS, PB_INVALID,
	    pb_stamp_fault_code(PB_STAMP_IMPRINT), 6);
	expect_found((struct order){ .edit = exchange_tokens }, PB_CHECK_COMMITMENT, PB_INVALID,
	    "commitment", 6);
	expect_found(
	    (struct order){ .edit = exchange_bare }, PB_CHECK_FILES, PB_INVALID, "stamp_token", 6);
	expect_found((struct order){ .edit = break_reply }, PB_CHECK_TOKENS, PB_INVALID,
	    "token_malformed", 8);
	expect_found((struct order){ .edit = drop_request }, PB_CHECK_FILES, PB_INVALID,
	    "stamp_incomplete", 8);
	expect_found((struct order){ .token_of_else = true }, PB_CHECK_TOKENS, PB_INVALID,
	    pb_stamp_fault_code(PB_STAMP_IMPRINT), PB_NO_SEQ);
}

static void
lie_about_time(struct maker *maker, uint64_t seq, struct made_record *record)
{
	(void)maker;
	if (seq == 6)
		replace(&record->part[4].bytes, "\"gen_time\":\"2", "\"gen_time\":\"1");
}

static void
lie_about_size(struct maker *maker, uint64_t seq, struct made_record *record)
{
	(void)maker;
	if (seq == 6)
		replace(&record->part[4].bytes, "\"size\":6", "\"size\":5");
}

static void
lie_about_objects(struct maker *maker, uint64_t seq, struct made_record *record)
{
	(void)maker;
	if (seq == 6)
		replace(&record->part[4].bytes, "\"chain\"", "\"crl\"");
}

static void
say_gap(struct maker *maker, uint64_t seq, struct made_record *record)
{
	(void)maker;
	if (seq == 6)
		replace(&record->part[4].bytes, "\"timestamp\"", "\"timestamp_gap\"");
}

static void
anchors_say_what_their_tokens_state(void **state)
{
	(void)state;
	expect_found((struct order){ .record = lie_about_time }, PB_CHECK_TOKENS, PB_INVALID,
	    "anchor_facts", 6);
	expect_found((struct order){ .record = lie_about_size }, PB_CHECK_TOKENS, PB_INVALID,
	    "anchor_malformed", 6);
	expect_found((struct order){ .record = lie_about_objects }, PB_CHECK_TOKENS, PB_INVALID,
	    "anchor_malformed", 6);
	expect_found((struct order){ .record = say_gap }, PB_CHECK_TOKENS, PB_INVALID,
	    "anchor_malformed", 6);
}

static void
drop_stamp(struct maker *maker, const char *dir)
{
	static const char *const names[] = { "checkpoint", "request.tsq", "reply.tsr", "token.tst",
		"chain.pem" };
	char name[64];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(name, sizeof(name), "stamps/%s/%s", dir, names[i]);
		drop_file(maker, name);
	}
}

static void
drop_inner_stamp(struct maker *maker)
{
	drop_stamp(maker, "6-6");
}

/* The objects of an anchor as parts of its own, and no token in stamps/. */
static void
move_objects(struct maker *maker)
{
	const struct made_record *record = &maker->record[6];
	char name[64];

	for (int i = 4; i-- > 0;) {
		(void)snprintf(name, sizeof(name), "records/6/part-%d.bin", i);
		insert_file(maker, "records/5/leaf.tlog-proof", name, "");
		assert_int_equal(pb_buf_append(file_of(maker, name), record->part[i].bytes.data,
				     record->part[i].bytes.len),
		    PB_OK);
	}
	drop_inner_stamp(maker);
}

static void
drop_last_stamp(struct maker *maker)
{
	drop_stamp(maker, "8-8");
}

static void
timestamps_of_the_range_and_of_its_end_are_there(void **state)
{
	(void)state;
	expect_found((struct order){ .edit = drop_inner_stamp }, PB_CHECK_FILES, PB_INVALID,
	    "record_files", 6);
	expect_found(
	    (struct order){ .edit = move_objects }, PB_CHECK_FILES, PB_INVALID, "stamp_missing", 6);
	expect_found((struct order){ .edit = drop_last_stamp }, PB_CHECK_FILES, PB_INVALID,
	    "checkpoint_not_stamped", PB_NO_SEQ);
	expect_found((struct order){ .edit = drop_last_stamp }, PB_CHECK_AUTHORITIES,
	    PB_INDETERMINATE, "authority_none", PB_NO_SEQ);
}

static void
tokens_of_an_unknown_authority_are_indeterminate(void **state)
{
	struct pb_buf key = PB_BUF_EMPTY, chain = PB_BUF_EMPTY;
	struct maker *maker = make_bundle((struct order){ .first = 0 });
	struct pb_bundle_check_options options = { .threads = 0 };
	struct pb_verification *v;

	(void)state;
	assert_int_equal(
	    pb_authority_generate("autre fictive", NOW_S, false, NULL, &key, &chain, NULL), PB_OK);
	options.tsa_roots = strstr(pb_buf_text(&chain) + 1, "-----BEGIN CERTIFICATE");
	options.tsa_roots_len = strlen(options.tsa_roots);
	v = check_with(maker, &options);
	assert_found(v, PB_CHECK_AUTHORITIES, PB_INDETERMINATE, "authority_unknown", PB_NO_SEQ);
	assert_int_equal(pb_verification_check(v, PB_CHECK_TOKENS)->verdict, PB_VALID);
	pb_verification_free(v);
	maker_free(maker);
	pb_buf_done(&key);
	pb_buf_done(&chain);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proofs_give_the_roots_that_were_signed),
		cmocka_unit_test(checkpoints_are_signed_by_the_key_of_record_zero),
		cmocka_unit_test(tokens_are_over_the_checkpoints_beside_them),
		cmocka_unit_test(anchors_say_what_their_tokens_state),
		cmocka_unit_test(timestamps_of_the_range_and_of_its_end_are_there),
		cmocka_unit_test(tokens_of_an_unknown_authority_are_indeterminate),
	};

	return cmocka_run_group_tests(tests, start_crypto, stop_authority);
}
