/* Which files are messages, in which order they are kept, and what is said of the others. */
#include "capture/fixture.h"
#include "lib/text.h"

static void
no_path_no_message(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(import_from(f, -1, (const char *const[]){ NULL }, NULL), PB_OK);
	assert_int_equal(f->count, 0);
}

static void
a_file_is_a_message_whatever_its_name(void **state)
{
	struct fixture *f = *state;

	put_text(f, "b.txt", "b");
	put_text(f, "a", "a");
	put_text(f, "empty", "");
	assert_int_equal(IMPORT(f, "b.txt", "a", "empty", "a"), PB_OK);
	assert_heard(&f->heard.kept, "b.txt\na\nempty\na\n");
	assert_heard(&f->heard.refused, "");
	assert_int_equal(f->heard.messages, 4);
}

static void
a_directory_gives_its_eml_files_in_order_of_their_names(void **state)
{
	struct fixture *f = *state;

	make_dir(f, "d");
	make_dir(f, "d/m");
	make_dir(f, "d/m/cur"); /* no Maildir without new/ */
	put_text(f, "d/z.eml", "");
	put_text(f, "d/B.EML", "");
	put_text(f, "d/a.Eml", "");
	put_text(f, "d/.eml", "");
	put_text(f, "d/x.emlx", "");
	put_text(f, "d/m/q.eml", "");
	put_text(f, "d/m/cur/r.eml", "");
	put_text(f, "d/m/cur/r:2,S", "");
	assert_int_equal(symlink("z.eml", at(f, "d/link.eml")), 0);
	assert_int_equal(mkfifo(at(f, "d/pipe.eml"), 0600), 0);
	assert_int_equal(IMPORT(f, "d"), PB_OK);
	assert_heard(&f->heard.kept, "d/B.EML\nd/a.Eml\nd/m/cur/r.eml\nd/m/q.eml\nd/z.eml\n");
	assert_heard(
	    &f->heard.skipped, "d/.eml\nd/link.eml\nd/m/cur/r:2,S\nd/pipe.eml\nd/x.emlx\n");
	assert_heard(&f->heard.refused, "");
}

/* Byte for byte: what it begins with is not asked. */
static void
a_file_named_eml_is_one_message(void **state)
{
	static const char box[] = "From - Thu Apr 30 08:15:00 2026\na: b\n\n"
				  "From - Thu Apr 30 08:15:00 2026\nc: d\n";
	struct fixture *f = *state;
	struct pb_buf message = PB_BUF_EMPTY;

	make_dir(f, "d");
	put_text(f, "d/box.eml", box);
	put_text(f, "d/zip.eml", "PK\x05\x06 is no archive");
	put_text(f, "d/box", box);
	put_text(f, "d/x", "PK\x05\x06");
	put_text(f, "named.EML", box);
	put_text(f, ".eml", box); /* that is no more than an ending */
	assert_int_equal(IMPORT(f, "d", "named.EML", ".eml"), PB_OK);
	assert_heard(&f->heard.kept, "d/box@32\nd/box@70\nd/box.eml\nd/zip.eml\nnamed.EML\n"
				     ".eml@32\n.eml@70\n");
	open_sealed(&f->sealed[2], &message, NULL, NULL);
	assert_string_equal(pb_buf_text(&message), box);
	pb_buf_clear(&message);
	open_sealed(&f->sealed[4], &message, NULL, NULL);
	assert_string_equal(pb_buf_text(&message), box);
	pb_buf_done(&message);
}

static void
make_maildir(struct fixture *f, const char *name)
{
	static const char *const rooms[] = { "", "/cur", "/new", "/tmp" };
	char path[100];
	size_t i;

	for (i = 0; i < 4; i++) {
		(void)snprintf(path, sizeof(path), "%s%s", name, rooms[i]);
		make_dir(f, path);
	}
}

