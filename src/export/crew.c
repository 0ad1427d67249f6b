#include "export/crew.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/ring.h"
#include "crypto/lanes.h"
#include "record/table.h"

#define SECRET_LEN 32

/*
 * Enough records that the lanes of a digest are full.  Several times as many wait: the caller,
 * who gives more, is at work himself when a thread is done.
 */
#define MOST 24

/* What one thread works with, and the records that are open in it beside each other. */
struct member {
	struct pb_opener *opener;
	struct pb_lanes lanes;
	struct pb_export_tools tools;
	size_t count;
	struct pb_export_job *job[MOST];
	struct pb_opened *opened[MOST];
	struct pb_payload payload[MOST];
	struct pb_opened_digests digests[MOST];
};

/* The caller is a member too, the last: he does all of it if there are no threads. */
struct pb_export_crew {
	struct pb_ring *ring;
	struct pb_export_job job[PB_EXPORT_CREW_JOBS];
	struct member member[PB_EXPORT_CREW_THREADS + 1];
};

static const char EXPORTING[] = N_("export a record");

static enum pb_status
read_job(void *ctx, uint64_t offset, void *to, size_t len, struct pb_error *err)
{
	const struct pb_buf *payload = ctx;

	if (offset > payload->len || len > payload->len - offset)
		return pb_fail(err, PB_ECORRUPT, N_("read a payload"),
		    N_("more was asked of it than it holds"), "%s", "");
	memcpy(to, payload->data + offset, len);
	return PB_OK;
}

/* A record that does not open is named, whatever it was that did not fit. */
static enum pb_status
unsound(const struct pb_export_job *job, struct pb_error *err)
{
	(void)pb_fail(err, PB_ECORRUPT, EXPORTING, N_("it is not what the log committed to"),
	    "%" PRIu64, job->leaf.seq);
	return pb_fail_todo(err, PB_ECORRUPT,
	    N_("run `probant verify` to see what is hit, and look at the second copy"));
}

/* What was open becomes entries, or is too long for that. */
static enum pb_status
make_job(struct member *member, size_t i, struct pb_error *err)
{
	struct pb_export_job *job = member->job[i];
	enum pb_status status;

	if (pb_export_record_len(member->opened[i]) > PB_LIMIT_OPENED - PB_TABLE_MAX) {
		job->large = true;
		return PB_OK;
	}
	status = pb_export_record_make(&member->tools, &job->leaf, member->opened[i], job->r,
	    &member->digests[i], &job->choice, job->elsewhere, true, &job->record, err);
	return status == PB_ECORRUPT ? unsound(job, err) : status;
}

static void
close_all(struct member *member)
{
	struct pb_error err = { .status = PB_OK };
	enum pb_status status =
	    pb_opened_digests(member->opened, member->count, member->digests, &err);

	for (size_t i = 0; i < member->count; i++) {
		struct pb_export_job *job = member->job[i];

		job->err = err;
		job->status = status == PB_OK ? make_job(member, i, &job->err) : status;
		pb_opened_free(member->opened[i]);
	}
	/* Digests of parts would let a withheld part be guessed. */
	pb_wipe(member->digests, member->count * sizeof(member->digests[0]));
	member->count = 0;
}

static void
open_job(struct member *member, struct pb_export_job *job)
{
	struct pb_payload *payload = &member->payload[member->count];
	struct pb_opened *opened = NULL;

	*payload = (struct pb_payload){ &job->payload, job->payload.len, read_job };
	job->status = pb_opener_open(member->opener, payload, job->r, &opened, &job->err);
	if (job->status == PB_ECORRUPT)
		job->status = unsound(job, &job->err);
	if (job->status != PB_OK)
		return;
	member->job[member->count] = job;
	member->opened[member->count++] = opened;
	if (pb_opener_full(member->opener))
		close_all(member);
}

