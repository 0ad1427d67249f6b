/*
 * probant-herald GAP_AFTER_S: answers this machine how capture does, and tells whoever the policy
 * says of what is wrong, as its master starts it (sys/service.h): the policy, the listening socket,
 * if it has one, and the line to the master stand open.  It can read what the other processes tell
 * of themselves: no archive, no key of one, no message.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "core/text.h"
#include "crypto/crypto.h"
#include "herald/alarm.h"
#include "herald/pages.h"
#include "herald/token.h"
#include "net/http.h"
#include "net/server.h"
#include "policy/alerts.h"
#include "policy/whole.h"
#include "sys/board.h"
#include "sys/confine_service.h"
#include "sys/process.h"
#include "sys/service.h"
#include "sys/user.h"
#include "sys/world.h"

/* sysexits(3) */
#define EXIT_USAGE_ERROR 64
#define EXIT_FAILED 70

#define NAME "herald"
/* How soon it sees that it is to stop. */
#define TURN_US 250000
/* How often it looks at how the others do. */
#define LOOK_US 1000000
#define SECOND_US 1000000LL

struct herald {
	struct pb_capture_policy *policy;
	struct pb_board *board;
	struct pb_server *server; /* NULL: nobody may ask */
	/* Where the policy has alerts: */
	char entrance[PB_LIMIT_PATH]; /* the writer's */
	uint32_t writer_uid;
	uint32_t gap_after_s;
	struct pb_buf token;
	struct pb_http *http;
	struct pb_alarm *alarm;
};

/* ---- what is told --------------------------------------------------------------------------- */

static void
log_line(const char *line)
{
	(void)fprintf(stderr, "probant-herald: %s\n", line);
}

static void
log_error(const struct pb_error *err)
{
	(void)fprintf(stderr, "probant-herald: %s: %s%s%s\n", err->what, err->object,
	    err->object[0] != '\0' ? ": " : "",
	    err->why != NULL ? err->why : pb_status_name(err->status));
}

/* ---- set-up --------------------------------------------------------------------------------- */

static enum pb_status
read_policy(struct herald *h, struct pb_error *err)
{
	const struct pb_files *files = pb_sys_world()->files;
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status =
	    pb_policy_whole_handed(files, PB_SERVICE_POLICY, &text, &h->policy, err);

	pb_buf_done(&text);
	return status;
}

static void
tell_now(struct herald *h, enum pb_board_number number)
{
	const struct pb_clock *clock = pb_sys_world()->clock;

	pb_board_set(h->board, 0, number, (uint64_t)clock->now_us(clock->ctx));
}

static void
open_board(struct herald *h)
{
	const char *names[1 + PB_LIMIT_ALERTS] = { NAME };
	struct pb_error err = { .status = PB_OK };

	for (size_t i = 1; i <= PB_LIMIT_ALERTS; i++)
		names[i] = "alert";
	if (pb_service_board(names, 1 + PB_LIMIT_ALERTS, &h->board, &err) != PB_OK)
		log_error(&err);
	tell_now(h, PB_BOARD_BEGUN_US);
}

/* Who is not root can become nobody else, and is who was meant. */
static enum pb_status
become_user(const struct herald *h, struct pb_error *err)
{
	const char *name =
	    h->policy->herald_user != NULL ? h->policy->herald_user : h->policy->stamper_user;
	struct pb_user user;
	enum pb_status status;

	if (name == NULL || !pb_user_is_root())
		return PB_OK;
	status = pb_user_find(name, &user, err);
	return status == PB_OK ? pb_user_become(&user, err) : status;
}

/* Who writes the archives, and what only root may read. */
static enum pb_status
prepare_alerts(struct herald *h, struct pb_error *err)
{
	const struct pb_policy_alerts *alerts = h->policy->alerts;
	struct pb_user writer = pb_user_self();
	enum pb_status status = pb_crypto_init(err);

	(void)snprintf(h->entrance, sizeof(h->entrance), "%s/herald.sock", h->policy->runtime_dir);
	if (status == PB_OK && h->policy->writer_user != NULL && pb_user_is_root())
		status = pb_user_find(h->policy->writer_user, &writer, err);
	h->writer_uid = (uint32_t)writer.uid;
	if (status == PB_OK && alerts->webhook != NULL && alerts->webhook->token_file != NULL)
		status = pb_token_read(
		    pb_sys_world()->files, alerts->webhook->token_file, &h->token, err);
	return status == PB_OK ? pb_http_new(&h->http, err) : status;
}

#define ROOTS 3
#define READING_MAX (1 + ROOTS)

/* The directories that files of roots stand in; own[]: those, to be freed. */
static enum pb_status
list_reading(const struct pb_policy_alerts *alerts, const char *reading[READING_MAX], size_t *count,
    char *own[ROOTS])
{
	const char *const roots[ROOTS] = {
		alerts->email != NULL ? alerts->email->tls_roots : NULL,
		alerts->webhook != NULL ? alerts->webhook->roots : NULL,
		alerts->dead_man != NULL ? alerts->dead_man->roots : NULL,
	};

	for (size_t i = 0; i < ROOTS; i++) {
		if (roots[i] == NULL)
			continue;
		own[i] = strndup(roots[i], (size_t)(strrchr(roots[i], '/') - roots[i]) + 1);
		if (own[i] == NULL)
			return PB_ENOMEM;
		reading[(*count)++] = own[i];
	}
	return PB_OK;
}

