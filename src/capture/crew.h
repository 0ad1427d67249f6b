/*
 * Threads that read, cut, hash, compress and seal messages side by side, while the sources are
 * gone through.  What they sealed comes back in the order in which it was given.
 */
#ifndef PB_CAPTURE_CREW_H
#define PB_CAPTURE_CREW_H

#include "capture/finds.h"
#include "capture/message.h"

#define PB_CREW_THREADS 16
/* Messages at hand at one time; they may hold PB_LIMIT_ALL_AT_HAND together, so memory is bounded.
 */
#define PB_CREW_JOBS 256

enum pb_job_kind {
	PB_JOB_FILE,  /* a file to read */
	PB_JOB_BYTES, /* a message in memory */
	PB_JOB_DONE   /* nothing to do: sealed already, or refused */
};

/* A message to seal.  The crew's; the caller's between take and give, and collect and release. */
struct pb_job {
	/* by the caller */
	enum pb_job_kind kind;
	struct pb_origin_copy found;
	enum pb_file_how how;
	struct pb_buf bytes;
	struct pb_message_times times;
	size_t held;        /* octets that count for PB_LIMIT_ALL_AT_HAND */
	uint8_t source[16]; /* capture/journal.h */
	/* by the crew, or the caller if there is nothing to do */
	struct pb_sealed sealed;
	bool odd; /* it does not begin as mail does */
	enum pb_status status;
	struct pb_error err;
};

struct pb_crew;

/*
 * `threads` beside the caller, who does what no thread has begun when he collects it; with 0, or
 * where none can be had, he does all, job by job.  Borrows maker, which the caller may use while he
 * does not collect, and world and mailboxes.
 */
enum pb_status pb_crew_new(const struct pb_world *world, const char *origin, const char *spill_dir,
    const struct pb_mailboxes *mailboxes, struct pb_message_maker *maker, unsigned threads,
    struct pb_crew **ret_crew, struct pb_error *err) PB_MUST_CHECK;

/* Before the first job: all makers keep what they seal.  Borrows keep. */
void pb_crew_keep(struct pb_crew *crew, struct pb_keep *keep);

/* One thread calls these.  An empty job to fill; NULL: collect one first. */
struct pb_job *pb_crew_take(struct pb_crew *crew);
/* The job that was taken is filled. */
void pb_crew_give(struct pb_crew *crew, struct pb_job *job);
/* The oldest job that was given, done; NULL: there is none. */
struct pb_job *pb_crew_collect(struct pb_crew *crew);
/* It is read: what it holds is dropped. */
void pb_crew_release(struct pb_crew *crew, struct pb_job *job);

/* Waits for what is being sealed; the rest is dropped.  NULL is fine. */
void pb_crew_free(struct pb_crew *crew);

#endif
