/*
 * probant-stamper WRITER_UID [USER]: asks for the writer, who has no network, as its master starts
 * it (sys/service.h): the timestamp policy, the listening socket and the line to the master stand
 * open.
 *
 * It opens no archive and keeps nothing: what it is killed at is asked again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/io.h"
#include "core/text.h"
#include "net/http.h"
#include "stamper/serve.h"
#include "sys/board.h"
#include "sys/confine_service.h"
#include "sys/listen.h"
#include "sys/process.h"
#include "sys/service.h"
#include "sys/user.h"
#include "sys/world.h"

/* sysexits(3) */
#define EXIT_USAGE_ERROR 64
#define EXIT_FAILED 70

struct stamper {
	uint32_t writer_uid;
	const char *user; /* whom it becomes; NULL: nobody else */
	struct pb_timestamp_policy *policy;
	struct pb_http *http;
	struct pb_board *board;
};

/* ---- what is told --------------------------------------------------------------------------- */

/* One write(2) for a line, so that those of several threads do not mix. */
static void
failed(void *ctx, const char *about, const struct pb_error *err)
{
	char line[1024];

	(void)ctx;
	(void)snprintf(line, sizeof(line), "%s%s%s: %s%s%s", about != NULL ? about : "",
	    about != NULL ? ": " : "", err->what, err->object, err->object[0] != '\0' ? ": " : "",
	    err->why != NULL  ? err->why
	    : err->cause != 0 ? strerror(err->cause)
			      : pb_status_name(err->status));
	(void)fprintf(stderr, "probant-stamper: %s\n", line);
}

/* ---- set-up --------------------------------------------------------------------------------- */

static bool
take_arguments(int argc, char **argv, struct stamper *s)
{
	uint64_t uid;

	if (argc < 2 || argc > 3 || !pb_decimal_parse(argv[1], strlen(argv[1]), &uid) ||
	    uid > UINT32_MAX)
		return false;
	s->writer_uid = (uint32_t)uid;
	s->user = argc == 3 ? argv[2] : NULL;
	return true;
}

static enum pb_status
read_policy(struct stamper *s, struct pb_error *err)
{
	const struct pb_files *files = pb_sys_world()->files;
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status = pb_buf_reserve(&text, PB_LIMIT_POLICY);

	if (status != PB_OK)
		return pb_fail_memory(err, N_("read the policy"));
	status = pb_io_pread(
	    files, PB_SERVICE_POLICY, "policy", text.data, PB_LIMIT_POLICY, 0, &text.len, err);
	if (status == PB_OK)
		status = pb_timestamp_policy_parse(text.data, text.len, &s->policy, err);
	pb_buf_done(&text);
	return status;
}

/* Authorities are asked, whether or not somebody can see that it lives. */
static void
open_board(struct stamper *s)
{
	const char *const name = "stamper";
	struct pb_error err = { 0 };

	if (pb_service_board(&name, 1, &s->board, &err) != PB_OK)
		failed(NULL, NULL, &err);
}

/* Who is not root can become nobody else, and is who was meant. */
static enum pb_status
become_user(const struct stamper *s, struct pb_error *err)
{
	struct pb_user user;
	enum pb_status status = PB_OK;

	if (s->user == NULL || !pb_user_is_root())
		return PB_OK;
	status = pb_user_find(s->user, &user, err);
	return status == PB_OK ? pb_user_become(&user, err) : status;
}

/* The directory that a file of the policy stands in: a certificate is renewed by another file. */
static char *
directory_of(const char *path)
{
	const char *end = strrchr(path, '/');

	return strndup(path, end == path ? 1 : (size_t)(end - path));
}

static enum pb_status
confine_to(const char *const *readable, size_t count, struct pb_error *err)
{
	const struct pb_confinement confinement = {
		.reading = readable, .reading_count = count, .naming = true, .network = true
	};
	struct pb_confined confined = { 0 };
	int error = pb_confine_service(&confinement, &confined);

	if (error != 0)
		return pb_fail_sys(err, error, N_("confine the stamper"), "%s", "");
	if (!confined.landlock)
		(void)fprintf(stderr, "probant-stamper: this kernel does not keep it from files "
				      "(Landlock)\n");
	if (!confined.seccomp)
		(void)fprintf(stderr, "probant-stamper: this kernel does not restrict its calls "
				      "(seccomp)\n");
	return PB_OK;
}

static enum pb_status
confine(const struct stamper *s, struct pb_error *err)
{
	char *readable[2 * PB_LIMIT_TSAS];
	size_t count = 0;
	enum pb_status status = PB_OK;

	for (size_t i = 0; i < s->policy->authority_count; i++) {
		const struct pb_policy_authority *authority = &s->policy->authority[i];

		if (authority->client_certificate != NULL)
			readable[count++] = directory_of(authority->client_certificate);
		if (authority->server_roots != NULL)
			readable[count++] = directory_of(authority->server_roots);
	}
	for (size_t i = 0; i < count; i++)
		if (readable[i] == NULL)
			status = pb_fail_memory(err, N_("confine the stamper"));
	if (status == PB_OK)
		status = confine_to((const char *const *)readable, count, err);
	while (count > 0)
		free(readable[--count]);
	return status;
}

static enum pb_status
set_up(struct stamper *s, struct pb_error *err)
{
	enum pb_status status = read_policy(s, err);
	int answer;

	if (status == PB_OK)
		open_board(s);
	if (status == PB_OK)
		status = pb_http_new(&s->http, err);
	if (status == PB_OK)
		status = become_user(s, err);
	if (status != PB_OK)
		return status;
	answer = pb_listen_own(PB_SERVICE_SOCKET);
	if (answer < 0)
		return pb_fail_sys(err, answer, N_("listen"), "%s", "");
	return confine(s, err);
}

int
main(int argc, char **argv)
{
	struct pb_error err = { .status = PB_OK };
	struct stamper s = { .user = NULL };
	enum pb_status status = pb_process_harden(&err);

	if (status == PB_OK && !take_arguments(argc, argv, &s)) {
		(void)fputs("usage: probant-stamper WRITER_UID [USER], by probantd\n", stderr);
		return EXIT_USAGE_ERROR;
	}
	/* The master alone says when it is to stop. */
	pb_process_hold_signals();
	if (status == PB_OK)
		status = set_up(&s, &err);
	if (status == PB_OK) {
		const struct pb_stamper serving = { .clock = pb_sys_world()->clock,
			.board = s.board,
			.http = s.http,
			.policy = s.policy,
			.listener = PB_SERVICE_SOCKET,
			.line = PB_SERVICE_LINE,
			.writer_uid = s.writer_uid,
			.failed = failed };

		pb_service_ready();
		pb_stamper_serve(&serving);
		quick_exit(EXIT_SUCCESS); /* a thread may be asking still */
	}
	failed(NULL, NULL, &err);
	pb_http_free(s.http);
	pb_timestamp_policy_free(s.policy);
	return EXIT_FAILED;
}
