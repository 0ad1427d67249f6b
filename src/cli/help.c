/* --help and the man page, from the one table of commands. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/print.h"

#define WIDTH 78

static const char *
argument_of(const struct pb_option_spec *spec)
{
	return spec->argument != NULL ? spec->argument : "";
}

static void
print_option(enum pb_option option)
{
	const struct pb_option_spec *spec = &pb_option_specs[option];
	char letter[] = "-x, ";

	letter[1] = spec->letter;
	(void)printf("  %s--%s%s%s\n", spec->letter != 0 ? letter : "", spec->name,
	    spec->argument != NULL ? " " : "", argument_of(spec));
	pb_print_wrapped(_(spec->help), 8, WIDTH);
}

static void
print_examples(const char *examples)
{
	while (*examples != '\0') {
		int len = (int)strcspn(examples, "\n");

		(void)printf("  %.*s\n", len, examples);
		examples += len + 1;
	}
}

void
pb_help_command(const struct pb_command *command)
{
	const enum pb_option *option;

	(void)printf("probant %s%s%s\n\n", command->name, command->operands[0] != '\0' ? " " : "",
	    command->operands);
	pb_print_wrapped(_(command->summary), 2, WIDTH);
	(void)putchar('\n');
	pb_print_wrapped(_(command->text), 2, WIDTH);
	(void)printf("\n%s\n", _("Options:"));
	for (option = command->options; *option != PB_OPTION_COUNT; option++)
		print_option(*option);
	print_option(PB_OPTION_HELP);
	(void)printf("\n%s\n", _("Examples:"));
	print_examples(command->examples);
}

static void
print_summary(const struct pb_command *command)
{
	(void)printf("  %-18s %s\n", command->name, _(command->summary));
}

/* Those of two words whose first one it is; false: there is none. */
static bool
print_family(const char *word)
{
	bool any = false;
	size_t i;

	for (i = 0; i < pb_commands_count; i++) {
		if (!pb_command_begins(&pb_commands[i], word))
			continue;
		print_summary(&pb_commands[i]);
		any = true;
	}
	if (any)
		(void)printf("\n%s\n", _("`probant COMMAND --help` explains one, with examples."));
	return any;
}

static void
print_overview(void)
{
	size_t i;

	pb_print_wrapped(
	    _("Probant keeps health mail as evidence: sealed, in an append-only signed log."), 0,
	    WIDTH);
	(void)printf("\n%s\n", _("Commands:"));
	for (i = 0; i < pb_commands_count; i++)
		print_summary(&pb_commands[i]);
	(void)printf("\n%s\n  probant init ~/courrier --origin cabinet.example/courrier "
		     "--recovery-out secours.pem\n"
		     "  probant import -a ~/courrier ~/Maildir\n\n%s\n",
	    _("To begin:"), _("`probant COMMAND --help` explains one, with examples."));
}

/* ---- the manual page (mdoc, mandoc_mdoc(7)) ------------------------------------------------- */

/* English, whatever the locale; a leading dot or quote would be a macro. */
static void
man_text(const char *text)
{
	if (*text == '.' || *text == '\'')
		(void)fputs("\\&", stdout);
	for (; *text != '\0'; text++) {
		if (*text == '\\')
			(void)fputs("\\e", stdout);
		else if (*text == ' ' && text[1] == ' ')
			(void)fputs("\n", stdout), text++;
		else
			(void)putchar(*text);
	}
	(void)putchar('\n');
}

static void
man_option(enum pb_option option)
{
	const struct pb_option_spec *spec = &pb_option_specs[option];

	(void)fputs(".It ", stdout);
	if (spec->letter != 0)
		(void)printf("Fl %c , ", spec->letter);
	(void)printf("Fl Fl %s", spec->name);
	if (spec->argument != NULL)
		(void)printf(" Ar %s", spec->argument);
	(void)putchar('\n');
	man_text(spec->help);
}

