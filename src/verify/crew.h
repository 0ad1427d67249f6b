/*
 * Threads that look inside records, side by side, while the log is read on.
 * What they found comes back in the order in which the records were given to them, so
 * that a verification says the same with and without them.
 */
#ifndef PB_VERIFY_CREW_H
#define PB_VERIFY_CREW_H

#include "verify/inside.h"
#include "verify/ring.h"

/* How long a record may be: memory stays constant. */
#define PB_CREW_PAYLOAD (4 * 1024 * 1024)
#define PB_CREW_THREADS PB_RING_THREADS
#define PB_CREW_JOBS PB_RING_JOBS

/* A record to look into, and what was found.  The crew's, the caller's between take and give. */
struct pb_crew_job {
	/* by the caller */
	struct pb_leaf leaf;
	struct pb_buf payload;
	struct pb_secret *r; /* 32 bytes */
	char segment[64];
	uint64_t offset;
	/* by the crew */
	struct pb_inside inside;
	enum pb_status status; /* of looking */
	struct pb_error err;
};

struct pb_crew;

/* PB_EUNAVAIL: no thread can be had; then look yourself. */
enum pb_status pb_crew_new(const char *origin, unsigned threads, struct pb_crew **ret_crew,
    struct pb_error *err) PB_MUST_CHECK;

/* One thread calls these.  A job to fill; NULL: all are in use, collect one first. */
struct pb_crew_job *pb_crew_take(struct pb_crew *crew);
/* The job that was taken is filled. */
void pb_crew_give(struct pb_crew *crew);
/* Wait for the oldest job that was given; NULL: there is none.  Release it when it is read. */
const struct pb_crew_job *pb_crew_collect(struct pb_crew *crew);
void pb_crew_release(struct pb_crew *crew);

/* Waits for what is being looked at; the rest is dropped.  NULL is fine. */
void pb_crew_free(struct pb_crew *crew);

#endif
