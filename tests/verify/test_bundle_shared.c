/* FORMAT 2.2, 5.3, 5.6: a bundle whose anchors are shared with other archives. */
#include "bundle_fixture.h"

static void
expect_shared(struct order order, enum pb_check_id id, const char *code, uint64_t seq)
{
	order.shared = true;
	expect_found(order, id, PB_INVALID, code, seq);
}

static void
bundle_with_shared_anchors_is_valid(void **state)
{
	static const uint64_t firsts[] = { 0, 3, 6 };

	(void)state;
	for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
		struct maker *maker =
		    make_bundle((struct order){ .first = firsts[i], .shared = true });

		for (unsigned threads = 0; threads < 2; threads++) {
			struct pb_verification *v = check_all(maker, threads);

			if (pb_verification_verdict(v) != PB_VALID)
				print_findings(v);
			assert_int_equal(pb_verification_verdict(v), PB_VALID);
			pb_verification_free(v);
		}
		maker_free(maker);
	}
}

/* ---- an exporter who repairs what he can ---------------------------------------------------- */

static void
other_salt(struct maker *maker, struct stamped *stamped)
{
	(void)maker;
	stamped->salt.data[0] ^= 1;
}

static void
cut_salt(struct maker *maker, struct stamped *stamped)
{
	(void)maker;
	stamped->salt.len--;
}

static void
other_index(struct maker *maker, struct stamped *stamped)
{
	(void)maker;
	replace(&stamped->proof, "index 1\n", "index 0\n");
}

static void
cut_proof(struct maker *maker, struct stamped *stamped)
{
	(void)maker;
	stamped->proof.len--;
}

static void
cut_node(struct maker *maker, struct stamped *stamped)
{
	(void)maker;
	stamped->node.len--;
}

static void
other_key(struct maker *maker, struct stamped *stamped)
{
	struct pb_note_verifier log = verifier_of(ORIGIN, PB_NOTE_ED25519, maker->log_key);

	pb_buf_clear(&stamped->node_key);
	assert_int_equal(pb_note_verifier_format(&log, &stamped->node_key), PB_OK);
}

/* The token is over a checkpoint of the node that the proof is not for. */
static void
third_checkpoint(struct maker *maker, struct stamped *stamped)
{
	(void)maker;
	replace(&stamped->node, "\n2\n", "\n3\n");
	replace(&stamped->proof, "\n2\n", "\n3\n");
}

static void
token_of_the_archive(struct maker *maker)
{
	struct pb_buf *checkpoint = file_of(maker, "stamps/8-8/checkpoint");
	struct pb_buf *request = file_of(maker, "stamps/8-8/request.tsq");
	struct pb_buf *reply = file_of(maker, "stamps/8-8/reply.tsr");
	struct pb_buf *bare = file_of(maker, "stamps/8-8/token.tst");
	struct pb_token *token = NULL;
	const void *octets;
	size_t len;

	pb_buf_clear(request);
	pb_buf_clear(reply);
	pb_buf_clear(bare);
	stamp(maker, checkpoint->data, checkpoint->len, (int64_t)NOW_S * 1000000, request, reply);
	assert_int_equal(pb_token_parse(reply->data, reply->len, &token, NULL), PB_OK);
	pb_token_bare(token, &octets, &len);
	assert_int_equal(pb_buf_append(bare, octets, len), PB_OK);
	pb_token_free(token);
}

/* Of the anchor behind the range, whose facts are not opened: stamps/ alone speak for it. */
static void
other_salt_behind_the_range(struct maker *maker)
{
	file_of(maker, "stamps/8-8/node.salt")->data[31] ^= 1;
}

static void
another_archive_s_entry(struct maker *maker)
{
	struct pb_buf *salt = file_of(maker, "stamps/8-8/node.salt");

	memset(salt->data, 0x71, salt->len);
	replace(file_of(maker, "stamps/8-8/node.tlog-proof"), "index 1\n", "index 0\n");
}

