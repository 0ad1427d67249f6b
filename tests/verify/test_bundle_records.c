/* FORMAT 5.6: commitment, chain, range; by an exporter who signs everything anew. */
#include "bundle_fixture.h"

/* ---- commitment ----------------------------------------------------------------------------- */

static void
change_message(struct maker *maker)
{
	file_of(maker, "records/1/message.eml")->data[9] ^= 1;
}

static void
lengthen_message(struct maker *maker)
{
	assert_int_equal(
	    pb_buf_append_text(file_of(maker, "records/1/message.eml"), "plus"), PB_OK);
}

static void
change_header(struct maker *maker)
{
	file_of(maker, "records/4/part-0.bin")->data[0] ^= 1;
}

/* The withheld envelope becomes another one. */
static void
change_withheld(struct maker *maker)
{
	struct pb_buf *json = file_of(maker, "records/5/opening.json");
	uint8_t *p = memmem(json->data, json->len, "{\"p\":\"", 6);

	assert_non_null(p);
	p[6] = p[6] == '0' ? '1' : '0';
}

static void
change_last_half(struct maker *maker)
{
	struct pb_buf *json = file_of(maker, "records/5/opening.json");
	uint8_t *p = memmem(json->data, json->len, "{\"p\":\"", 6);

	assert_non_null(p);
	p[6 + 127] = p[6 + 127] == '0' ? '1' : '0';
}

static void
what_is_opened_is_what_the_leaf_committed_to(void **state)
{
	(void)state;
	expect_found((struct order){ .edit = change_message }, PB_CHECK_COMMITMENT, PB_INVALID,
	    "commitment", 1);
	expect_found((struct order){ .edit = change_message }, PB_CHECK_COMMITMENT, PB_INVALID,
	    "message_sha256", 1);
	expect_found((struct order){ .edit = lengthen_message }, PB_CHECK_COMMITMENT, PB_INVALID,
	    "commitment", 1);
	expect_found((struct order){ .edit = change_header }, PB_CHECK_COMMITMENT, PB_INVALID,
	    "commitment", 4);
	expect_found((struct order){ .edit = change_withheld }, PB_CHECK_COMMITMENT, PB_INVALID,
	    "commitment", 5);
	expect_found((struct order){ .edit = change_last_half }, PB_CHECK_COMMITMENT, PB_INVALID,
	    "commitment", 5);
}

/* A commitment that fails in its second hash alone. */
static void
half_a_leaf(struct maker *maker, uint64_t seq, uint8_t leaf[PB_LEAF_LEN])
{
	(void)maker;
	if (seq != 1)
		return;
	leaf[64 + 63] ^= 1;
	memcpy(maker->tree_leaf[seq], leaf, PB_LEAF_LEN);
}

static void
both_hash_families_must_agree(void **state)
{
	(void)state;
	expect_found((struct order){ .leaf = half_a_leaf }, PB_CHECK_COMMITMENT, PB_INVALID,
	    "commitment", 1);
}

static void
withhold_facts(struct maker *maker, uint64_t seq, struct made_record *record)
{
	(void)maker;
	if (seq == 5)
		record->part[3].withheld = true;
}

static void
lie_about_digest(struct maker *maker, uint64_t seq, struct made_record *record)
{
	(void)maker;
	if (seq == 1)
		record->part[2].bytes.data[0] ^= 1;
}

/* The digest is given, and a slice of the message is not. */
static void
disclose_digest(struct maker *maker, uint64_t seq, struct made_record *record)
{
	(void)maker;
	if (seq == 4)
		record->part[2].withheld = false;
}

static void
malform_facts(struct maker *maker, uint64_t seq, struct made_record *record)
{
	(void)maker;
	if (seq == 1)
		record->part[3].bytes.data[0] = '[';
}

static void
add_unknown_part(struct maker *maker, uint64_t seq, struct made_record *record)
{
	if (seq == 1)
		add_text(maker, record, 77, "?");
}

static void
add_second_facts(struct maker *maker, uint64_t seq, struct made_record *record)
{
	if (seq == 1)
		add_text(maker, record, PB_PART_FACTS, "{}");
}

static void
drop_digest(struct maker *maker, uint64_t seq, struct made_record *record)
{
	(void)maker;
	if (seq != 1)
		return;
	pb_buf_done(&record->part[2].bytes);
	memmove(&record->part[2], &record->part[3], 2 * sizeof(record->part[0]));
	record->part[4].bytes = PB_BUF_EMPTY;
	record->count = 4;
}

