#include "daemon/notify.h"

#include <string.h>

#include "core/text.h"
#include "sys/attend.h"

static uint64_t
number(const char *text)
{
	uint64_t value = 0;

	if (text != NULL && !pb_decimal_parse(text, strlen(text), &value))
		return 0;
	return value;
}

/* sd_watchdog_enabled(3): without WATCHDOG_PID it is for whoever reads it. */
void
pb_notify_init(struct pb_notify *notify, const struct pb_notify_asked *asked, long process)
{
	uint64_t us = number(asked->watchdog_us);

	*notify = (struct pb_notify){ .socket = asked->socket };
	if (asked->watchdog_whom != NULL && number(asked->watchdog_whom) != (uint64_t)process)
		return;
	if (us <= INT64_MAX)
		notify->every_us = (int64_t)us / 2;
}

void
pb_notify(const struct pb_notify *notify, const char *text)
{
	if (notify->socket != NULL)
		(void)pb_attend_notify(notify->socket, text); /* it may be restarting */
}

void
pb_notify_alive(struct pb_notify *notify, int64_t now_us, int64_t *ret_next_us)
{
	if (notify->every_us == 0)
		return;
	if (now_us >= notify->due_us) {
		pb_notify(notify, "WATCHDOG=1");
		notify->due_us = now_us + notify->every_us;
	}
	if (notify->due_us < *ret_next_us)
		*ret_next_us = notify->due_us;
}