static void
what_was_stamped_must_lead_to_the_checkpoint(void **state)
{
	(void)state;
	expect_shared((struct order){ .share = other_salt }, PB_CHECK_TOKENS, "shared_absent", 3);
	expect_shared((struct order){ .share = cut_salt }, PB_CHECK_TOKENS, "shared_salt", 3);
	expect_shared((struct order){ .share = other_index }, PB_CHECK_TOKENS, "shared_absent", 3);
	expect_shared((struct order){ .share = cut_proof }, PB_CHECK_TOKENS, "shared_proof", 3);
	expect_shared((struct order){ .node = cut_node }, PB_CHECK_TOKENS, "shared_node", 3);
	expect_shared((struct order){ .node = other_key }, PB_CHECK_TOKENS, "shared_key", 3);
	expect_shared(
	    (struct order){ .node = third_checkpoint }, PB_CHECK_TOKENS, "shared_absent", 3);
	expect_shared((struct order){ .edit = token_of_the_archive }, PB_CHECK_TOKENS,
	    pb_stamp_fault_code(PB_STAMP_IMPRINT), 8);
	expect_shared((struct order){ .edit = other_salt_behind_the_range }, PB_CHECK_TOKENS,
	    "shared_absent", 8);
	expect_shared(
	    (struct order){ .edit = another_archive_s_entry }, PB_CHECK_TOKENS, "shared_absent", 8);
}

/* ---- files ---------------------------------------------------------------------------------- */

static void
drop_salt(struct maker *maker)
{
	drop_file(maker, "stamps/8-8/node.salt");
}

static void
drop_inner_proof(struct maker *maker)
{
	drop_file(maker, "stamps/3-3/node.tlog-proof");
}

static void
drop_all_of_the_node(struct maker *maker)
{
	drop_file(maker, "stamps/8-8/node.checkpoint");
	drop_file(maker, "stamps/8-8/node.salt");
	drop_file(maker, "stamps/8-8/node.tlog-proof");
}

static void
add_salt(struct maker *maker)
{
	insert_file(maker, "stamps/8-8/token.tst", "stamps/8-8/node.salt", "x");
}

static void
files_of_a_node_are_all_there_or_none(void **state)
{
	(void)state;
	expect_shared((struct order){ .edit = drop_salt }, PB_CHECK_FILES, "stamp_incomplete", 8);
	expect_shared(
	    (struct order){ .edit = drop_inner_proof }, PB_CHECK_FILES, "stamp_incomplete", 3);
	expect_shared(
	    (struct order){ .edit = drop_inner_proof }, PB_CHECK_TOKENS, "anchor_malformed", 3);
	expect_shared((struct order){ .edit = drop_all_of_the_node }, PB_CHECK_TOKENS,
	    pb_stamp_fault_code(PB_STAMP_IMPRINT), 8);
	expect_found(
	    (struct order){ .edit = add_salt }, PB_CHECK_FILES, PB_INVALID, "stamp_incomplete", 8);
}

static void
say_plain(struct maker *maker, uint64_t seq, struct made_record *record)
{
	(void)maker;
	if (seq == 3)
		replace(&record->part[record->count - 1].bytes, "\"shared_timestamp\"",
		    "\"timestamp\"");
}

static void
say_of_later(struct maker *maker, uint64_t seq, struct made_record *record)
{
	(void)maker;
	if (seq == 3)
		replace(&record->part[record->count - 1].bytes, "\"shared_timestamp\"",
		    "\"shared_timestamp_2\"");
}

static void
anchor_says_whether_it_is_shared(void **state)
{
	(void)state;
	expect_shared(
	    (struct order){ .record = say_plain }, PB_CHECK_TOKENS, "anchor_malformed", 3);
	expect_found((struct order){ .shared = true, .record = say_of_later }, PB_CHECK_TOKENS,
	    PB_INDETERMINATE, "anchor_event", 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bundle_with_shared_anchors_is_valid),
		cmocka_unit_test(what_was_stamped_must_lead_to_the_checkpoint),
		cmocka_unit_test(files_of_a_node_are_all_there_or_none),
		cmocka_unit_test(anchor_says_whether_it_is_shared),
	};

	return cmocka_run_group_tests(tests, start_crypto, stop_authority);
}