/* Is what is stored what the leaves state? */
static void
look_at_payloads(const struct pb_lanes *lanes, void *const *jobs, size_t count)
{
	uint8_t computed[MOST][PB_DIGEST_LEN];
	struct pb_lanes_input input[MOST];
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		const struct pb_export_job *job = jobs[i];

		if (!job->large)
			input[n++] = (struct pb_lanes_input){ job->payload.data, job->payload.len,
				computed[i] };
	}
	pb_lanes_sort(input, n);
	pb_lanes_sha256(lanes, input, n);
	for (size_t i = 0; i < count; i++) {
		struct pb_export_job *job = jobs[i];

		job->err = (struct pb_error){ .status = PB_OK };
		job->status = PB_OK;
		if (!job->large &&
		    memcmp(computed[i], job->leaf.payload_sha256, PB_DIGEST_LEN) != 0)
			job->status = unsound(job, &job->err);
	}
}

static void
work(void *tools, void *const *jobs, size_t count)
{
	struct member *member = tools;

	look_at_payloads(&member->lanes, jobs, count);
	for (size_t i = 0; i < count; i++) {
		struct pb_export_job *job = jobs[i];

		if (!job->large && job->status == PB_OK)
			open_job(member, job);
	}
	close_all(member);
}

struct pb_export_job *
pb_export_crew_take(struct pb_export_crew *crew)
{
	struct pb_export_job *job = pb_ring_take(crew->ring);

	if (job != NULL)
		job->elsewhere = job->large = false;
	return job;
}

void
pb_export_crew_give(struct pb_export_crew *crew)
{
	pb_ring_give(crew->ring);
}

struct pb_export_job *
pb_export_crew_collect(struct pb_export_crew *crew)
{
	return pb_ring_collect(crew->ring, &crew->member[PB_EXPORT_CREW_THREADS]);
}

void
pb_export_crew_shed(struct pb_export_job *job)
{
	pb_buf_done(&job->payload);
	pb_export_record_done(&job->record);
}

void
pb_export_crew_release(struct pb_export_crew *crew)
{
	pb_ring_release(crew->ring);
}

/* Everything that is not a thread. */
static enum pb_status
prepare(struct pb_export_crew *crew, const char *origin, unsigned threads, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	for (unsigned i = 0; status == PB_OK && i < PB_EXPORT_CREW_JOBS; i++)
		status = pb_secret_new(SECRET_LEN, &crew->job[i].r, err);
	for (unsigned i = 0; status == PB_OK && i <= PB_EXPORT_CREW_THREADS; i++) {
		if (i >= threads && i < PB_EXPORT_CREW_THREADS)
			continue;
		pb_lanes_init(&crew->member[i].lanes);
		status = pb_opener_new(origin, &crew->member[i].opener, err);
		if (status == PB_OK)
			status = pb_export_tools_init(&crew->member[i].tools, err);
	}
	return status;
}

enum pb_status
pb_export_crew_new(
    const char *origin, unsigned threads, struct pb_export_crew **ret_crew, struct pb_error *err)
{
	struct pb_export_crew *crew = calloc(1, sizeof(*crew));
	struct pb_ring_work what;
	enum pb_status status;

	pb_assert(threads <= PB_EXPORT_CREW_THREADS);
	if (crew == NULL)
		return pb_fail_memory(err, EXPORTING);
	status = prepare(crew, origin, threads, err);
	what = (struct pb_ring_work){ .job = crew->job,
		.jobs = PB_EXPORT_CREW_JOBS,
		.job_len = sizeof(crew->job[0]),
		.least = MOST / 2,
		.most = MOST,
		.tools = crew->member,
		.tools_len = sizeof(crew->member[0]),
		.work = work,
		.alone = true };
	if (status == PB_OK)
		status = pb_ring_new(&what, threads, &crew->ring, err);
	if (status != PB_OK) {
		pb_export_crew_free(crew);
		return status;
	}
	*ret_crew = crew;
	return PB_OK;
}

void
pb_export_crew_free(struct pb_export_crew *crew)
{
	if (crew == NULL)
		return;
	pb_ring_free(crew->ring);
	for (unsigned i = 0; i <= PB_EXPORT_CREW_THREADS; i++) {
		pb_opener_free(crew->member[i].opener);
		pb_export_tools_done(&crew->member[i].tools);
	}
	for (unsigned i = 0; i < PB_EXPORT_CREW_JOBS; i++) {
		pb_buf_done(&crew->job[i].payload);
		pb_secret_free(crew->job[i].r);
		pb_export_record_done(&crew->job[i].record);
	}
	free(crew);
}
