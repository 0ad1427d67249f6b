/*
 * probant-door NAME RELAY STATE_DIR WRITER_UID: serves one door of a policy, as its master starts
 * it (sys/service.h): the policy, the listening socket and the line to the master stand open.
 *
 * What it must read that others may not, the key for TLS, it reads before it becomes the user that
 * the policy names; before the first connection it gives up all but its directory and sockets.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/io.h"
#include "core/limits.h"
#include "core/text.h"
#include "crypto/crypto.h"
#include "crypto/expiry.h"
#include "doors/doors.h"
#include "doors/doorway.h"
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

/* How long a message waits for the writer: less than MTAs wait for the answer behind a message, of
 * which smtpd_proxy_timeout of Postfix is the shortest by default, 100 seconds. */
#define COMMIT_MS 60000
/* What is to be done beside the sessions is looked for so often; an end is seen sooner. */
#define TICK_US (5 * 1000000)
#define STEP_US 250000

struct door {
	const char *name, *relay, *state_dir;
	uint32_t writer_uid;
	struct pb_capture_policy *policy;
	size_t number; /* of the policy */
	struct pb_board *board;
	struct pb_doorway *doorway;
};

/* ---- what is told --------------------------------------------------------------------------- */

static void
log_line(void *ctx, const char *line)
{
	const struct door *door = ctx;

	(void)fprintf(stderr, "probant-door: %s: %s\n", door->name, line);
}

static void
log_error(struct door *door, const struct pb_error *err)
{
	char line[PB_DOORWAY_SAID];

	pb_doorway_say(err, line);
	log_line(door, line);
}

/* ---- set-up --------------------------------------------------------------------------------- */

static bool
take_arguments(int argc, char **argv, struct door *door)
{
	uint64_t uid;

	if (argc != 5 || !pb_decimal_parse(argv[4], strlen(argv[4]), &uid) || uid > UINT32_MAX)
		return false;
	*door = (struct door){
		.name = argv[1], .relay = argv[2], .state_dir = argv[3], .writer_uid = (uint32_t)uid
	};
	return true;
}

static enum pb_status
read_policy(struct door *door, struct pb_error *err)
{
	const struct pb_files *files = pb_sys_world()->files;
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status =
	    pb_policy_whole_handed(files, PB_SERVICE_POLICY, &text, &door->policy, err);

	pb_buf_done(&text);
	return status;
}

static enum pb_status
find_door(struct door *door, struct pb_error *err)
{
	while (door->number < door->policy->door_count &&
	       strcmp(door->policy->door[door->number].name, door->name) != 0)
		door->number++;
	return door->number < door->policy->door_count
		   ? PB_OK
		   : pb_fail(err, PB_ENOENT, N_("serve a door"),
			 N_("the policy has none of that name"), "%s", door->name);
}

/* Of the certificate that it shows from now on, until it is started anew. */
static void
tell_end(const struct door *door)
{
	const char *path = door->policy->door[door->number].tls_certificate;
	struct pb_buf pem = PB_BUF_EMPTY;
	int64_t ends_s = 0;

	if (path != NULL &&
	    (pb_io_read_regular(pb_sys_world()->files, path, PB_LIMIT_PEM, &pem, NULL) != PB_OK ||
		pb_expiry_first(pem.data, pem.len, &ends_s, NULL) != PB_OK))
		ends_s = 0;
	pb_board_set(
	    door->board, 0, PB_BOARD_UNTIL_US, ends_s > 0 ? (uint64_t)ends_s * 1000000 : 0);
	pb_buf_done(&pem);
}

/* Mail is kept, whether or not somebody can see that it is. */
static void
open_board(struct door *door)
{
	const struct pb_clock *clock = pb_sys_world()->clock;
	const char *const names[] = { door->name };
	struct pb_error err = { .status = PB_OK };

	if (pb_service_board(names, 1, &door->board, &err) != PB_OK)
		log_error(door, &err);
	pb_board_set(door->board, 0, PB_BOARD_BEGUN_US, (uint64_t)clock->now_us(clock->ctx));
	pb_board_set(door->board, 0, PB_BOARD_SESSIONS, 0);
	pb_board_set(door->board, 0, PB_BOARD_FAILING_US, 0);
	tell_end(door);
}

static enum pb_status
open_doorway(struct door *door, struct pb_error *err)
{
	const struct pb_doorway_options options = { .world = pb_sys_world(),
		.policy = door->policy,
		.door = door->number,
		.relay_path = door->relay,
		.writer_uid = door->writer_uid,
		.spill_dir = door->state_dir,
		.commit_ms = COMMIT_MS,
		.board = door->board,
		.log = log_line,
		.log_ctx = door };

	return pb_doorway_new(&options, &door->doorway, err);
}

