/*
 * What the writer has asked outside, so that no message waits for it: a thread beside the commit
 * loop, and rounds of questions for it.
 *
 * A round is collected between turns: what is due then, of all archives (step 1 of stamping).  The
 * thread asks (step 2), while nothing is collected; then all of it comes back, and is kept between
 * turns (step 3).  Where tokens are shared one question serves all of a round (anchor/sharing.h),
 * and rounds, not archives, are what goes so often at most.
 */
#ifndef PB_DAEMON_ERRANDS_H
#define PB_DAEMON_ERRANDS_H

#include "anchor/sharing.h"

struct pb_errand {
	size_t archive; /* of the policy */
	struct pb_stamping *stamping;
	enum pb_status status; /* comes back, with its answers: as pb_stamping_ask */
	struct pb_error err;
};

struct pb_errands;

/* All of it is borrowed. */
struct pb_errands_options {
	const struct pb_world *world;
	const struct pb_http *http; /* by which authorities are asked */
	/* Where the node's log is kept; NULL: tokens are not shared, and the rest is not looked at.
	 */
	const char *node_dir;
	uint32_t every_s; /* no sooner behind a round that brought a token */
	size_t archives;  /* so many may be in a round */
	/*
	 * An authority was asked: did it give a good token?  By the thread that asks; may be NULL.
	 * Not of who could not be asked, or for what this machine failed at.
	 */
	void (*judged)(void *ctx, const char *authority, bool good);
	void *ctx;
};

enum pb_status pb_errands_new(const struct pb_errands_options *options,
    struct pb_errands **ret_errands, struct pb_error *err) PB_MUST_CHECK;

/*
 * The way outside for what is collected; borrowed.  An authority that did not answer for one
 * archive of a round is not waited for again for the others.
 */
const struct pb_http *pb_errands_http(struct pb_errands *errands); /* NULL of NULL */

/* Is a round collected, with room in it, and is it time for one?  NULL: never. */
bool pb_errands_open(struct pb_errands *errands);
/* Of one that is. */
void pb_errands_add(struct pb_errands *errands, size_t archive, struct pb_stamping *take_stamping);
/* All that is due has been collected: off with it, if it is anything. */
void pb_errands_send(struct pb_errands *errands);

/* The next of what came back; false: none did.  Its stamping is the caller's. */
bool pb_errands_next(struct pb_errands *errands, struct pb_errand *ret_errand);

/*
 * The thread ends when it has done with its round: whoever is asked is to answer at once by then
 * (pb_outside_stop).  What it was given comes back.
 */
void pb_errands_end(struct pb_errands *errands);
void pb_errands_free(struct pb_errands *errands); /* ends it, too; NULL is fine */

#endif