static void
opened_record_has_the_parts_that_it_should_have(void **state)
{
	(void)state;
	expect_found((struct order){ .record = withhold_facts }, PB_CHECK_COMMITMENT, PB_INVALID,
	    "facts_withheld", 5);
	expect_found((struct order){ .record = lie_about_digest }, PB_CHECK_COMMITMENT, PB_INVALID,
	    "message_sha256", 1);
	expect_found((struct order){ .record = disclose_digest }, PB_CHECK_COMMITMENT, PB_INVALID,
	    "message_sha256", 4);
	expect_found((struct order){ .record = malform_facts }, PB_CHECK_COMMITMENT, PB_INVALID,
	    "facts_malformed", 1);
	expect_found((struct order){ .record = add_unknown_part }, PB_CHECK_COMMITMENT,
	    PB_INDETERMINATE, "part_kind", 1);
	expect_found((struct order){ .record = add_second_facts }, PB_CHECK_COMMITMENT, PB_INVALID,
	    "facts_missing", 1);
	expect_found((struct order){ .record = drop_digest }, PB_CHECK_COMMITMENT, PB_INVALID,
	    "digest_missing", 1);
}

/* ---- files of a record ---------------------------------------------------------------------- */

static void
drop_part(struct maker *maker)
{
	drop_file(maker, "records/5/part-3.bin");
}

static void
add_part_file(struct maker *maker)
{
	insert_file(maker, "records/5/part-3.bin", "records/5/part-4.bin", "x");
}

static void
drop_proof(struct maker *maker)
{
	drop_file(maker, "records/5/leaf.tlog-proof");
}

static void
malform_opening(struct maker *maker)
{
	replace(file_of(maker, "records/5/opening.json"), "{", "{ ");
}

static void
exchange_opening(struct maker *maker)
{
	replace(file_of(maker, "records/5/opening.json"), "\"seq\":5", "\"seq\":4");
}

static void
shorten_leaf(struct maker *maker)
{
	file_of(maker, "records/5/leaf.bin")->len--;
}

static void
files_of_a_record_are_those_that_its_opening_discloses(void **state)
{
	(void)state;
	expect_found(
	    (struct order){ .edit = drop_part }, PB_CHECK_FILES, PB_INVALID, "record_files", 5);
	expect_found(
	    (struct order){ .edit = add_part_file }, PB_CHECK_FILES, PB_INVALID, "record_files", 5);
	expect_found((struct order){ .edit = drop_proof }, PB_CHECK_FILES, PB_INVALID,
	    "record_incomplete", 5);
	expect_found((struct order){ .edit = malform_opening }, PB_CHECK_FILES, PB_INVALID,
	    "opening_malformed", 5);
	expect_found((struct order){ .edit = exchange_opening }, PB_CHECK_FILES, PB_INVALID,
	    "opening_seq", 5);
	expect_found((struct order){ .edit = shorten_leaf }, PB_CHECK_FILES, PB_INVALID,
	    "leaf_malformed", 5);
}

/* ---- chain ---------------------------------------------------------------------------------- */

static void
change_leaf(struct maker *maker)
{
	file_of(maker, "records/5/leaf.bin")->data[100] ^= 1;
}

static void
exchange_leaf(struct maker *maker)
{
	memcpy(file_of(maker, "records/5/leaf.bin")->data, maker->record[4].leaf, PB_LEAF_LEN);
}

/* Another leaf in its place, and everything behind it chained to that. */
static void
break_chain(struct maker *maker, uint64_t seq, uint8_t leaf[PB_LEAF_LEN])
{
	if (seq == 2)
		leaf[40] ^= 1;
	memcpy(maker->tree_leaf[seq], leaf, PB_LEAF_LEN);
}

static void
skip_number(struct maker *maker, uint64_t seq, uint8_t leaf[PB_LEAF_LEN])
{
	if (seq == 2)
		pb_put_u64(leaf + 8, 3);
	memcpy(maker->tree_leaf[seq], leaf, PB_LEAF_LEN);
}

static void
use_unknown_type(struct maker *maker, uint64_t seq, uint8_t leaf[PB_LEAF_LEN])
{
	if (seq == 2)
		leaf[24] = 99;
	memcpy(maker->tree_leaf[seq], leaf, PB_LEAF_LEN);
}

