/* `doctor`: is all well, of an archive or of all that a policy names? */
#include <stdio.h>

#include "cli/access.h"
#include "cli/doctor.h"
#include "cli/examine.h"
#include "cli/machine.h"
#include "net/http.h"
#include "policy/whole.h"

static void
look_at_archive(struct pb_doctor *d, const char *name, const char *dir)
{
	pb_doctor_files(d, name, dir);
	pb_doctor_keys(d, name, dir);
	pb_doctor_disk(d, name, dir);
	pb_doctor_times(d, name, dir);
	pb_doctor_authorities(d, name, dir);
}

static enum pb_status
look_at_machine(
    struct pb_doctor *d, const struct pb_options *options, const char *file, struct pb_error *err)
{
	struct pb_capture_policy *policy = NULL;
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status = pb_policy_whole_read(d->world->files, file, &text, &policy, err);

	pb_buf_done(&text);
	if (status != PB_OK)
		return status;
	pb_doctor_clock(d);
	pb_doctor_policy(d, policy);
	pb_doctor_daemon(d, policy);
	for (size_t i = 0; i < policy->archive_count; i++)
		look_at_archive(d, policy->archive[i].name, policy->archive[i].path);
	if (options->value[PB_OPTION_CANARY] != NULL)
		pb_doctor_canaries(d, options, policy);
	pb_capture_policy_free(policy);
	return PB_OK;
}

/* PB_EINVAL: which one was not said, and that was. */
static enum pb_status
look_at_one(struct pb_doctor *d, const struct pb_options *options, struct pb_error *err)
{
	const char *dir = pb_access_archive(options);
	enum pb_status status;

	if (dir == NULL)
		return PB_EINVAL;
	if (options->value[PB_OPTION_CANARY] != NULL) {
		pb_say_usage(_("--canary goes by the doors of a policy"), _("give --policy FILE"));
		return PB_EINVAL;
	}
	status = pb_examine_place(d->world, dir, err);
	if (status != PB_OK)
		return status;
	pb_doctor_clock(d);
	look_at_archive(d, "", dir);
	return PB_OK;
}

static enum pb_exit
say(const struct pb_doctor *d, bool json)
{
	size_t wrong = json ? pb_doctor_json(&d->symptoms) : pb_doctor_print(&d->symptoms);

	return wrong > 0 ? PB_EXIT_INVALID : PB_EXIT_OK;
}

enum pb_exit
pb_cli_doctor(const struct pb_world *world, const struct pb_options *options)
{
	const char *policy = pb_machine_asked(world, options);
	struct pb_doctor doctor = { .world = world };
	struct pb_error err = { 0 };
	enum pb_status status = PB_OK;
	enum pb_exit code;

	if (!pb_machine_is_clear(options))
		return PB_EXIT_USAGE;
	if (options->value[PB_OPTION_ASK] != NULL)
		status = pb_http_new(&doctor.http, &err);
	if (status == PB_OK && policy != NULL)
		status = look_at_machine(&doctor, options, policy, &err);
	else if (status == PB_OK)
		status = look_at_one(&doctor, options, &err);
	if (status == PB_OK)
		status = doctor.symptoms.status;
	if (status == PB_OK) {
		code = say(&doctor, options->value[PB_OPTION_JSON] != NULL);
	} else if (err.status == PB_OK && status == PB_EINVAL) {
		code = PB_EXIT_USAGE;
	} else {
		pb_say_error(&err);
		code = pb_say_exit(status);
	}
	pb_symptoms_done(&doctor.symptoms);
	pb_http_free(doctor.http);
	return code;
}
