/*
 * The writer from within: of writer.c; of writer_settle.c, which gives up what it may not need; and
 * of writer_board.c.
 */
#ifndef PB_DAEMON_WRITER_STATE_H
#define PB_DAEMON_WRITER_STATE_H

#include <stdatomic.h>

#include "anchor/node.h"
#include "core/limits.h"
#include "daemon/clock_watch.h"
#include "daemon/complaint.h"
#include "daemon/depot.h"
#include "daemon/errands.h"
#include "daemon/users.h"
#include "relay/outside.h"
#include "relay/server.h"

struct writer {
	const struct pb_world *world;
	struct pb_buf text;
	struct pb_capture_policy *policy;
	struct pb_buf timestamp; /* that policy's text; empty: none is in force */
	struct pb_users users;
	char spill_dir[PB_LIMIT_PATH]; /* tmp/ of the first archive that is there */
	char node_dir[PB_LIMIT_PATH +
		      sizeof(PB_NODE_DIR)]; /* of the log by which they share tokens */
	bool *missing;                      /* by archive: its directory was not there */
	char viewer[PB_LIMIT_PATH];
	struct pb_stamps *stamps;    /* what it means; NULL: none is */
	char stamper[PB_LIMIT_PATH]; /* who asks for the writer */
	struct pb_outside *outside;
	struct pb_errands *errands;
	struct pb_depot_options shared;
	atomic_uint viewed;
	struct pb_depot **depot; /* by archive */
	size_t next;             /* the depot that is looked at first */
	size_t idle;             /* so many in a row had nothing to do */
	size_t archives_max;     /* held at once, before they are let go of soon */
	struct pb_relay_server *server;
	struct pb_board *board;         /* NULL: nothing is told */
	struct pb_complaint *complaint; /* by archive; behind them, the writer's own */
	struct pb_clock_watch watch;
	uint64_t cut; /* peers, so far */
};

/* Read what it was handed, become its user, and be confined to its archives: for good. */
enum pb_status pb_writer_settle(struct writer *writer, struct pb_error *err) PB_MUST_CHECK;

/* What it tells, in a row of its own, one for each archive and one for each authority. */
void pb_writer_board_open(struct writer *writer);
void pb_writer_tell_now(struct writer *writer, enum pb_board_number number);
/* As pb_errands_options has it. */
void pb_writer_tell_authority(void *writer, const char *name, bool good);

/* A directory came, mounted say, that was not there: only a new writer may open it. */
bool pb_writer_is_outdated(const struct writer *writer);

#endif
