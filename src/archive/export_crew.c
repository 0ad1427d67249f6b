#include "archive/export_crew.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "record/table.h"

#define SECRET_LEN 32

struct member {
	struct pb_export_crew *crew;
	struct pb_opener *opener;
	struct pb_export_tools tools;
};

/*
 * A ring.  The jobs collected .. begun are done or being done, begun .. given wait for
 * a thread; all three count up for ever, and given - collected <= PB_EXPORT_CREW_JOBS.
 *
 * lock guards the counters, done[], asleep, awaited and stop.  A job itself belongs to the caller
 * until it is given, to one member until it is done, then to the caller again.
 *
 * The caller is a member too, the last: it does a job that waits rather than wait for one.  So it
 * does all of them if there are no threads.
 *
 * Waking a thread costs as much as opening a short record.  Nobody is woken who is awake, and
 * the lock is let go before.
 */
struct pb_export_crew {
	pthread_mutex_t lock;
	pthread_cond_t work; /* given has grown, or stop is set */
	pthread_cond_t news; /* a job is done */
	uint64_t given, begun, collected;
	bool done[PB_EXPORT_CREW_JOBS];
	unsigned asleep; /* threads */
	bool awaited;    /* the caller waits for the job `collected` */
	bool stop;
	struct pb_export_job job[PB_EXPORT_CREW_JOBS];
	unsigned threads;
	pthread_t thread[PB_EXPORT_CREW_THREADS];
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

static enum pb_status
open_job(struct member *member, struct pb_export_job *job, struct pb_error *err)
{
	const struct pb_payload payload = { &job->payload, job->payload.len, read_job };
	uint8_t digest[PB_DIGEST_LEN];
	struct pb_opened *opened = NULL;
	enum pb_status status;

	pb_digest_sha256(job->payload.data, job->payload.len, digest);
	if (memcmp(digest, job->leaf.payload_sha256, sizeof(digest)) != 0)
		return unsound(job, err);
	status = pb_opener_open(member->opener, &payload, job->r, &opened, err);
	if (status == PB_OK && pb_export_record_len(opened) > PB_LIMIT_OPENED - PB_TABLE_MAX)
		job->large = true;
	else if (status == PB_OK)
		status = pb_export_record_make(&member->tools, &job->leaf, opened, job->r,
		    &job->choice, job->elsewhere, true, &job->record, err);
	pb_opened_free(opened);
	return status == PB_ECORRUPT ? unsound(job, err) : status;
}

static void
do_job(struct member *member, struct pb_export_job *job)
{
	job->err = (struct pb_error){ .status = PB_OK };
	job->status = job->large ? PB_OK : open_job(member, job, &job->err);
}

/* The next job that waits, by this member; the lock is held before and behind, not meanwhile. */
static void
do_next(struct pb_export_crew *crew, struct member *member)
{
	uint64_t number = crew->begun++;
	bool news;

	pthread_mutex_unlock(&crew->lock);
	do_job(member, &crew->job[number % PB_EXPORT_CREW_JOBS]);
	pthread_mutex_lock(&crew->lock);
	crew->done[number % PB_EXPORT_CREW_JOBS] = true;
	news = crew->awaited && number == crew->collected;
	if (!news)
		return;
	crew->awaited = false;
	pthread_mutex_unlock(&crew->lock);
	pthread_cond_signal(&crew->news);
	pthread_mutex_lock(&crew->lock);
}

static void *
work(void *arg)
{
	struct member *member = arg;
	struct pb_export_crew *crew = member->crew;

	pthread_mutex_lock(&crew->lock);
	for (;;) {
		while (crew->begun == crew->given && !crew->stop) {
			crew->asleep++;
			pthread_cond_wait(&crew->work, &crew->lock);
			crew->asleep--;
		}
		if (crew->stop)
			break;
		do_next(crew, member);
	}
	pthread_mutex_unlock(&crew->lock);
	return NULL;
}

struct pb_export_job *
pb_export_crew_take(struct pb_export_crew *crew)
{
	struct pb_export_job *job = &crew->job[crew->given % PB_EXPORT_CREW_JOBS];

	if (crew->given - crew->collected == PB_EXPORT_CREW_JOBS)
		return NULL;
	job->elsewhere = job->large = false;
	return job;
}

void
pb_export_crew_give(struct pb_export_crew *crew)
{
	bool wake;

	pthread_mutex_lock(&crew->lock);
	crew->done[crew->given++ % PB_EXPORT_CREW_JOBS] = false;
	wake = crew->asleep > 0;
	pthread_mutex_unlock(&crew->lock);
	if (wake)
		pthread_cond_signal(&crew->work);
}

struct pb_export_job *
pb_export_crew_collect(struct pb_export_crew *crew)
{
	size_t at = crew->collected % PB_EXPORT_CREW_JOBS;

	if (crew->collected == crew->given)
		return NULL;
	pthread_mutex_lock(&crew->lock);
	while (!crew->done[at]) {
		if (crew->begun < crew->given) {
			do_next(crew, &crew->member[PB_EXPORT_CREW_THREADS]);
			continue;
		}
		crew->awaited = true;
		pthread_cond_wait(&crew->news, &crew->lock);
	}
	pthread_mutex_unlock(&crew->lock);
	return &crew->job[at];
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
	pthread_mutex_lock(&crew->lock);
	crew->collected++;
	pthread_mutex_unlock(&crew->lock);
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
		crew->member[i].crew = crew;
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
	enum pb_status status;

	pb_assert(threads <= PB_EXPORT_CREW_THREADS);
	if (crew == NULL)
		return pb_fail_memory(err, EXPORTING);
	/* With default attributes these cannot fail here (POSIX: only for lack of resources). */
	pb_assert(pthread_mutex_init(&crew->lock, NULL) == 0 &&
		  pthread_cond_init(&crew->work, NULL) == 0 &&
		  pthread_cond_init(&crew->news, NULL) == 0);
	status = prepare(crew, origin, threads, err);
	if (status != PB_OK) {
		pb_export_crew_free(crew);
		return status;
	}
	/* Fewer than asked for are slower and as right. */
	while (crew->threads < threads && pthread_create(&crew->thread[crew->threads], NULL, work,
					      &crew->member[crew->threads]) == 0)
		crew->threads++;
	*ret_crew = crew;
	return PB_OK;
}

void
pb_export_crew_free(struct pb_export_crew *crew)
{
	if (crew == NULL)
		return;
	pthread_mutex_lock(&crew->lock);
	crew->stop = true;
	pthread_cond_broadcast(&crew->work);
	pthread_mutex_unlock(&crew->lock);
	for (unsigned i = 0; i < crew->threads; i++)
		pthread_join(crew->thread[i], NULL);
	for (unsigned i = 0; i <= PB_EXPORT_CREW_THREADS; i++) {
		pb_opener_free(crew->member[i].opener);
		pb_export_tools_done(&crew->member[i].tools);
	}
	for (unsigned i = 0; i < PB_EXPORT_CREW_JOBS; i++) {
		pb_buf_done(&crew->job[i].payload);
		pb_secret_free(crew->job[i].r);
		pb_export_record_done(&crew->job[i].record);
	}
	pthread_cond_destroy(&crew->work);
	pthread_cond_destroy(&crew->news);
	pthread_mutex_destroy(&crew->lock);
	free(crew);
}
