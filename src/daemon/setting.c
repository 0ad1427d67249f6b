#include "daemon/setting.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anchor/node.h"
#include "core/error.h"
#include "core/io.h"
#include "daemon/listen.h"
#include "daemon/policy_text.h"
#include "policy/whole.h"
#include "sys/listen.h"

static const char SETTING_UP[] = N_("put a policy into force");

static void
name_socket(const struct pb_capture_policy *policy, const char *name, char out[PB_LIMIT_PATH])
{
	int written = snprintf(out, PB_LIMIT_PATH, "%s/%s", policy->runtime_dir, name);

	pb_assert(written > 0 && written < PB_LIMIT_PATH); /* policy/capture.c sees to that */
}

/* The log by which archives share tokens is the writer's. */
static enum pb_status
make_node(const struct pb_setting *s, struct pb_error *err)
{
	char dir[PB_LIMIT_PATH + sizeof(PB_NODE_DIR)];

	(void)snprintf(dir, sizeof(dir), "%s" PB_NODE_DIR, s->policy->state_dir);
	return pb_user_directory(dir, 0700, &s->users.writer, err);
}

/* What doors must not forget is theirs; where everybody connects, nobody else may write. */
static enum pb_status
make_directories(struct pb_setting *s, struct pb_error *err)
{
	const struct pb_capture_policy *policy = s->policy;
	const struct pb_user self = pb_user_self();
	bool shared = s->timestamp != NULL && s->timestamp->profile[s->timestamp->in_force].shared;
	enum pb_status status;

	name_socket(policy, "writer.sock", s->relay);
	name_socket(policy, PB_SOCKET_STAMPER, s->stamper);
	name_socket(policy, "herald.sock", s->herald);
	status = pb_user_directory(policy->runtime_dir, 0755, &self, err);
	if (status == PB_OK)
		status = pb_user_directory(policy->state_dir, 0700, &s->users.door, err);
	return status == PB_OK && shared ? make_node(s, err) : status;
}

/* Doors of one name in two daemons would write over each other's lines. */
static enum pb_status
lock_state(struct pb_setting *s, const struct pb_files *files, struct pb_error *err)
{
	const char *dir = s->policy->state_dir;
	enum pb_status status = pb_io_open(files, dir, O_RDONLY | O_DIRECTORY, 0, &s->state, err);
	int answer;

	if (status != PB_OK || (answer = files->lock(files->ctx, s->state)) == 0)
		return status;
	if (answer != -EWOULDBLOCK)
		return pb_fail_sys(err, answer, SETTING_UP, "%s", dir);
	(void)pb_fail(err, PB_ELOCKED, SETTING_UP,
	    N_("another daemon remembers there what it let through"), "%s", dir);
	return pb_fail_todo(err, PB_ELOCKED, N_("give each daemon a `state_dir` of its own"));
}

/* What is locked already stays so. */
static enum pb_status
hold_state(struct pb_setting *s, const struct pb_setting *before, const struct pb_files *files,
    struct pb_error *err)
{
	int other;

	if (before == NULL || strcmp(before->policy->state_dir, s->policy->state_dir) != 0)
		return lock_state(s, files, err);
	other = pb_listen_again(before->state);
	if (other < 0)
		return pb_fail_sys(err, other, SETTING_UP, "%s", s->policy->state_dir);
	s->state = other;
	return PB_OK;
}

/* A file that is missing would be found out when a token is due; here it is said at once. */
static enum pb_status
look_for(const struct pb_files *files, const char *path, struct pb_error *err)
{
	struct pb_file_info info;
	int answer = path != NULL ? files->stat(files->ctx, path, true, &info) : 0;

	return answer == 0 ? PB_OK : pb_fail_sys(err, answer, SETTING_UP, "%s", path);
}

static enum pb_status
read_timestamp(struct pb_setting *s, const struct pb_world *world, struct pb_error *err)
{
	const struct pb_policy_profile *profile;
	enum pb_status status;

	if (s->policy->timestamp == NULL)
		return PB_OK;
	status = pb_policy_text_timestamp(
	    world, s->policy->timestamp, &s->timestamp_text, &s->timestamp, err);
	if (status != PB_OK)
		return status;
	profile = &s->timestamp->profile[s->timestamp->in_force];
	for (size_t i = 0; status == PB_OK && i < profile->authority_count; i++) {
		const struct pb_policy_authority *authority =
		    &s->timestamp->authority[profile->authority[i]];

		status = look_for(world->files, authority->roots, err);
		if (status == PB_OK)
			status = look_for(world->files, authority->client_certificate, err);
		if (status == PB_OK)
			status = look_for(world->files, authority->server_roots, err);
	}
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
	s->relay_socket = s->herald_socket = s->stamper_socket = s->metrics_socket = s->state = -1;
	status = pb_policy_whole_read(world->files, file, &s->text, &s->policy, err);
	if (status == PB_OK)
		status = read_timestamp(s, world, err);
	if (status == PB_OK)
		status = pb_users_find(s->policy, &s->users, err);
	if (status == PB_OK)
		status = make_directories(s, err);
	if (status == PB_OK)
		status = hold_state(s, before, world->files, err);
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
	pb_listen_close(setting->state);
	pb_capture_policy_free(setting->policy);
	pb_buf_done(&setting->text);
	pb_timestamp_policy_free(setting->timestamp);
	pb_buf_done(&setting->timestamp_text);
	free(setting);
}

static bool
equal(const struct pb_buf *a, const struct pb_buf *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

bool
pb_setting_equal(const struct pb_setting *a, const struct pb_setting *b)
{
	return equal(&a->text, &b->text) && equal(&a->timestamp_text, &b->timestamp_text);
}
