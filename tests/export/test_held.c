/* An export for somebody who holds a checkpoint of the log already (FORMAT 5.3, 5.6). */
#include "archive/archive.h"
#include "archive/walk.h"
#include "export/fixture.h"
#include "log/chain.h"
#include "log/checkpoint.h"
#include "log/tlog_proof.h"

static struct pb_checkpoint
checkpoint_of(struct fixture *f, uint64_t size)
{
	struct pb_checkpoint checkpoint = { .size = size };
	struct pb_walk *walk = NULL;
	uint8_t hash[PB_DIGEST_LEN];
	struct pb_frame frame;
	struct pb_tree tree;
	uint64_t slot;

	pb_tree_init(&tree);
	assert_int_equal(pb_walk_new(f->world.files, f->dir, &walk, NULL), PB_OK);
	for (uint64_t seq = 0; seq < size; seq++) {
		assert_int_equal(pb_walk_record(walk, seq, &frame, &slot, NULL), PB_OK);
		pb_tree_leaf_hash(frame.leaf, PB_LEAF_LEN, hash);
		pb_tree_append(&tree, hash);
		pb_chain_next(frame.leaf, checkpoint.head);
	}
	pb_walk_free(walk);
	pb_tree_root(&tree, checkpoint.root);
	return checkpoint;
}

static struct pb_buf
sign(const struct pb_archive *archive, struct pb_checkpoint checkpoint)
{
	struct pb_buf note = PB_BUF_EMPTY;

	if (checkpoint.origin[0] == '\0')
		memcpy(checkpoint.origin, archive->origin, sizeof(archive->origin));
	assert_int_equal(pb_checkpoint_sign(&checkpoint, archive->log_key, &note, NULL), PB_OK);
	return note;
}

static enum pb_status
try_export(
    struct pb_archive *archive, const struct pb_export_options *options, struct pb_error *err)
{
	struct pb_exported exported;

	*err = (struct pb_error){ 0 };
	return pb_archive_export(archive, NULL, options, &exported, err);
}

/* Export with the checkpoint of `size` held; PB_OK or what it answered. */
static struct pb_exported
export_to_holder(
    struct fixture *f, struct pb_archive *archive, struct pb_export_options *options, uint64_t size)
{
	struct pb_buf note = sign(archive, checkpoint_of(f, size));
	const struct pb_export_held held = { note.data, note.len };
	struct pb_exported exported;

	options->held = &held;
	options->held_count = 1;
	exported = export_it(archive, options);
	options->held = NULL;
	options->held_count = 0;
	pb_buf_done(&note);
	return exported;
}

static unsigned
count_consistency(const struct package *p)
{
	unsigned count = 0;

	for (size_t i = 0; i < p->count; i++)
		count += strncmp(p->entry[i].name, "log/consistency/", 16) == 0;
	return count;
}

/* ---- what is refused ------------------------------------------------------------------------ */

static void
refused(struct pb_archive *archive, struct pb_export_options *options, const struct pb_buf *note,
    enum pb_status expected)
{
	const struct pb_export_held held = { note->data, note->len };
	struct pb_error err;

	options->held = &held;
	options->held_count = 1;
	assert_int_equal(try_export(archive, options, &err), expected);
	assert_non_null(err.why);
	if (expected == PB_ECORRUPT)
		assert_non_null(strstr(err.todo, "hand out nothing"));
	/* Nothing was said in the log, and nothing written. */
	assert_int_equal(pb_archive_size(archive), RECORDS);
	assert_false(exists(options->output));
}

static void
checkpoint_that_is_not_of_this_history_stops_the_export(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = range_to(f, "other.asics", 5, 6);
	struct pb_checkpoint right = checkpoint_of(f, 7), wrong;
	struct pb_buf note;

	wrong = right;
	wrong.root[31] ^= 1;
	note = sign(archive, wrong);
	refused(archive, &options, &note, PB_ECORRUPT);
	pb_buf_done(&note);
	wrong = right;
	wrong.head[0] ^= 1;
	note = sign(archive, wrong);
	refused(archive, &options, &note, PB_ECORRUPT);
	pb_buf_done(&note);
	/* More records than there are: what was shown once has been taken away. */
	wrong = right;
	wrong.size = RECORDS + 1;
	note = sign(archive, wrong);
	refused(archive, &options, &note, PB_ECORRUPT);
	pb_buf_done(&note);
	close_archive(archive);
}

