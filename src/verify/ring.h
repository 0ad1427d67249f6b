/*
 * Threads that do jobs side by side.  Jobs come back in the order in which they were given,
 * so that a verification says the same with and without threads.
 */
#ifndef PB_VERIFY_RING_H
#define PB_VERIFY_RING_H

#include <stdbool.h>
#include <stddef.h>

#include "probant/status.h"

/* Jobs at hand at one time: memory stays constant. */
#define PB_RING_JOBS 8
#define PB_RING_THREADS 8

struct pb_ring;

/* What is done, and on what; all is borrowed. */
struct pb_ring_work {
	void *job; /* PB_RING_JOBS of them, one behind the other */
	size_t job_len;
	void *tools; /* one for each thread */
	size_t tools_len;
	void (*work)(void *tools, void *job);
};

/* 1..PB_RING_THREADS threads.  PB_EUNAVAIL: none can be had; then do it yourself. */
enum pb_status pb_ring_new(const struct pb_ring_work *work, unsigned threads,
    struct pb_ring **ret_ring, struct pb_error *err) PB_MUST_CHECK;

/* One thread calls these.  A job to fill; NULL: all are in use, collect one first. */
void *pb_ring_take(struct pb_ring *ring);
/* The job that was taken is filled. */
void pb_ring_give(struct pb_ring *ring);
/*
 * The oldest job that was given, done; NULL: there is none.  Release it when it is read.  With
 * tools, not NULL, the caller does jobs that wait for a thread rather than wait himself.
 */
void *pb_ring_collect(struct pb_ring *ring, void *tools);
void pb_ring_release(struct pb_ring *ring);

/* Waits for what is being done; the rest is dropped.  NULL is fine. */
void pb_ring_free(struct pb_ring *ring);

#endif
