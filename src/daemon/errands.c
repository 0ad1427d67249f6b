#include "daemon/errands.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"

/* A question with its answers takes some 100 KiB, and there may be thousands of archives.  Where
 * one answer is for all they are in one round whatever it takes. */
#define ROUND_MAX 64

enum state {
	COLLECTING,
	OUT, /* the thread has it */
	BACK /* it comes back, from `next` on */
};

/* Who did not answer in this round, and how that was. */
struct silence {
	char name[33];
	struct pb_error err;
};

/* Everything but `state` and `ending` belongs to the thread while it is OUT, else to the writer. */
struct pb_errands {
	struct pb_errands_options options;
	struct pb_http http;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	pthread_t thread;
	bool begun, ending;
	enum state state;
	struct pb_errand *round;
	size_t max, count, next;
	int64_t next_us; /* of a clock that never steps back: no round is collected before */
	struct silence silence[PB_LIMIT_TSAS];
	size_t silent;
	const char *asked[PB_LIMIT_TSAS]; /* for the archive that is in turn; borrowed of it */
	size_t asked_count;
};

/* ---- the thread ----------------------------------------------------------------------------- */

static const struct silence *
find_silence(const struct pb_errands *e, const char *name)
{
	for (size_t i = 0; i < e->silent; i++)
		if (strcmp(e->silence[i].name, name) == 0)
			return &e->silence[i];
	return NULL;
}

static void
remember_silence(struct pb_errands *e, const char *name, const struct pb_error *err)
{
	struct silence *silence = &e->silence[e->silent];

	if (e->silent == PB_LIMIT_TSAS || strlen(name) >= sizeof(silence->name))
		return;
	memcpy(silence->name, name, strlen(name) + 1);
	silence->err = *err;
	e->silent++;
}

static enum pb_status
exchange(void *ctx, const struct pb_http_request *request, struct pb_http_reply *ret_reply,
    struct pb_error *err)
{
	struct pb_errands *e = ctx;
	const struct pb_http *under = e->options.http;
	const struct silence *silence;
	struct pb_error own = { 0 };
	enum pb_status status;

	if (request->authority == NULL)
		return under->exchange(under->ctx, request, ret_reply, err);
	silence = find_silence(e, request->authority);
	if (silence != NULL) {
		own = silence->err;
		status = own.status;
	} else {
		status = under->exchange(under->ctx, request, ret_reply, &own);
		if (status == PB_EUNAVAIL && own.cause != ENETDOWN)
			remember_silence(e, request->authority, &own);
		if (e->asked_count < PB_LIMIT_TSAS)
			e->asked[e->asked_count++] = request->authority;
	}
	if (status != PB_OK && err != NULL)
		*err = own;
	return status;
}

/* Nobody is asked for each alone where that was not meant: it could cost a thousand tokens. */
static enum pb_status
share(struct pb_errands *e, struct pb_error *err)
{
	struct pb_stamping **stamping = calloc(e->count, sizeof(*stamping));
	struct pb_node *node = NULL;
	enum pb_status status;
	size_t shared;

	if (stamping == NULL)
		return pb_fail_memory(err, N_("stamp the log"));
	for (size_t i = 0; i < e->count; i++)
		stamping[i] = e->round[i].stamping;
	status = pb_node_open(e->options.world, e->options.node_dir, &node, err);
	if (status == PB_OK)
		status = pb_sharing_begin(node, stamping, e->count, &shared, err);
	pb_node_close(node);
	free(stamping);
	return status;
}

/* Why an authority that was asked gave nothing; NULL: its token is good. */
static const char *
reason_of(const struct pb_anchor_answers *answers, const char *name)
{
	for (size_t i = 0; i < answers->failure_count; i++)
		if (strcmp(answers->failure[i].tsa, name) == 0)
			return answers->failure[i].reason;
	return NULL;
}

static void
judge(struct pb_errands *e, const struct pb_stamping *stamping)
{
	const struct pb_errands_options *o = &e->options;

	for (size_t i = 0; o->judged != NULL && i < e->asked_count; i++) {
		const char *reason = reason_of(&stamping->answers, e->asked[i]);

		if (reason == NULL || (strcmp(reason, PB_ASK_NO_NETWORK) != 0 &&
					  strcmp(reason, PB_ASK_FAILED_HERE) != 0))
			o->judged(o->ctx, e->asked[i], reason == NULL);
	}
	e->asked_count = 0;
}

/* One after the other; where tokens are shared the first has the answer of all. */
static void
ask(struct pb_errands *e)
{
	struct pb_error err = { 0 };
	enum pb_status shared = e->options.node_dir != NULL ? share(e, &err) : PB_OK;

	e->silent = 0;
	for (size_t i = 0; i < e->count; i++) {
		struct pb_errand *errand = &e->round[i];

		if (shared != PB_OK)
			errand->stamping->question.barred = err;
		errand->status = pb_stamping_ask(errand->stamping, &errand->err);
		judge(e, errand->stamping);
	}
}

