#include "daemon/master.h"

#include "core/error.h"
#include "daemon/children.h"
#include "daemon/log.h"
#include "daemon/notify.h"
#include "sys/attend.h"
#include "sys/process.h"

struct master {
	const struct pb_world *world;
	const char *file;
	int signals;
	struct pb_notify notify;
	enum pb_phase phase;
	bool ending;
	bool said_ready;
	struct pb_setting *setting;
	struct pb_setting *next; /* comes into force when all of the old one have ended */
	struct pb_children *children;
};

static void
tell_users(const struct pb_setting *setting)
{
	const struct pb_capture_policy *policy = setting->policy;

	if (!setting->users.apart && (policy->door_user != NULL || policy->writer_user != NULL))
		pb_log("not started by root: all processes run as the same user");
}

/* ---- what signals ask for ------------------------------------------------------------------- */

static void
reload(struct master *m)
{
	const struct pb_setting *before = m->next != NULL ? m->next : m->setting;
	struct pb_setting *setting = NULL;
	struct pb_error err = { 0 };

	if (m->ending)
		return;
	if (pb_setting_new(m->world, m->file, before, &setting, &err) != PB_OK) {
		pb_log_error("the policy stays as it was", &err);
	} else if (pb_setting_equal(setting, before)) {
		pb_log("the policy has not changed");
		pb_setting_free(setting);
	} else {
		pb_log("a new policy: the services end and begin anew");
		pb_setting_free(m->next);
		m->next = setting;
		m->phase = PB_PHASE_DOWN;
	}
}

static void
end(struct master *m)
{
	if (!m->ending)
		pb_notify(&m->notify, "STOPPING=1");
	m->ending = true;
	m->phase = PB_PHASE_DOWN;
}

static void
hear(struct master *m)
{
	for (;;) {
		switch (pb_attend_next(m->signals)) {
		case PB_ATTEND_NOTHING:
			return;
		case PB_ATTEND_RELOAD:
			reload(m);
			break;
		case PB_ATTEND_END:
			end(m);
			break;
		case PB_ATTEND_CHILD: /* looked for at every turn */
			break;
		}
	}
}

/* ---- turns ---------------------------------------------------------------------------------- */

static enum pb_status
begin_setting(struct master *m, struct pb_error *err)
{
	enum pb_status status = pb_children_new(m->setting, &m->children, err);

	m->phase = PB_PHASE_UP;
	if (status == PB_OK)
		tell_users(m->setting);
	return status;
}

static enum pb_status
take_next(struct master *m, struct pb_error *err)
{
	pb_children_free(m->children);
	m->children = NULL;
	pb_setting_free(m->setting);
	m->setting = m->next;
	m->next = NULL;
	return begin_setting(m, err);
}

static void
rest(struct master *m, int64_t now_us, int64_t next_us)
{
	const int fds[] = { m->signals, pb_children_line(m->children) };

	pb_attend(fds, 2, next_us - now_us);
}

static enum pb_status
serve(struct master *m, struct pb_error *err)
{
	const struct pb_clock *clock = m->world->clock;
	enum pb_status status = PB_OK;

	while (status == PB_OK) {
		int64_t now_us = clock->monotonic_us(clock->ctx), next_us = INT64_MAX;

		hear(m);
		pb_children_collect(m->children, now_us);
		if (m->phase == PB_PHASE_DOWN && pb_children_gone(m->children)) {
			if (m->ending)
				return PB_OK;
			status = take_next(m, err);
			continue;
		}
		pb_children_turn(m->children, m->phase, now_us, &next_us);
		if (pb_children_ready(m->children) && !m->said_ready) {
			pb_notify(&m->notify, "READY=1");
			m->said_ready = true;
		}
		pb_notify_alive(&m->notify, now_us, &next_us);
		rest(m, now_us, next_us);
	}
	return status;
}

enum pb_status
pb_master_run(const struct pb_world *world, const char *policy_file, struct pb_error *err)
{
	const struct pb_notify_asked asked = {
		.socket = pb_process_environment("NOTIFY_SOCKET"),
		.watchdog_us = pb_process_environment("WATCHDOG_USEC"),
		.watchdog_whom = pb_process_environment("WATCHDOG_PID"),
	};
	struct master m = { .world = world, .file = policy_file };
	enum pb_status status;

	pb_notify_init(&m.notify, &asked, pb_process_number());
	m.signals = pb_attend_signals();
	if (m.signals < 0)
		return pb_fail_sys(err, m.signals, N_("wait for signals"), "%s", "");
	status = pb_setting_new(world, policy_file, NULL, &m.setting, err);
	if (status == PB_OK)
		status = begin_setting(&m, err);
	if (status == PB_OK)
		status = serve(&m, err);
	pb_children_free(m.children);
	pb_setting_free(m.next);
	pb_setting_free(m.setting);
	return status;
}
