#include "herald/teller.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/json.h"
#include "alert/mail.h"
#include "core/error.h"
#include "core/limits.h"
#include "herald/retry.h"

#define WHAT N_("tell of an alert")
#define SECOND_US 1000000LL
/* A turn is not held up for longer, by each way. */
#define TIMEOUT_MS 10000
/* Alerts in one message; the others come in the next. */
#define NOTICES 64
/* Nothing of an answer is needed. */
#define ANSWER_MAX (64 * 1024)

enum way { EMAIL = PB_ALERT_EMAIL, WEBHOOK = PB_ALERT_WEBHOOK, DEAD_MAN, WAYS };

struct pb_teller {
	struct pb_teller_options options;
	struct pb_retry retry[WAYS];
	int64_t asked_us; /* the dead man's address: the next time */
};

enum pb_status
pb_teller_new(
    const struct pb_teller_options *options, struct pb_teller **ret_teller, struct pb_error *err)
{
	struct pb_teller *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return pb_fail_memory(err, WHAT);
	t->options = *options;
	t->asked_us = INT64_MIN;
	*ret_teller = t;
	return PB_OK;
}

void
pb_teller_free(struct pb_teller *teller)
{
	free(teller);
}

static int64_t
monotonic_us(const struct pb_teller *t)
{
	const struct pb_clock *clock = t->options.world->clock;

	return clock->monotonic_us(clock->ctx);
}

static int64_t
now_us(const struct pb_teller *t)
{
	const struct pb_clock *clock = t->options.world->clock;

	return clock->now_us(clock->ctx);
}

/* ---- each way ------------------------------------------------------------------------------- */

static enum pb_status
send_mail(struct pb_teller *t, const struct pb_notice *notices, size_t count, struct pb_error *err)
{
	const struct pb_policy_email *email = t->options.policy->email;
	const struct pb_random *random = t->options.world->random;
	struct pb_alert_mail mail = {
		.policy = t->options.policy, .notices = notices, .count = count, .now_us = now_us(t)
	};
	struct pb_smtp_letter letter = { .host = email->relay.host,
		.port = email->relay.port,
		.tls_name = email->tls_name,
		.tls_roots = email->tls_roots,
		.helo = strchr(email->from, '@') + 1,
		.to = (const char *const *)email->to,
		.to_count = email->to_count,
		.timeout_ms = TIMEOUT_MS };
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status;
	int answer = random->fill(random->ctx, mail.id, sizeof(mail.id));

	if (answer != 0)
		return pb_fail_sys(err, answer, WHAT, "%s", "");
	status = pb_alert_mail_write(&mail, &text);
	letter.message = text.data;
	letter.len = text.len;
	status = status == PB_OK ? t->options.mail(&letter, err) : pb_fail_memory(err, WHAT);
	pb_buf_done(&text);
	return status;
}

/*
 * PB_OK: it was answered by a status of success (RFC 9110 15.3).  The address of a webhook is often
 * all that is needed to use it, and the journal is read by others: err does not have it.
 */
static enum pb_status
exchange(struct pb_teller *t, const struct pb_http_request *request, struct pb_error *err)
{
	struct pb_http_reply reply = { .body = PB_BUF_EMPTY };
	enum pb_status status =
	    t->options.http->exchange(t->options.http->ctx, request, &reply, err);

	if (status != PB_OK)
		err->object[0] = '\0';
	else if (reply.status < 200 || reply.status > 299)
		status = pb_fail(
		    err, PB_EUNAVAIL, WHAT, N_("it was not taken"), "HTTP %u", reply.status);
	pb_buf_done(&reply.body);
	return status;
}

static enum pb_status
post(struct pb_teller *t, const struct pb_notice *notices, size_t count, struct pb_error *err)
{
	const struct pb_policy_webhook *webhook = t->options.policy->webhook;
	struct pb_http_request request = { .url = webhook->url,
		.content_type = "application/json",
		.token = t->options.token,
		.max = ANSWER_MAX,
		.timeout_ms = TIMEOUT_MS,
		.server_roots = webhook->roots };
	struct pb_buf body = PB_BUF_EMPTY;
	enum pb_status status =
	    pb_alert_post(t->options.policy->language, notices, count, now_us(t), &body);

	request.body = body.data;
	request.body_len = body.len;
	status = status == PB_OK ? exchange(t, &request, err) : pb_fail_memory(err, WHAT);
	pb_buf_done(&body);
	return status;
}