static void
a_maildir_gives_its_rooms_with_their_flags(void **state)
{
	struct fixture *f = *state;
	struct pb_buf facts = PB_BUF_EMPTY;

	make_maildir(f, "M");
	put_text(f, "M/cur/2.b:2,S", "2");
	put_text(f, "M/cur/1.a:2,", "1");
	put_text(f, "M/new/3.c", "3");
	put_text(f, "M/tmp/4.d", "4");
	make_dir(f, "M/cur/inner");
	assert_int_equal(IMPORT(f, "M"), PB_OK);
	assert_heard(&f->heard.kept, "M/cur/1.a:2,\nM/cur/2.b:2,S\nM/new/3.c\n");
	assert_heard(&f->heard.skipped, "M/cur/inner\n");
	open_sealed(&f->sealed[1], NULL, &facts, NULL);
	assert_non_null(
	    strstr(pb_buf_text(&facts), "\"flags\":[\"\\\\Seen\"],\"maildir\":\"cur\""));
	pb_buf_clear(&facts);
	open_sealed(&f->sealed[2], NULL, &facts, NULL);
	assert_non_null(strstr(pb_buf_text(&facts), "\"maildir\":\"new\""));
	assert_null(strstr(pb_buf_text(&facts), "flags"));
	pb_buf_done(&facts);
}

/* Maildir++: folders stand beside the rooms; none is left behind unsaid. */
static void
the_folders_of_a_maildir_are_maildirs_too(void **state)
{
	struct fixture *f = *state;

	make_maildir(f, "M");
	make_maildir(f, "M/.Sent");
	make_maildir(f, "M/.Sent.2025");
	put_text(f, "M/.Sent/cur/1.a:2,S", "1");
	put_text(f, "M/.Sent/tmp/2.b", "2");
	put_text(f, "M/.Sent.2025/new/3.c", "3");
	put_text(f, "M/subscriptions", "x");
	put_text(f, "M/.Sent/maildirfolder", "");
	put_text(f, "M/.Sent.2025/maildirfolder", "x"); /* that is no mark */
	make_dir(f, "d");
	put_text(f, "d/maildirfolder", ""); /* nor this, in no Maildir */
	assert_int_equal(IMPORT(f, "M", "d"), PB_OK);
	assert_heard(&f->heard.kept, "M/.Sent/cur/1.a:2,S\nM/.Sent.2025/new/3.c\n");
	assert_heard(
	    &f->heard.skipped, "M/.Sent.2025/maildirfolder\nM/subscriptions\nd/maildirfolder\n");
}

static void
standard_input_is_one_message(void **state)
{
	struct fixture *f = *state;
	struct pb_buf message = PB_BUF_EMPTY, envelope = PB_BUF_EMPTY;
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "Subject: x\n\nbody", 16), 16);
	(void)close(fds[1]);
	assert_int_equal(import_from(f, fds[0], (const char *const[]){ "-", NULL }, NULL), PB_OK);
	(void)close(fds[0]);
	assert_heard(&f->heard.kept, "-\n");
	open_sealed(&f->sealed[0], &message, NULL, &envelope);
	assert_string_equal(pb_buf_text(&message), "Subject: x\n\nbody");
	assert_string_equal(pb_buf_text(&envelope), "{}");
	pb_buf_done(&message);
	pb_buf_done(&envelope);
}

/* Whereas an empty file is a message. */
static void
standard_input_without_an_octet_is_refused(void **state)
{
	struct fixture *f = *state;
	int fds[2];

	put_text(f, "empty", "");
	assert_int_equal(pipe(fds), 0);
	(void)close(fds[1]);
	assert_int_equal(
	    import_from(f, fds[0], (const char *const[]){ "-", "empty", NULL }, NULL), PB_OK);
	(void)close(fds[0]);
	assert_heard(&f->heard.refused, "-\n");
	assert_heard(&f->heard.kept, "empty\n");
}

static void
what_cannot_be_read_is_named_and_the_rest_goes_on(void **state)
{
	struct fixture *f = *state;

	put_text(f, "a.eml", "a");
	put_text(f, "z.eml", "z");
	assert_int_equal(symlink("nowhere", at(f, "dead")), 0);
	assert_int_equal(IMPORT(f, "none", "a.eml", "dead", "a.eml/x", "-", "z.eml"), PB_OK);
	assert_heard(&f->heard.kept, "a.eml\nz.eml\n");
	assert_heard(&f->heard.refused, "none\ndead\na.eml/x\n-\n");
}

static void
directories_that_stand_too_deep_are_named(void **state)
{
	struct fixture *f = *state;
	char path[600] = "d";
	unsigned depth;

	make_dir(f, path);
	for (depth = 0; depth < PB_LIMIT_DEPTH + 1; depth++) {
		test_append(path, sizeof(path), "/d");
		make_dir(f, path);
	}
	put_text(f, "d/d/x.eml", "x");
	assert_int_equal(IMPORT(f, "d"), PB_OK);
	assert_heard(&f->heard.kept, "d/d/x.eml\n");
	assert_int_equal(strncmp((const char *)f->heard.refused.data, path, strlen(path)), 0);
}