static void
checkpoint_that_the_log_did_not_sign_stops_the_export(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = range_to(f, "unsigned.asics", 5, 6);
	struct pb_checkpoint checkpoint = checkpoint_of(f, 7);
	struct pb_buf note = sign(archive, checkpoint);
	struct pb_ed25519 *key = NULL;

	/* Another key under the same name: the key id says so. */
	memcpy(checkpoint.origin, archive->origin, sizeof(archive->origin));
	assert_int_equal(pb_ed25519_generate(f->world.random, &key, NULL), PB_OK);
	pb_buf_clear(&note);
	assert_int_equal(pb_checkpoint_sign(&checkpoint, key, &note, NULL), PB_OK);
	refused(archive, &options, &note, PB_ECORRUPT);
	pb_buf_done(&note);
	/* The right key id, another text. */
	note = sign(archive, checkpoint);
	{
		char *size = memmem(note.data, note.len, "\n7\n", 3);

		assert_non_null(size);
		size[1] = '6';
	}
	refused(archive, &options, &note, PB_ECORRUPT);
	pb_buf_done(&note);
	pb_ed25519_free(key);
	close_archive(archive);
}

static void
checkpoint_of_another_log_is_refused(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = range_to(f, "another.asics", 5, 6);
	struct pb_checkpoint checkpoint = checkpoint_of(f, 7);
	struct pb_buf note;

	memcpy(checkpoint.origin, archive->origin, sizeof(archive->origin));
	checkpoint.origin[0] ^= 1;
	note = sign(archive, checkpoint);
	refused(archive, &options, &note, PB_EINVAL);
	pb_buf_clear(&note);
	assert_int_equal(pb_buf_append_text(&note, "no note\n"), PB_OK);
	refused(archive, &options, &note, PB_EDATA);
	pb_buf_clear(&note);
	refused(archive, &options, &note, PB_EDATA);
	pb_buf_done(&note);
	options.held_count = PB_LIMIT_EXPORT_HELD + 1;
	{
		struct pb_error err;

		assert_int_equal(try_export(archive, &options, &err), PB_ELIMIT);
	}
	close_archive(archive);
}

/* ---- what is added -------------------------------------------------------------------------- */

static void
held_size_before_the_range_gets_its_proof(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = range_to(f, "before.asics", 9, 10);
	struct pb_checkpoint held = checkpoint_of(f, 3), last = checkpoint_of(f, 12);
	struct pb_exported exported = export_to_holder(f, archive, &options, 3);
	uint8_t proof[PB_PROOF_MAX * PB_DIGEST_LEN];
	struct package *p = open_package(options.output);
	struct pb_buf text;
	size_t count;

	assert_int_equal(exported.first, 9);
	assert_int_equal(exported.last, 10);
	assert_int_equal(exported.size, 12);
	/* Of the anchor at 9, which is over 9, and of 3. */
	assert_int_equal(count_consistency(p), 2);
	text = bytes_of(p, "log/consistency/3-12");
	assert_int_equal(pb_consistency_decode(text.data, text.len, proof, &count, NULL), PB_OK);
	assert_true(pb_tree_check_consistency(3, 12, held.root, last.root, proof, count));
	assert_false(pb_tree_check_consistency(3, 12, last.root, last.root, proof, count));
	pb_buf_done(&text);
	close_package(p);
	close_archive(archive);
}

