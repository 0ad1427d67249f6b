/* One question for many archives: what each keeps of it, and what of the authority's conduct. */
#include "archive/fake_tsa.h"

#include "anchor/sharing.h"
#include "archive/lock.h"

#define MANY 3

static struct fake_tsa tsa;

/* Archives that are alike, each in its directory. */
struct node {
	struct fixture *f;
	char *own; /* the fixture's directory */
	char *dir[MANY];
	char *log;
	struct pb_archive *archive[MANY];
	struct pb_stamping *stamping[MANY];
	size_t shared;
};

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

static void
begin(struct node *n, size_t i, bool now)
{
	const struct pb_stamping_rule rule = { .now = now };
	char *own = n->f->dir;

	n->f->dir = n->dir[i];
	n->archive[i] = open_archive(n->f, n->f->key);
	n->f->dir = own;
	assert_int_equal(
	    pb_stamping_begin(n->archive[i], &tsa.http, &rule, &n->stamping[i], NULL, NULL), PB_OK);
	assert_non_null(n->stamping[i]);
}

/* Each has the fake authority beside its own, and a message. */
static struct node
found(struct fixture *f, bool own_too)
{
	struct node n = { .f = f, .own = f->dir, .log = pb_path_join(f->root, "node") };
	struct pb_tsa_settings s = settings_of(&tsa, "fictif");
	struct pb_archive *a = open_archive(f, f->key);

	remove_tree(n.log);
	assert_int_equal(pb_archive_tsa_add(a, &s, NULL), PB_OK);
	if (!own_too)
		assert_int_equal(pb_archive_tsa_remove(a, PB_TSA_LOCAL, NULL), PB_OK);
	commit(f, a, 1);
	close_archive(a);
	for (size_t i = 0; i < MANY; i++) {
		char name[] = { 'a', (char)('0' + i), '\0' };

		n.dir[i] = pb_path_join(f->root, name);
		remove_tree(n.dir[i]);
		copy_tree(f->dir, n.dir[i]);
	}
	return n;
}

static enum pb_status
share(struct node *n, size_t count, struct pb_error *err)
{
	struct pb_node *node = NULL;
	enum pb_status status = pb_node_open(&n->f->world, n->log, &node, err);

	if (status == PB_OK)
		status = pb_sharing_begin(node, n->stamping, count, &n->shared, err);
	pb_node_close(node);
	return status;
}

static void
ask(struct node *n, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_int_equal(pb_stamping_ask(n->stamping[i], NULL), PB_OK);
}

static struct pb_stamp_outcome
keep(struct node *n, size_t i, enum pb_status expected)
{
	struct pb_stamp_outcome outcome = { .due = false };

	assert_int_equal(pb_stamping_keep(n->archive[i], n->stamping[i], &outcome, NULL), expected);
	return outcome;
}

static void
end(struct node *n)
{
	for (size_t i = 0; i < MANY; i++) {
		pb_stamping_free(n->stamping[i]);
		if (n->archive[i] != NULL)
			close_archive(n->archive[i]);
		free(n->dir[i]);
	}
	free(n->log);
}

static void
expect_holds(struct node *n, size_t i)
{
	close_archive(n->archive[i]);
	n->archive[i] = NULL;
	n->f->dir = n->dir[i];
	assert_holds(n->f);
	n->f->dir = n->own;
}

/* ---- tests ---------------------------------------------------------------------------------- */

static void
one_token_is_for_all_and_each_archive_holds(void **state)
{
	struct node n = found(*state, false);

	for (size_t i = 0; i < MANY; i++)
		begin(&n, i, false);
	assert_int_equal(share(&n, MANY, NULL), PB_OK);
	assert_int_equal(n.shared, MANY);
	ask(&n, MANY);
	assert_int_equal(tsa.calls, 1);
	for (size_t i = 0; i < MANY; i++) {
		const struct pb_answer *answer = &n.stamping[i]->answers.answer[0];
		struct pb_stamp_standing standing;

		assert_true(answer->borrowed);
		assert_ptr_equal(answer->tsa, &n.stamping[i]->authorities->tsa[0]);
		assert_int_equal(keep(&n, i, PB_OK).tokens, 1);
		assert_int_equal(
		    pb_archive_stamp_standing(&n.f->world, n.dir[i], &standing, NULL), PB_OK);
		assert_int_equal(standing.backlog, 0);
		assert_string_equal(standing.stamped_by, "fictif");
		expect_holds(&n, i);
	}
	end(&n);
}

/* Its key stands in the archive: it stamps that one's checkpoint and no node's. */
static void
archive_s_own_authority_is_asked_by_each(void **state)
{
	struct node n = found(*state, true);

	for (size_t i = 0; i < MANY; i++)
		begin(&n, i, false);
	assert_int_equal(share(&n, MANY, NULL), PB_OK);
	ask(&n, MANY);
	assert_int_equal(tsa.calls, 1);
	for (size_t i = 0; i < MANY; i++) {
		const struct pb_anchor_answers *answers = &n.stamping[i]->answers;

		assert_int_equal(answers->answer_count, 2);
		for (size_t k = 0; k < 2; k++)
			assert_int_equal(
			    answers->answer[k].entry == NULL, answers->answer[k].tsa->local);
		assert_int_equal(keep(&n, i, PB_OK).tokens, 2);
		expect_holds(&n, i);
	}
	end(&n);
}

static void
archive_that_is_alone_is_stamped_as_ever(void **state)
{
	struct node n = found(*state, false);

	begin(&n, 0, false);
	assert_int_equal(share(&n, 1, NULL), PB_OK);
	assert_int_equal(n.shared, 0);
	ask(&n, 1);
	assert_null(n.stamping[0]->answers.answer[0].entry);
	assert_int_equal(keep(&n, 0, PB_OK).tokens, 1);
	expect_holds(&n, 0);
	end(&n);
}