static void
other_beginning(struct maker *maker, uint64_t seq, uint8_t leaf[PB_LEAF_LEN])
{
	if (seq == 0)
		leaf[40] ^= 1;
	memcpy(maker->tree_leaf[seq], leaf, PB_LEAF_LEN);
}

static void
leaves_follow_one_another(void **state)
{
	(void)state;
	expect_found(
	    (struct order){ .edit = change_leaf }, PB_CHECK_CHAIN, PB_INVALID, "leaf_differs", 5);
	expect_found(
	    (struct order){ .edit = exchange_leaf }, PB_CHECK_CHAIN, PB_INVALID, "leaf_seq", 5);
	expect_found((struct order){ .leaf = break_chain }, PB_CHECK_CHAIN, PB_INVALID, "prev", 2);
	expect_found((struct order){ .leaf = skip_number }, PB_CHECK_CHAIN, PB_INVALID, "seq", 2);
	expect_found((struct order){ .leaf = use_unknown_type }, PB_CHECK_CHAIN, PB_INDETERMINATE,
	    "leaf_type", 2);
	expect_found(
	    (struct order){ .leaf = other_beginning }, PB_CHECK_CHAIN, PB_INVALID, "prev", 0);
	/* Record 0 beside the range. */
	expect_found((struct order){ .leaf = other_beginning, .first = 3 }, PB_CHECK_CHAIN,
	    PB_INVALID, "prev", 0);
}

/* ---- the story-picking exporter ------------------------------------------------------------- */

/* The chain shows X, the tree holds M: in leaves.bin stands what the chain shows. */
static void
tree_holds_another(struct maker *maker, uint64_t seq, uint8_t leaf[PB_LEAF_LEN])
{
	if (seq == 2)
		maker->tree_leaf[seq][100] ^= 1;
	(void)leaf;
}

/* In leaves.bin stands what the tree holds. */
static void
show_the_tree(struct maker *maker)
{
	memcpy(file_of(maker, "log/leaves.bin")->data + 2 * PB_LEAF_LEN, maker->tree_leaf[2],
	    PB_LEAF_LEN);
}

static void
chain_and_tree_are_checked_over_the_same_leaves(void **state)
{
	(void)state;
	expect_found((struct order){ .leaf = tree_holds_another }, PB_CHECK_TREE, PB_INVALID,
	    "range_root", PB_NO_SEQ);
	expect_found((struct order){ .leaf = tree_holds_another, .edit = show_the_tree },
	    PB_CHECK_CHAIN, PB_INVALID, "prev", 3);
}

/* ... of an opened record: leaf.bin, its proof and leaves.bin speak of one leaf. */
static void
open_another(struct maker *maker, uint64_t seq, uint8_t leaf[PB_LEAF_LEN])
{
	if (seq == 5)
		maker->tree_leaf[seq][70] ^= 1;
	(void)leaf;
}

static void
show_the_chain(struct maker *maker)
{
	memcpy(file_of(maker, "log/leaves.bin")->data + (size_t)5 * PB_LEAF_LEN,
	    maker->tree_leaf[5], PB_LEAF_LEN);
}

static void
opened_record_is_the_one_that_the_tree_holds(void **state)
{
	(void)state;
	expect_found((struct order){ .leaf = open_another }, PB_CHECK_TREE, PB_INVALID,
	    "leaf_proof_root", 5);
	expect_found((struct order){ .leaf = open_another, .edit = show_the_chain }, PB_CHECK_CHAIN,
	    PB_INVALID, "leaf_differs", 5);
}

/* A chain whose end was signed otherwise than the leaves show. */
static void
shift_head(struct maker *maker, uint64_t seq, struct made_record *record)
{
	(void)record;
	/* Behind the checkpoint of 6 was made, and before leaf 6 states prev. */
	if (seq == 6)
		maker->prev[0] ^= 1;
}

static void
signed_head_is_that_of_the_leaves(void **state)
{
	(void)state;
	expect_found((struct order){ .record = shift_head, .first = 6 }, PB_CHECK_TREE, PB_INVALID,
	    "checkpoint_head", 6);
}

/* ---- range ---------------------------------------------------------------------------------- */

static void
close_nothing(struct maker *maker)
{
	struct pb_buf *json = file_of(maker, "log/closed.json");

	pb_buf_clear(json);
	assert_int_equal(pb_buf_append_text(json, "[]"), PB_OK);
}

static void
close_opened(struct maker *maker)
{
	replace(file_of(maker, "log/closed.json"), "\"first\":2", "\"first\":1");
}

