#include "cli/command.h"

#include <stdio.h>
#include <string.h>

#include "crypto/crypto.h"
#include "sys/process.h"

#define END PB_OPTION_COUNT

const struct pb_command pb_commands[] = {
	{ .name = "init",
	    .operands = "DIR",
	    .summary = N_("make a new archive with its keys"),
	    .text = N_("Makes DIR with a log key, a reader key under a passphrase, and a way to "
		       "open the archive when that is lost: one of --recovery-out, --heir and "
		       "--no-recovery must be chosen, and the log states which.  Without --tsa the "
		       "archive stamps with a local authority of its own, whose times are claims."),
	    .examples = "probant init /srv/courrier --origin tilleuls.example/courrier "
			"--recovery-out /media/usb/secours.pem\n",
	    .options = { PB_OPTION_ORIGIN, PB_OPTION_PASSPHRASE_FILE, PB_OPTION_RECOVERY_OUT,
		PB_OPTION_HEIR, PB_OPTION_NO_RECOVERY, PB_OPTION_TSA, PB_OPTION_TSA_ROOTS,
		PB_OPTION_TSA_POLICY, PB_OPTION_HASH, PB_OPTION_CLIENT_CERT, PB_OPTION_SERVER_ROOTS,
		PB_OPTION_TIMEOUT, PB_OPTION_INTERVAL, PB_OPTION_JSON, END },
	    .operands_min = 1,
	    .operands_max = 1,
	    .run = pb_cli_init },
	{ .name = "import",
	    .operands = "PATH...",
	    .summary = N_("keep messages that stand in files"),
	    .text =
		N_("Each PATH is a message, a Maildir, a directory with *.eml files, or - for "
		   "one message on standard input.  A message is acknowledged when it is "
		   "durable under a signed checkpoint.  What is in a message never makes it "
		   "refused, and nothing is de-duplicated; a file that cannot be read is named, "
		   "the rest is kept, and the exit code is 65."),
	    .examples = "probant import -a /srv/courrier --direction received ~/Maildir\n"
			"probant import -a /srv/courrier - < message.eml\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_DIRECTION, PB_OPTION_JSON, END },
	    .operands_min = 1,
	    .operands_max = SIZE_MAX,
	    .run = pb_cli_import },
	{ .name = "list",
	    .operands = "",
	    .summary = N_("list the records"),
	    .text = N_("Number, time by the local clock, type, and for messages size and SHA-256.  "
		       "Reading leaves an access record with its purpose."),
	    .examples = "probant list -a /srv/courrier --purpose 'sinistre 2026-014'\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_PURPOSE, PB_OPTION_RANGE,
		PB_OPTION_PASSPHRASE_FILE, PB_OPTION_READER_KEY, PB_OPTION_JSON, END },
	    .operands_max = 0,
	    .run = pb_cli_list },
	{ .name = "show",
	    .operands = "SEQ",
	    .summary = N_("show one record"),
	    .text =
		N_("Without --raw, --facts or --part: its parts and its facts.  Reading leaves an "
		   "access record with its purpose."),
	    .examples =
		"probant show -a /srv/courrier 18 --raw --purpose 'sinistre 2026-014' > 18.eml\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_PURPOSE, PB_OPTION_RAW, PB_OPTION_FACTS,
		PB_OPTION_PART, PB_OPTION_PASSPHRASE_FILE, PB_OPTION_READER_KEY, PB_OPTION_JSON,
		END },
	    .operands_min = 1,
	    .operands_max = 1,
	    .run = pb_cli_show },
	{ .name = "verify",
	    .operands = "BUNDLE|DIR",
	    .summary = N_("check a bundle or an archive, byte for byte"),
	    .text =
		N_("Reads everything again and compares it with what was signed.  The verdict is "
		   "passed (exit code 0), failed (1) or incomplete (2); in JSON: valid, invalid, "
		   "indeterminate.  --trust says who may sign, --tsa-roots whose timestamps count, "
		   "--against that the history is the one you were shown before: without them the "
		   "integrity is judged, and the check stays incomplete.  A bundle needs no key.  "
		   "With --quick an archive needs none either, and sealed records stay closed."),
	    .examples =
		"probant verify sinistre.asics --trust courrier.trust --tsa-roots roots.pem "
		"--against checkpoint-avril\n"
		"probant verify /srv/courrier --trust courrier.trust --against checkpoint-avril\n"
		"probant verify /srv/courrier --quick\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_TRUST, PB_OPTION_TSA_ROOTS, PB_OPTION_AGAINST,
		PB_OPTION_QUICK, PB_OPTION_PASSPHRASE_FILE, PB_OPTION_READER_KEY, PB_OPTION_JSON,
		END },
	    .operands_max = 1,
	    .run = pb_cli_verify },
	{ .name = "stamp check",
	    .operands = "TOKEN",
	    .summary = N_("check any RFC 3161 timestamp token"),
	    .text =
		N_("TOKEN is a reply or a bare token (DER), of any authority; no archive is "
		   "needed.  It is judged at the time it states: passed (exit code 0), failed "
		   "(1), incomplete (2) without --tsa-roots, since nobody but you can say which "
		   "authority is to be believed."),
	    .examples = "probant stamp check reply.tsr --data checkpoint --tsa-roots roots.pem\n",
	    .options = { PB_OPTION_DATA, PB_OPTION_TSA_ROOTS, PB_OPTION_REQUEST, PB_OPTION_CHAIN,
		PB_OPTION_JSON, END },
	    .operands_min = 1,
	    .operands_max = 1,
	    .run = pb_cli_stamp_check },
	{ .name = "stamp",
	    .operands = "",
	    .summary = N_("have the newest checkpoint timestamped"),
	    .text =
		N_("Asks every authority of the archive for an RFC 3161 token over the newest "
		   "checkpoint, checks what comes back in full, and keeps it as a record, if there "
		   "is something new since the last one or a day has passed.  While no authority "
		   "answers, capture goes on, and the log says since when.  Run it by a timer; an "
		   "archive whose only authority is its own is stamped by every command that "
		   "writes to it."),
	    .examples = "probant stamp -a /srv/courrier\nprobant stamp -a /srv/courrier --now\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_NOW, PB_OPTION_JSON, END },
	    .run = pb_cli_stamp },
	{ .name = "tsa add",
	    .operands = "NAME URL",
	    .summary = N_("add a timestamping authority"),
	    .text = N_("From now on `stamp` asks it too.  Its root certificates are kept, and what "
		       "comes back is held against them; the log states them.  Two authorities "
		       "with one key count once."),
	    .examples = "probant tsa add -a /srv/courrier autorite https://tsa.example/tsr "
			"--tsa-roots autorite-racine.pem\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_TSA_ROOTS, PB_OPTION_TSA_POLICY,
		PB_OPTION_HASH, PB_OPTION_CLIENT_CERT, PB_OPTION_SERVER_ROOTS, PB_OPTION_TIMEOUT,
		PB_OPTION_INTERVAL, END },
	    .operands_min = 2,
	    .operands_max = 2,
	    .run = pb_cli_tsa_add },
	{ .name = "tsa remove",
	    .operands = "NAME",
	    .summary = N_("ask an authority no more"),
	    .text = N_("What it stamped stays as it is.  The local authority is named \"local\"."),
	    .examples = "probant tsa remove -a /srv/courrier local\n",
	    .options = { PB_OPTION_ARCHIVE, END },
	    .operands_min = 1,
	    .operands_max = 1,
	    .run = pb_cli_tsa_remove },
	{ .name = "tsa list",
	    .operands = "",
	    .summary = N_("list the archive's authorities, and how they answered"),
	    .text = N_("Needs no key."),
	    .examples = "probant tsa list -a /srv/courrier\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_JSON, END },
	    .run = pb_cli_tsa_list },
	{ .name = "tsa roots",
	    .operands = "",
	    .summary = N_("print the root certificates of the archive's authorities"),
	    .text = N_("For --tsa-roots.  Who checks should rather have an authority's roots from "
		       "the authority itself; those of a local one can come from here alone."),
	    .examples = "probant tsa roots -a /srv/courrier -o tsa-roots.pem\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_OUTPUT, END },
	    .run = pb_cli_tsa_roots },
	{ .name = "tsa serve",
	    .operands = "DIR",
	    .summary = N_("serve timestamps over HTTP, for laboratories and in-house use"),
	    .text =
		N_("An RFC 3161 authority with its key in DIR, which is made if it is not there; "
		   "DIR/root.pem is for those who check.  Its times are those of this machine's "
		   "clock.  Serves until it is interrupted."),
	    .examples = "probant tsa serve /srv/tsa --listen 127.0.0.1:3180\n",
	    .options = { PB_OPTION_LISTEN, END },
	    .operands_min = 1,
	    .operands_max = 1,
	    .run = pb_cli_tsa_serve },
	{ .name = "export",
	    .operands = "",
	    .summary = N_("make an evidence bundle that a stranger can verify"),
	    .text =
		N_("Writes records of a range, opened as --disclose says, with what proves them, "
		   "into an ASiC-S container stamped by one of the archive's authorities.  Records "
		   "that are not disclosed stand in it as closed leaves: their number, second and "
		   "type, nothing else.  The range begins at a timestamp and ends under one.  With "
		   "--against the receiver can compare a checkpoint or bundle that he holds.  The "
		   "export is recorded before anything is written.  If it is cut short, "
		   "the same command goes on.  If no authority answers, the bundle is whole but "
		   "for its timestamp, the exit code is 75, and `seal` finishes it."),
	    .examples =
		"probant export -a /srv/courrier --case sinistre-2026-014 --since 2026-04-30 "
		"--until 2026-05-06 --disclose facts,66=all -o sinistre-2026-014.asics\n"
		"probant export -a /srv/courrier --case sinistre-2026-014 --seq 66 --against "
		"checkpoint-avril -o lettre-66.asics\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_CASE, PB_OPTION_OUTPUT, PB_OPTION_RANGE,
		PB_OPTION_SEQ, PB_OPTION_SINCE, PB_OPTION_UNTIL, PB_OPTION_DISCLOSE,
		PB_OPTION_RECIPIENT, PB_OPTION_AS_OF, PB_OPTION_AGAINST, PB_OPTION_PASSPHRASE_FILE,
		PB_OPTION_READER_KEY, PB_OPTION_JSON, END },
	    .run = pb_cli_export },
	{ .name = "seal",
	    .operands = "FILE",
	    .summary = N_("finish a bundle whose authority did not answer"),
	    .text = N_("Has the package in FILE stamped by one of the archive's authorities, and "
		       "puts both into a container, in the same place."),
	    .examples = "probant seal -a /srv/courrier sinistre-2026-014.asics\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_PASSPHRASE_FILE, PB_OPTION_READER_KEY,
		PB_OPTION_JSON, END },
	    .operands_min = 1,
	    .operands_max = 1,
	    .run = pb_cli_seal },
	{ .name = "status",
	    .operands = "",
	    .summary = N_("how the archive stands, at a glance"),
	    .text = N_("Needs no key and changes nothing."),
	    .examples = "probant status -a /srv/courrier\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_JSON, END },
	    .run = pb_cli_status },
	{ .name = "key list",
	    .operands = "",
	    .summary = N_("list the log key and the readers"),
	    .text = N_("The log key signs checkpoints; readers can open sealed records."),
	    .examples = "probant key list -a /srv/courrier\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_JSON, END },
	    .run = pb_cli_key_list },
	{ .name = "key policy",
	    .operands = "",
	    .summary = N_("print a trust file for those who verify"),
	    .text = N_("A C2SP tlog-policy with the log key.  Hand it over before it is needed, by "
		       "another way than the archive: it says who may sign."),
	    .examples = "probant key policy -a /srv/courrier -o courrier.trust\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_OUTPUT, PB_OPTION_JSON, END },
	    .run = pb_cli_key_policy },
	{ .name = "key export",
	    .operands = "",
	    .summary = N_("print a public key"),
	    .text =
		N_("The log's verifier key, or with --reader the certificate (PEM) of a reader."),
	    .examples = "probant key export -a /srv/courrier\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_READER, PB_OPTION_OUTPUT, PB_OPTION_JSON,
		END },
	    .run = pb_cli_key_export },
	{ .name = "completion",
	    .operands = "bash|zsh",
	    .summary = N_("print what a shell needs to complete commands and options"),
	    .text = N_("`make install` puts bash's where it looks for it."),
	    .examples =
		"probant completion bash > ~/.local/share/bash-completion/completions/probant\n",
	    .options = { END },
	    .operands_min = 1,
	    .operands_max = 1,
	    .run = pb_cli_completion },
	{ .name = "help",
	    .operands = "[COMMAND]",
	    .summary = N_("list the commands, or explain one"),
	    .text = N_("The same as COMMAND --help."),
	    .examples = "probant help import\nprobant help --man > probant.1\n",
	    .options = { PB_OPTION_MAN, END },
	    .operands_max = 2,
	    .run = pb_cli_help },
};