static void
authority_that_fails_does_so_once_for_all(void **state)
{
	struct node n = found(*state, false);

	tsa.conduct = FAILS;
	for (size_t i = 0; i < MANY; i++)
		begin(&n, i, true);
	assert_int_equal(share(&n, MANY, NULL), PB_OK);
	ask(&n, MANY);
	assert_int_equal(tsa.calls, 1);
	for (size_t i = 0; i < MANY; i++) {
		struct pb_authorities *authorities = NULL;

		assert_int_equal(n.stamping[i]->answers.failed, 1);
		(void)keep(&n, i, PB_EUNAVAIL);
		assert_int_equal(
		    pb_authorities_read(n.f->world.files, n.dir[i], &authorities, NULL), PB_OK);
		assert_int_equal(authorities->tsa[0].state.failures, 1);
		assert_string_equal(authorities->tsa[0].state.reason, "http_status");
		pb_authorities_free(authorities);
		expect_holds(&n, i);
	}
	end(&n);
}

/* A token over something else than the node's checkpoint is no answer to anybody. */
static void
token_over_other_data_is_kept_by_nobody(void **state)
{
	struct node n = found(*state, false);

	tsa.conduct = STAMPS_OTHER_DATA;
	for (size_t i = 0; i < MANY; i++)
		begin(&n, i, false);
	assert_int_equal(share(&n, MANY, NULL), PB_OK);
	ask(&n, MANY);
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(n.stamping[i]->answers.answer_count, 0);
	end(&n);
}

static void
authority_of_one_archive_alone_is_asked_for_that_one(void **state)
{
	struct node n = found(*state, false);
	struct pb_tsa_settings other = settings_of(&tsa, "autre");
	char *own = n.f->dir;
	struct pb_archive *a;

	n.f->dir = n.dir[1];
	a = open_archive(n.f, n.f->key);
	assert_int_equal(pb_archive_tsa_add(a, &other, NULL), PB_OK);
	assert_int_equal(pb_archive_tsa_remove(a, "fictif", NULL), PB_OK);
	close_archive(a);
	n.f->dir = own;
	for (size_t i = 0; i < MANY; i++)
		begin(&n, i, false);
	assert_int_equal(share(&n, MANY, NULL), PB_OK);
	ask(&n, MANY);
	assert_int_equal(tsa.calls, 2);
	for (size_t i = 0; i < MANY; i++) {
		assert_string_equal(
		    n.stamping[i]->answers.answer[0].tsa->name, i == 1 ? "autre" : "fictif");
		assert_int_equal(keep(&n, i, PB_OK).tokens, 1);
		expect_holds(&n, i);
	}
	end(&n);
}

/* What its own roots cannot judge it does not have, whatever another's say of it. */
static void
archive_whose_roots_are_spoiled_takes_no_token_that_another_judged(void **state)
{
	struct node n = found(*state, false);

	n.f->dir = n.dir[1];
	spit(at(n.f, "tsa/fictif.pem"), "no certificate", 14);
	n.f->dir = n.own;
	for (size_t i = 0; i < MANY; i++)
		begin(&n, i, false);
	assert_int_equal(share(&n, MANY, NULL), PB_OK);
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(
		    pb_stamping_ask(n.stamping[i], NULL), i == 1 ? PB_ECORRUPT : PB_OK);
	assert_int_equal(tsa.calls, 1);
	for (size_t i = 0; i < MANY; i++) {
		const struct pb_anchor_answers *answers = &n.stamping[i]->answers;

		assert_int_equal(answers->answer_count, i == 1 ? 0 : 1);
		if (i == 1)
			assert_string_equal(answers->failure[0].reason, "failed_here");
		else
			assert_int_equal(keep(&n, i, PB_OK).tokens, 1);
	}
	end(&n);
}

/* Nobody is asked, and nothing is as if somebody had been. */
static void
node_s_log_that_cannot_be_written_leaves_them_as_they_were(void **state)
{
	struct node n = found(*state, false);
	struct pb_error err = { 0 };

	for (size_t i = 0; i < MANY; i++)
		begin(&n, i, false);
	for (uint64_t nth = 1;; nth++) {
		enum pb_status status;

		fail_call(n.f, nth, ENOSPC, false);
		status = share(&n, MANY, &err);
		heal(n.f);
		if (n.f->faulty.failed == 0) {
			assert_int_equal(status, PB_OK);
			break;
		}
		assert_int_not_equal(status, PB_OK);
		assert_int_equal(n.shared, 0);
		for (size_t i = 0; i < MANY; i++)
			assert_null(n.stamping[i]->question.sharing);
	}
	ask(&n, MANY);
	for (size_t i = 0; i < MANY; i++) {
		assert_int_equal(keep(&n, i, PB_OK).tokens, 1);
		expect_holds(&n, i);
	}
	end(&n);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_tsa, tear_down_tsa)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_token_is_for_all_and_each_archive_holds),
		TEST(archive_s_own_authority_is_asked_by_each),
		TEST(archive_that_is_alone_is_stamped_as_ever),
		TEST(authority_that_fails_does_so_once_for_all),
		TEST(token_over_other_data_is_kept_by_nobody),
		TEST(authority_of_one_archive_alone_is_asked_for_that_one),
		TEST(archive_whose_roots_are_spoiled_takes_no_token_that_another_judged),
		TEST(node_s_log_that_cannot_be_written_leaves_them_as_they_were),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
