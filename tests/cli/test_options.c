/* Options: what the table allows, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"

static const enum pb_option allowed[] = { PB_OPTION_ARCHIVE, PB_OPTION_JSON, PB_OPTION_OUTPUT,
	PB_OPTION_PASSPHRASE_FILE, PB_OPTION_PART, PB_OPTION_COUNT };

/* Parse words ended by NULL; what is said on stderr goes into said. */
static bool
parse(char **words, struct pb_options *options, char said[500])
{
	FILE *kept = tmpfile();
	int stderr_copy = dup(2), count = 0;
	size_t len;
	bool right;

	assert_non_null(kept);
	(void)fflush(stderr);
	assert_true(dup2(fileno(kept), 2) == 2);
	while (words[count] != NULL)
		count++;
	right = pb_options_parse(count, words, allowed, options);
	(void)fflush(stderr);
	assert_true(dup2(stderr_copy, 2) == 2);
	(void)close(stderr_copy);
	rewind(kept);
	len = fread(said, 1, 499, kept);
	said[len] = '\0';
	(void)fclose(kept);
	return right;
}

static void
assert_refused(char **words, const char *why)
{
	struct pb_options options;
	char said[500];

	memset(&options, 0x55, sizeof(options));
	assert_false(parse(words, &options, said));
	assert_int_equal(options.operand_count, 0x5555555555555555ULL);
	if (strncmp(said, "probant: ", 9) != 0 || strstr(said, why) == NULL)
		fail_msg("said: %s", said);
}

#define WORDS(...) ((char *[]){ __VA_ARGS__, NULL })

/* Words for main are not const; these are never written to. */
static char *
word(const char *text)
{
	static char room[4096];
	static size_t used;
	size_t size = strlen(text) + 1;
	char *at = room + (used + size > sizeof(room) ? (used = 0) : used);

	memcpy(at, text, size);
	used += size;
	return at;
}

static void
options_and_operands_mix(void **state)
{
	struct pb_options o;
	char said[500];

	(void)state;
	assert_true(parse(WORDS(word("one"), word("-a"), word("DIR"), word("two"), word("--json"),
			      word("--output=x=y"), word("-"), word("--part"), word("-3"),
			      word("--"), word("--json"), word("-a"), word("--")),
	    &o, said));
	assert_string_equal(said, "");
	assert_string_equal(o.value[PB_OPTION_ARCHIVE], "DIR");
	assert_string_equal(o.value[PB_OPTION_JSON], "");
	assert_string_equal(o.value[PB_OPTION_OUTPUT], "x=y");
	assert_string_equal(o.value[PB_OPTION_PART], "-3");
	assert_null(o.value[PB_OPTION_PASSPHRASE_FILE]);
	assert_int_equal(o.operand_count, 6);
	assert_string_equal(o.operand[0], "one");
	assert_string_equal(o.operand[1], "two");
	assert_string_equal(o.operand[2], "-");
	assert_string_equal(o.operand[3], "--json");
	assert_string_equal(o.operand[4], "-a");
	assert_string_equal(o.operand[5], "--");
}

static void
no_words_are_fine(void **state)
{
	char *none[] = { NULL };
	struct pb_options o;
	char said[500];

	(void)state;
	assert_true(parse(none, &o, said));
	assert_int_equal(o.operand_count, 0);
	assert_true(parse(WORDS(word("")), &o, said));
	assert_int_equal(o.operand_count, 1);
}

static void
an_empty_argument_is_an_argument(void **state)
{
	struct pb_options o;
	char said[500];

	(void)state;
	assert_true(parse(WORDS(word("--archive="), word("-o"), word("")), &o, said));
	assert_string_equal(o.value[PB_OPTION_ARCHIVE], "");
	assert_string_equal(o.value[PB_OPTION_OUTPUT], "");
}

static void
what_the_command_does_not_take_is_unknown(void **state)
{
	(void)state;
	assert_refused(WORDS(word("--purpose"), word("x")), "unknown option");
	assert_refused(WORDS(word("--nothing")), "--nothing");
	assert_refused(WORDS(word("--jso")), "unknown option");
	assert_refused(WORDS(word("--jsonx")), "unknown option");
	assert_refused(WORDS(word("-x")), "unknown option");
	assert_refused(WORDS(word("-aDIR")), "unknown option");
	assert_refused(WORDS(word("-a=DIR")), "unknown option");
	assert_refused(WORDS(word("-json")), "unknown option");
	assert_refused(WORDS(word("---json")), "unknown option");
	assert_refused(WORDS(word("--=x")), "unknown option");
	assert_refused(WORDS(word("-h")), "unknown option"); /* help is for those that allow it */
}

