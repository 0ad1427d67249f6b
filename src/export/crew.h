/*
 * Threads that open records for an export, side by side, while the vault is read on and the
 * package is written.  What they made comes back in the order in which records were given.
 */
#ifndef PB_EXPORT_CREW_H
#define PB_EXPORT_CREW_H

#include "export/record.h"

#define PB_EXPORT_CREW_THREADS 4
/*
 * Records at hand at one time, how long each may be, stored, and how long the caller should let
 * all of them become: memory stays constant.
 */
#define PB_EXPORT_CREW_JOBS 160
#define PB_EXPORT_CREW_HELD (16 * 1024 * 1024)
#define PB_EXPORT_CREW_PAYLOAD (4 * 1024 * 1024)

/* A record to open.  The crew's, the caller's between take and give. */
struct pb_export_job {
	/* by the caller */
	struct pb_leaf leaf;
	struct pb_buf payload;
	struct pb_secret *r; /* 32 bytes */
	struct pb_export_choice choice;
	bool elsewhere;
	bool large; /* set beforehand, or found out: to be opened by the caller, in pieces */
	/* by the crew */
	struct pb_export_record record;
	enum pb_status status;
	struct pb_error err;
};

struct pb_export_crew;

/* Beside the caller, who does what no thread has begun when he collects it. */
enum pb_status pb_export_crew_new(const char *origin, unsigned threads,
    struct pb_export_crew **ret_crew, struct pb_error *err) PB_MUST_CHECK;

/* One thread calls these.  A job to fill; NULL: all are in use, collect one first. */
struct pb_export_job *pb_export_crew_take(struct pb_export_crew *crew);
/* The job that was taken is filled. */
void pb_export_crew_give(struct pb_export_crew *crew);
/* The oldest job that was given, done; NULL: there is none.  Release it when it is read. */
struct pb_export_job *pb_export_crew_collect(struct pb_export_crew *crew);
/* Give back the memory of a job that was read: a long record's is not kept for short ones. */
void pb_export_crew_shed(struct pb_export_job *job);
void pb_export_crew_release(struct pb_export_crew *crew);

/* Waits for what is being opened; the rest is dropped.  NULL is fine. */
void pb_export_crew_free(struct pb_export_crew *crew);

#endif