static void
several_that_are_held_stand_ascending_among_the_stamps(void **state)
{
	static const uint64_t sizes[] = { 11, 2, 9, 4, 11, 3 };
	static const char *const names[] = { "log/consistency/2-12", "log/consistency/3-12",
		"log/consistency/4-12", "log/consistency/9-12", "log/consistency/11-12" };
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = range_to(f, "several.asics", 9, 9);
	struct pb_export_held held[6];
	struct pb_buf note[6];
	struct package *p;
	size_t at = 0;

	options.as_of = 12;
	for (size_t i = 0; i < 6; i++) {
		note[i] = sign(archive, checkpoint_of(f, sizes[i]));
		held[i] = (struct pb_export_held){ note[i].data, note[i].len };
	}
	options.held = held;
	options.held_count = 6;
	(void)export_it(archive, &options);
	p = open_package(options.output);
	for (size_t i = 0; i < p->count; i++)
		if (strncmp(p->entry[i].name, "log/consistency/", 16) == 0)
			assert_string_equal(p->entry[i].name, names[at++]);
	assert_int_equal(at, 5);
	for (size_t i = 0; i < 6; i++)
		pb_buf_done(&note[i]);
	close_package(p);
	close_archive(archive);
}

/* In i+1..j+1 the leaves give root and head; over a stamp, and over `size`, the stamps do. */
static void
held_size_that_the_bundle_tells_of_anyway_adds_nothing(void **state)
{
	static const uint64_t sizes[] = { 5, 8, 4, 9 };
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);

	for (size_t i = 0; i < 4; i++) {
		struct pb_export_options options = range_to(f, "told.asics", 5, 7);
		struct pb_exported exported = export_to_holder(f, archive, &options, sizes[i]);
		struct package *p = open_package(options.output);

		assert_int_equal(exported.size, 9);
		assert_int_equal(count_consistency(p), 1);
		assert_true(has(p, "log/consistency/4-9"));
		close_package(p);
	}
	close_archive(archive);
}

static void
held_size_behind_the_checkpoint_raises_it_and_not_the_range(void **state)
{
	const struct pb_export_rule seq = { 2, 2, PB_EXPORT_ALL, { 0 } };
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = range_to(f, "raised.asics", 1, 3);
	struct pb_exported exported = export_to_holder(f, archive, &options, 7);
	struct package *p = open_package(options.output);

	assert_int_equal(exported.last, 3);
	assert_int_equal(exported.size, 9);
	assert_true(has(p, "log/consistency/7-9"));
	close_package(p);
	/* By records or dates the range goes to the end of the checkpoint that covers them. */
	options = options_to(f, "raised2.asics");
	options.rule = &seq;
	options.rule_count = 1;
	exported = export_to_holder(f, archive, &options, 9);
	assert_int_equal(exported.last, 3);
	assert_int_equal(exported.size, 9);
	options = options_to(f, "raised3.asics");
	options.until_s = NOON_S + 60;
	exported = export_to_holder(f, archive, &options, 10);
	assert_int_equal(exported.last, 3);
	assert_int_equal(exported.size, 12);
	close_archive(archive);
}

static void
held_size_that_no_token_covers_asks_for_a_stamp(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = range_to(f, "newer.asics", 5, 6);
	struct pb_buf note = sign(archive, checkpoint_of(f, 13));
	const struct pb_export_held held = { note.data, note.len };
	struct pb_error err;

	options.held = &held;
	options.held_count = 1;
	assert_int_equal(try_export(archive, &options, &err), PB_EUNAVAIL);
	assert_non_null(strstr(err.todo, "probant stamp --now"));
	/* A checkpoint that was named is not exchanged for another. */
	options.as_of = 9;
	assert_int_equal(try_export(archive, &options, &err), PB_EINVAL);
	assert_int_equal(pb_archive_size(archive), RECORDS);
	pb_buf_done(&note);
	close_archive(archive);
}

/* ---- what the holder learns ----------------------------------------------------------------- */

static enum pb_verdict
consistency_seen_by(struct fixture *f, const char *path, const struct pb_buf *held)
{
	const struct pb_bundle_check_options options = { .trust = f->trust.data,
		.trust_len = f->trust.len,
		.against = held->data,
		.against_len = held->len };
	struct pb_verification *v = NULL;
	enum pb_verdict verdict;

	assert_int_equal(pb_bundle_check(&f->world, path, &options, &v, NULL), PB_OK);
	verdict = pb_verification_check(v, PB_CHECK_CONSISTENCY)->verdict;
	pb_verification_free(v);
	return verdict;
}

