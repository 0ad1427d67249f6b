/*
 * Threads that look at records, side by side, while the log is read on.  What they found comes
 * back in the order in which the records were given to them, so that a verification says the same
 * with and without them.
 */
#ifndef PB_VERIFY_CREW_H
#define PB_VERIFY_CREW_H

#include "log/source.h"
#include "verify/inside.h"

/*
 * Records at hand at one time, and how long they may be together, as stored, before the caller
 * must collect: memory stays constant.
 */
#define PB_VERIFY_CREW_JOBS 128
#define PB_VERIFY_CREW_HELD (16 * 1024 * 1024)

/* A record to look at, and what was found.  The crew's, the caller's between take and give. */
struct pb_verify_job {
	/* by the caller */
	struct pb_leaf leaf;
	struct pb_buf payload; /* at most PB_INSIDE_PAYLOAD */
	bool open;             /* with r; else only what is stored is looked at */
	struct pb_secret *r;   /* 32 bytes */
	char segment[64];
	uint64_t offset;
	enum pb_source_secret secret;
	bool digested; /* payload_sha256 is the payload's */
	uint8_t payload_sha256[PB_DIGEST_LEN];
	/* by the crew */
	struct pb_inside_record record;
};

struct pb_verify_crew;

/* PB_EUNAVAIL: no thread can be had; then look yourself. */
enum pb_status pb_verify_crew_new(const char *origin, unsigned threads,
    struct pb_verify_crew **ret_crew, struct pb_error *err) PB_MUST_CHECK;

/* One thread calls these.  A job to fill; NULL: collect one first. */
struct pb_verify_job *pb_verify_crew_take(struct pb_verify_crew *crew);
/* The job that was taken is filled. */
void pb_verify_crew_give(struct pb_verify_crew *crew);
/* The oldest job that was given, done; NULL: there is none.  Release it when it is read. */
const struct pb_verify_job *pb_verify_crew_collect(struct pb_verify_crew *crew);
void pb_verify_crew_release(struct pb_verify_crew *crew);

/* Waits for what is being looked at; the rest is dropped.  NULL is fine. */
void pb_verify_crew_free(struct pb_verify_crew *crew);

#endif
