#include "anchor/ask.h"

#include <string.h>

#include "anchor/asking.h"
#include "core/error.h"
#include "crypto/der.h"
#include "stamp/request.h"

static const char ASKING[] = N_("ask a timestamping authority");

void
pb_answer_done(struct pb_answer *answer)
{
	size_t i;

	if (answer->borrowed) {
		*answer = PB_ANSWER_EMPTY;
		return;
	}
	pb_token_free(answer->token);
	pb_buf_done(&answer->request);
	pb_buf_done(&answer->reply);
	pb_buf_done(&answer->chain);
	for (i = 0; i < answer->revocation_count; i++)
		pb_buf_done(&answer->revocation[i].der);
	*answer = PB_ANSWER_EMPTY;
}

/* ---- the reply ------------------------------------------------------------------------------ */

/* RFC 3161 2.4.2: a TimeStampResp whose status is not 0 or 1 is a refusal, and a sound answer. */
static bool
is_rejection(const struct pb_buf *reply)
{
	struct pb_cursor c, response, info, number;
	uint8_t status;

	pb_cursor_init(&c, reply->data, reply->len);
	pb_der_enter(&c, PB_DER_SEQUENCE, &response);
	pb_der_enter(&response, PB_DER_SEQUENCE, &info);
	pb_der_enter(&info, PB_DER_INTEGER, &number);
	status = pb_cursor_u8(&number);
	return pb_cursor_finished(&number) && status >= 2 && status <= 5;
}

static enum pb_status
parse_reply(struct pb_asking *q, struct pb_error *err)
{
	struct pb_answer *answer = &q->answer;
	struct pb_error own = { 0 };
	const void *bare;
	enum pb_status status;
	size_t len;

	status = pb_token_parse(answer->reply.data, answer->reply.len, &answer->token, &own);
	if (status == PB_EDATA || status == PB_ELIMIT)
		return pb_asking_failed(q,
		    is_rejection(&answer->reply) ? "rejected" : "not_a_reply", own.why, own.object);
	if (status != PB_OK) {
		if (err != NULL)
			*err = own;
		return status;
	}
	pb_token_bare(answer->token, &bare, &len);
	if (len == answer->reply.len)
		return pb_asking_failed(
		    q, "not_a_reply", N_("what came is no timestamp reply"), "");
	return PB_OK;
}

static enum pb_status
check_reply(struct pb_asking *q, bool lists, struct pb_error *err)
{
	struct pb_answer *answer = &q->answer;
	const struct pb_ask_extras e = { .http = q->http,
		.tsa = q->tsa,
		.budget = &q->budget,
		.imprint = q->imprint,
		.now_s = answer->after_us / 1000000,
		.lists = lists };
	enum pb_status status = pb_ask_extras_check(&e, answer, err);

	if (status == PB_OK && answer->verdict.fault != PB_STAMP_GOOD)
		return pb_asking_failed(q, pb_stamp_fault_code(answer->verdict.fault),
		    answer->verdict.text, answer->verdict.detail);
	return status;
}

/* ---- one question --------------------------------------------------------------------------- */

static int64_t
now_us(const struct pb_asking *q)
{
	return q->world->clock->now_us(q->world->clock->ctx);
}

static enum pb_status
ask(struct pb_asking *q, bool lists, struct pb_error *err)
{
	const struct pb_tsa *tsa = q->tsa;
	enum pb_status status;

	status = pb_stamp_request_make(q->world->random, tsa->hash, q->imprint,
	    tsa->policy[0] == '\0' ? NULL : tsa->policy, &q->answer.request, err);
	if (status != PB_OK)
		return status;
	q->answer.tsa = tsa;
	q->answer.before_us = now_us(q);
	status = pb_asking_exchange(q, err);
	q->answer.after_us = now_us(q);
	if (status == PB_OK)
		status = parse_reply(q, err);
	if (status == PB_OK)
		status = check_reply(q, lists, err);
	return status;
}

static void
remember(struct pb_asking *q, bool good)
{
	struct pb_tsa_state *state = &q->tsa->state;

	state->tried_us = q->answer.before_us < 0 ? 0 : q->answer.before_us;
	if (good) {
		state->good_us = state->tried_us;
		state->failures = 0;
		state->retry_s = 0;
		state->reason[0] = '\0';
	} else {
		state->failures++;
		memcpy(state->reason, q->failure->reason, sizeof(state->reason));
	}
	pb_authorities_remember(q->world->files, q->dir, q->tsa);
}

enum pb_status
pb_ask(const struct pb_world *world, const char *dir, const struct pb_http *http,
    struct pb_tsa *tsa, const uint8_t *imprint, bool lists, struct pb_answer *ret_answer,
    struct pb_ask_failure *ret_failure, struct pb_error *err)
{
	struct pb_ask_failure failure = { .reason = "" };
	const struct pb_clock *clock = world->clock;
	struct pb_asking q = { .world = world,
		.dir = dir,
		.http = http,
		.tsa = tsa,
		.imprint = imprint,
		.budget = { .clock = clock,
		    .deadline_us =
			clock->monotonic_us(clock->ctx) + (int64_t)tsa->timeout_s * 1000000,
		    .fetches = PB_LIMIT_TSA_FETCHES },
		.failure = &failure };
	enum pb_status status;

	tsa->state.retry_s = 0;
	status = pb_authorities_trust(dir, tsa, err);
	if (status == PB_OK)
		status = ask(&q, lists, err);
	if (status == PB_OK) {
		remember(&q, true);
		*ret_answer = q.answer;
		return PB_OK;
	}
	if (status == PB_EUNAVAIL && failure.reason[0] != '\0') {
		if (strcmp(failure.reason, PB_ASK_NO_NETWORK) != 0)
			remember(&q, false);
		*ret_failure = failure;
		if (err != NULL)
			*err = failure.error;
	}
	pb_answer_done(&q.answer);
	return status;
}

/* ---- any of them ---------------------------------------------------------------------------- */

bool
pb_ask_wants(const struct pb_authorities *authorities, enum pb_stamp_hash hash)
{
	size_t i;

	for (i = 0; i < authorities->count; i++)
		if (authorities->tsa[i].hash == hash)
			return true;
	return false;
}

static bool
has_external(const struct pb_authorities *authorities)
{
	bool external = false;
	size_t i;

	for (i = 0; i < authorities->count; i++)
		external |= !authorities->tsa[i].local;
	return external;
}

bool
pb_ask_any_goes_out(const struct pb_authorities *authorities, const struct pb_http *http)
{
	return http != NULL && has_external(authorities);
}

enum pb_status
pb_ask_any(const struct pb_world *world, const char *dir, const struct pb_http *http,
    struct pb_authorities *authorities, const struct pb_imprints *imprints,
    struct pb_answer *ret_answer, struct pb_refusals *refused, struct pb_error *err)
{
	bool external = has_external(authorities);
	struct pb_ask_failure failure;
	enum pb_status status = PB_EUNAVAIL;
	size_t i;

	if (authorities->count == 0)
		return pb_fail(err, PB_EUNAVAIL, ASKING, N_("the archive has none"), "%s", dir);
	for (i = 0; i < authorities->count; i++) {
		struct pb_tsa *tsa = &authorities->tsa[i];
		const uint8_t *imprint = imprints->of[tsa->hash];

		if (tsa->local && external)
			continue;
		pb_assert(imprint != NULL);
		status = pb_ask(world, dir, http, tsa, imprint, false, ret_answer, &failure, err);
		if (status != PB_EUNAVAIL)
			return status;
		refused->error[refused->count++] = failure.error;
	}
	return status;
}
