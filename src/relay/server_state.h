/* The writer's side from within: its peers, and the records of a turn.  Of server.c and peers.c. */
#ifndef PB_RELAY_SERVER_STATE_H
#define PB_RELAY_SERVER_STATE_H

#include <stdbool.h>

#include "core/ring.h"
#include "relay/server.h"
#include "relay/take.h"
#include "sys/local.h"

/* None is polled, or it was closed. */
#define PB_NO_SOCKET (-1)
#define PB_FIRST_PEER PB_RELAY_ENTRANCES
/* A record of this turn; the intake knows it by its address. */
struct pb_server_slot {
	size_t peer;
	uint32_t archive;
	struct pb_reply reply; /* PB_EEND: not known yet */
};

/* Archives that are flushed side by side in a turn, or wait to be. */
#define PB_SERVER_FLUSHES 64

struct pb_server_flush {
	const struct pb_intake *intake;
	uint32_t archive;
	enum pb_status status;
	struct pb_error failure;
};

/*
 * 1. socket[] begins with the listeners, where a connection could be taken; from PB_FIRST_PEER on
 *    stands one for each peer, and role[] says who he is.
 * 2. A peer whose fd is PB_NO_SOCKET was cut off; one without events has ended, and is closed
 *    behind the answers.  Neither outlives its turn.
 * 3. Between turns there is no slot, and no intake.
 */
struct pb_relay_server {
	struct pb_relay_options options;
	struct pb_taker *taker;
	struct pollfd *socket;
	enum pb_relay_role *role;
	size_t peers;
	size_t first; /* the peer that is heard first */
	bool draining;
	const struct pb_intake **intake; /* by archive: to be flushed */
	struct pb_ring *ring;            /* over flush */
	struct pb_server_flush flush[PB_SERVER_FLUSHES];
	struct pb_server_slot *slot; /* PB_LIMIT_GROUP_RECORDS */
	size_t slots;
	uint64_t bytes; /* of their payloads */
	uint64_t cut;
	enum pb_status failed; /* what went wrong first in this turn */
	struct pb_error failure;
	uint8_t packet[PB_LIMIT_RELAY_PACKET];
};

/* Something went wrong; what did so first is what the turn answers. */
void pb_server_note(
    struct pb_relay_server *server, enum pb_status status, const struct pb_error *failure);

/* May one more be taken? */
bool pb_server_open(const struct pb_relay_server *server);
/* Take one that waits at an entrance; false: none does. */
bool pb_server_welcome(struct pb_relay_server *server, const struct pb_relay_entrance *entrance);
/* It broke a rule, or does not read what it is told. */
void pb_server_cut_off(struct pb_relay_server *server, size_t peer);
/* Away with those that ended or were cut off. */
void pb_server_forget(struct pb_relay_server *server);

#endif
