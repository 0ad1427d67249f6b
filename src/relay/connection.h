/* The listener's side from within.  Of relay.c and commit.c. */
#ifndef PB_RELAY_CONNECTION_H
#define PB_RELAY_CONNECTION_H

#include "relay/packet.h"
#include "relay/relay.h"

struct pb_relay {
	const struct pb_clock *clock;
	int fd;               /* -1: what was sent may be lost; it answers nothing any more */
	uint64_t next_number; /* of the record that is sent next */
	size_t count;
	struct {
		const char *name, *origin;
	} * archive;
	char *texts; /* of all of them */
};

/* Until the socket can be read or written (POLLIN, POLLOUT): false if deadline_us comes before. */
bool pb_relay_wait(const struct pb_relay *relay, short events, int64_t deadline_us);

int64_t pb_relay_deadline(const struct pb_clock *clock, uint32_t timeout_ms);

#endif
