/* The writer's side: many listeners, one thread, commits in groups. */
#ifndef PB_RELAY_SERVER_H
#define PB_RELAY_SERVER_H

#include "relay/relay.h"

struct pb_relay_archive {
	const char *name;
	const char *origin;
	/* The archive's door.  Receipts come back by pb_relay_acknowledged, with the cookie that
	 * submit was given, within submit or flush (record/intake.h). */
	const struct pb_intake *intake;
};

/* By which socket peers of a role come. */
struct pb_relay_entrance {
	int listener_fd;   /* a listening local socket, taken over; PB_RELAY_CLOSED: none comes */
	uint32_t peer_uid; /* who alone may speak there */
	enum pb_relay_role role;
};
#define PB_RELAY_ENTRANCES 2
#define PB_RELAY_CLOSED (-1)

struct pb_relay_options {
	const struct pb_world *world;
	struct pb_relay_entrance entrance[PB_RELAY_ENTRANCES];
	/*
	 * Archives, by index.  Asked for all of them when a listener connects, where intake is not
	 * looked at, and for one when something is to be handed in: they may be opened late.  What
	 * it gives is borrowed until the turn ends; what fails is told to the listener.
	 */
	size_t archive_count;
	enum pb_status (*archive)(
	    void *ctx, size_t index, struct pb_relay_archive *ret_archive, struct pb_error *err);
	/* Has the policy a door of that name?  What peers state of capture names no other one. */
	bool (*has_door)(void *ctx, const char *name);
	void *ctx; /* of both */
	size_t max_connections;
	/* That flush archives side by side, beside the one that calls; 0 is fine.  Then flush of
	 * different archives, and the acknowledging within it, come from several threads. */
	unsigned threads;
	/* Where payloads that stand in files of a listener are copied to, unnamed, at first. */
	const char *spill_dir;
};

struct pb_relay_server;
/* Borrows what options points to.  On failure the listeners are the caller's still. */
enum pb_status pb_relay_server_new(const struct pb_relay_options *options,
    struct pb_relay_server **ret_server, struct pb_error *err) PB_MUST_CHECK;

/*
 * Take what has come, until nothing more is there or a group is full; flush each archive concerned;
 * answer.  Waits at most timeout_ms for something to come, but never for a peer.  A peer that
 * breaks a rule, or does not read its answers, is cut off, and what it sent in that packet is
 * dropped. PB_OK also then, and after a signal.  Else what went wrong first (an archive could not
 * be opened or commit, a record could not be taken over): those concerned were told, and the next
 * turn may go well.
 */
enum pb_status pb_relay_server_turn(
    struct pb_relay_server *server, uint32_t timeout_ms, struct pb_error *err) PB_MUST_CHECK;

/* How many were cut off, or were another user's, so far: for the log. */
uint64_t pb_relay_server_cut(const struct pb_relay_server *server);

/* The pb_acknowledged_fn for the archives' groups; ctx is not used, a NULL cookie not minded. */
enum pb_status pb_relay_acknowledged(
    void *ctx, void *cookie, const struct pb_receipt *receipt, struct pb_error *err);

/* No new connection, no new record: what has come is committed and answered. */
enum pb_status pb_relay_server_drain(
    struct pb_relay_server *server, struct pb_error *err) PB_MUST_CHECK;
void pb_relay_server_free(struct pb_relay_server *server);

#endif
