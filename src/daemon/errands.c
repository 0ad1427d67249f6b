#include "daemon/errands.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"

/* A question with its answers takes some 100 KiB, and there may be thousands of archives. */
#define ROUND_MAX 64

enum state {
	COLLECTING,
	OUT,  /* the thread has it */
	BACK, /* it comes back, from `next` on */
};

/* Who did not answer in this round, and how that was. */
struct silence {
	char name[33];
	enum pb_status status;
	struct pb_error err;
};

/* Everything but `state` and `ending` belongs to the thread while it is OUT, else to the writer. */
struct pb_errands {
	const struct pb_http *under;
	struct pb_http http;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	pthread_t thread;
	bool begun, ending;
	enum state state;
	struct pb_errand round[ROUND_MAX];
	size_t count, next;
	struct silence silence[PB_LIMIT_TSAS];
	size_t silent;
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
	silence->status = err->status;
	silence->err = *err;
	e->silent++;
}

static enum pb_status
exchange(void *ctx, const struct pb_http_request *request, struct pb_http_reply *ret_reply,
    struct pb_error *err)
{
	struct pb_errands *e = ctx;
	const struct silence *silence = NULL;
	struct pb_error own = { 0 };
	enum pb_status status;

	if (request->authority == NULL)
		return e->under->exchange(e->under->ctx, request, ret_reply, err);
	silence = find_silence(e, request->authority);
	if (silence != NULL) {
		own = silence->err;
		status = silence->status;
	} else {
		status = e->under->exchange(e->under->ctx, request, ret_reply, &own);
		if (status == PB_EUNAVAIL && own.cause != ENETDOWN)
			remember_silence(e, request->authority, &own);
	}
	if (status != PB_OK && err != NULL)
		*err = own;
	return status;
}

/* One after the other; this is where one question may come to serve them all. */
static void
ask(struct pb_errands *e)
{
	e->silent = 0;
	for (size_t i = 0; i < e->count; i++)
		e->round[i].status = pb_stamping_ask(e->round[i].stamping, &e->round[i].err);
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

bool
pb_errands_open(struct pb_errands *e)
{
	return e != NULL && state_of(e) == COLLECTING && e->count < ROUND_MAX;
}

void
pb_errands_add(struct pb_errands *e, size_t archive, struct pb_stamping *take_stamping)
{
	pb_assert(e->count < ROUND_MAX);
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
pb_errands_new(const struct pb_http *http, struct pb_errands **ret_errands, struct pb_error *err)
{
	struct pb_errands *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return pb_fail_memory(err, N_("prepare to ask outside"));
	e->under = http;
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
	free(e);
}
