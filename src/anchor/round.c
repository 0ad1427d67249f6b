#include "anchor/round.h"

#include "anchor/sharing.h"

#include <stdio.h>
#include <string.h>

#include "core/error.h"

static const char STAMPING[] = N_("stamp the log");

static void
note_failure(struct pb_anchor_answers *answers, const struct pb_tsa *tsa, const char *reason,
    const struct pb_error *error)
{
	char *kept = answers->reason[answers->failure_count];

	(void)snprintf(kept, sizeof(answers->reason[0]), "%s", reason);
	answers->failure[answers->failure_count].tsa = tsa->name;
	answers->failure[answers->failure_count++].reason = kept;
	answers->last = *error;
	answers->last_tsa = tsa->name;
}

/* FORMAT 2.2: two tokens of one key are one authority's. */
static bool
key_is_kept(const struct pb_anchor_answers *answers, const struct pb_answer *answer)
{
	size_t i;

	for (i = 0; i < answers->answer_count; i++)
		if (memcmp(answers->answer[i].verdict.key, answer->verdict.key,
			sizeof(answer->verdict.key)) == 0)
			return true;
	return false;
}

static void
keep_answer(
    struct pb_anchor_answers *answers, const struct pb_tsa *tsa, struct pb_answer *take_answer)
{
	struct pb_error same = { 0 };

	if (!key_is_kept(answers, take_answer)) {
		answers->answer[answers->answer_count++] = *take_answer;
		return;
	}
	(void)pb_fail(&same, PB_EUNAVAIL, STAMPING,
	    N_("another authority of the archive signed with the same key: they are one"), "%s",
	    tsa->name);
	(void)pb_fail_todo(&same, PB_EUNAVAIL, N_("remove one of them with `probant tsa remove`"));
	note_failure(answers, tsa, "same_key", &same);
	answers->failed++;
	pb_answer_done(take_answer);
}

static bool
is_too_soon(const struct pb_anchor_question *q, const struct pb_tsa *tsa)
{
	return !q->now && pb_authorities_wait_us(tsa, q->now_us) > 0;
}

/* Not to be asked yet: one that failed before counts as failed still. */
static void
pass_over(struct pb_anchor_answers *answers, const struct pb_tsa *tsa)
{
	struct pb_error error = { 0 };

	if (tsa->state.failures == 0)
		return;
	(void)pb_fail(&error, PB_EUNAVAIL, STAMPING,
	    N_("it failed before, and is not asked again yet"), "%s: %s", tsa->name,
	    tsa->state.reason);
	note_failure(answers, tsa, tsa->state.reason, &error);
	answers->failed++;
}

static enum pb_status
ask_one(const struct pb_anchor_question *q, struct pb_tsa *tsa, struct pb_anchor_answers *answers,
    struct pb_error *err)
{
	struct pb_answer answer = PB_ANSWER_EMPTY;
	uint8_t imprint[PB_STAMP_HASH_MAX];
	struct pb_ask_failure failure = { .reason = "" };
	enum pb_status status;

	pb_stamp_imprint(tsa->hash, q->checkpoint.data, q->checkpoint.len, imprint);
	if (q->sharing != NULL && !tsa->local)
		status = pb_sharing_ask(q, tsa, &answer, &failure, err);
	else
		status =
		    pb_ask(q->world, q->dir, q->http, tsa, imprint, true, &answer, &failure, err);
	if (status == PB_OK) {
		keep_answer(answers, tsa, &answer);
	} else if (status == PB_EUNAVAIL && failure.reason[0] != '\0') {
		note_failure(answers, tsa, failure.reason, &failure.error);
		answers->failed += strcmp(failure.reason, PB_ASK_NO_NETWORK) != 0;
		status = PB_OK;
	}
	return status;
}

/* What is our failure is one of the authority's all the same: the log stays without its token. */
static enum pb_status
take_turn(const struct pb_anchor_question *q, struct pb_tsa *tsa, struct pb_anchor_answers *answers,
    struct pb_error *err)
{
	struct pb_error own = q->barred;
	enum pb_status status = own.status;

	if (tsa->local || status == PB_OK)
		status = ask_one(q, tsa, answers, &own);
	if (status == PB_OK)
		return PB_OK;
	note_failure(answers, tsa, PB_ASK_FAILED_HERE, &own);
	answers->failed++;
	if (err != NULL)
		*err = own;
	return status;
}

bool
pb_anchor_goes_out(const struct pb_anchor_question *q)
{
	size_t i;

	for (i = 0; q->http != NULL && i < q->authorities->count; i++)
		if (!q->authorities->tsa[i].local && !is_too_soon(q, &q->authorities->tsa[i]))
			return true;
	return false;
}

enum pb_status
pb_anchor_ask(
    const struct pb_anchor_question *q, struct pb_anchor_answers *answers, struct pb_error *err)
{
	enum pb_status status = PB_OK, one;
	size_t i;

	for (i = 0; i < q->authorities->count; i++) {
		struct pb_tsa *tsa = &q->authorities->tsa[i];

		if (is_too_soon(q, tsa))
			pass_over(answers, tsa);
		else if ((one = take_turn(q, tsa, answers, err)) != PB_OK)
			status = one;
	}
	return status;
}

void
pb_anchor_answers_done(struct pb_anchor_answers *answers)
{
	size_t i;

	for (i = 0; i < answers->answer_count; i++)
		pb_answer_done(&answers->answer[i]);
	memset(answers, 0, sizeof(*answers));
}
