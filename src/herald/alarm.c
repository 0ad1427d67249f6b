#include "herald/alarm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/watch.h"
#include "core/error.h"
#include "herald/memory.h"
#include "herald/retry.h"

#define SECOND_US 1000000LL
#define NOTICES 64

struct pb_alarm {
	struct pb_alarm_options options;
	struct pb_watch *watch;
	struct pb_alerts *alerts;
	struct pb_teller *teller;
	struct pb_recorder *recorder;
	struct pb_retry recording;
	int64_t begun_us; /* monotonic */
};

static int64_t
monotonic_us(const struct pb_alarm *a)
{
	const struct pb_clock *clock = a->options.teller.world->clock;

	return clock->monotonic_us(clock->ctx);
}

static enum pb_status
make_parts(struct pb_alarm *a, struct pb_error *err)
{
	const struct pb_capture_policy *policy = a->options.recorder.policy;
	const struct pb_policy_alerts *alerts = policy->alerts;
	const struct pb_watch_rules watch = { policy, a->options.gap_after_us };
	const struct pb_alerts_rules rules = { .after_us = alerts->after_s * SECOND_US,
		.repeat_us = alerts->repeat_s * SECOND_US,
		.way = { [PB_ALERT_EMAIL] = alerts->email != NULL,
		    [PB_ALERT_WEBHOOK] = alerts->webhook != NULL,
		    [PB_ALERT_RECORD] = true } };
	enum pb_status status = pb_watch_new(&watch, &a->watch, err);

	if (status == PB_OK)
		status = pb_alerts_new(&rules, &a->alerts, err);
	if (status == PB_OK)
		status = pb_teller_new(&a->options.teller, &a->teller, err);
	if (status == PB_OK)
		status = pb_recorder_new(&a->options.recorder, &a->recorder, err);
	return status;
}

enum pb_status
pb_alarm_new(
    const struct pb_alarm_options *options, struct pb_alarm **ret_alarm, struct pb_error *err)
{
	struct pb_alarm *a = calloc(1, sizeof(*a));
	enum pb_status status;

	if (a == NULL)
		return pb_fail_memory(err, N_("watch the capture"));
	a->options = *options;
	a->begun_us = monotonic_us(a);
	status = make_parts(a, err);
	if (status != PB_OK) {
		pb_alarm_free(a);
		return status;
	}
	pb_memory_recall(options->teller.board, a->alerts, a->begun_us);
	*ret_alarm = a;
	return PB_OK;
}

void
pb_alarm_free(struct pb_alarm *alarm)
{
	if (alarm == NULL)
		return;
	pb_watch_free(alarm->watch);
	pb_alerts_free(alarm->alerts);
	pb_teller_free(alarm->teller);
	pb_recorder_free(alarm->recorder);
	free(alarm);
}

/* ---- a turn --------------------------------------------------------------------------------- */

static void
complain(const struct pb_alarm *a, const struct pb_error *err)
{
	char line[512];

	(void)snprintf(line, sizeof(line), "%s: %s%s%s", err->what, err->object,
	    err->object[0] != '\0' ? ": " : "", err->why != NULL ? err->why : strerror(err->cause));
	a->options.teller.log(line);
}

/* Of the first looks nothing follows: until somebody can have been silent for long enough, what
 * stood when the herald before ended would seem to be over. */
static void
look(struct pb_alarm *a)
{
	const struct pb_world *world = a->options.teller.world;
	struct pb_boards boards = { 0 };
	struct pb_error err = { .status = PB_OK };
	const struct pb_fault *faults;
	char line[128];
	size_t count;

	if (pb_boards_read(world->files, a->options.recorder.policy, &boards, &err) != PB_OK) {
		complain(a, &err);
		return;
	}
	count = pb_watch_look(
	    a->watch, &boards, world->clock->now_us(world->clock->ctx), monotonic_us(a), &faults);
	if (monotonic_us(a) - a->begun_us < PB_WATCH_SILENT_US)
		count = 0;
	else
		count = pb_alerts_turn(a->alerts, faults, count,
		    world->clock->now_us(world->clock->ctx), monotonic_us(a));
	pb_boards_done(&boards);
	if (count > 0) {
		(void)snprintf(line, sizeof(line), "%zu alerts more than can be remembered", count);
		a->options.teller.log(line);
	}
}

/* What is to be recorded is said in the journal too. */
static void
state(struct pb_alarm *a, const struct pb_notice *notice)
{
	const struct pb_alert *alert = notice->alert;
	struct pb_error err = { .status = PB_OK };
	char line[128];

	(void)snprintf(line, sizeof(line), "alert %s: %s%s%s",
	    notice->state == PB_ALERT_BEGUN ? "begun" : "ended", pb_alert_word(alert->word),
	    alert->name[0] != '\0' ? " " : "", alert->name);
	a->options.teller.log(line);
	if (pb_recorder_state(a->recorder, notice, &err) != PB_OK)
		complain(a, &err);
}

static void
record(struct pb_alarm *a)
{
	struct pb_notice notices[NOTICES];
	struct pb_error err = { .status = PB_OK };
	enum pb_status status;
	size_t count = pb_alerts_due(a->alerts, PB_ALERT_RECORD, monotonic_us(a), notices, NOTICES);

	for (size_t i = 0; i < count; i++)
		state(a, &notices[i]);
	pb_alerts_told(PB_ALERT_RECORD, notices, count, monotonic_us(a));
	if (!pb_recorder_waits(a->recorder) || !pb_retry_due(&a->recording, monotonic_us(a)))
		return;
	status = pb_recorder_turn(a->recorder, &err);
	if (pb_retry_went(&a->recording, status == PB_OK, monotonic_us(a)) && status != PB_OK)
		complain(a, &err);
}

void
pb_alarm_turn(struct pb_alarm *alarm)
{
	look(alarm);
	pb_teller_turn(alarm->teller, alarm->alerts);
	record(alarm);
	pb_memory_keep(
	    alarm->options.teller.board, alarm->alerts, pb_recorder_waits(alarm->recorder));
}