/* Who is not root can become nobody else, and is who was meant. */
static enum pb_status
become_user(const struct door *door, struct pb_error *err)
{
	struct pb_user user;
	enum pb_status status = PB_OK;

	if (door->policy->door_user == NULL || !pb_user_is_root())
		return PB_OK;
	status = pb_user_find(door->policy->door_user, &user, err);
	return status == PB_OK ? pb_user_become(&user, err) : status;
}

static enum pb_status
confine(struct door *door, struct pb_error *err)
{
	const struct pb_policy_door *served = &door->policy->door[door->number];
	const char *const directory[] = { door->state_dir };
	/* A next hop and the server of a map, where they are called by their addresses. */
	const struct pb_policy_address *const called[] = { &served->next_hop,
		&door->policy->map.server };
	uint16_t port[2];
	struct pb_confinement confinement = {
		.directory = directory, .directory_count = 1, .port = port
	};
	struct pb_confined confined = { 0 };
	int error;

	for (size_t i = 0; i < sizeof(called) / sizeof(called[0]); i++)
		if (called[i]->host != NULL)
			port[confinement.port_count++] = (uint16_t)called[i]->port;
	confinement.network = confinement.port_count > 0;
	error = pb_confine_service(&confinement, &confined);
	if (error != 0)
		return pb_fail_sys(err, error, N_("confine a door"), "%s", door->state_dir);
	if (!confined.landlock)
		log_line(door, "this kernel does not confine it to its directory (Landlock)");
	if (!confined.seccomp)
		log_line(door, "this kernel does not restrict its calls (seccomp)");
	return PB_OK;
}

static enum pb_status
set_up(struct door *door, struct pb_error *err)
{
	enum pb_status status = pb_crypto_init(err);

	if (status == PB_OK)
		status = read_policy(door, err);
	if (status == PB_OK)
		status = find_door(door, err);
	if (status == PB_OK)
		open_board(door);
	if (status == PB_OK)
		status = open_doorway(door, err);
	if (status == PB_OK)
		status = become_user(door, err);
	if (status == PB_OK)
		status = confine(door, err);
	return status;
}

/* ---- serving -------------------------------------------------------------------------------- */

static void *
tick(void *arg)
{
	const struct pb_clock *clock = pb_sys_world()->clock;
	struct door *door = arg;
	int64_t slept_us = TICK_US; /* what an earlier process left comes at once */

	while (!pb_doorway_stopping(door->doorway)) {
		if (slept_us >= TICK_US) {
			pb_doorway_tick(door->doorway);
			slept_us = 0;
		}
		clock->sleep_us(clock->ctx, STEP_US);
		slept_us += STEP_US;
	}
	return NULL;
}

static enum pb_status
serve(struct door *door, struct pb_error *err)
{
	static pb_door_serve *const by_kind[] = { [PB_DOOR_MILTER] = pb_milter_serve,
		[PB_DOOR_PROXY] = pb_proxy_serve,
		[PB_DOOR_LMTP] = pb_lmtp_serve };
	enum pb_status status;
	pthread_t ticking;

	if (pthread_create(&ticking, NULL, tick, door) != 0)
		return pb_fail_memory(err, N_("serve a door"));
	pb_service_ready();
	status = by_kind[door->policy->door[door->number].kind](
	    door->doorway, PB_SERVICE_SOCKET, PB_SERVICE_LINE, err);
	pb_doorway_stop(door->doorway);
	(void)pthread_join(ticking, NULL);
	pb_doorway_settle(door->doorway);
	return status;
}

int
main(int argc, char **argv)
{
	struct pb_error err = { .status = PB_OK };
	struct door door = { .name = "-" };
	enum pb_status status = pb_process_harden(&err);

	if (status == PB_OK && !take_arguments(argc, argv, &door)) {
		log_line(&door, "usage: probant-door NAME RELAY STATE_DIR WRITER_UID, by probantd");
		return EXIT_USAGE_ERROR;
	}
	/* The master alone says when it is to stop. */
	pb_process_hold_signals();
	if (status == PB_OK)
		status = set_up(&door, &err);
	if (status == PB_OK)
		status = serve(&door, &err);
	if (status != PB_OK)
		log_error(&door, &err);
	pb_doorway_free(door.doorway);
	pb_board_free(door.board);
	pb_capture_policy_free(door.policy);
	return status == PB_OK ? 0 : EXIT_FAILED;
}
