/*
 * probantd POLICY: the daemon.  The master reads the policy and keeps the others running; each of
 * them is a process of its own, with what it needs and nothing else (SECURITY.md).
 *
 * probantd --writer: the writer, as its master starts it.
 */
#include <string.h>

#include "core/world.h"
#include "crypto/crypto.h"
#include "daemon/log.h"
#include "daemon/master.h"
#include "daemon/writer.h"
#include "sys/process.h"
#include "sys/world.h"

/* sysexits(3) */
#define EXIT_USAGE_ERROR 64
#define EXIT_FAILED 70
#define EXIT_CONFIGURATION 78

static int
write_archives(void)
{
	struct pb_error err = { 0 };
	enum pb_status status = pb_crypto_init(&err);

	/* The master alone says when it is to stop: what a terminal or a stop of all sends, it
	 * hears first. */
	pb_process_hold_signals();
	pb_process_give_back_memory();
	if (status == PB_OK)
		status = pb_writer_run(pb_sys_world(), &err);
	if (status != PB_OK)
		pb_log_error("writer", &err);
	return status == PB_OK ? 0 : EXIT_FAILED;
}

/* A policy that cannot be used waits for a person; what else stands in the way (an address that is
 * not there yet, another daemon that still ends) may be gone the next time. */
static int
lead(const char *policy)
{
	struct pb_error err = { 0 };
	enum pb_status status = pb_master_run(pb_sys_world(), policy, &err);

	if (status == PB_OK)
		return 0;
	pb_log_error(NULL, &err);
	return status == PB_EINVAL || status == PB_EDATA || status == PB_ELIMIT ? EXIT_CONFIGURATION
										: EXIT_FAILED;
}

int
main(int argc, char **argv)
{
	struct pb_error err = { 0 };

	if (pb_process_harden(&err) != PB_OK) {
		pb_log_error(NULL, &err);
		return EXIT_FAILED;
	}
	if (argc != 2) {
		pb_log("usage: probantd POLICY (or: probant run)");
		return EXIT_USAGE_ERROR;
	}
	return strcmp(argv[1], "--writer") == 0 ? write_archives() : lead(argv[1]);
}
