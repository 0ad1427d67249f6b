#include "sys/service.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.h"
#include "sys/board.h"
#include "sys/handed.h"
#include "sys/spawn.h"

static const char STARTING[] = N_("start a service");

struct pb_service {
	pid_t process;
	int line;   /* our end */
	bool ended; /* and was waited for */
	int code;
};

static int
start(struct pb_service *service, const char *program, const char *const *arguments, int policy,
    const struct pb_service_given *given)
{
	int line[2], error;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line) != 0)
		return -errno;
	error = pb_spawn(program, arguments,
	    (const int[]){
		-1, -1, 2, policy, given->socket, line[1], given->board, given->entrance },
	    8, &service->process);
	(void)close(line[1]);
	if (error != 0) {
		(void)close(line[0]);
		return error;
	}
	service->line = line[0];
	return 0;
}

static enum pb_status
refused(int error, const char *program, struct pb_error *err)
{
	if (error == -ENOMEM)
		return pb_fail_memory(err, STARTING);
	(void)pb_fail_sys(err, error, STARTING, "%s", program);
	if (err != NULL)
		err->status = PB_EUNAVAIL;
	return PB_EUNAVAIL;
}

enum pb_status
pb_service_start(const char *program, const char *const *arguments,
    const struct pb_service_given *given, struct pb_service **ret_service, struct pb_error *err)
{
	struct pb_service *service = calloc(1, sizeof(*service));
	enum pb_status status;
	int fd = -1, error;

	/* A file of its own for each: who reads it moves nobody else's place in it. */
	status = service == NULL ? pb_fail_memory(err, STARTING)
				 : pb_handed_new(given->policy, given->policy_len, &fd, err);
	if (status != PB_OK)
		goto out;
	error = start(service, program, arguments, fd, given);
	if (error != 0) {
		status = refused(error, program, err);
		goto out;
	}
	*ret_service = service;
	service = NULL;
out:
	if (fd >= 0)
		(void)close(fd);
	free(service);
	return status;
}

long
pb_service_process(const struct pb_service *service)
{
	return service->process;
}

int
pb_service_line(const struct pb_service *service)
{
	return service->line;
}

bool
pb_service_spoke(const struct pb_service *service)
{
	char said;

	return recv(service->line, &said, 1, MSG_DONTWAIT) == 1;
}

void
pb_service_tell(struct pb_service *service)
{
	(void)shutdown(service->line, SHUT_WR);
}

void
pb_service_wake(struct pb_service *service)
{
	if (!service->ended)
		(void)kill(service->process, SIGCONT);
}

void
pb_service_kill(struct pb_service *service)
{
	if (!service->ended)
		(void)kill(service->process, SIGKILL);
}

static void
note_end(struct pb_service *service, int how)
{
	service->ended = true;
	service->code = WIFEXITED(how) ? WEXITSTATUS(how) : -WTERMSIG(how);
}

bool
pb_service_ended(struct pb_service *service, int *ret_code)
{
	int how;

	if (!service->ended && waitpid(service->process, &how, WNOHANG) == service->process)
		note_end(service, how);
	if (service->ended)
		*ret_code = service->code;
	return service->ended;
}

void
pb_service_free(struct pb_service *service)
{
	int how;

	if (service == NULL)
		return;
	pb_service_kill(service);
	while (!service->ended && waitpid(service->process, &how, 0) < 0 && errno == EINTR)
		continue;
	(void)close(service->line);
	free(service);
}

/* ---- the service itself --------------------------------------------------------------------- */

void
pb_service_ready(void)
{
	(void)send(PB_SERVICE_LINE, "r", 1, MSG_NOSIGNAL); /* who is no more need not know */
}

bool
pb_service_told(void)
{
	struct pollfd line = { .fd = PB_SERVICE_LINE, .events = POLLIN };

	return poll(&line, 1, 0) > 0;
}

enum pb_status
pb_service_board(
    const char *const *names, size_t rows, struct pb_board **ret_board, struct pb_error *err)
{
	enum pb_status status = pb_board_map(PB_SERVICE_BOARD, names, rows, ret_board, err);

	(void)close(PB_SERVICE_BOARD);
	return status;
}
