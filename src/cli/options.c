#include "cli/options.h"

#include <string.h>

#include "cli/say.h"

const struct pb_option_spec pb_option_specs[PB_OPTION_COUNT] = {
	[PB_OPTION_ARCHIVE] = { 'a', "archive", "DIR",
	    N_("the archive (else the variable PROBANT_ARCHIVE)") },
	[PB_OPTION_JSON] = { 0, "json", NULL,
	    N_("print JSON: one document, or one a line where the command lists") },
	[PB_OPTION_HELP] = { 'h', "help", NULL, N_("say what the command does, with examples") },
	[PB_OPTION_PASSPHRASE_FILE] = { 0, "passphrase-file", "FILE",
	    N_("read the passphrase from the first line of FILE (else the variable "
	       "PROBANT_PASSPHRASE_FILE, else the terminal asks)") },
	[PB_OPTION_READER_KEY] = { 0, "reader-key", "FILE",
	    N_("open with the key and certificate in FILE, such as a recovery file, instead of "
	       "the key that the archive keeps") },
	[PB_OPTION_ORIGIN] = { 0, "origin", "NAME",
	    N_("the log's name, such as tilleuls.example/courrier; 8 random digits are added") },
	[PB_OPTION_RECOVERY_OUT] = { 0, "recovery-out", "FILE",
	    N_("write a second reader key to FILE, to be kept off line, and show the code that "
	       "opens it once") },
	[PB_OPTION_HEIR] = { 0, "heir", "CERT",
	    N_("let the holder of this certificate (PEM) open the archive too") },
	[PB_OPTION_NO_RECOVERY] = { 0, "no-recovery", NULL,
	    N_("go without: who loses the passphrase loses every message") },
	[PB_OPTION_DIRECTION] = { 0, "direction", "received|sent",
	    N_("note in the facts which way the messages went") },
	[PB_OPTION_PURPOSE] = { 0, "purpose", "TEXT",
	    N_("why content is read; kept, sealed, in an access record") },
	[PB_OPTION_RANGE] = { 0, "range", "I..J", N_("only the records from I to J") },
	[PB_OPTION_RAW] = { 0, "raw", NULL, N_("the message, byte for byte") },
	[PB_OPTION_FACTS] = { 0, "facts", NULL, N_("the facts part alone (JSON)") },
	[PB_OPTION_PART] = { 0, "part", "N", N_("part N alone, byte for byte") },
	[PB_OPTION_TRUST] = { 0, "trust", "FILE",
	    N_("who may sign: a trust file (C2SP tlog-policy), got from the archive's holder "
	       "beforehand") },
	[PB_OPTION_AGAINST] = { 0, "against", "CHECKPOINT",
	    N_("an earlier checkpoint of this log that was kept elsewhere") },
	[PB_OPTION_QUICK] = { 0, "quick", NULL,
	    N_("without any key: everything but the contents of sealed records") },
	[PB_OPTION_READER] = { 0, "reader", "ID", N_("the certificate of this reader") },
	[PB_OPTION_OUTPUT] = { 'o', "output", "FILE", N_("write to FILE, which must not exist") },
	[PB_OPTION_MAN] = { 0, "man", NULL, N_("the whole manual page, in mdoc") },
};

static bool
is_allowed(enum pb_option option, const enum pb_option *allowed)
{
	for (; *allowed != PB_OPTION_COUNT; allowed++)
		if (*allowed == option)
			return true;
	return false;
}

/* The option that `text` names ("--name", "--name=value" or "-x"), or PB_OPTION_COUNT. */
static enum pb_option
find(const char *text, const enum pb_option *allowed, const char **ret_value)
{
	size_t len = strcspn(text, "=");
	int i;

	*ret_value = NULL;
	for (i = 0; i < PB_OPTION_COUNT; i++) {
		const struct pb_option_spec *spec = &pb_option_specs[i];

		if (!is_allowed((enum pb_option)i, allowed))
			continue;
		if (text[1] != '-') {
			if (spec->letter != 0 && text[1] == spec->letter && text[2] == '\0')
				return (enum pb_option)i;
		} else if (len == strlen(spec->name) + 2 &&
			   strncmp(text + 2, spec->name, len - 2) == 0) {
			if (text[len] == '=')
				*ret_value = text + len + 1;
			return (enum pb_option)i;
		}
	}
	return PB_OPTION_COUNT;
}

/* One option at argv[*at]; moves *at behind its argument. */
static bool
take(int argc, char **argv, int *at, const enum pb_option *allowed, struct pb_options *options)
{
	const char *text = argv[*at], *value;
	enum pb_option option = find(text, allowed, &value);

	if (option == PB_OPTION_COUNT) {
		pb_say_usage(_("unknown option"), text);
		return false;
	}
	if (pb_option_specs[option].argument == NULL) {
		if (value != NULL) {
			pb_say_usage(_("this option takes no argument"), text);
			return false;
		}
		value = "";
	} else if (value == NULL) {
		if (*at + 1 >= argc) {
			pb_say_usage(_("this option needs an argument"), text);
			return false;
		}
		value = argv[++*at];
	}
	if (options->value[option] != NULL) {
		pb_say_usage(_("this option was given twice"), text);
		return false;
	}
	options->value[option] = value;
	return true;
}

bool
pb_options_parse(
    int argc, char **argv, const enum pb_option *allowed, struct pb_options *ret_options)
{
	struct pb_options options = { .operand = argv };
	bool ended = false;
	int i;

	for (i = 0; i < argc; i++) {
		if (!ended && strcmp(argv[i], "--") == 0) {
			ended = true;
		} else if (!ended && argv[i][0] == '-' && argv[i][1] != '\0') {
			if (!take(argc, argv, &i, allowed, &options))
				return false;
		} else {
			argv[options.operand_count++] = argv[i];
		}
	}
	*ret_options = options;
	return true;
}
