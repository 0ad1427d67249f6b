/*
 * One message on its way by a door, into every archive that it concerns: sealed as it streams,
 * handed to the writer for each of them, and acknowledged when all have committed.
 */
#ifndef PB_DOORS_TRANSACTION_H
#define PB_DOORS_TRANSACTION_H

#include "capture/transit.h"
#include "core/world.h"
#include "policy/capture.h"

/* What all sessions of a door share; for all threads. */
struct pb_doorway;
struct pb_doorway_options {
	const struct pb_world *world;
	const struct pb_capture_policy *policy; /* borrowed */
	size_t door;                            /* of the policy */
	const char *relay_path;                 /* the writer's socket */
	uint32_t writer_uid;
	const char *spill_dir;  /* sealed octets over PB_LIMIT_SPILL */
	uint32_t commit_ms;     /* how long to wait for the writer */
	struct pb_board *board; /* its row 0 is the door's; NULL: nothing is told */
	/* One line for the journal, without a word of a message; for all threads. */
	void (*log)(void *ctx, const char *line); /* NULL: nobody listens */
	void *log_ctx;
};
enum pb_status pb_doorway_new(const struct pb_doorway_options *options,
    struct pb_doorway **ret_doorway, struct pb_error *err) PB_MUST_CHECK;
const struct pb_policy_door *pb_doorway_door(const struct pb_doorway *doorway);
const struct pb_world *pb_doorway_world(const struct pb_doorway *doorway);
/* Of the door's certificate, which pb_doorway_new reads; NULL: it has none. */
struct pb_tls;
struct pb_tls *pb_doorway_tls(const struct pb_doorway *doorway);
/* The door is to stop: a session tells its client so (421) behind its message, and ends. */
void pb_doorway_stop(struct pb_doorway *doorway);
bool pb_doorway_stopping(const struct pb_doorway *doorway);
/* Now and then, by one thread of the door: gaps that are still to be recorded. */
void pb_doorway_tick(struct pb_doorway *doorway);
/* When no session is any more: what else is to be recorded. */
void pb_doorway_settle(struct pb_doorway *doorway);
void pb_doorway_free(struct pb_doorway *doorway); /* NULL is fine */

/* What became of a message. */
enum pb_outcome {
	PB_OUTCOME_KEPT,     /* durable in every archive that it concerns */
	PB_OUTCOME_NOT_OURS, /* it concerns none, and the policy lets such mail pass */
	PB_OUTCOME_DEFER,    /* not kept: 451, the client keeps it */
	PB_OUTCOME_PASS      /* not kept, and it may pass: a signed gap will say so */
};

/* One session's, used for one message after the other; for one thread at a time. */
struct pb_transaction;
enum pb_status pb_transaction_new(struct pb_doorway *doorway,
    struct pb_transaction **ret_transaction, struct pb_error *err) PB_MUST_CHECK;

/*
 * A message begins; mail_from and recipients of `transit` say whom it concerns.  write: its
 * octets, CRLF as on the wire, dots unstuffed.  None of them fails: what goes wrong is what
 * pb_transaction_end answers.
 */
void pb_transaction_begin(struct pb_transaction *t, const struct pb_transit *transit);
void pb_transaction_write(struct pb_transaction *t, const void *data, size_t len);

/*
 * All octets have come; transit as it is known now.  Waits for the writer.  why (may be NULL) says
 * what kept it from being kept, for the journal: without a word of the message.
 */
enum pb_outcome pb_transaction_end(
    struct pb_transaction *t, const struct pb_transit *transit, struct pb_error *why);

/* The message went no further (the client left, the next hop refused it): nothing is kept. */
void pb_transaction_drop(struct pb_transaction *t);
void pb_transaction_free(struct pb_transaction *t); /* NULL is fine */

#endif
