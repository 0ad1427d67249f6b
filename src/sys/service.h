/* A process that serves beside this one, which is its master: started, listened to, told to stop.
 */
#ifndef PB_SYS_SERVICE_H
#define PB_SYS_SERVICE_H

#include <stdbool.h>
#include <stddef.h>

#include "probant/status.h"

/* What a service has open: its master's standard error, what it was handed, the line to him. */
#define PB_SERVICE_POLICY 3   /* its text, in memory that nobody can change */
#define PB_SERVICE_SOCKET 4   /* the listening socket */
#define PB_SERVICE_LINE 5     /* readable when the service is to stop, or the master is no more */
#define PB_SERVICE_BOARD 6    /* what it tells of itself: pb_service_board */
#define PB_SERVICE_ENTRANCE 7 /* another listening socket, by which others come */

/* For one thread at a time. */
struct pb_service;

/* What it is given, all of it borrowed until it is started; -1: /dev/null stands there. */
struct pb_service_given {
	const void *policy; /* copied */
	size_t policy_len;
	int socket, board, entrance;
};

/* arguments[0] is its name; ends with NULL.  PB_EUNAVAIL: it can't be started. */
enum pb_status pb_service_start(const char *program, const char *const *arguments,
    const struct pb_service_given *given, struct pb_service **ret_service,
    struct pb_error *err) PB_MUST_CHECK;

long pb_service_process(const struct pb_service *service);
/* To be waited for: readable when it says something, or has ended. */
int pb_service_line(const struct pb_service *service);
/* It said that it is ready.  Never waits. */
bool pb_service_spoke(const struct pb_service *service);
void pb_service_tell(struct pb_service *service); /* to stop */
/* Whoever halted it (SIGSTOP): it goes on.  Nothing to one that runs. */
void pb_service_wake(struct pb_service *service);
void pb_service_kill(struct pb_service *service);
/* ret_code: its exit code, or minus the signal that ended it. */
bool pb_service_ended(struct pb_service *service, int *ret_code);
/* What has not ended is killed, and waited for.  NULL is fine. */
void pb_service_free(struct pb_service *service);

/* ---- the service itself --------------------------------------------------------------------- */

void pb_service_ready(void);
/* It is to stop. */
bool pb_service_told(void);

/*
 * As pb_board_map of PB_SERVICE_BOARD, which is closed, however it goes: who takes the process over
 * later can tell what he likes, and cut nothing.  Once.
 */
struct pb_board;
enum pb_status pb_service_board(const char *const *names, size_t rows, struct pb_board **ret_board,
    struct pb_error *err) PB_MUST_CHECK;

#endif
