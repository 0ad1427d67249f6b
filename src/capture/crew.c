#include "capture/crew.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/io.h"
#include "core/limits.h"
#include "core/ring.h"

/* A buffer over this is not kept for the next message, which is short as a rule. */
#define KEPT (256 * 1024)
/* So many jobs should wait before a thread takes them, and so many it takes: hashed together they
 * take less time, but another thread should find some too. */
#define LEAST 8
#define MOST 32

struct member {
	struct pb_crew *crew;
	struct pb_message_maker *maker;
};

/* Without threads the ring is NULL, and job[0] is the only one: given, done, collected. */
struct pb_crew {
	const struct pb_files *files;
	struct pb_ring *ring;
	uint64_t held; /* by the jobs that were given */
	bool given;    /* without a ring */
	struct pb_job job[PB_CREW_JOBS];
	struct member member[PB_CREW_THREADS];
	struct member caller;
};

/* ---- a job ---------------------------------------------------------------------------------- */

static enum pb_status
do_file(struct member *member, struct pb_job *job)
{
	const struct pb_files *files = member->crew->files;
	const struct pb_message_origin *origin = &job->found.origin;
	enum pb_status status;
	int fd = -1;

	status = job->how == PB_FILE_NAMED
		     ? pb_io_open(files, origin->path, O_RDONLY, 0, &fd, &job->err)
		     : pb_io_open_regular(
			   files, origin->path, O_RDONLY | O_NOFOLLOW, &fd, NULL, &job->err);
	if (status != PB_OK)
		return status;
	status = pb_message_read(member->maker, fd, origin, &job->err);
	pb_io_close(files, &fd);
	return status;
}

static enum pb_status
do_bytes(struct member *member, struct pb_job *job)
{
	enum pb_status status = pb_message_begin(member->maker, &job->err);

	if (status == PB_OK)
		status =
		    pb_message_write(member->maker, job->bytes.data, job->bytes.len, &job->err);
	if (status == PB_OK)
		status = pb_message_hold(member->maker, &job->found.origin, &job->times, &job->err);
	return status;
}

/* true: it is held by the member's maker, and done when that is settled. */
static bool
begin_job(struct member *member, struct pb_job *job)
{
	if (job->kind == PB_JOB_FILE)
		job->status = do_file(member, job);
	else if (job->kind == PB_JOB_BYTES)
		job->status = do_bytes(member, job);
	if (job->kind == PB_JOB_DONE || job->status != PB_OK)
		return false;
	job->odd = pb_message_odd(member->maker);
	return true;
}

/* What the maker holds: these jobs, in their order. */
static void
settle_jobs(struct member *member, struct pb_job *const *job, size_t count)
{
	struct pb_sealed sealed[PB_SEALER_HELD];
	struct pb_error err = { 0 };
	size_t sealed_count = 0, i;
	enum pb_status status;

	if (count == 0)
		return;
	status = pb_message_settle(member->maker, sealed, &sealed_count, &err);
	pb_assert(status != PB_OK || sealed_count == count);
	for (i = 0; i < count; i++) {
		job[i]->status = status;
		job[i]->err = err;
		if (status == PB_OK)
			job[i]->sealed = sealed[i];
	}
}

/* Jobs of one ring, by one member: as many settled together as may wait for each other. */
static void
do_jobs(void *tools, void *const *jobs, size_t count)
{
	struct member *member = tools;
	struct pb_job *held[PB_SEALER_HELD];
	size_t held_count = 0, i;

	for (i = 0; i < count; i++) {
		struct pb_job *job = jobs[i];

		if (begin_job(member, job))
			held[held_count++] = job;
		if (pb_message_full(member->maker)) {
			settle_jobs(member, held, held_count);
			held_count = 0;
		}
	}
	settle_jobs(member, held, held_count);
}

static void
empty_job(struct pb_job *job)
{
	pb_origin_copy_done(&job->found);
	pb_sealed_done(&job->sealed);
	if (job->bytes.cap > KEPT)
		pb_buf_done(&job->bytes);
	pb_buf_clear(&job->bytes);
	job->held = 0;
	job->odd = false;
	job->status = PB_OK;
	job->err = (struct pb_error){ .status = PB_OK };
	memset(job->source, 0, sizeof(job->source));
}

