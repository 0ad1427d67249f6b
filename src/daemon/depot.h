/*
 * An archive of the policy, as the writer has it.
 *
 * Its lock is held from the first record on, so that a record costs one commit; it is let go of
 * at once when a command waits for it, and when nothing has come for a minute.  For a record that
 * comes while a command holds it that is waited for shortly, but one that goes on for longer costs
 * the other archives no second wait.
 *
 * That capture runs is said in the log: start, heartbeat, stop; the policy; and the gap behind a
 * writer that ended without a stop, which the file `capturing` tells of: it stands there from
 * before the start until behind the stop.
 */
#ifndef PB_DAEMON_DEPOT_H
#define PB_DAEMON_DEPOT_H

#include <stdatomic.h>

#include "archive/commit.h"
#include "core/world.h"
#include "crypto/digest.h"
#include "daemon/errands.h"
#include "daemon/stamps.h"
#include "policy/capture.h"
#include "record/intake.h"
#include "sys/board.h"

struct pb_depot;

/* What all depots of a writer share; borrowed. */
struct pb_depot_options {
	const struct pb_world *world;
	const struct pb_capture_policy *policy;
	uint8_t policy_sha256[PB_DIGEST_LEN]; /* of its text */
	uint8_t map_sha256[PB_DIGEST_LEN];    /* of the file of its map, if it has one */
	const char *viewer;                   /* probant-mime; NULL: nothing is indexed */
	const struct pb_stamps *stamps; /* NULL: an archive's own authority, where it is alone */
	struct pb_errands *errands;     /* by which others are asked; NULL: nobody can be */
	struct pb_board *board; /* row 0 is the writer's, the next the archives'; may be NULL */
	atomic_uint *viewed;    /* archives of which a segment is indexed now */
	/* Called within submit and flush of the intake (record/intake.h). */
	pb_acknowledged_fn *acknowledged;
	void *acknowledged_ctx;
};

/* archive: of the policy. */
enum pb_status pb_depot_new(const struct pb_depot_options *options, size_t archive,
    struct pb_depot **ret_depot, struct pb_error *err) PB_MUST_CHECK;
void pb_depot_free(struct pb_depot *depot); /* what it holds is published; NULL is fine */

/* The log's name, borrowed; needs no lock. */
enum pb_status pb_depot_origin(
    struct pb_depot *depot, const char **ret_origin, struct pb_error *err) PB_MUST_CHECK;
/* The door into it, which opens the archive when it is needed.  Borrowed. */
const struct pb_intake *pb_depot_intake(struct pb_depot *depot);

/*
 * Between turns: what is due, of starting, steps of the clock, heartbeat, stamping and letting go,
 * at most one that takes time.  *ret_worked: there was one.  crowded: many archives are held; let
 * go soon.  A failure is for the log: it is tried again.
 */
enum pb_status pb_depot_tick(
    struct pb_depot *depot, bool crowded, bool *ret_worked, struct pb_error *err) PB_MUST_CHECK;
/* What was handed to the errands is back. */
void pb_depot_answered(struct pb_depot *depot, struct pb_stamping *take_stamping);

/* The local clock stepped: the log says so, before what comes next (FORMAT 1.5, clock step). */
void pb_depot_clock_stepped(struct pb_depot *depot, const struct pb_clock_step *step);

bool pb_depot_holds(const struct pb_depot *depot);
/* After a failed sync nobody knows what is on the disk: this process must end (FORMAT 4). */
bool pb_depot_broken(const struct pb_depot *depot);

/*
 * Say in the log that capture stops, state what the last messages say of others if that is done by
 * `until_us` (monotonic), stamp what was not stamped before, and let go.
 */
enum pb_status pb_depot_stop(
    struct pb_depot *depot, int64_t until_us, struct pb_error *err) PB_MUST_CHECK;

#endif
