/* The commands' options: one table, read by the parser, --help and the man page alike. */
#ifndef PB_CLI_OPTIONS_H
#define PB_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

enum pb_option {
	PB_OPTION_ARCHIVE,
	PB_OPTION_JSON,
	PB_OPTION_HELP,
	PB_OPTION_PASSPHRASE_FILE,
	PB_OPTION_READER_KEY,
	PB_OPTION_ORIGIN,
	PB_OPTION_RECOVERY_OUT,
	PB_OPTION_HEIR,
	PB_OPTION_NO_RECOVERY,
	PB_OPTION_DIRECTION,
	PB_OPTION_MAILBOX,
	PB_OPTION_RESUME,
	PB_OPTION_DRY_RUN,
	PB_OPTION_FROM_PILER,
	PB_OPTION_PURPOSE,
	PB_OPTION_RANGE,
	PB_OPTION_RAW,
	PB_OPTION_FACTS,
	PB_OPTION_PART,
	PB_OPTION_PARTS,
	PB_OPTION_ATTACHMENT,
	PB_OPTION_TRUST,
	PB_OPTION_AGAINST,
	PB_OPTION_TSA_ROOTS,
	PB_OPTION_QUICK,
	PB_OPTION_READER,
	PB_OPTION_OUTPUT,
	PB_OPTION_NOW,
	PB_OPTION_DATA,
	PB_OPTION_REQUEST,
	PB_OPTION_CHAIN,
	PB_OPTION_PROOF,
	PB_OPTION_SALT,
	PB_OPTION_TSA,
	PB_OPTION_TSA_POLICY,
	PB_OPTION_HASH,
	PB_OPTION_CLIENT_CERT,
	PB_OPTION_SERVER_ROOTS,
	PB_OPTION_TIMEOUT,
	PB_OPTION_INTERVAL,
	PB_OPTION_LISTEN,
	PB_OPTION_CASE,
	PB_OPTION_SEQ,
	PB_OPTION_SINCE,
	PB_OPTION_UNTIL,
	PB_OPTION_DISCLOSE,
	PB_OPTION_RECIPIENT,
	PB_OPTION_AS_OF,
	PB_OPTION_NEW,
	PB_OPTION_ROLE,
	PB_OPTION_PAST,
	PB_OPTION_NEW_PASSPHRASE_FILE,
	PB_OPTION_SHEET,
	PB_OPTION_LIMIT,
	PB_OPTION_OFFSET,
	PB_OPTION_SORT,
	PB_OPTION_REVERSE,
	PB_OPTION_BATCH,
	PB_OPTION_CERTIFICATE,
	PB_OPTION_ALL,
	PB_OPTION_ACCEPT_ROLLBACK,
	PB_OPTION_NO_INDEX,
	PB_OPTION_NO_BODIES,
	PB_OPTION_BODIES,
	PB_OPTION_LEDGER,
	PB_OPTION_ACCEPT,
	PB_OPTION_POLICY,
	PB_OPTION_ROOT,
	PB_OPTION_HANDOUT,
	PB_OPTION_CSV,
	PB_OPTION_DESTROY_AFTER,
	PB_OPTION_ASK,
	PB_OPTION_CANARY,
	PB_OPTION_DOOR,
	PB_OPTION_MAN,
	PB_OPTION_COUNT
};

struct pb_option_spec {
	char letter;          /* '\0': none */
	const char *name;     /* without "--" */
	const char *argument; /* NULL: takes none */
	const char *help;     /* key for gettext */
};

/* By enum pb_option. */
extern const struct pb_option_spec pb_option_specs[PB_OPTION_COUNT];

/* What a command line said: value[] is NULL where an option was not given, "" for one without
 * an argument.  Borrowed from argv. */
#define PB_OPTIONS_MORE 64
struct pb_options {
	const char *value[PB_OPTION_COUNT];
	/* What options that may be given more than once said after the first time. */
	struct {
		enum pb_option option;
		const char *value;
	} more[PB_OPTIONS_MORE];
	size_t more_count;
	char **operand;
	size_t operand_count;
};

/*
 * Parse argv behind the command's name.  allowed: the command's options, ended by
 * PB_OPTION_COUNT.  On failure an error was printed, and false is the answer.
 * Options and operands mix; "--" ends the options.  Operands are moved to the
 * front of argv.
 */
bool pb_options_parse(
    int argc, char **argv, const enum pb_option *allowed, struct pb_options *ret_options);

/* The nth thing that an option said, from 0; NULL if it said fewer. */
const char *pb_options_nth(const struct pb_options *options, enum pb_option option, size_t n);

#endif
