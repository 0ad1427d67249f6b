#include "cli/fleet.h"

#include "archive/paths.h"
#include "cli/machine.h"
#include "copies/place.h"
#include "core/io.h"
#include "core/limits.h"
#include "sys/user.h"

const char *
pb_fleet_policy_of(const struct pb_options *options)
{
	const char *path = options->value[PB_OPTION_POLICY];

	return path != NULL ? path : PB_MACHINE_POLICY;
}

enum pb_status
pb_fleet_place_of_error(const char *path, enum pb_status status, struct pb_error *err)
{
	const struct pb_error copy = *err;

	if (status != PB_EDATA && status != PB_ELIMIT && status != PB_EEXIST && status != PB_EINVAL)
		return status;
	(void)pb_fail(err, status, copy.what, copy.why, "%s, %s", path, copy.object);
	return pb_fail_todo(err, status, copy.todo);
}

enum pb_status
pb_fleet_policy_prepare(const struct pb_world *world, const char *target, const struct pb_buf *text,
    struct pb_error *err)
{
	const struct pb_files *files = world->files;
	struct pb_file_info info;
	struct pb_path fresh;
	enum pb_status status = pb_place_beside(&fresh, target, ".new", err);

	if (status != PB_OK)
		return status;
	(void)files->unlink(files->ctx, fresh.text); /* of a run that was cut off */
	status = pb_io_create_file(files, fresh.text, text->data, text->len, err);
	if (status == PB_OK && files->stat(files->ctx, target, true, &info) == 0)
		status = pb_user_admit(fresh.text, info.mode & 0666, err);
	return status;
}

enum pb_status
pb_fleet_policy_commit(const struct pb_world *world, const char *target, struct pb_error *err)
{
	struct pb_path fresh, parent;
	enum pb_status status = pb_place_beside(&fresh, target, ".new", err);
	int answer;

	if (status == PB_OK)
		status = pb_place_parent(&parent, target, err);
	if (status != PB_OK)
		return status;
	answer = world->files->rename(world->files->ctx, fresh.text, target);
	return answer < 0 ? pb_fail_sys(err, answer, N_("write the policy"), "%s", target)
			  : pb_io_sync_dir(world->files, parent.text, err);
}

enum pb_status
pb_fleet_policy_read(const struct pb_world *world, const char *path, struct pb_buf *yaml,
    struct pb_capture_policy **ret_policy, struct pb_error *err)
{
	enum pb_status status = pb_io_read_regular(world->files, path, PB_LIMIT_POLICY, yaml, err);

	if (status != PB_OK)
		return status;
	return pb_fleet_place_of_error(
	    path, pb_capture_policy_parse(yaml->data, yaml->len, ret_policy, err), err);
}
