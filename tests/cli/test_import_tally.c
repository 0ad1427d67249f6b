/* What an import tells of what it did not keep. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/import_tally.h"
#include "core/error.h"
#include "core/io.h"
#include "lib/world.h"

#define SAID 2000

/* What goes to `fd` of this process while `say` runs. */
static void
listen_to(int fd, void (*say)(struct pb_import_tally *tally), struct pb_import_tally *tally,
    char said[SAID])
{
	char *dir = test_directory(), *path = pb_path_join(dir, "said");
	int file = open(path, O_RDWR | O_CREAT, 0600), kept = dup(fd);
	ssize_t len;

	assert_true(file >= 0 && kept >= 0);
	(void)fflush(stdout);
	assert_int_equal(dup2(file, fd), fd);
	say(tally);
	(void)fflush(stdout);
	assert_int_equal(dup2(kept, fd), fd);
	len = pread(file, said, SAID - 1, 0);
	assert_true(len >= 0);
	said[len] = '\0';
	(void)close(kept);
	(void)close(file);
	free(path);
	test_directory_remove(dir);
}

static size_t
count(const char *text, const char *word)
{
	size_t found = 0;

	while ((text = strstr(text, word)) != NULL) {
		found++;
		text += strlen(word);
	}
	return found;
}

static void
refuse(struct pb_import_tally *tally)
{
	const struct pb_import_events events = pb_import_tally_events(tally);
	const struct pb_import_item item = { .path = "mail" };
	struct pb_error full = { 0 }, other = { 0 };
	size_t i;

	(void)pb_fail(&full, PB_ENOSPC, "write a file", "the disk is full", "%s", "a.seg");
	(void)pb_fail(&other, PB_ENOSPC, "write a file", "the disk is full", "%s", "b.seg");
	for (i = 0; i < 3; i++)
		events.refused(events.ctx, &item, &full);
	events.refused(events.ctx, &item, &other);
}

static void
a_reason_that_refuses_many_is_told_once(void **state)
{
	struct pb_import_tally tally = { .json = false };
	char said[SAID];

	(void)state;
	listen_to(2, refuse, &tally, said);
	assert_int_equal(tally.refused, 4);
	assert_int_equal(count(said, "a.seg"), 1);
	assert_int_equal(count(said, "b.seg"), 1);
	pb_import_tally_done(&tally);
}

static void
print(struct pb_import_tally *tally)
{
	pb_import_tally_print(tally);
}

static void
what_is_passed_over_in_an_archive_is_named(void **state)
{
	struct pb_import_tally tally = { .json = false };
	const struct pb_import_events events = pb_import_tally_events(&tally);
	const struct pb_import_item item = { .path = "mail.zip", .entry = "scan.pdf" };
	char said[SAID];

	(void)state;
	events.skipped(events.ctx, &item);
	listen_to(1, print, &tally, said);
	assert_non_null(strstr(said, "1 entry of an archive passed over"));
	assert_non_null(strstr(said, "\n  mail.zip: scan.pdf\n"));
	pb_import_tally_done(&tally);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reason_that_refuses_many_is_told_once),
		cmocka_unit_test(what_is_passed_over_in_an_archive_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
