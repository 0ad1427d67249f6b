/* Readers who come, go and are replaced: nobody loses what he could open. */
#include "keys/fixture.h"

/* ---- adding --------------------------------------------------------------------------------- */

static void
a_reader_without_the_past_opens_what_comes_and_nothing_else(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = prepare(f, NULL);
	char id[PB_READER_ID_SIZE];

	assert_int_equal(add(archive, false, id, NULL), PB_OK);
	assert_string_equal(id, pb_reader_id(pb_reader_key_reader(associate.key)));
	commit(f, archive, 1);
	close_archive(archive);
	assert_int_equal(opens(f, associate.key), 1);
	assert_int_equal(opens(f, f->key), 4);
	assert_holds(f);
}

static void
a_reader_with_the_past_opens_everything(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = prepare(f, f->key);
	struct pb_reader_key *mine = f->key;
	struct pb_readers readers;
	char id[PB_READER_ID_SIZE];

	assert_int_equal(add(archive, true, id, NULL), PB_OK);
	commit(f, archive, 1);
	close_archive(archive);
	add_commits(f, NULL, 1); /* a writer that knows nothing of the change seals for both */
	assert_int_equal(opens(f, associate.key), 5);
	assert_int_equal(opens(f, f->key), 5);
	assert_int_equal(readers_of(f, &readers), 2);
	assert_true(readers.restated);
	f->key = associate.key; /* and a verification with his key opens all of it */
	assert_holds(f);
	f->key = mine;
	assert_holds(f);
}

static void
the_past_can_be_handed_over_later_and_by_who_was_handed_it(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = prepare(f, NULL);
	struct pb_readers readers;
	char id[PB_READER_ID_SIZE];

	assert_int_equal(add(archive, false, id, NULL), PB_OK);
	close_archive(archive);
	archive = open_archive(f, f->key);
	assert_int_equal(add(archive, false, id, NULL), PB_EEXIST);
	assert_int_equal(add(archive, true, id, NULL), PB_OK);
	close_archive(archive);
	assert_int_equal(opens(f, associate.key), 3);
	assert_int_equal(readers_of(f, &readers), 2);
	archive = open_archive(f, associate.key);
	assert_int_equal(add(archive, true, id, NULL), PB_OK);
	close_archive(archive);
	assert_holds(f);
}

static void
who_cannot_open_the_past_cannot_hand_it_over(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = prepare(f, NULL);
	struct pb_error err = { 0 };
	char id[PB_READER_ID_SIZE];

	assert_int_equal(add(archive, true, id, &err), PB_EACCESS);
	assert_non_null(err.todo);
	assert_int_equal(add(archive, false, id, NULL), PB_OK);
	close_archive(archive);
	archive = open_archive(f, associate.key);
	assert_int_equal(add(archive, true, id, &err), PB_EACCESS);
	commit(f, archive, 1); /* nothing was begun */
	close_archive(archive);
	assert_holds(f);
}

static void
what_is_no_certificate_of_a_reader_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = prepare(f, f->key);
	uint64_t size = pb_archive_size(archive);
	char id[PB_READER_ID_SIZE];

	assert_int_equal(pb_reader_add(archive, "hello", 5, "reader", true, id, NULL), PB_EDATA);
	assert_int_equal(pb_archive_size(archive), size);
	close_archive(archive);
	assert_holds(f);
}

static void
a_new_key_goes_to_its_file_under_a_code_that_opens_it(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = prepare(f, f->key);
	char id[PB_READER_ID_SIZE], code[PB_CODE_SIZE];
	struct pb_reader_key *key = NULL;
	char *path = pb_path_join(f->root, "second.pem");
	struct pb_buf pem;

	(void)unlink(path);
	assert_int_equal(pb_reader_add_new(archive, path, "recovery", true, id, code, NULL), PB_OK);
	assert_int_equal(
	    pb_reader_add_new(archive, path, "recovery", true, id, code, NULL), PB_EEXIST);
	close_archive(archive);
	pem = slurp(path);
	assert_int_equal(pb_reader_key_open(
			     pem.data, pem.len, pem.data, pem.len, code, strlen(code), &key, NULL),
	    PB_OK);
	assert_int_equal(opens(f, key), 3);
	pb_reader_key_free(key);
	pb_buf_done(&pem);
	assert_int_equal(unlink(path), 0);
	free(path);
	assert_holds(f);
}

/* ---- removing ------------------------------------------------------------------------------- */

static void
a_removed_reader_opens_what_was_and_not_what_comes(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = prepare(f, f->key);
	char id[PB_READER_ID_SIZE];

	assert_int_equal(add(archive, true, id, NULL), PB_OK);
	commit(f, archive, 1);
	assert_int_equal(pb_reader_remove(archive, id, NULL), PB_OK);
	commit(f, archive, 1);
	assert_int_equal(pb_reader_remove(archive, id, NULL), PB_ENOENT);
	close_archive(archive);
	add_commits(f, NULL, 1);
	assert_int_equal(opens(f, associate.key), 4);
	assert_int_equal(opens(f, f->key), 6);
	assert_holds(f);
}

static void
the_last_reader_stays(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = prepare(f, NULL);

	assert_int_equal(pb_reader_remove(archive, f->created.reader_id, NULL), PB_EINVAL);
	assert_int_equal(pb_reader_remove(archive, "../private/log", NULL), PB_ENOENT);
	close_archive(archive);
	assert_holds(f);
}

