/* A policy beside the machine, and the daemon that has it in force. */
#include <inttypes.h>
#include <string.h>

#include "core/error.h"
#include "core/io.h"
#include "core/limits.h"
#include "crypto/expiry.h"
#include "doctor/doctor.h"
#include "health/health.h"
#include "net/stream.h"
#include "sys/user.h"

#define POLICY N_("policy")
#define DOOR N_("door")
#define DAEMON N_("daemon")
#define DAY_S 86400
#define SOON_S (60 * DAY_S)

/* ---- the policy ----------------------------------------------------------------------------- */

static void
look_at_user(struct pb_doctor *d, const char *user)
{
	struct pb_symptom symptom =
	    pb_symptom_of(PB_FINE, POLICY, "", N_("a user of it is there"), NULL);
	struct pb_error err = { 0 };
	struct pb_user found;

	if (user == NULL)
		return;
	if (pb_user_find(user, &found, &err) == PB_OK) {
		pb_symptom_add(&d->symptoms, &symptom, "%s", user);
		return;
	}
	pb_symptom_worse(&symptom, PB_WRONG, N_("this machine has no user of a name that it says"),
	    N_("make the user: systemd-sysusers, or useradd -r NAME"));
	pb_symptom_add_error(&d->symptoms, &symptom, &err);
}

/* Its key may be root's alone: then the daemon reads it, and who asks need not. */
static void
look_at_tls(struct pb_doctor *d, const struct pb_policy_door *door)
{
	struct pb_symptom symptom =
	    pb_symptom_of(PB_FINE, DOOR, door->name, N_("its certificate can be used"), NULL);
	const struct pb_clock *clock = d->world->clock;
	struct pb_buf pem = PB_BUF_EMPTY;
	struct pb_tls *tls = NULL;
	struct pb_error err = { 0 };
	enum pb_status status;
	int64_t ends_s = 0, left_s;

	status =
	    pb_io_read_regular(d->world->files, door->tls_certificate, PB_LIMIT_PEM, &pem, &err);
	if (status == PB_OK)
		status = pb_expiry_first(pem.data, pem.len, &ends_s, &err);
	if (status == PB_OK)
		status = pb_tls_server_new(door->tls_certificate, door->tls_key, &tls, &err);
	left_s = ends_s - clock->now_us(clock->ctx) / 1000000;
	if (status == PB_EACCESS) {
		pb_symptom_worse(&symptom, PB_ATTENTION,
		    N_("its certificate or key cannot be looked at by who asks"),
		    N_("run this as root to have them looked at"));
	} else if (status != PB_OK) {
		pb_symptom_worse(&symptom, PB_WRONG, N_("its certificate and key cannot be used"),
		    N_("name a certificate with its chain, and its key, in the policy"));
	} else if (left_s < SOON_S) {
		symptom.condition = left_s <= 0 ? PB_WRONG : PB_ATTENTION;
		symptom.said =
		    left_s <= 0 ? N_("its certificate has ended") : N_("its certificate ends soon");
		symptom.todo = N_("renew it; then systemctl restart probant");
	}
	if (status != PB_OK)
		pb_symptom_add_error(&d->symptoms, &symptom, &err);
	else
		pb_symptom_add(&d->symptoms, &symptom, "%s, %" PRId64 " days",
		    door->tls_certificate, left_s / DAY_S);
	pb_tls_free(tls);
	pb_buf_done(&pem);
}

void
pb_doctor_policy(struct pb_doctor *d, const struct pb_capture_policy *policy)
{
	look_at_user(d, policy->door_user);
	look_at_user(d, policy->writer_user);
	look_at_user(d, policy->stamper_user);
	look_at_user(d, policy->herald_user);
	for (size_t i = 0; i < policy->door_count; i++)
		if (policy->door[i].tls_certificate != NULL)
			look_at_tls(d, &policy->door[i]);
}

/* ---- the daemon ----------------------------------------------------------------------------- */

/* A line of health/health.h: "door entree: it ...". */
static void
add_line(struct pb_doctor *d, const char *line, size_t len)
{
	struct pb_symptom symptom = pb_symptom_of(PB_WRONG, DAEMON, "",
	    N_("something of it does not live"), N_("its journal says why: journalctl -u probant"));

	pb_symptom_add(&d->symptoms, &symptom, "%.*s", (int)len, line);
}

static void
add_lines(struct pb_doctor *d, const struct pb_buf *lines)
{
	const char *at = (const char *)lines->data, *end;

	for (size_t left = lines->len; left > 0; left -= (size_t)(end + 1 - at), at = end + 1) {
		end = memchr(at, '\n', left);
		add_line(d, at, (size_t)(end - at));
	}
}

void
pb_doctor_daemon(struct pb_doctor *d, const struct pb_capture_policy *policy)
{
	struct pb_symptom symptom =
	    pb_symptom_of(PB_FINE, DAEMON, "", N_("writer and doors live"), NULL);
	const struct pb_clock *clock = d->world->clock;
	struct pb_buf lines = PB_BUF_EMPTY;
	struct pb_boards boards = { 0 };
	enum pb_status status = pb_boards_read(d->world->files, policy, &boards, NULL);

	if (status == PB_OK)
		status = pb_health(&boards, clock->now_us(clock->ctx), &lines);
	if (status != PB_OK) {
		d->symptoms.status = status;
	} else if (boards.writer.number[PB_BOARD_ALIVE_US] == 0) {
		pb_symptom_worse(&symptom, PB_WRONG, N_("it does not run with this policy"),
		    N_("start it: systemctl start probant"));
		pb_symptom_add(&d->symptoms, &symptom, "%s", policy->runtime_dir);
	} else if (lines.len > 0) {
		add_lines(d, &lines);
	} else {
		pb_symptom_add(&d->symptoms, &symptom, "%zu processes", 1 + policy->door_count);
	}
	pb_boards_done(&boards);
	pb_buf_done(&lines);
}
