/* A vault that is older than its catalog, and one whose going back is accepted. */
#include "find/fixture.h"

#include "archive/rollback.h"

/* Everything but the catalog is put back to what the directory `from` holds. */
static void
put_back(struct fixture *f, const char *from)
{
	struct pb_buf catalog = slurp(at(f, "catalog.db"));

	remove_tree(f->dir);
	copy_tree(from, f->dir);
	(void)unlink(at(f, "catalog.db"));
	spit(at(f, "catalog.db"), catalog.data, catalog.len);
	pb_buf_done(&catalog);
}

static enum pb_status
open_status(struct fixture *f, struct pb_error *err)
{
	struct pb_archive *archive = NULL;
	enum pb_status status = pb_archive_open(&f->world, f->dir, f->key, &archive, err);

	if (status == PB_OK)
		close_archive(archive);
	return status;
}

static void
a_vault_that_is_older_than_its_catalog_is_not_written_to(void **state)
{
	struct fixture *f = *state;
	struct pb_error err = { 0 };
	char *copy;

	add_commits(f, f->key, 2);
	copy = take_copy(f);
	add_commits(f, f->key, 2);
	update(f);
	put_back(f, copy);
	assert_int_equal(open_status(f, &err), PB_ECORRUPT);
	assert_non_null(strstr(err.todo, "--accept-rollback"));
	free(copy);
}

static void
a_vault_with_another_history_than_its_catalog_is_not_written_to(void **state)
{
	struct fixture *f = *state;
	struct pb_buf catalog;
	struct pb_error err = { 0 };
	char *copy;

	add_commits(f, f->key, 2);
	copy = take_copy(f);
	add_commits(f, f->key, 2);
	update(f);
	put_back(f, copy);
	catalog = slurp(at(f, "catalog.db"));
	assert_int_equal(unlink(at(f, "catalog.db")), 0);
	add_commits(f, f->key, 6);
	spit(at(f, "catalog.db"), catalog.data, catalog.len);
	assert_int_equal(open_status(f, &err), PB_ECORRUPT);
	pb_buf_done(&catalog);
	free(copy);
}

static void
a_catalog_that_is_behind_is_no_roll_back(void **state)
{
	struct fixture *f = *state;
	struct pb_buf catalog;

	add_commits(f, f->key, 2);
	update(f);
	catalog = slurp(at(f, "catalog.db"));
	add_commits(f, f->key, 3);
	pass_time(f, 2 * PB_LIMIT_SEGMENT_AGE_S);
	add_commits(f, f->key, 2);
	update(f);
	assert_int_equal(unlink(at(f, "catalog.db")), 0);
	spit(at(f, "catalog.db"), catalog.data, catalog.len);
	assert_int_equal(open_status(f, NULL), PB_OK);
	update(f);
	assert_int_equal(stand(f).found, 7);
	pb_buf_done(&catalog);
}

static void
a_roll_back_that_is_accepted_is_stated_in_the_log(void **state)
{
	struct fixture *f = *state;
	struct pb_json *facts;
	uint64_t size;
	uint8_t type;
	char *copy;

	add_commits(f, f->key, 2);
	copy = take_copy(f);
	add_commits(f, f->key, 2);
	update(f);
	put_back(f, copy);
	assert_int_equal(pb_rollback_accept(&f->world, f->dir, NULL), PB_OK);
	assert_int_equal(open_status(f, NULL), PB_OK);
	assert_false(exists(at(f, "rollback")));
	for (size = 0, facts = NULL; facts == NULL && size < 20; size++) {
		facts = read_facts(f, size, &type);
		if (text_of(facts, "event") == NULL ||
		    strcmp(text_of(facts, "event"), "rollback_accepted") != 0) {
			pb_json_free(facts);
			facts = NULL;
		}
	}
	assert_non_null(facts);
	assert_int_equal(type, PB_RECORD_MANAGEMENT);
	assert_true(number_of(facts, "size") > number_of(facts, "found"));
	pb_json_free(facts);
	assert_int_equal(pb_rollback_accept(&f->world, f->dir, NULL), PB_EINVAL);
	update(f);
	free(copy);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup(name, set_up)
	const struct CMUnitTest tests[] = {
		CASE(a_vault_that_is_older_than_its_catalog_is_not_written_to),
		CASE(a_vault_with_another_history_than_its_catalog_is_not_written_to),
		CASE(a_catalog_that_is_behind_is_no_roll_back),
		CASE(a_roll_back_that_is_accepted_is_stated_in_the_log),
	};
	return cmocka_run_group_tests(tests, found_template, forget_template);
}