static void *
run(void *arg)
{
	struct pb_errands *e = arg;

	(void)pthread_mutex_lock(&e->mutex);
	while (!e->ending || e->state == OUT) {
		if (e->state != OUT) {
			(void)pthread_cond_wait(&e->changed, &e->mutex);
			continue;
		}
		(void)pthread_mutex_unlock(&e->mutex);
		ask(e);
		(void)pthread_mutex_lock(&e->mutex);
		e->state = BACK;
	}
	(void)pthread_mutex_unlock(&e->mutex);
	return NULL;
}

/* ---- the writer ----------------------------------------------------------------------------- */

static enum state
state_of(struct pb_errands *e)
{
	enum state state;

	(void)pthread_mutex_lock(&e->mutex);
	state = e->state;
	(void)pthread_mutex_unlock(&e->mutex);
	return state;
}

static void
set(struct pb_errands *e, enum state state)
{
	(void)pthread_mutex_lock(&e->mutex);
	e->state = state;
	(void)pthread_cond_signal(&e->changed);
	(void)pthread_mutex_unlock(&e->mutex);
}

static int64_t
now_us(const struct pb_errands *e)
{
	const struct pb_clock *clock = e->options.world->clock;

	return clock->monotonic_us(clock->ctx);
}

bool
pb_errands_open(struct pb_errands *e)
{
	return e != NULL && state_of(e) == COLLECTING && e->count < e->max &&
	       (e->next_us == 0 || now_us(e) >= e->next_us);
}

/* One that brought nothing is begun again as soon as an archive asks for it. */
static void
space(struct pb_errands *e)
{
	bool any = false;

	for (size_t i = 0; i < e->count; i++)
		any |= e->round[i].stamping->answers.answer_count > 0;
	e->next_us = any ? now_us(e) + (int64_t)e->options.every_s * 1000000 : 0;
}

void
pb_errands_add(struct pb_errands *e, size_t archive, struct pb_stamping *take_stamping)
{
	pb_assert(e->count < e->max);
	e->round[e->count++] = (struct pb_errand){ .archive = archive, .stamping = take_stamping };
}

void
pb_errands_send(struct pb_errands *e)
{
	if (e != NULL && state_of(e) == COLLECTING && e->count > 0)
		set(e, OUT);
}

bool
pb_errands_next(struct pb_errands *e, struct pb_errand *ret_errand)
{
	if (e == NULL || state_of(e) != BACK)
		return false;
	if (e->next == 0 && e->options.node_dir != NULL)
		space(e); /* while all of them are here */
	if (e->next < e->count) {
		*ret_errand = e->round[e->next++];
		return true;
	}
	e->next = e->count = 0;
	set(e, COLLECTING);
	return false;
}

/* ---- life ----------------------------------------------------------------------------------- */

const struct pb_http *
pb_errands_http(struct pb_errands *e)
{
	return e != NULL ? &e->http : NULL;
}

enum pb_status
pb_errands_new(
    const struct pb_errands_options *options, struct pb_errands **ret_errands, struct pb_error *err)
{
	struct pb_errands *e = calloc(1, sizeof(*e));
	size_t max = options->node_dir != NULL ? options->archives : ROUND_MAX;

	if (e != NULL)
		e->round = calloc(max + 1, sizeof(*e->round));
	if (e == NULL || e->round == NULL) {
		free(e);
		return pb_fail_memory(err, N_("prepare to ask outside"));
	}
	e->options = *options;
	e->max = max;
	e->http = (struct pb_http){ .ctx = e, .exchange = exchange };
	(void)pthread_mutex_init(&e->mutex, NULL);
	(void)pthread_cond_init(&e->changed, NULL);
	if (pthread_create(&e->thread, NULL, run, e) != 0) {
		pb_errands_free(e);
		return pb_fail_memory(err, N_("prepare to ask outside"));
	}
	e->begun = true;
	*ret_errands = e;
	return PB_OK;
}

void
pb_errands_end(struct pb_errands *e)
{
	if (e == NULL || !e->begun)
		return;
	(void)pthread_mutex_lock(&e->mutex);
	e->ending = true;
	(void)pthread_cond_signal(&e->changed);
	(void)pthread_mutex_unlock(&e->mutex);
	(void)pthread_join(e->thread, NULL);
	e->begun = false;
}

void
pb_errands_free(struct pb_errands *e)
{
	if (e == NULL)
		return;
	pb_errands_end(e);
	for (size_t i = e->next; i < e->count; i++)
		pb_stamping_free(e->round[i].stamping);
	(void)pthread_mutex_destroy(&e->mutex);
	(void)pthread_cond_destroy(&e->changed);
	free(e->round);
	free(e);
}
