#include "daemon/setting.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/error.h"
#include "daemon/listen.h"
#include "daemon/policy_text.h"

static const char SETTING_UP[] = N_("put a policy into force");

/* What doors must not forget is theirs; where everybody connects, nobody else may write. */
static enum pb_status
make_directories(struct pb_setting *s, struct pb_error *err)
{
	const struct pb_capture_policy *policy = s->policy;
	const struct pb_user self = pb_user_self();
	enum pb_status status;
	int written = snprintf(s->relay, sizeof(s->relay), "%s/writer.sock", policy->runtime_dir);

	if (written < 0 || (size_t)written >= sizeof(s->relay))
		return pb_fail(err, PB_ELIMIT, SETTING_UP, N_("this path is too long"), "%s",
		    policy->runtime_dir);
	status = pb_user_directory(policy->runtime_dir, 0755, &self, err);
	if (status == PB_OK)
		status = pb_user_directory(policy->state_dir, 0700, &s->users.door, err);
	return status;
}

enum pb_status
pb_setting_new(const struct pb_world *world, const char *file, const struct pb_setting *before,
    struct pb_setting **ret_setting, struct pb_error *err)
{
	struct pb_setting *s = calloc(1, sizeof(*s));
	enum pb_status status;

	if (s == NULL)
		return pb_fail_memory(err, SETTING_UP);
	s->relay_socket = -1;
	status = pb_policy_text_read(world, file, &s->text, &s->policy, err);
	if (status == PB_OK)
		status = pb_users_find(s->policy, &s->users, err);
	if (status == PB_OK)
		status = make_directories(s, err);
	if (status == PB_OK)
		status = pb_listen_open(s, before, err);
	if (status == PB_OK)
		*ret_setting = s;
	else
		pb_setting_free(s);
	return status;
}

void
pb_setting_free(struct pb_setting *setting)
{
	if (setting == NULL)
		return;
	pb_listen_done(setting);
	pb_capture_policy_free(setting->policy);
	pb_buf_done(&setting->text);
	free(setting);
}
