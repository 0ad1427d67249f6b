/* Stamping while others write, and stamp: authorities are asked without the lock. */
#include "archive/fake_tsa.h"

#include "archive/lock.h"

static struct fake_tsa tsa;

static int
set_up_tsa(void **state)
{
	struct fixture *f = *state;

	fresh(f);
	fake_tsa_init(&tsa, f);
	pb_buf_clear(&f->tsa_roots);
	assert_int_equal(pb_buf_append(&f->tsa_roots, tsa.root.data, tsa.root.len), PB_OK);
	return 0;
}

static int
tear_down_tsa(void **state)
{
	(void)state;
	fake_tsa_done(&tsa);
	return 0;
}

/* An archive whose only authority is the fake one; its log has `records` messages. */
static struct pb_archive *
open_external(struct fixture *f, size_t records)
{
	struct pb_tsa_settings s = settings_of(&tsa, "fictif");
	struct pb_archive *a = open_archive(f, f->key);

	assert_int_equal(pb_archive_tsa_add(a, &s, NULL), PB_OK);
	assert_int_equal(pb_archive_tsa_remove(a, "local", NULL), PB_OK);
	commit(f, a, records);
	return a;
}

static enum pb_status
stamp(struct pb_archive *a, struct pb_stamp_outcome *outcome, struct pb_error *err)
{
	*outcome = (struct pb_stamp_outcome){ 0 };
	return pb_archive_stamp(a, &tsa.http, true, outcome, err);
}

static struct pb_stamp_standing
standing_of(struct fixture *f)
{
	struct pb_stamp_standing standing;

	assert_int_equal(pb_archive_stamp_standing(&f->world, f->dir, &standing, NULL), PB_OK);
	return standing;
}

/* How many anchors tell of that. */
static unsigned
count_event(struct fixture *f, uint64_t size, const char *event)
{
	unsigned count = 0;
	uint8_t type;

	for (uint64_t seq = 0; seq < size; seq++) {
		struct pb_json *facts = read_facts(f, seq, &type);

		count += type == PB_RECORD_ANCHOR && strcmp(text_of(facts, "event"), event) == 0;
		pb_json_free(facts);
	}
	return count;
}

/* ---- who captures does not wait ------------------------------------------------------------- */

static void
import_two(struct fake_tsa *who, void *arg)
{
	struct pb_archive *other = open_archive(who->f, NULL);

	(void)arg;
	assert_int_equal(who->f->clock.slept_us, 0);
	commit(who->f, other, 2);
	close_archive(other);
}

static void
others_write_while_an_authority_is_asked(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *a = open_external(f, 1);
	uint64_t size = pb_archive_size(a);
	struct pb_stamp_outcome outcome;
	struct pb_json *facts;
	uint8_t type;

	tsa.meanwhile = import_two;
	assert_int_equal(stamp(a, &outcome, NULL), PB_OK);
	assert_int_equal(outcome.tokens, 1);
	assert_int_equal(outcome.size, size);
	facts = read_facts(f, pb_archive_size(a) - 1, &type);
	assert_int_equal(number_of(facts, "size"), size);
	pb_json_free(facts);
	assert_int_equal(standing_of(f).stamped_size, size);
	assert_int_equal(standing_of(f).backlog, 3); /* with the segment of what came between */
	commit(f, a, 1);
	close_archive(a);
	assert_holds(f);
}

static void
the_lock_is_kept_where_the_local_authority_is_alone(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *a = open_archive(f, f->key);
	struct pb_stamp_outcome outcome;
	int lock = a->lock_fd;

	commit(f, a, 1);
	assert_int_equal(stamp(a, &outcome, NULL), PB_OK);
	assert_int_equal(outcome.tokens, 1);
	assert_int_equal(a->lock_fd, lock);
	close_archive(a);
}

/* ---- two that stamp ------------------------------------------------------------------------- */

struct second {
	size_t imports;       /* before it stamps */
	size_t later;         /* and after it */
	enum conduct conduct; /* towards it */
	enum conduct then;    /* and towards the first */
	enum pb_status expected;
	struct pb_stamp_outcome outcome;
};