/* ---- the archive says no -------------------------------------------------------------------- */

static void
what_waited_for_a_commit_that_failed_is_named(void **state)
{
	struct fixture *f = *state;
	struct pb_error err = { 0 };

	put_text(f, "a", "a");
	f->group = 2;
	f->fail_commit = 2;
	assert_int_equal(
	    import_from(f, -1, (const char *const[]){ "a", "a", "a", "a", "a", "a", NULL }, &err),
	    PB_ENOSPC);
	assert_string_equal(err.why, "no space");
	assert_heard(&f->heard.kept, "a\na\n");
	assert_heard(&f->heard.refused, "a\na\n");
	assert_int_equal(f->commits, 2); /* and nothing was tried after it */
}

static void
the_last_commit_can_fail_as_well(void **state)
{
	struct fixture *f = *state;

	put_text(f, "a", "a");
	f->fail_commit = 1;
	assert_int_equal(IMPORT(f, "a", "a"), PB_ENOSPC);
	assert_heard(&f->heard.kept, "");
	assert_heard(&f->heard.refused, "a\na\n");
}

static void
a_listener_who_is_gone_ends_the_import(void **state)
{
	struct fixture *f = *state;
	struct pb_error err = { 0 };

	put_text(f, "a", "a");
	f->group = 2;
	f->heard.answer = PB_EIO;
	assert_int_equal(
	    import_from(f, -1, (const char *const[]){ "a", "a", "a", NULL }, &err), PB_EIO);
	assert_string_equal(err.why, "nobody listens");
	/* Both of the commit were told; none of them is called refused. */
	assert_heard(&f->heard.kept, "a\na\n");
	assert_heard(&f->heard.refused, "");
	assert_int_equal(f->count, 2);
}

static void
an_import_without_listeners_is_fine(void **state)
{
	struct fixture *f = *state;
	const struct pb_import_events events = { .ctx = NULL };
	struct pb_import *import = NULL;
	char *paths[] = { f->dir, f->path };
	const struct pb_import_options options = { .origin = ORIGIN, .spill_dir = f->dir };
	const struct pb_sources sources = { paths, 2, -1, NULL, false };

	make_dir(f, "d");
	put_text(f, "a.eml", "a");
	put_text(f, "b.txt", "b");
	(void)at(f, "none");
	assert_int_equal(pb_import_new(&f->world, &options, &events, &import, NULL), PB_OK);
	f->intake = (struct pb_intake){ f, fake_submit, fake_flush };
	f->acknowledged = pb_import_acknowledged;
	f->acknowledged_ctx = import;
	assert_int_equal(pb_import_run(import, &f->intake, &sources, NULL), PB_OK);
	assert_int_equal(f->told, 1);
	pb_import_free(import);
}

/* ---- asked to stop -------------------------------------------------------------------------- */

static void
an_import_that_is_stopped_keeps_what_it_has_read(void **state)
{
	struct fixture *f = *state;

	put_text(f, "a", "a");
	f->heard.stop_after = 2;
	assert_int_equal(IMPORT(f, "a", "a", "a", "a", "a", "none"), PB_EEND);
	assert_heard(&f->heard.kept, "a\na\na\n"); /* the third was read when the second was kept */
	assert_heard(&f->heard.refused, "");
	assert_int_equal(f->commits, 1);
}

/* Who wrote it may have been stopped as well, in the middle of it. */
static void
a_message_out_of_a_pipe_is_not_kept_behind_a_stop(void **state)
{
	struct fixture *f = *state;
	int fds[2];

	put_text(f, "a", "a");
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "Subject: x\n\nbo", 14), 14);
	(void)close(fds[1]);
	f->heard.stop_after = 1;
	assert_int_equal(
	    import_from(f, fds[0], (const char *const[]){ "a", "-", "a", NULL }, NULL), PB_EEND);
	(void)close(fds[0]);
	assert_heard(&f->heard.kept, "a\n");
	assert_heard(&f->heard.refused, "");
}

static void
a_commit_that_fails_behind_a_stop_is_told(void **state)
{
	struct fixture *f = *state;

	put_text(f, "a", "a");
	f->heard.stop_after = 1;
	f->fail_commit = 1;
	assert_int_equal(IMPORT(f, "a", "a", "a", "a"), PB_ENOSPC);
	assert_heard(&f->heard.kept, "");
	assert_heard(&f->heard.refused, "a\na\n");
}