static enum pb_status
ask_dead_man(struct pb_teller *t, struct pb_error *err)
{
	const struct pb_policy_dead_man *dead_man = t->options.policy->dead_man;
	const struct pb_http_request request = { .url = dead_man->url,
		.max = ANSWER_MAX,
		.timeout_ms = TIMEOUT_MS,
		.server_roots = dead_man->roots };

	return exchange(t, &request, err);
}

/* ---- how it goes ---------------------------------------------------------------------------- */

static bool
any_fails(const struct pb_teller *t)
{
	for (size_t way = 0; way < WAYS; way++)
		if (t->retry[way].failures > 0)
			return true;
	return false;
}

static void
note(struct pb_teller *t, enum way way, enum pb_status status, const struct pb_error *err)
{
	static const char *const names[] = {
		[EMAIL] = "e-mail", [WEBHOOK] = "webhook", [DEAD_MAN] = "dead man"
	};
	struct pb_board *board = t->options.board;
	char line[512];

	if (status != PB_OK) {
		pb_board_add(board, 0, PB_BOARD_FAILURES, 1);
		pb_board_set(board, 0, PB_BOARD_FAILED_US, (uint64_t)now_us(t));
	}
	if (!pb_retry_went(&t->retry[way], status == PB_OK, monotonic_us(t)))
		return;
	if (!any_fails(t))
		pb_board_set(board, 0, PB_BOARD_FAILING_US, 0);
	else if (status != PB_OK)
		pb_board_set(board, 0, PB_BOARD_FAILING_US, (uint64_t)now_us(t));
	if (status == PB_OK)
		(void)snprintf(line, sizeof(line), "%s: it is taken again", names[way]);
	else
		(void)snprintf(line, sizeof(line), "%s: %s: %s%s%s", names[way], err->what,
		    err->object, err->object[0] != '\0' ? ": " : "",
		    err->why != NULL ? err->why : strerror(err->cause));
	t->options.log(line);
}

static void
tell(struct pb_teller *t, enum way way, struct pb_alerts *alerts)
{
	struct pb_notice notices[NOTICES];
	enum pb_alert_way as = way == EMAIL ? PB_ALERT_EMAIL : PB_ALERT_WEBHOOK;
	struct pb_error err = { .status = PB_OK };
	enum pb_status status;
	size_t count;

	if (!pb_retry_due(&t->retry[way], monotonic_us(t)))
		return;
	count = pb_alerts_due(alerts, as, monotonic_us(t), notices, NOTICES);
	if (count == 0)
		return;
	status = way == EMAIL ? send_mail(t, notices, count, &err) : post(t, notices, count, &err);
	if (status == PB_OK)
		pb_alerts_told(as, notices, count, monotonic_us(t));
	note(t, way, status, &err);
}

/* Its silence is the alarm: also where others could not be told. */
static void
tell_dead_man(struct pb_teller *t, const struct pb_alerts *alerts)
{
	struct pb_error err = { .status = PB_OK };
	enum pb_status status;

	if (pb_alerts_standing(alerts) > 0 || t->retry[EMAIL].failures > 0 ||
	    t->retry[WEBHOOK].failures > 0 || monotonic_us(t) < t->asked_us ||
	    !pb_retry_due(&t->retry[DEAD_MAN], monotonic_us(t)))
		return;
	status = ask_dead_man(t, &err);
	if (status == PB_OK)
		t->asked_us = monotonic_us(t) + t->options.policy->dead_man->every_s * SECOND_US;
	note(t, DEAD_MAN, status, &err);
}

void
pb_teller_turn(struct pb_teller *t, struct pb_alerts *alerts)
{
	if (t->options.policy->email != NULL)
		tell(t, EMAIL, alerts);
	if (t->options.policy->webhook != NULL)
		tell(t, WEBHOOK, alerts);
	if (t->options.policy->dead_man != NULL)
		tell_dead_man(t, alerts);
}
