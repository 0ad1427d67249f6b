/* The words of a command line: which command they are, and that it is run. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/nearest.h"
#include "crypto/crypto.h"
#include "sys/process.h"

#define END PB_OPTION_COUNT

/* The command that argv begins with, and how many words its name has. */
static const struct pb_command *
find_command(int argc, char **argv, int *ret_words)
{
	size_t i, len;

	for (i = 0; i < pb_commands_count; i++) {
		const char *name = pb_commands[i].name;

		len = strcspn(name, " ");
		if (strlen(argv[0]) != len || strncmp(argv[0], name, len) != 0)
			continue;
		*ret_words = name[len] == '\0' ? 1 : 2;
		if (*ret_words == 1 || (argc > 1 && strcmp(argv[1], name + len + 1) == 0))
			return &pb_commands[i];
	}
	return NULL;
}

static bool
has_archive(const struct pb_command *command)
{
	const enum pb_option *option;

	for (option = command->options; *option != END; option++)
		if (*option == PB_OPTION_ARCHIVE)
			return true;
	return false;
}

static bool
operands_fit(const struct pb_command *command, const struct pb_options *options)
{
	if (options->operand_count >= command->operands_min &&
	    options->operand_count <= command->operands_max)
		return true;
	if (options->operand_count > command->operands_max)
		pb_say_usage(command->operands_max == 0 && has_archive(command)
				 ? _("one word too many (an archive is named with -a)")
				 : _("one word too many"),
		    options->operand[command->operands_max]);
	else
		pb_say_usage(_("this command needs an operand"), command->operands);
	return false;
}

static enum pb_exit
run(const struct pb_world *world, const struct pb_command *command, int argc, char **argv)
{
	enum pb_option allowed[sizeof(command->options) / sizeof(command->options[0]) + 1];
	struct pb_options options;
	enum pb_exit code;
	size_t i;

	for (i = 0; command->options[i] != END; i++)
		allowed[i] = command->options[i];
	allowed[i] = PB_OPTION_HELP;
	allowed[i + 1] = END;
	if (!pb_options_parse(argc, argv, allowed, &options))
		return PB_EXIT_USAGE;
	if (options.value[PB_OPTION_HELP] != NULL) {
		pb_help_command(command);
		return PB_EXIT_OK;
	}
	if (!operands_fit(command, &options))
		return PB_EXIT_USAGE;
	code = command->run(world, &options);
	return code;
}

bool
pb_command_begins(const struct pb_command *command, const char *word)
{
	size_t len = strlen(word);

	return len > 0 && strncmp(command->name, word, len) == 0 && command->name[len] == ' ';
}

/* Names of commands, with commas; or the second words of them that are near. */
static bool
find_family(const char *word, char *names, size_t size, struct pb_nearest *second)
{
	size_t i, used = 0;

	for (i = 0; i < pb_commands_count; i++) {
		const char *name = pb_commands[i].name;

		if (!pb_command_begins(&pb_commands[i], word))
			continue;
		pb_nearest_try(second, name + strlen(word) + 1);
		if (used < size)
			used += (size_t)snprintf(
			    names + used, size - used, "%s%s", used > 0 ? ", " : "", name);
	}
	return used > 0;
}

/* A first word alone, such as "key", is answered with the commands that begin with it. */
void
pb_command_unknown(const char *word, const char *second)
{
	struct pb_nearest nearest = { .word = second != NULL ? second : "" };
	char names[512] = "", prefix[64];
	size_t i;

	if (find_family(word, names, sizeof(names), &nearest)) {
		(void)snprintf(prefix, sizeof(prefix), "probant %s ", word);
		pb_say_unknown(_("this command has a second word"), names, prefix, nearest.found);
		return;
	}
	nearest.word = word;
	for (i = 0; i < pb_commands_count; i++)
		pb_nearest_try(&nearest, pb_commands[i].name);
	pb_say_unknown(_("unknown command"), word, "probant ", nearest.found);
}

/* What was printed must have arrived: a full disk behind stdout is an error too. */
static enum pb_exit
finish(enum pb_exit code)
{
	struct pb_error err = { 0 };

	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	(void)pb_fail(&err, PB_EIO, N_("print the result"), N_("writing failed"), "%s", "stdout");
	pb_say_error(&err);
	return PB_EXIT_IO;
}

/* How many words name an archive before any command. */
static int
archive_words(int argc, char **argv)
{
	if (argc < 1)
		return 0;
	if (strcmp(argv[0], "-a") == 0 || strcmp(argv[0], "--archive") == 0)
		return argc > 1 ? 2 : 1;
	return strncmp(argv[0], "--archive=", 10) == 0;
}

/* `count` words, one or two, go behind the `others` that follow them. */
static void
put_behind(char **argv, int count, int others)
{
	char *moved[2] = { argv[0], count > 1 ? argv[1] : NULL };

	memmove(argv, argv + count, (size_t)others * sizeof(*argv));
	memcpy(argv + others, moved, (size_t)count * sizeof(*argv));
}

/* No command: at most an archive is named. */
static enum pb_exit
run_next(const struct pb_world *world, int argc, char **argv)
{
	static const enum pb_option allowed[] = { PB_OPTION_ARCHIVE, END };
	struct pb_options options;

	return pb_options_parse(argc, argv, allowed, &options) ? pb_cli_next(world, &options)
							       : PB_EXIT_USAGE;
}

/* The words behind the program's name: -a DIR may stand before the command as well. */
static enum pb_exit
run_words(const struct pb_world *world, int argc, char **argv)
{
	const struct pb_options none = { .operand_count = 0 };
	int archive = archive_words(argc, argv), words = 0;
	const struct pb_command *command;
	const char *first, *second;

	if (argc <= archive)
		return run_next(world, argc, argv);
	first = argv[archive];
	second = argc > archive + 1 ? argv[archive + 1] : "-";
	if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0)
		return pb_cli_help(world, &none);
	if (strcmp(first, "--version") == 0) {
		(void)printf("probant %s\n", PROBANT_VERSION);
		return PB_EXIT_OK;
	}
	command = find_command(argc - archive, argv + archive, &words);
	if (command == NULL) {
		pb_command_unknown(first, second[0] != '-' ? second : NULL);
		return PB_EXIT_USAGE;
	}
	if (archive > 0)
		put_behind(argv, archive, words);
	return run(world, command, argc - words, argv + words);
}

int
pb_command_main(const struct pb_world *world, int argc, char **argv)
{
	struct pb_error err = { 0 };

	pb_say_init();
	if (pb_process_harden(&err) != PB_OK || pb_crypto_init(&err) != PB_OK) {
		pb_say_error(&err);
		return pb_say_exit(err.status);
	}
	return finish(run_words(world, argc - 1, argv + 1));
}
