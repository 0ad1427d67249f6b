/* What is said on stderr obeys nobody: a terminal shows it and does nothing else. */
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

#include "cli/say.h"
#include "core/io.h"
#include "lib/world.h"

static void
a_word_of_the_command_line_is_shown_without_controls(void **state)
{
	char *dir = test_directory(), *path = pb_path_join(dir, "said");
	int fd = open(path, O_RDWR | O_CREAT, 0600), kept = dup(2);
	char said[500] = "";

	(void)state;
	assert_true(fd >= 0 && kept >= 0 && dup2(fd, 2) == 2);
	pb_say_usage("unknown command", "\x1b]0;owned\a\xe2\x80\xae");
	assert_int_equal(dup2(kept, 2), 2);
	assert_true(pread(fd, said, sizeof(said) - 1, 0) > 0);
	assert_non_null(strstr(said, "unknown command: \\x1b]0;owned\\x07\\xe2\\x80\\xae\n"));
	assert_null(strchr(said, '\x1b'));
	(void)close(kept);
	(void)close(fd);
	free(path);
	test_directory_remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_word_of_the_command_line_is_shown_without_controls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