static void
stamp_beside(struct fake_tsa *who, void *arg)
{
	struct pb_archive *other = open_archive(who->f, who->f->key);
	struct second *second = arg;

	if (second->imports > 0)
		commit(who->f, other, second->imports);
	who->conduct = second->conduct;
	assert_int_equal(stamp(other, &second->outcome, NULL), second->expected);
	who->conduct = second->then;
	if (second->later > 0)
		commit(who->f, other, second->later);
	close_archive(other);
}

static void
two_that_stamp_at_once_both_keep_their_tokens(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *a = open_external(f, 1);
	struct second second = { .imports = 2, .expected = PB_OK };
	struct pb_stamp_outcome first;

	tsa.meanwhile = stamp_beside;
	tsa.arg = &second;
	assert_int_equal(stamp(a, &first, NULL), PB_OK);
	assert_int_equal(first.tokens + second.outcome.tokens, 2);
	assert_int_equal(second.outcome.size, first.size + 2);
	assert_int_equal(count_event(f, pb_archive_size(a), "timestamp"), 2);
	/* The token that came into the log last is over the older checkpoint. */
	assert_int_equal(standing_of(f).stamped_size, second.outcome.size);
	assert_int_equal(standing_of(f).backlog, 0);
	assert_int_equal(pb_archive_stamp(a, &tsa.http, false, &first, NULL), PB_OK);
	assert_false(first.due);
	close_archive(a);
	assert_holds(f);
}

static void
two_that_stamp_one_checkpoint_hold_together(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *a = open_external(f, 1);
	struct second second = { .expected = PB_OK };
	struct pb_stamp_outcome first;

	tsa.meanwhile = stamp_beside;
	tsa.arg = &second;
	assert_int_equal(stamp(a, &first, NULL), PB_OK);
	assert_int_equal(second.outcome.size, first.size);
	assert_int_equal(standing_of(f).backlog, 0);
	close_archive(a);
	assert_holds(f);
}

static void
two_that_are_not_answered_state_one_gap(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *a = open_external(f, 1);
	struct second second = {
		.imports = 2, .conduct = IS_SILENT, .then = IS_SILENT, .expected = PB_EUNAVAIL
	};
	struct pb_stamp_outcome first;

	tsa.meanwhile = stamp_beside;
	tsa.arg = &second;
	assert_int_equal(stamp(a, &first, NULL), PB_EUNAVAIL);
	assert_true(second.outcome.gap);
	assert_false(first.gap);
	assert_int_equal(count_event(f, pb_archive_size(a), "timestamp_gap"), 1);
	assert_true(standing_of(f).gap);
	close_archive(a);
	assert_holds(f);
}

static void
a_gap_is_stated_once_though_imports_come_between(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *a = open_external(f, 1);
	struct pb_stamp_outcome outcome;
	unsigned i;

	tsa.conduct = IS_SILENT;
	for (i = 0; i < 3; i++) {
		tsa.meanwhile = import_two;
		assert_int_equal(stamp(a, &outcome, NULL), PB_EUNAVAIL);
		assert_int_equal(outcome.gap, i == 0);
	}
	assert_int_equal(count_event(f, pb_archive_size(a), "timestamp_gap"), 1);
	tsa.conduct = ANSWERS;
	tsa.meanwhile = import_two;
	assert_int_equal(stamp(a, &outcome, NULL), PB_OK);
	assert_true(outcome.gap_ended);
	assert_false(standing_of(f).gap);
	assert_true(standing_of(f).backlog > 0);
	close_archive(a);
	assert_holds(f);
}

static void
no_gap_is_stated_where_another_stamped(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *a = open_external(f, 1);
	struct second second = { .imports = 1, .later = 1, .then = IS_SILENT, .expected = PB_OK };
	struct pb_stamp_outcome first;

	tsa.meanwhile = stamp_beside;
	tsa.arg = &second;
	assert_int_equal(stamp(a, &first, NULL), PB_EUNAVAIL);
	assert_int_equal(second.outcome.tokens, 1);
	assert_true(standing_of(f).backlog > 0); /* that is newer than what was asked for */
	assert_int_equal(count_event(f, pb_archive_size(a), "timestamp_gap"), 0);
	assert_false(standing_of(f).gap);
	close_archive(a);
	assert_holds(f);
}

