#include "cli/options.h"

#include <stdio.h>
#include <string.h>

#include "cli/nearest.h"
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
	[PB_OPTION_READER_KEY] = { 0, "reader-key", "FILE|URI",
	    N_("open with the key and certificate in FILE, such as a recovery file, or with a key "
	       "on a token (pkcs11:token=NAME;object=LABEL; the passphrase is its PIN), instead of "
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
	[PB_OPTION_DIRECTION] = { 0, "direction", "auto|received|sent",
	    N_("note in the facts which way the messages went; auto: by the mailboxes, if any are "
	       "known, which is what is done if this is not said") },
	[PB_OPTION_MAILBOX] = { 0, "mailbox", "ADDRESS",
	    N_("an address of this archive's own: a message from it was sent, any other received; "
	       "may be given more than once") },
	[PB_OPTION_RESUME] = { 0, "resume", NULL,
	    N_("pass over files that an earlier import had acknowledged: same path, size and "
	       "time") },
	[PB_OPTION_DRY_RUN] = { 0, "dry-run", NULL,
	    N_("say what there is to import, and what would be refused; keep nothing") },
	[PB_OPTION_FROM_PILER] = { 0, "from-piler", NULL,
	    N_("the paths are what pilerexport wrote: note in the facts that it did, and sealed, "
	       "where in its tree each message stood") },
	[PB_OPTION_PURPOSE] = { 0, "purpose", "TEXT",
	    N_("why content is read; kept, sealed, in an access record") },
	[PB_OPTION_RANGE] = { 0, "range", "I..J", N_("only the records from I to J") },
	[PB_OPTION_RAW] = { 0, "raw", NULL, N_("the message, byte for byte") },
	[PB_OPTION_FACTS] = { 0, "facts", NULL, N_("the facts part alone (JSON)") },
	[PB_OPTION_PART] = { 0, "part", "N", N_("part N alone, byte for byte") },
	[PB_OPTION_PARTS] = { 0, "parts", NULL,
	    N_("the list of its parts with their lengths, and its facts") },
	[PB_OPTION_ATTACHMENT] = { 0, "attachment", "N",
	    N_("attachment N of the message, decoded, to the file of -o") },
	[PB_OPTION_TRUST] = { 0, "trust", "FILE",
	    N_("who may sign: a trust file (C2SP tlog-policy), got from the archive's holder "
	       "beforehand") },
	[PB_OPTION_AGAINST] = { 0, "against", "CHECKPOINT|BUNDLE",
	    N_("an earlier checkpoint or bundle of this log that was kept elsewhere") },
	[PB_OPTION_TSA_ROOTS] = { 0, "tsa-roots", "PEM",
	    N_("the timestamping authorities that you trust: their root certificates") },
	[PB_OPTION_QUICK] = { 0, "quick", NULL,
	    N_("without any key: everything but the contents of sealed records") },
	[PB_OPTION_READER] = { 0, "reader", "ID", N_("the certificate of this reader") },
	[PB_OPTION_OUTPUT] = { 'o', "output", "FILE", N_("write to FILE, which must not exist") },
	[PB_OPTION_NOW] = { 0, "now", NULL,
	    N_("even if nothing is due; and if no authority answers, record that at once") },
	[PB_OPTION_DATA] = { 0, "data", "FILE", N_("what the token is said to be over") },
	[PB_OPTION_REQUEST] = { 0, "request", "FILE",
	    N_("the request that the token answers (DER): its nonce is compared") },
	[PB_OPTION_CHAIN] = { 0, "chain", "PEM",
	    N_("certificates between the authority's and its root, if the token lacks them") },
	[PB_OPTION_PROOF] = { 0, "proof", "FILE",
	    N_("of a shared timestamp: how the log of a node, which the token is over, holds the "
	       "data (node.tlog-proof); needs --salt") },
	[PB_OPTION_SALT] = { 0, "salt", "FILE", N_("of a shared timestamp: node.salt") },
	[PB_OPTION_TSA] = { 0, "tsa", "URL",
	    N_("a timestamping authority (RFC 3161 over HTTP) instead of a local one; "
	       "needs --tsa-roots") },
	[PB_OPTION_TSA_POLICY] = { 0, "tsa-policy", "OID",
	    N_("the authority's policy to ask for") },
	[PB_OPTION_HASH] = { 0, "hash", "sha256|sha384|sha512",
	    N_("the digest to send to the authority; sha256 if not said") },
	[PB_OPTION_CLIENT_CERT] = { 0, "client-cert", "FILE",
	    N_("certificate with key (PEM) by which the authority knows you") },
	[PB_OPTION_SERVER_ROOTS] = { 0, "server-roots", "PEM",
	    N_("roots of the authority's https certificate, if the system's do not serve") },
	[PB_OPTION_TIMEOUT] = { 0, "timeout", "S", N_("give up after S seconds; 20 if not said") },
	[PB_OPTION_INTERVAL] = { 0, "interval", "S",
	    N_("ask this authority at most once in S seconds") },
	[PB_OPTION_LISTEN] = { 0, "listen", "ADDRESS:PORT",
	    N_("where to serve; 127.0.0.1:3180 if not said") },
	[PB_OPTION_CASE] = { 0, "case", "NAME",
	    N_("the case that the bundle is for: letters, digits, point, hyphen, _; it names the "
	       "package") },
	[PB_OPTION_SEQ] = { 0, "seq", "N,M,...",
	    N_("disclose these records; the others of the range stay closed") },
	[PB_OPTION_SINCE] = { 0, "since", "DATE",
	    N_("open what was captured from DATE on, by the local clock: 2026-04-30 or "
	       "2026-04-30T08:00:00Z (UTC); not the dates of messages") },
	[PB_OPTION_UNTIL] = { 0, "until", "DATE",
	    N_("open what was captured until DATE, that day included") },
	[PB_OPTION_DISCLOSE] = { 0, "disclose", "RULES",
	    N_("what to open: all, headers, facts or closed, then exceptions with record "
	       "numbers, such as facts,66=all,70..72=closed,80=parts:0+3; if neither this nor "
	       "--seq is given, all of the range is opened whole") },
	[PB_OPTION_RECIPIENT] = { 0, "recipient", "TEXT", N_("for whom; stated in the bundle") },
	[PB_OPTION_AS_OF] = { 0, "as-of", "SIZE",
	    N_("end under the stamped checkpoint of SIZE records instead of the first that covers "
	       "the range") },
	[PB_OPTION_NEW] = { 0, "new", NULL,
	    N_("make a new key, which goes to the file of -o, under a code that is shown once") },
	[PB_OPTION_ROLE] = { 0, "role", "reader|recovery|heir",
	    N_("what the reader is; reader if not said") },
	[PB_OPTION_PAST] = { 0, "past", NULL,
	    N_("let him open what was kept so far, too; needs a key that opens all of it") },
	[PB_OPTION_NEW_PASSPHRASE_FILE] = { 0, "new-passphrase-file", "FILE",
	    N_("read the new passphrase from the first line of FILE, else the terminal asks "
	       "twice") },
	[PB_OPTION_SHEET] = { 0, "sheet", NULL,
	    N_("type the key in from the recovery sheet, line by line") },
	[PB_OPTION_LIMIT] = { 0, "limit", "N", N_("at most N of them") },
	[PB_OPTION_OFFSET] = { 0, "offset", "N", N_("pass over the first N") },
	[PB_OPTION_SORT] = { 0, "sort", "date|seq|size",
	    N_("newest first (by the Date field, else by when it was kept), which is what is done "
	       "if this is not said; by number; largest first") },
	[PB_OPTION_REVERSE] = { 0, "reverse", NULL, N_("the other way round") },
	[PB_OPTION_BATCH] = { 0, "batch", NULL,
	    N_("read queries from standard input, one a line, and answer each with the numbers "
	       "found, as JSON on a line") },
	[PB_OPTION_CERTIFICATE] = { 0, "certificate", "FILE",
	    N_("write a statement signed by the export key to FILE, which must not exist: that "
	       "this "
	       "query over this complete set found these records") },
	[PB_OPTION_ALL] = { 0, "all", NULL, N_("make again what is there, too") },
	[PB_OPTION_ACCEPT_ROLLBACK] = { 0, "accept-rollback", NULL,
	    N_("go on with a vault that is older than its catalog; the log states what is "
	       "missing") },
	[PB_OPTION_NO_INDEX] = { 0, "no-index", NULL, N_("leave the index for `probant reindex`") },
	[PB_OPTION_NO_BODIES] = { 0, "no-bodies", NULL,
	    N_("never index words of bodies: what is found is found by headers and names of "
	       "attachments; `reindex --bodies on` takes it back") },
	[PB_OPTION_BODIES] = { 0, "bodies", "on|off",
	    N_("index words of bodies from now on, or don't: all indexes are made anew, and the "
	       "log says since when") },
	[PB_OPTION_LEDGER] = { 0, "ledger", "PLACE",
	    N_("a newer state of the same log (an archive, copy or backup): what it says was "
	       "destroyed is destroyed first") },
	[PB_OPTION_ACCEPT] = { 0, "accept-unknown-destructions", NULL,
	    N_("unlock a restored archive though nobody can say what was destroyed since; the log "
	       "says so") },
	[PB_OPTION_POLICY] = { 0, "policy", "FILE",
	    N_("what is captured, where and how; /etc/probant/capture.yaml if not said") },
	[PB_OPTION_ROOT] = { 0, "root", "DIR",
	    N_("archives to which the list gives no path are DIR/NAME") },
	[PB_OPTION_HANDOUT] = { 0, "handout", "DIR",
	    N_("what each practice is to be handed goes into DIR/NAME; for you alone to enter") },
	[PB_OPTION_CSV] = { 0, "csv", NULL, N_("print CSV, for a spreadsheet") },
	[PB_OPTION_DESTROY_AFTER] = { 0, "destroy-after", "REASON",
	    N_("then destroy what stands here; the reason is kept, sealed, in the log that was "
	       "handed over") },
	[PB_OPTION_ASK] = { 0, "ask", NULL,
	    N_("ask each authority for a token over a random number") },
	[PB_OPTION_CANARY] = { 0, "canary", NULL,
	    N_("bring a message that nobody wrote to each door but proxies, and look for it in the "
	       "archive") },
	[PB_OPTION_DOOR] = { 0, "door", "NAME",
	    N_("only to that door, with --canary; may be given more than once.  A proxy's next hop "
	       "delivers it") },
	[PB_OPTION_MAN] = { 0, "man", NULL, N_("the whole manual page, in mdoc") },
};

/* May it be given more than once? */
static bool
is_repeatable(enum pb_option option)
{
	return option == PB_OPTION_MAILBOX || option == PB_OPTION_DOOR;
}

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

static void
say_unknown(const char *text, const enum pb_option *allowed)
{
	char word[64] = "";
	struct pb_nearest nearest = { .word = word };

	if (strncmp(text, "--", 2) == 0)
		(void)snprintf(word, sizeof(word), "%.*s", (int)strcspn(text + 2, "="), text + 2);
	for (; *allowed != PB_OPTION_COUNT; allowed++)
		pb_nearest_try(&nearest, pb_option_specs[*allowed].name);
	pb_say_unknown(_("unknown option"), text, "--", nearest.found);
}

/* One option at argv[*at]; moves *at behind its argument. */
static bool
take(int argc, char **argv, int *at, const enum pb_option *allowed, struct pb_options *options)
{
	const char *text = argv[*at], *value;
	enum pb_option option = find(text, allowed, &value);

	if (option == PB_OPTION_COUNT) {
		say_unknown(text, allowed);
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
	if (options->value[option] == NULL) {
		options->value[option] = value;
		return true;
	}
	if (!is_repeatable(option)) {
		pb_say_usage(_("this option was given twice"), text);
		return false;
	}
	if (options->more_count == PB_OPTIONS_MORE) {
		pb_say_usage(_("this option was given too often"), text);
		return false;
	}
	options->more[options->more_count].option = option;
	options->more[options->more_count++].value = value;
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

const char *
pb_options_nth(const struct pb_options *options, enum pb_option option, size_t n)
{
	size_t i;

	if (n == 0)
		return options->value[option];
	for (i = 0; i < options->more_count; i++)
		if (options->more[i].option == option && --n == 0)
			return options->more[i].value;
	return NULL;
}
