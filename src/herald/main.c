/*
 * probant-herald: answers this machine how capture does, as its master starts it (sys/service.h):
 * the policy, the listening socket and the line to the master stand open.  It can read what the
 * other processes tell of themselves, and nothing else: no archive, no key, no message.
 */
#include <stdio.h>

#include "core/error.h"
#include "herald/pages.h"
#include "net/server.h"
#include "policy/whole.h"
#include "sys/board.h"
#include "sys/confine_service.h"
#include "sys/process.h"
#include "sys/service.h"
#include "sys/user.h"
#include "sys/world.h"

/* sysexits(3) */
#define EXIT_FAILED 70

#define NAME "herald"
/* How soon it sees that it is to stop. */
#define TURN_US 250000

struct herald {
	struct pb_capture_policy *policy;
	struct pb_board *board;
	struct pb_server *server;
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
	const char *const names[] = { NAME };
	struct pb_error err = { .status = PB_OK };

	if (pb_board_map(PB_SERVICE_BOARD, names, 1, &h->board, &err) != PB_OK)
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

/* Its socket listens already: it needs no network to answer. */
static enum pb_status
confine(const struct herald *h, struct pb_error *err)
{
	const char *const boards[] = { h->policy->runtime_dir };
	const struct pb_confinement confinement = { .reading = boards, .reading_count = 1 };
	struct pb_confined confined = { 0 };
	int error = pb_confine_service(&confinement, &confined);

	if (error != 0)
		return pb_fail_sys(err, error, N_("confine the herald"), "%s", boards[0]);
	if (!confined.landlock)
		log_line("this kernel does not confine it to what it may read (Landlock)");
	if (!confined.seccomp)
		log_line("this kernel does not restrict its calls (seccomp)");
	return PB_OK;
}

static enum pb_status
set_up(struct herald *h, struct pb_pages *pages, struct pb_error *err)
{
	enum pb_status status = read_policy(h, err);

	if (status != PB_OK)
		return status;
	open_board(h);
	status = become_user(h, err);
	if (status == PB_OK)
		status = confine(h, err);
	*pages = (struct pb_pages){ .world = pb_sys_world(), .policy = h->policy };
	if (status == PB_OK)
		status = pb_pages_serve(pages, PB_SERVICE_SOCKET, &h->server, err);
	return status;
}

/* ---- serving -------------------------------------------------------------------------------- */

static void
serve(struct herald *h)
{
	const struct pb_clock *clock = pb_sys_world()->clock;

	pb_service_ready();
	while (!pb_service_told()) {
		tell_now(h, PB_BOARD_ALIVE_US);
		clock->sleep_us(clock->ctx, TURN_US);
	}
}

int
main(void)
{
	struct pb_error err = { .status = PB_OK };
	struct herald herald = { .policy = NULL };
	struct pb_pages pages;
	enum pb_status status = pb_process_harden(&err);

	/* The master alone says when it is to stop. */
	pb_process_hold_signals();
	if (status == PB_OK)
		status = set_up(&herald, &pages, &err);
	if (status == PB_OK)
		serve(&herald);
	else
		log_error(&err);
	pb_server_free(herald.server);
	pb_board_free(herald.board);
	pb_capture_policy_free(herald.policy);
	return status == PB_OK ? 0 : EXIT_FAILED;
}