const size_t pb_commands_count = sizeof(pb_commands) / sizeof(pb_commands[0]);

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

/* A first word alone, such as "key", is answered with the commands that begin with it. */
static void
say_unknown(const char *word)
{
	char names[128] = "";
	size_t i, used = 0, len = strlen(word);

	for (i = 0; i < pb_commands_count; i++) {
		const char *name = pb_commands[i].name;

		if (len > 0 && strncmp(name, word, len) == 0 && name[len] == ' ' &&
		    used < sizeof(names))
			used += (size_t)snprintf(
			    names + used, sizeof(names) - used, "%s%s", used > 0 ? ", " : "", name);
	}
	if (used > 0)
		pb_say_usage(_("this command has a second word"), names);
	else
		pb_say_usage(_("unknown command"), word);
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

int
pb_command_main(const struct pb_world *world, int argc, char **argv)
{
	const struct pb_command *command;
	struct pb_options none = { .operand_count = 0 };
	struct pb_error err = { 0 };
	int words = 0;

	pb_say_init();
	if (pb_process_harden(&err) != PB_OK || pb_crypto_init(&err) != PB_OK) {
		pb_say_error(&err);
		return pb_say_exit(err.status);
	}
	if (argc < 2)
		return finish(pb_cli_next(world, &none));
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return finish(pb_cli_help(world, &none));
	if (strcmp(argv[1], "--version") == 0) {
		(void)printf("probant %s\n", PROBANT_VERSION);
		return finish(PB_EXIT_OK);
	}
	command = find_command(argc - 1, argv + 1, &words);
	if (command == NULL) {
		say_unknown(argv[1]);
		return PB_EXIT_USAGE;
	}
	return finish(run(world, command, argc - 1 - words, argv + 1 + words));
}