/* Each call of an import fails: every file is kept or named, none is forgotten. */
static void
no_file_is_forgotten_whatever_fails(void **state)
{
	struct fixture *f = *state;
	uint64_t i, failed = 1;

	make_maildir(f, "M");
	put_text(f, "M/cur/1.a:2,S", "1");
	put_text(f, "M/new/2.b", "2");
	make_dir(f, "d");
	put_text(f, "d/x.eml", "x");
	for (i = 1; failed > 0; i++) {
		size_t kept = f->count;
		uint64_t lines = 0;
		size_t k;

		pb_buf_clear(&f->heard.kept);
		pb_buf_clear(&f->heard.refused);
		f->heard.messages = 0;
		f->faulty.calls = f->faulty.failed = 0;
		f->faulty.fail_at = i;
		f->faulty.fault = TEST_FAULT_ERROR;
		f->faulty.error = EIO;
		assert_int_equal(IMPORT(f, "M", "d"), PB_OK);
		f->faulty.fault = TEST_FAULT_NONE;
		failed = f->faulty.failed;
		for (k = 0; k < f->heard.kept.len; k++)
			lines += f->heard.kept.data[k] == '\n';
		assert_int_equal(lines, f->count - kept);
		if (lines < 3 && f->heard.refused.len == 0)
			fail_msg("call %llu (%s) lost a message unsaid", (unsigned long long)i,
			    f->faulty.operation);
		while (f->count > 0)
			pb_sealed_done(&f->sealed[--f->count]);
		f->told = 0;
	}
	assert_true(i > 15);
}

/* With threads: the same records in the same order, whatever each took. */
static void
threads_change_nothing_in_the_order(void **state)
{
	struct fixture *f = *state;
	struct pb_buf one = PB_BUF_EMPTY;
	char name[40], text[40];
	uint8_t *large = calloc(1, 3000000);
	unsigned i;

	make_dir(f, "d");
	for (i = 0; i < 12; i++) {
		(void)snprintf(name, sizeof(name), "d/%02u.eml", i);
		(void)snprintf(text, sizeof(text), "Subject: %u\n\nbody\n", i);
		put_text(f, name, text);
	}
	put(f, "d/05a.eml", large, 3000000);
	put_text(f, "d/box", "From - Thu Apr 30 08:15:00 2026\na: b\n");
	(void)unlink(at(f, "d/07.eml"));
	assert_int_equal(symlink("nowhere", at(f, "d/07.eml")), 0);
	assert_int_equal(IMPORT(f, "d", "none"), PB_OK);
	assert_heard(&f->heard.refused, "none\n");
	one = f->heard.kept;
	f->heard.kept = PB_BUF_EMPTY;
	pb_buf_clear(&f->heard.refused);
	f->heard.messages = 0;
	f->options.threads = 3;
	f->world = *pb_sys_world(); /* the test's own is for one thread */
	assert_int_equal(IMPORT(f, "d", "none"), PB_OK);
	assert_string_equal(pb_buf_text(&f->heard.kept), pb_buf_text(&one));
	assert_non_null(strstr(pb_buf_text(&one), "d/05.eml\nd/05a.eml\nd/06.eml\nd/08.eml\n"));
	assert_heard(&f->heard.refused, "none\n");
	for (i = 0; i < f->count / 2; i++)
		assert_memory_equal(f->sealed[i].message_sha256,
		    f->sealed[f->count / 2 + i].message_sha256, PB_DIGEST_LEN);
	pb_buf_done(&one);
	free(large);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_path_no_message, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_file_is_a_message_whatever_its_name, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_directory_gives_its_eml_files_in_order_of_their_names, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_file_named_eml_is_one_message, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_maildir_gives_its_rooms_with_their_flags, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    the_folders_of_a_maildir_are_maildirs_too, set_up, tear_down),
		cmocka_unit_test_setup_teardown(standard_input_is_one_message, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    standard_input_without_an_octet_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    what_cannot_be_read_is_named_and_the_rest_goes_on, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    directories_that_stand_too_deep_are_named, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    what_waited_for_a_commit_that_failed_is_named, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    the_last_commit_can_fail_as_well, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_listener_who_is_gone_ends_the_import, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    an_import_without_listeners_is_fine, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    an_import_that_is_stopped_keeps_what_it_has_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_message_out_of_a_pipe_is_not_kept_behind_a_stop, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_commit_that_fails_behind_a_stop_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    no_file_is_forgotten_whatever_fails, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    threads_change_nothing_in_the_order, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
