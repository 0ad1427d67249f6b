/*
 * probant-verify: the program for somebody who trusts nobody.  It checks a bundle, or
 * an archive without any key, and holds no code that writes either.
 */
#include <stdio.h>
#include <string.h>

#include "cli/examine.h"
#include "crypto/crypto.h"
#include "sys/process.h"

static void
print_usage(void)
{
	(void)puts(
	    _("probant-verify BUNDLE|DIR [--trust FILE] [--tsa-roots PEM]\n"
	      "               [--against CHECKPOINT|BUNDLE] [--json]\n\n"
	      "  Check an evidence bundle, or an archive of Probant without any key: every\n"
	      "  byte against the signed log.  The verdict is passed (exit code 0), failed (1)\n"
	      "  or incomplete (2); in JSON: valid, invalid, indeterminate.\n\n"
	      "  --trust      whose log it is: a file you got from its holder beforehand\n"
	      "  --tsa-roots  the timestamping authorities that you trust (PEM)\n"
	      "  --against    a checkpoint or bundle of the same log that you hold\n\n"
	      "Examples:\n"
	      "  probant-verify sinistre.asics --trust courrier.trust --tsa-roots roots.pem\n"
	      "  probant-verify /srv/courrier --trust courrier.trust --against checkpoint-avril"));
}

static enum pb_exit
finish(enum pb_exit code)
{
	return fflush(stdout) == 0 && !ferror(stdout) ? code : PB_EXIT_IO;
}

int
main(int argc, char **argv)
{
	static const enum pb_option allowed[] = { PB_OPTION_TRUST, PB_OPTION_TSA_ROOTS,
		PB_OPTION_AGAINST, PB_OPTION_QUICK, PB_OPTION_JSON, PB_OPTION_HELP,
		PB_OPTION_COUNT };
	struct pb_options options;
	struct pb_error err = { 0 };

	pb_say_init();
	if (pb_process_harden(&err) != PB_OK || pb_crypto_init(&err) != PB_OK) {
		pb_say_error(&err);
		return pb_say_exit(err.status);
	}
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		(void)printf("probant-verify %s\n", PROBANT_VERSION);
		return finish(PB_EXIT_OK);
	}
	if (!pb_options_parse(argc - 1, argv + 1, allowed, &options))
		return PB_EXIT_USAGE;
	if (options.value[PB_OPTION_HELP] != NULL || options.operand_count != 1) {
		print_usage();
		return finish(options.value[PB_OPTION_HELP] != NULL ? PB_EXIT_OK : PB_EXIT_USAGE);
	}
	return finish(pb_examine(pb_sys_world(), &options, options.operand[0], NULL, true));
}
