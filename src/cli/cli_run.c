/* `run`: capture, until somebody ends it. */
#include "cli/command.h"
#include "cli/machine.h"
#include "core/error.h"
#include "core/limits.h"
#include "sys/child.h"
#include "sys/spawn.h"

/* Said here, where somebody sees it: the daemon's words go to a journal. */
static enum pb_status
check(const struct pb_world *world, const char *file, struct pb_error *err)
{
	struct pb_capture_policy *policy = NULL;
	enum pb_status status = pb_machine_policy(world, file, &policy, err);

	if (status == PB_ENOENT)
		status = pb_fail_todo(err, status,
		    N_("name the policy with --policy, or write it there: `make install` puts an "
		       "example into share/doc/probant/policies"));
	pb_capture_policy_free(policy);
	return status;
}

/* From here on this process is the daemon: whoever started it watches the right one. */
static enum pb_status
become(const char *file, struct pb_error *err)
{
	const char *const arguments[] = { "probantd", file, NULL };
	char program[PB_LIMIT_PATH];
	int error;

	if (!pb_sys_beside(arguments[0], program, sizeof(program)))
		return pb_fail(err, PB_EUNAVAIL, N_("start the daemon"),
		    N_("a program of this installation is missing"), "%s", arguments[0]);
	error = pb_become(program, arguments);
	(void)pb_fail_sys(err, error, N_("start the daemon"), "%s", program);
	return PB_EUNAVAIL;
}

enum pb_exit
pb_cli_run(const struct pb_world *world, const struct pb_options *options)
{
	const char *file = options->value[PB_OPTION_POLICY];
	struct pb_error err = { 0 };
	enum pb_status status;

	if (file == NULL)
		file = PB_MACHINE_POLICY;
	status = check(world, file, &err);
	if (status == PB_OK)
		status = become(file, &err);
	pb_say_error(&err);
	return pb_say_exit(status);
}
