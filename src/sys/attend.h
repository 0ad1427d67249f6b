/* What a master waits for: signals, what its services say, the time; and whom he answers to. */
#ifndef PB_SYS_ATTEND_H
#define PB_SYS_ATTEND_H

#include <stddef.h>
#include <stdint.h>

enum pb_attend_signal {
	PB_ATTEND_NOTHING,
	PB_ATTEND_END,    /* SIGTERM, SIGINT */
	PB_ATTEND_RELOAD, /* SIGHUP */
	PB_ATTEND_CHILD   /* a process of ours has ended */
};

/* From now on these signals come by the descriptor, and a broken pipe is an error, no signal. The
 * descriptor, or the negative errno. */
int pb_attend_signals(void);
/* The next one that has come. */
enum pb_attend_signal pb_attend_next(int signals);

/* Until one of them is readable, or so long; also sooner. */
void pb_attend(const int *fds, size_t count, int64_t timeout_us);

/* sd_notify(3): a datagram for whoever started us.  0, or the negative errno. */
int pb_attend_notify(const char *socket, const char *text);

/* May open as many files as anybody allowed; answers how many. */
size_t pb_attend_many_files(void);

#endif
