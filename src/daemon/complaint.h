/* What goes wrong with every message is said once a minute, not with every message. */
#ifndef PB_DAEMON_COMPLAINT_H
#define PB_DAEMON_COMPLAINT_H

#include <stdbool.h>
#include <stdint.h>

#include "probant/status.h"

struct pb_complaint {
	const char *about; /* borrowed */
	struct pb_error last;
	int64_t said_us;
};

/* Another than the last, or that is long ago: to be said, and the last from now on. */
bool pb_complaint_is_new(
    struct pb_complaint *complaint, const char *about, const struct pb_error *err, int64_t now_us);

#endif
