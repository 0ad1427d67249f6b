/*
 * Threads that do jobs side by side.  Jobs come back in the order in which they were given, so
 * that the outcome is the same with and without threads.
 *
 * A thread may take several jobs at once, where they are done in less time together.
 */
#ifndef PB_CORE_RING_H
#define PB_CORE_RING_H

#include <stdbool.h>
#include <stddef.h>

#include "probant/status.h"

struct pb_ring;

/* What is done, and on what; all is borrowed. */
struct pb_ring_work {
	void *job;   /* `jobs` of them, one behind the other */
	size_t jobs; /* at hand at one time: memory stays constant */
	size_t job_len;
	size_t
	    least;   /* so many should wait before a thread takes them, unless they are asked for */
	size_t most; /* and so many it takes at once, 1..PB_RING_MOST */
	void *tools; /* one for each thread */
	size_t tools_len;
	void (*work)(void *tools, void *const *jobs, size_t count);
	bool alone; /* no thread is needed: who collects brings tools, and does what is left */
};

#define PB_RING_MOST 64

/*
 * One thread or more.  PB_EUNAVAIL: none can be had; then do it yourself.  With `alone` none is
 * fine, asked for or had.
 */
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