static void
holder_can_compare_by_the_proof_alone(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_checkpoint other = checkpoint_of(f, 3);
	struct pb_buf held = sign(archive, checkpoint_of(f, 3)), forked;
	struct pb_export_options options = range_to(f, "without.asics", 9, 10);

	other.root[5] ^= 1;
	forked = sign(archive, other);
	(void)export_it(archive, &options);
	assert_int_equal(consistency_seen_by(f, options.output, &held), PB_INDETERMINATE);
	options = range_to(f, "with.asics", 9, 10);
	(void)export_to_holder(f, archive, &options, 3);
	assert_int_equal(consistency_seen_by(f, options.output, &held), PB_VALID);
	assert_int_equal(consistency_seen_by(f, options.output, &forked), PB_INVALID);
	pb_buf_done(&held);
	pb_buf_done(&forked);
	close_archive(archive);
}

/* ---- going on ------------------------------------------------------------------------------- */

/* Fail ever earlier calls until the package is left unfinished.  The archive, opened again. */
static struct pb_archive *
interrupt(struct fixture *f, struct pb_archive *archive, const struct pb_export_options *options)
{
	char state[800];
	struct pb_error err;

	(void)snprintf(state, sizeof(state), "%s.partial.json", options->output);
	for (uint64_t nth = 600; !exists(state); nth -= 5) {
		assert_true(nth > 5);
		fail_call(f, nth, EIO, false);
		(void)try_export(archive, options, &err);
		heal(f);
		(void)unlink(options->output);
		(void)pb_archive_close(archive, NULL);
		archive = open_archive(f, f->key);
	}
	return archive;
}

static void
what_is_held_is_part_of_what_goes_on(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = options_to(f, "on.asics");
	struct pb_buf note = sign(archive, checkpoint_of(f, 7));
	const struct pb_export_held held = { note.data, note.len };
	struct pb_exported exported;
	struct package *p;
	struct pb_error err;

	options.until_s = NOON_S + 60;
	options.held = &held;
	options.held_count = 1;
	archive = interrupt(f, archive, &options);
	options.held_count = 0;
	assert_int_equal(try_export(archive, &options, &err), PB_EEXIST);
	/* Tokens that came since change nothing. */
	stamp(f, archive);
	options.held_count = 1;
	exported = export_it(archive, &options);
	assert_int_equal(exported.last, 3);
	assert_int_equal(exported.size, 9);
	p = open_package(options.output);
	assert_true(has(p, "log/consistency/7-9"));
	close_package(p);
	pb_buf_done(&note);
	close_archive(archive);
}

/* From a time on: to the newest of those that there were when it began. */
static void
tokens_since_the_beginning_do_not_move_an_export_that_goes_on(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = options_to(f, "late.asics");
	struct pb_exported exported;

	options.since_s = NOON_S + 100;
	archive = interrupt(f, archive, &options);
	pass_time(f, 200000);
	stamp(f, archive);
	exported = export_it(archive, &options);
	assert_int_equal(exported.last, 11);
	assert_int_equal(exported.size, 12);
	close_archive(archive);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
		    checkpoint_that_is_not_of_this_history_stops_the_export, set_up),
		cmocka_unit_test_setup(
		    checkpoint_that_the_log_did_not_sign_stops_the_export, set_up),
		cmocka_unit_test_setup(checkpoint_of_another_log_is_refused, set_up),
		cmocka_unit_test_setup(held_size_before_the_range_gets_its_proof, set_up),
		cmocka_unit_test_setup(
		    several_that_are_held_stand_ascending_among_the_stamps, set_up),
		cmocka_unit_test_setup(
		    held_size_that_the_bundle_tells_of_anyway_adds_nothing, set_up),
		cmocka_unit_test_setup(
		    held_size_behind_the_checkpoint_raises_it_and_not_the_range, set_up),
		cmocka_unit_test_setup(held_size_that_no_token_covers_asks_for_a_stamp, set_up),
		cmocka_unit_test_setup(holder_can_compare_by_the_proof_alone, set_up),
		cmocka_unit_test_setup(what_is_held_is_part_of_what_goes_on, set_up),
		cmocka_unit_test_setup(
		    tokens_since_the_beginning_do_not_move_an_export_that_goes_on, set_up),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