static void
the_kept_key_of_a_removed_reader_is_removed_even_in_a_second_attempt(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = prepare(f, f->key);
	char id[PB_READER_ID_SIZE], file[PB_READER_ID_SIZE + 16];
	struct pb_buf kept;

	(void)snprintf(file, sizeof(file), "readers/%s.key", f->created.reader_id);
	kept = slurp(at(f, file));
	assert_int_equal(add(archive, true, id, NULL), PB_OK);
	assert_int_equal(pb_reader_remove(archive, f->created.reader_id, NULL), PB_OK);
	assert_false(exists(at(f, file)));
	spit(at(f, file), kept.data, kept.len); /* as a crash before that would leave it */
	assert_int_equal(pb_reader_remove(archive, f->created.reader_id, NULL), PB_OK);
	assert_false(exists(at(f, file)));
	pb_buf_done(&kept);
	close_archive(archive);
}

static void
a_kept_key_stays_while_nobody_else_opens_what_it_opens(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = prepare(f, f->key);
	char id[PB_READER_ID_SIZE], file[PB_READER_ID_SIZE + 16];
	struct pb_error err = { 0 };
	struct pb_readers readers;

	(void)snprintf(file, sizeof(file), "readers/%s.key", f->created.reader_id);
	assert_int_equal(add(archive, false, id, NULL), PB_OK);
	assert_int_equal(pb_reader_remove(archive, f->created.reader_id, &err), PB_EINVAL);
	assert_non_null(err.todo);
	assert_true(exists(at(f, file)));
	assert_int_equal(readers_of(f, &readers), 2);
	assert_int_equal(add(archive, true, id, NULL), PB_OK);
	commit(f, archive, 1);
	assert_int_equal(pb_reader_remove(archive, f->created.reader_id, NULL), PB_OK);
	assert_false(exists(at(f, file)));
	close_archive(archive);
	assert_int_equal(opens(f, associate.key), 4);
}

/* ---- replacing ------------------------------------------------------------------------------ */

static void
a_rotated_key_opens_all_and_the_old_one_is_gone(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = prepare(f, f->key);
	struct pb_reader_key *key = NULL;
	char id[PB_READER_ID_SIZE];

	assert_int_equal(pb_reader_rotate(archive, "nouvelle", 8, id, NULL), PB_OK);
	commit(f, archive, 1);
	close_archive(archive);
	assert_int_equal(
	    pb_archive_reader_key(&f->world, f->dir, PASSPHRASE, strlen(PASSPHRASE), &key, NULL),
	    PB_EACCESS);
	assert_int_equal(
	    pb_archive_reader_key(&f->world, f->dir, "nouvelle", 8, &key, NULL), PB_OK);
	assert_string_equal(pb_reader_id(pb_reader_key_reader(key)), id);
	assert_int_equal(opens(f, key), 4);
	assert_int_equal(opens(f, f->key), 3);
	pb_reader_key_free(key);
	assert_int_equal(count_entries(at(f, "readers")), 3); /* two certificates and the key */
}

static void
another_passphrase_opens_the_same_key(void **state)
{
	struct fixture *f = *state;
	struct pb_reader_key *key = NULL;

	close_archive(prepare(f, NULL));
	assert_int_equal(pb_reader_repass(&f->world, f->dir, f->key, "nouvelle", 8, NULL), PB_OK);
	assert_int_equal(
	    pb_archive_reader_key(&f->world, f->dir, PASSPHRASE, strlen(PASSPHRASE), &key, NULL),
	    PB_EACCESS);
	assert_int_equal(
	    pb_archive_reader_key(&f->world, f->dir, "nouvelle", 8, &key, NULL), PB_OK);
	assert_int_equal(opens(f, key), 3);
	pb_reader_key_free(key);
	assert_int_equal(pb_reader_repass(&f->world, f->dir, f->key, "", 0, NULL), PB_EINVAL);
	assert_int_equal(
	    pb_reader_repass(&f->world, f->dir, associate.key, "nouvelle", 8, NULL), PB_ENOENT);
	assert_int_equal(count_entries(at(f, "tmp")), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reader_without_the_past_opens_what_comes_and_nothing_else),
		cmocka_unit_test(a_reader_with_the_past_opens_everything),
		cmocka_unit_test(the_past_can_be_handed_over_later_and_by_who_was_handed_it),
		cmocka_unit_test(who_cannot_open_the_past_cannot_hand_it_over),
		cmocka_unit_test(what_is_no_certificate_of_a_reader_changes_nothing),
		cmocka_unit_test(a_new_key_goes_to_its_file_under_a_code_that_opens_it),
		cmocka_unit_test(a_removed_reader_opens_what_was_and_not_what_comes),
		cmocka_unit_test(the_last_reader_stays),
		cmocka_unit_test(
		    the_kept_key_of_a_removed_reader_is_removed_even_in_a_second_attempt),
		cmocka_unit_test(a_kept_key_stays_while_nobody_else_opens_what_it_opens),
		cmocka_unit_test(a_rotated_key_opens_all_and_the_old_one_is_gone),
		cmocka_unit_test(another_passphrase_opens_the_same_key),
	};

	return cmocka_run_group_tests(tests, make_associate, forget_associate);
}