/* ---- in order ------------------------------------------------------------------------------- */

struct pb_job *
pb_crew_take(struct pb_crew *crew)
{
	if (crew->held > PB_LIMIT_ALL_AT_HAND || crew->given)
		return NULL;
	return crew->ring != NULL ? pb_ring_take(crew->ring) : &crew->job[0];
}

void
pb_crew_give(struct pb_crew *crew, struct pb_job *job)
{
	void *only = job;

	crew->held += job->held;
	if (crew->ring != NULL) {
		pb_ring_give(crew->ring);
		return;
	}
	do_jobs(&crew->caller, &only, 1);
	crew->given = true;
}

struct pb_job *
pb_crew_collect(struct pb_crew *crew)
{
	if (crew->ring != NULL)
		return pb_ring_collect(crew->ring, &crew->caller);
	return crew->given ? &crew->job[0] : NULL;
}

void
pb_crew_release(struct pb_crew *crew, struct pb_job *job)
{
	crew->held -= job->held;
	empty_job(job);
	if (crew->ring != NULL)
		pb_ring_release(crew->ring);
	crew->given = false;
}

/* ---- beginning and end ---------------------------------------------------------------------- */

static enum pb_status
begin_ring(struct pb_crew *crew, unsigned threads, struct pb_error *err)
{
	const struct pb_ring_work work = { .job = crew->job,
		.jobs = PB_CREW_JOBS,
		.job_len = sizeof(crew->job[0]),
		.least = LEAST,
		.most = MOST,
		.tools = crew->member,
		.tools_len = sizeof(crew->member[0]),
		.work = do_jobs };
	enum pb_status status =
	    threads == 0 ? PB_OK : pb_ring_new(&work, threads, &crew->ring, err);

	return status == PB_EUNAVAIL ? PB_OK : status;
}

enum pb_status
pb_crew_new(const struct pb_world *world, const char *origin, const char *spill_dir,
    const struct pb_mailboxes *mailboxes, struct pb_message_maker *maker, unsigned threads,
    struct pb_crew **ret_crew, struct pb_error *err)
{
	struct pb_crew *crew = calloc(1, sizeof(*crew));
	enum pb_status status = PB_OK;
	unsigned i;

	if (crew == NULL)
		return pb_fail_memory(err, N_("import"));
	if (threads > PB_CREW_THREADS)
		threads = PB_CREW_THREADS;
	crew->files = world->files;
	crew->caller = (struct member){ crew, maker };
	for (i = 0; i < PB_CREW_JOBS; i++)
		crew->job[i].sealed = PB_SEALED_EMPTY;
	for (i = 0; status == PB_OK && i < threads; i++) {
		crew->member[i].crew = crew;
		status = pb_message_maker_new(
		    world, origin, spill_dir, mailboxes, &crew->member[i].maker, err);
	}
	if (status == PB_OK)
		status = begin_ring(crew, threads, err);
	if (status != PB_OK) {
		pb_crew_free(crew);
		return status;
	}
	*ret_crew = crew;
	return PB_OK;
}

void
pb_crew_keep(struct pb_crew *crew, struct pb_keep *keep)
{
	pb_message_keep(crew->caller.maker, keep);
	for (unsigned i = 0; i < PB_CREW_THREADS; i++)
		if (crew->member[i].maker != NULL)
			pb_message_keep(crew->member[i].maker, keep);
}

void
pb_crew_free(struct pb_crew *crew)
{
	unsigned i;

	if (crew == NULL)
		return;
	pb_ring_free(crew->ring);
	for (i = 0; i < PB_CREW_THREADS; i++)
		pb_message_maker_free(crew->member[i].maker);
	for (i = 0; i < PB_CREW_JOBS; i++) {
		empty_job(&crew->job[i]);
		pb_buf_done(&crew->job[i].bytes);
	}
	free(crew);
}