static void
a_gap_is_ended_once_by_two(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *a = open_external(f, 1);
	struct second second = { .expected = PB_OK };
	struct pb_stamp_outcome first;

	tsa.conduct = FAILS;
	assert_int_equal(stamp(a, &first, NULL), PB_EUNAVAIL);
	assert_true(first.gap);
	tsa.conduct = ANSWERS;
	tsa.meanwhile = stamp_beside;
	tsa.arg = &second;
	assert_int_equal(stamp(a, &first, NULL), PB_OK);
	assert_true(second.outcome.gap_ended);
	assert_false(first.gap_ended);
	assert_int_equal(count_event(f, pb_archive_size(a), "timestamp_gap_end"), 1);
	close_archive(a);
	assert_holds(f);
}

/* ---- a writer that is at work when tokens are there ----------------------------------------- */

struct writer {
	struct fixture *f;
	struct pb_archive *archive;
	int64_t until_us; /* of what was slept */
};

static void
writer_ends(void *arg)
{
	struct writer *writer = arg;

	if (writer->archive == NULL || writer->f->clock.slept_us < writer->until_us)
		return;
	close_archive(writer->archive);
	writer->archive = NULL;
}

static void
begin_to_write(struct fake_tsa *who, void *arg)
{
	struct writer *writer = arg;

	writer->archive = open_archive(who->f, NULL);
	commit(who->f, writer->archive, 1);
	who->f->clock.asleep = writer_ends;
	who->f->clock.arg = writer;
}

static void
a_writer_is_waited_for_with_tokens_in_hand(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *a = open_external(f, 1);
	struct writer writer = { .f = f, .until_us = 55000000 };
	struct pb_stamp_outcome outcome;

	tsa.meanwhile = begin_to_write;
	tsa.arg = &writer;
	assert_int_equal(stamp(a, &outcome, NULL), PB_OK);
	assert_int_equal(outcome.tokens, 1);
	assert_true(f->clock.slept_us >= writer.until_us);
	close_archive(a);
	assert_holds(f);
}

static void
tokens_that_cannot_be_kept_are_named(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *a = open_external(f, 1);
	struct writer writer = { .f = f, .until_us = INT64_MAX };
	struct pb_stamp_outcome outcome;
	struct pb_error err = { 0 };

	tsa.meanwhile = begin_to_write;
	tsa.arg = &writer;
	assert_int_equal(stamp(a, &outcome, &err), PB_ELOCKED);
	assert_true(f->clock.slept_us >= 60000000 && f->clock.slept_us < 61000000);
	assert_true(outcome.due);
	assert_int_equal(outcome.tokens, 0);
	assert_string_equal(err.object, "fictif");
	assert_non_null(strstr(err.why, "timestamps were given"));
	assert_non_null(strstr(err.todo, "probant stamp"));
	close_archive(a);
	close_archive(writer.archive);
	assert_int_equal(count_type(f, PB_RECORD_ANCHOR), 0);
	a = open_archive(f, f->key);
	assert_int_equal(stamp(a, &outcome, NULL), PB_OK);
	assert_int_equal(standing_of(f).backlog, 0);
	close_archive(a);
	assert_holds(f);
}

static void
where_there_is_nothing_to_say_no_writer_is_waited_for(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *a = open_external(f, 1);
	struct writer writer = { .f = f, .until_us = INT64_MAX };
	struct pb_stamp_outcome outcome;
	struct pb_error err = { 0 };

	tsa.conduct = IS_SILENT;
	tsa.meanwhile = begin_to_write;
	tsa.arg = &writer;
	assert_int_equal(pb_archive_stamp(a, &tsa.http, false, &outcome, &err), PB_EUNAVAIL);
	assert_int_equal(f->clock.slept_us, 0);
	assert_int_equal(outcome.failed, 1);
	assert_string_equal(err.why, "nothing came");
	close_archive(a);
	close_archive(writer.archive);
	assert_holds(f);
}

/* ---- what becomes of the log meanwhile ------------------------------------------------------ */

static void
replace(struct fake_tsa *who, void *arg)
{
	struct fixture *f = who->f;

	remove_tree(f->dir);
	copy_tree(arg, f->dir);
}

/* The archive as it is, copied; with one more message if it says so. */
static char *
branch_off(struct fixture *f, bool more)
{
	char *copy = pb_path_join(f->root, "branch"), *dir = f->dir;

	copy_tree(f->dir, copy);
	f->dir = copy;
	if (more) {
		add_commits(f, f->key, 1);
		f->kept.count--; /* in the copy alone */
	}
	f->dir = dir;
	return copy;
}