/* Its socket listens already: it needs no network to answer, but to tell. */
static enum pb_status
confine(const struct herald *h, struct pb_error *err)
{
	static const char what[] = N_("confine the herald");
	const struct pb_policy_alerts *alerts = h->policy->alerts;
	const char *reading[READING_MAX] = { h->policy->runtime_dir };
	char *own[ROOTS] = { NULL };
	struct pb_confinement confinement = { .reading = reading,
		.reading_count = 1,
		.naming = alerts != NULL,
		.network = alerts != NULL && (alerts->email != NULL || alerts->webhook != NULL ||
						 alerts->dead_man != NULL) };
	struct pb_confined confined = { 0 };
	enum pb_status status = PB_OK;
	int error = 0;

	if (alerts != NULL)
		status = list_reading(alerts, reading, &confinement.reading_count, own);
	if (status == PB_OK)
		error = pb_confine_service(&confinement, &confined);
	for (size_t i = 0; i < ROOTS; i++)
		free(own[i]);
	if (status != PB_OK)
		return pb_fail_memory(err, what);
	if (error != 0)
		return pb_fail_sys(err, error, what, "%s", reading[0]);
	if (!confined.landlock)
		log_line("this kernel does not confine it to what it may read (Landlock)");
	if (!confined.seccomp)
		log_line("this kernel does not restrict its calls (seccomp)");
	return PB_OK;
}

static enum pb_status
begin_alarm(struct herald *h, struct pb_error *err)
{
	const struct pb_alarm_options options = {
		.recorder = { pb_sys_world(), h->policy, h->entrance, h->writer_uid },
		.teller = { .world = pb_sys_world(),
		    .http = h->http,
		    .mail = pb_smtp_send,
		    .policy = h->policy->alerts,
		    .token = h->token.len > 0 ? pb_buf_text(&h->token) : NULL,
		    .board = h->board,
		    .log = log_line },
		.gap_after_us = h->gap_after_s * SECOND_US,
	};

	return pb_alarm_new(&options, &h->alarm, err);
}

static enum pb_status
set_up(struct herald *h, struct pb_pages *pages, struct pb_error *err)
{
	enum pb_status status = read_policy(h, err);

	if (status != PB_OK)
		return status;
	open_board(h);
	if (h->policy->alerts != NULL)
		status = prepare_alerts(h, err);
	if (status == PB_OK)
		status = become_user(h, err);
	if (status == PB_OK)
		status = confine(h, err);
	*pages = (struct pb_pages){ .world = pb_sys_world(), .policy = h->policy };
	if (status == PB_OK && h->policy->metrics.host != NULL)
		status = pb_pages_serve(pages, PB_SERVICE_SOCKET, &h->server, err);
	if (status == PB_OK && h->policy->alerts != NULL)
		status = begin_alarm(h, err);
	return status;
}

/* ---- serving -------------------------------------------------------------------------------- */

static void
serve(struct herald *h)
{
	const struct pb_clock *clock = pb_sys_world()->clock;

	pb_service_ready();
	for (int64_t slept_us = 0; !pb_service_told(); slept_us += TURN_US) {
		tell_now(h, PB_BOARD_ALIVE_US);
		if (h->alarm != NULL && slept_us % LOOK_US == 0)
			pb_alarm_turn(h->alarm);
		clock->sleep_us(clock->ctx, TURN_US);
	}
}

static void
done(struct herald *h)
{
	pb_server_free(h->server);
	pb_alarm_free(h->alarm);
	pb_http_free(h->http);
	pb_buf_wipe(&h->token);
	pb_buf_done(&h->token);
	pb_board_free(h->board);
	pb_capture_policy_free(h->policy);
}

/* How long records may wait for a token, in seconds. */
static bool
take_arguments(int argc, char **argv, struct herald *h)
{
	uint64_t gap_after_s;

	if (argc != 2 || !pb_decimal_parse(argv[1], strlen(argv[1]), &gap_after_s) ||
	    gap_after_s > UINT32_MAX)
		return false;
	h->gap_after_s = (uint32_t)gap_after_s;
	return true;
}

int
main(int argc, char **argv)
{
	struct pb_error err = { .status = PB_OK };
	struct herald herald = { .policy = NULL };
	struct pb_pages pages;
	enum pb_status status = pb_process_harden(&err);

	if (status == PB_OK && !take_arguments(argc, argv, &herald)) {
		log_line("usage: probant-herald GAP_AFTER_S, by probantd");
		return EXIT_USAGE_ERROR;
	}
	/* The master alone says when it is to stop. */
	pb_process_hold_signals();
	if (status == PB_OK)
		status = set_up(&herald, &pages, &err);
	if (status == PB_OK)
		serve(&herald);
	else
		log_error(&err);
	done(&herald);
	return status == PB_OK ? 0 : EXIT_FAILED;
}