static void
say_destroyed(struct maker *maker)
{
	struct pb_closed_run runs[] = { { .first = 2, .last = 2, .destroyed = true, .by = 5 },
		{ .first = 7, .last = 7 } };
	struct pb_buf *json = file_of(maker, "log/closed.json");

	pb_buf_clear(json);
	assert_int_equal(pb_closed_encode(runs, 2, json), PB_OK);
}

static void
malform_closed(struct maker *maker)
{
	replace(file_of(maker, "log/closed.json"), "[", "{");
}

static void
drop_leaf(struct maker *maker)
{
	file_of(maker, "log/leaves.bin")->len -= PB_LEAF_LEN;
}

static void
every_record_of_the_range_is_opened_or_closed(void **state)
{
	(void)state;
	expect_found((struct order){ .edit = close_nothing }, PB_CHECK_RANGE, PB_INVALID,
	    "record_missing", 2);
	expect_found((struct order){ .edit = close_opened }, PB_CHECK_RANGE, PB_INVALID,
	    "opened_and_closed", 1);
	expect_found((struct order){ .edit = say_destroyed }, PB_CHECK_RANGE, PB_INVALID,
	    "destroyed_without_record", 2);
	expect_found((struct order){ .edit = malform_closed }, PB_CHECK_FILES, PB_INVALID,
	    "closed_malformed", PB_NO_SEQ);
	expect_found((struct order){ .edit = drop_leaf }, PB_CHECK_FILES, PB_INVALID,
	    "leaves_length", PB_NO_SEQ);
}

static void
close_anchor(struct maker *maker, uint64_t seq, struct made_record *record)
{
	(void)maker;
	if (seq == 6)
		record->what = PB_DISCLOSE_NONE;
}

static void
withhold_object(struct maker *maker, uint64_t seq, struct made_record *record)
{
	(void)maker;
	if (seq == 0) {
		record->what = PB_DISCLOSE_PARTS;
		add_text(maker, record, PB_PART_CLASS, "{}")->withheld = true;
	}
}

static void
closing_what_must_be_open_is_indeterminate(void **state)
{
	(void)state;
	expect_found((struct order){ .record = close_anchor }, PB_CHECK_CHAIN, PB_INDETERMINATE,
	    "record_not_opened", 6);
	expect_found((struct order){ .record = withhold_object }, PB_CHECK_CHAIN, PB_INDETERMINATE,
	    "record_not_whole", 0);
}

/* Record 0 is not there: nobody says whose log it is. */
static void
drop_record_zero(struct maker *maker)
{
	drop_file(maker, "records/0/part-0.bin");
	drop_file(maker, "records/0/leaf.bin");
	drop_file(maker, "records/0/opening.json");
	drop_file(maker, "records/0/leaf.tlog-proof");
}

static void
record_zero_stands_beside_the_range(void **state)
{
	(void)state;
	expect_found((struct order){ .edit = drop_record_zero, .first = 3 }, PB_CHECK_LOG_KEY,
	    PB_INVALID, "log_key_missing", PB_NO_SEQ);
	expect_found((struct order){ .edit = drop_record_zero, .first = 3 }, PB_CHECK_PAYLOAD,
	    PB_INVALID, "sums_not_signed", PB_NO_SEQ);
}

static void
range_begins_with_the_log_or_an_anchor(void **state)
{
	(void)state;
	expect_found((struct order){ .first = 4 }, PB_CHECK_RANGE, PB_INVALID, "range_begin", 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_opened_is_what_the_leaf_committed_to),
		cmocka_unit_test(both_hash_families_must_agree),
		cmocka_unit_test(opened_record_has_the_parts_that_it_should_have),
		cmocka_unit_test(files_of_a_record_are_those_that_its_opening_discloses),
		cmocka_unit_test(leaves_follow_one_another),
		cmocka_unit_test(chain_and_tree_are_checked_over_the_same_leaves),
		cmocka_unit_test(opened_record_is_the_one_that_the_tree_holds),
		cmocka_unit_test(signed_head_is_that_of_the_leaves),
		cmocka_unit_test(every_record_of_the_range_is_opened_or_closed),
		cmocka_unit_test(closing_what_must_be_open_is_indeterminate),
		cmocka_unit_test(record_zero_stands_beside_the_range),
		cmocka_unit_test(range_begins_with_the_log_or_an_anchor),
	};

	return cmocka_run_group_tests(tests, start_crypto, stop_authority);
}