static void
replace_by(struct fixture *f, bool more)
{
	struct pb_archive *a;
	char *branch = branch_off(f, more);
	struct pb_stamp_outcome outcome;
	struct pb_error err = { 0 };

	a = open_archive(f, f->key);
	commit(f, a, 1);
	tsa.meanwhile = replace;
	tsa.arg = branch;
	assert_int_equal(stamp(a, &outcome, &err), PB_ECORRUPT);
	assert_non_null(strstr(err.why, "does not hold the checkpoint"));
	assert_int_equal(outcome.tokens, 0);
	close_archive(a);
	f->kept.count--; /* it went with the log that was replaced */
	assert_int_equal(count_type(f, PB_RECORD_ANCHOR), 0);
	remove_tree(branch);
	free(branch);
}

static void
no_token_is_kept_over_a_checkpoint_that_the_log_does_not_hold(void **state)
{
	struct fixture *f = *state;

	close_archive(open_external(f, 1));
	replace_by(f, false);
	replace_by(f, true); /* of the same size, and another */
	assert_holds(f);
}

static void
photograph(struct fake_tsa *who, void *arg)
{
	copy_tree(who->f->dir, arg);
}

/* A crash while authorities are asked: the log is as it was, and nothing else is there. */
static void
a_crash_between_asking_and_keeping_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *a = open_external(f, 1);
	char *crashed = pb_path_join(f->root, "crashed"), *dir = f->dir;
	uint64_t size = pb_archive_size(a);
	struct pb_stamp_outcome outcome;

	tsa.meanwhile = photograph;
	tsa.arg = crashed;
	assert_int_equal(stamp(a, &outcome, NULL), PB_OK);
	close_archive(a);
	f->dir = crashed;
	assert_int_equal(count_entries(at(f, "tmp")), 0);
	a = open_archive(f, f->key);
	assert_int_equal(pb_archive_size(a), size);
	assert_int_equal(standing_of(f).backlog, size);
	assert_int_equal(stamp(a, &outcome, NULL), PB_OK);
	close_archive(a);
	assert_int_equal(count_type(f, PB_RECORD_RECOVERY), 0);
	assert_holds(f);
	f->dir = dir;
	remove_tree(crashed);
	free(crashed);
}

/* How each answered is written without the lock: who opens meanwhile may take the file away. */
static void
what_an_authority_answered_may_vanish_from_under_an_opener(void **state)
{
	struct fixture *f = *state;

	spit(at(f, "tmp/fictif.state"), "{}", 2);
	fail_call(f, 0, 0, false);
	for (uint64_t nth = 1;; nth++) {
		struct pb_archive *a = NULL;
		enum pb_status status;

		spit(at(f, "tmp/fictif.state"), "{}", 2);
		fail_call(f, nth, ENOENT, false);
		status = pb_archive_open(&f->world, f->dir, NULL, &a, NULL);
		heal(f);
		if (status == PB_OK)
			close_archive(a);
		assert_true(f->faulty.failed > 0);
		if (strcmp(f->faulty.operation, "unlink") != 0)
			continue;
		assert_int_equal(status, PB_OK);
		return;
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_tsa, tear_down_tsa)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(others_write_while_an_authority_is_asked),
		TEST(the_lock_is_kept_where_the_local_authority_is_alone),
		TEST(two_that_stamp_at_once_both_keep_their_tokens),
		TEST(two_that_stamp_one_checkpoint_hold_together),
		TEST(two_that_are_not_answered_state_one_gap),
		TEST(a_gap_is_stated_once_though_imports_come_between),
		TEST(no_gap_is_stated_where_another_stamped),
		TEST(a_gap_is_ended_once_by_two),
		TEST(a_writer_is_waited_for_with_tokens_in_hand),
		TEST(tokens_that_cannot_be_kept_are_named),
		TEST(where_there_is_nothing_to_say_no_writer_is_waited_for),
		TEST(no_token_is_kept_over_a_checkpoint_that_the_log_does_not_hold),
		TEST(a_crash_between_asking_and_keeping_leaves_nothing),
		TEST(what_an_authority_answered_may_vanish_from_under_an_opener),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
