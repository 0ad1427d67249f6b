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

struct pb_relay_options {
	const struct pb_world *world;
	int listener_fd;     /* a listening local socket, taken over */
	uint32_t peer_uid;   /* who alone may speak */
	/* Archives, by index; they may be opened late: intake is asked for when first needed. */
	size_t archive_count;
	enum pb_status (*archive)(
	    void *ctx, size_t index, struct pb_relay_archive *ret_archive, struct pb_error *err);
	void *ctx;
	size_t max_connections;
};

struct pb_relay_server;
enum pb_status pb_relay_server_new(const struct pb_relay_options *options,
    struct pb_relay_server **ret_server, struct pb_error *err) PB_MUST_CHECK;

/*
 * Take what has come, until nothing more is there or a group is full; flush each archive concerned;
 * answer.  Waits at most timeout_ms for something to come.  A peer that breaks a rule is cut off,
 * and what it sent in that packet is dropped; ret_cut counts them, for the log.  PB_OK also then.
 */
enum pb_status pb_relay_server_turn(struct pb_relay_server *server, uint32_t timeout_ms,
    struct pb_error *err) PB_MUST_CHECK;

/* The pb_acknowledged_fn for the archives' groups. */
enum pb_status pb_relay_acknowledged(
    void *ctx, void *cookie, const struct pb_receipt *receipt, struct pb_error *err);

/* No new connection, no new record: what has come is committed and answered. */
enum pb_status pb_relay_server_drain(
    struct pb_relay_server *server, struct pb_error *err) PB_MUST_CHECK;
void pb_relay_server_free(struct pb_relay_server *server);

#endif
