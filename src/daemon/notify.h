/* What whoever started the daemon is told: sd_notify(3), in a few lines. */
#ifndef PB_DAEMON_NOTIFY_H
#define PB_DAEMON_NOTIFY_H

#include <stdint.h>

/* As the environment says it; each may be NULL. */
struct pb_notify_asked {
	const char *socket;        /* NOTIFY_SOCKET */
	const char *watchdog_us;   /* WATCHDOG_USEC */
	const char *watchdog_whom; /* WATCHDOG_PID */
};

struct pb_notify {
	const char *socket; /* borrowed; NULL: nobody listens */
	int64_t every_us;   /* 0: nobody watches */
	int64_t due_us;
};

/* process: this one's.  A sign of life is due at once, then twice as often as is asked for. */
void pb_notify_init(struct pb_notify *notify, const struct pb_notify_asked *asked, long process);

/* "READY=1"... */
void pb_notify(const struct pb_notify *notify, const char *text);

/* Give a sign of life, if it is due; *ret_next_us is made earlier if the next one is. */
void pb_notify_alive(struct pb_notify *notify, int64_t now_us, int64_t *ret_next_us);

#endif