static void
man_command(const struct pb_command *command)
{
	const enum pb_option *option;

	(void)printf(".Ss probant %s %s\n", command->name, command->operands);
	man_text(command->summary);
	(void)puts(".Pp");
	man_text(command->text);
	(void)puts(".Bl -tag -width Ds");
	for (option = command->options; *option != PB_OPTION_COUNT; option++)
		man_option(*option);
	man_option(PB_OPTION_HELP);
	(void)puts(".El\n.Pp\nExamples:\n.Bd -literal -offset indent");
	(void)fputs(command->examples, stdout);
	(void)puts(".Ed");
}

static void
print_man(void)
{
	size_t i;

	(void)puts(".Dd $Mdocdate$\n.Dt PROBANT 1\n.Os\n.Sh NAME\n.Nm probant\n"
		   ".Nd keep health mail as evidence\n.Sh SYNOPSIS\n.Nm probant\n.Ar command\n"
		   ".Op Ar options\n.Nm probant-verify\n.Ar BUNDLE | DIR\n.Op Fl Fl trust Ar FILE\n"
		   ".Op Fl Fl tsa-roots Ar PEM\n.Op Fl Fl against Ar CHECKPOINT | BUNDLE\n"
		   ".Op Fl Fl json\n.Sh DESCRIPTION\n"
		   "Probant keeps every message, sealed, in an append-only log whose state is\n"
		   "signed before a message is acknowledged, and which authorities of the user's\n"
		   "choice timestamp.\n.Pp\n"
		   ".Nm probant-verify\n"
		   "is for whoever receives a bundle: it does what\n.Ql probant verify\n"
		   "does on a bundle, and what\n.Ql probant verify --quick\n"
		   "does on an archive, without any code that writes either.\n.Sh COMMANDS");
	for (i = 0; i < pb_commands_count; i++)
		man_command(&pb_commands[i]);
	(void)puts(
	    ".Sh ENVIRONMENT\n.Bl -tag -width Ds\n.It Ev PROBANT_ARCHIVE\n"
	    "The archive, where\n.Fl a\nis not given.\n.It Ev PROBANT_PASSPHRASE_FILE\n"
	    "A file whose first line is the passphrase.\n.El\n.Sh EXIT STATUS\n"
	    ".Ql verify\nanswers 0 for passed, 1 for failed, 2 for incomplete\n"
	    "(in JSON: valid, invalid, indeterminate).\n"
	    "Every command answers 0 when it was done, else a code of\n.Xr sysexits 3 :\n"
	    "64 usage, 65 input not understood, 66 no such input, 69 a service is\n"
	    "unavailable, 73 cannot create, 74 input or output failed, 75 try again,\n"
	    "77 not permitted.\n.Sh SEE ALSO\n"
	    "FORMAT.md, in the documentation of Probant: the formats byte by byte, and how to\n"
	    "read an archive without it.");
}

enum pb_exit
pb_cli_help(const struct pb_world *world, const struct pb_options *options)
{
	char name[64] = "";
	size_t i;

	(void)world;
	if (options->value[PB_OPTION_MAN] != NULL) {
		print_man();
		return PB_EXIT_OK;
	}
	if (options->operand_count == 0) {
		print_overview();
		return PB_EXIT_OK;
	}
	(void)snprintf(name, sizeof(name), "%s%s%s", options->operand[0],
	    options->operand_count > 1 ? " " : "",
	    options->operand_count > 1 ? options->operand[1] : "");
	for (i = 0; i < pb_commands_count; i++) {
		if (strcmp(pb_commands[i].name, name) == 0) {
			pb_help_command(&pb_commands[i]);
			return PB_EXIT_OK;
		}
	}
	if (options->operand_count == 1 && print_family(name))
		return PB_EXIT_OK;
	pb_command_unknown(
	    options->operand[0], options->operand_count > 1 ? options->operand[1] : NULL);
	return PB_EXIT_USAGE;
}