static void
arguments_that_are_missing_or_too_many_are_refused(void **state)
{
	(void)state;
	assert_refused(WORDS(word("x"), word("-a")), "needs an argument");
	assert_refused(WORDS(word("--part")), "needs an argument");
	assert_refused(WORDS(word("--json=yes")), "takes no argument");
	assert_refused(WORDS(word("--json=")), "takes no argument");
	assert_refused(WORDS(word("--json"), word("--json")), "given twice");
	assert_refused(WORDS(word("-a"), word("x"), word("--archive=y")), "given twice");
}

/* ---- the tables ----------------------------------------------------------------------------- */

static void
every_option_is_named_once_and_explained(void **state)
{
	int i, k;

	(void)state;
	for (i = 0; i < PB_OPTION_COUNT; i++) {
		const struct pb_option_spec *spec = &pb_option_specs[i];

		assert_non_null(spec->name);
		assert_non_null(spec->help);
		assert_null(strchr(spec->name, '='));
		for (k = 0; k < i; k++) {
			assert_string_not_equal(spec->name, pb_option_specs[k].name);
			assert_true(spec->letter == 0 || spec->letter != pb_option_specs[k].letter);
		}
	}
}

static void
every_command_has_its_list_of_options_ended_and_an_example(void **state)
{
	size_t i, k;

	(void)state;
	for (i = 0; i < pb_commands_count; i++) {
		const struct pb_command *c = &pb_commands[i];
		size_t room = sizeof(c->options) / sizeof(c->options[0]);

		for (k = 0; k < room && c->options[k] != PB_OPTION_COUNT; k++)
			continue;
		assert_true(k < room);
		assert_non_null(c->run);
		assert_non_null(c->summary);
		assert_int_equal(strncmp(c->examples, "probant ", 8), 0);
		assert_int_equal(c->examples[strlen(c->examples) - 1], '\n');
		assert_true(c->operands_min <= c->operands_max);
	}
}

static void
every_status_ends_a_command_with_a_code_of_its_own_kind(void **state)
{
	int status;

	(void)state;
	assert_int_equal(pb_say_exit(PB_OK), 0);
	for (status = PB_OK + 1; status < PB_STATUS_COUNT; status++)
		assert_true(pb_say_exit((enum pb_status)status) >= 64);
	assert_int_equal(pb_say_exit(PB_EINVAL), 64);
	assert_int_equal(pb_say_exit(PB_ECORRUPT), 65);
	assert_int_equal(pb_say_exit(PB_ENOENT), 66);
	assert_int_equal(pb_say_exit(PB_EUNAVAIL), 69);
	assert_int_equal(pb_say_exit(PB_EEXIST), 73);
	assert_int_equal(pb_say_exit(PB_ENOSPC), 74);
	assert_int_equal(pb_say_exit(PB_ELOCKED), 75);
	assert_int_equal(pb_say_exit(PB_EACCESS), 77);
}

static void
a_reason_is_one_bounded_sentence(void **state)
{
	struct pb_error err = { .what = "open a file", .why = "it is locked", .cause = 2 };
	char text[200], little[8];

	(void)state;
	pb_say_reason(&err, text, sizeof(text));
	assert_string_equal(text, "open a file: it is locked: No such file or directory");
	err.cause = 0;
	pb_say_reason(&err, text, sizeof(text));
	assert_string_equal(text, "open a file: it is locked");
	err.why = NULL;
	err.cause = 2;
	pb_say_reason(&err, text, sizeof(text));
	assert_string_equal(text, "open a file: No such file or directory");
	pb_say_reason(&err, little, sizeof(little));
	assert_string_equal(little, "open a ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_and_operands_mix),
		cmocka_unit_test(no_words_are_fine),
		cmocka_unit_test(an_empty_argument_is_an_argument),
		cmocka_unit_test(what_the_command_does_not_take_is_unknown),
		cmocka_unit_test(arguments_that_are_missing_or_too_many_are_refused),
		cmocka_unit_test(every_option_is_named_once_and_explained),
		cmocka_unit_test(every_command_has_its_list_of_options_ended_and_an_example),
		cmocka_unit_test(every_status_ends_a_command_with_a_code_of_its_own_kind),
		cmocka_unit_test(a_reason_is_one_bounded_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
