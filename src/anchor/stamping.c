#include "anchor/stamping.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anchor/keep.h"
#include "anchor/sharing.h"
#include "archive/head.h"
#include "core/error.h"

static const char STAMPING[] = N_("stamp the log");

/* ---- 1: what is due ------------------------------------------------------------------------- */

/* Who is not asked is as if the archive did not have him. */
static void
choose(struct pb_authorities *authorities, const struct pb_stamping_rule *rule)
{
	size_t kept = 0, k;

	for (size_t i = 0; rule->asked != NULL && i < authorities->count; i++) {
		for (k = 0; k < rule->asked_count; k++)
			if (strcmp(rule->asked[k], authorities->tsa[i].name) == 0)
				break;
		if (k == rule->asked_count) {
			pb_tsa_done(&authorities->tsa[i]);
		} else if (kept++ != i) {
			authorities->tsa[kept - 1] = authorities->tsa[i];
			memset(&authorities->tsa[i], 0, sizeof(authorities->tsa[i]));
		}
	}
	if (rule->asked != NULL)
		authorities->count = kept;
}

/*
 * FORMAT 2.2: something is newer than the last stamped size, or the heartbeat is due.  0: it is;
 * else so long it is not.
 */
static uint32_t
wait_for(const struct pb_anchor_question *q, const struct pb_stamping_rule *rule)
{
	const struct pb_stamped *stamped = &q->before;
	uint64_t now_s = q->now_us < 0 ? 0 : (uint64_t)q->now_us / 1000000, age_s, wait_s;

	if (rule->now || stamped->size == 0)
		return 0;
	if (now_s < stamped->anchor_s) /* the clock went back */
		return stamped->waiting > 0 ? 0 : UINT32_MAX;
	age_s = now_s - stamped->anchor_s;
	wait_s = stamped->waiting > 0 ? 0 : q->authorities->heartbeat_s;
	if (wait_s == 0 && stamped->waiting == 0)
		return UINT32_MAX;
	if (wait_s < rule->every_s)
		wait_s = rule->every_s;
	if (wait_s <= age_s)
		return 0;
	return wait_s - age_s < UINT32_MAX ? (uint32_t)(wait_s - age_s) : UINT32_MAX;
}

static enum pb_status
no_authority(const struct pb_archive *a, struct pb_error *err)
{
	(void)pb_fail(err, PB_EUNAVAIL, STAMPING, N_("the archive has no timestamping authority"),
	    "%s", a->dir);
	return pb_fail_todo(err, PB_EUNAVAIL, N_("add one with `probant tsa add`"));
}

static enum pb_status
take_checkpoint(const struct pb_archive *a, struct pb_anchor_question *q, struct pb_error *err)
{
	q->at = pb_head_here(&a->head);
	return pb_place_note(a->world->files, a->dir, &q->at, &q->checkpoint, err);
}

static enum pb_status
find_due(const struct pb_archive *a, struct pb_stamping *s, const struct pb_stamping_rule *rule,
    uint32_t *ret_wait_s, struct pb_error *err)
{
	struct pb_anchor_question *q = &s->question;
	enum pb_status status;

	status = pb_authorities_look(a->world->files, a->dir, &s->authorities, err);
	if (status != PB_OK)
		return status;
	choose(s->authorities, rule);
	q->authorities = s->authorities;
	*ret_wait_s = UINT32_MAX;
	if (s->authorities->count == 0)
		return rule->now || rule->asked != NULL ? no_authority(a, err) : PB_OK;
	status = pb_stamped_find(a->world->files, a->dir, &q->before, err);
	if (status != PB_OK)
		return status;
	*ret_wait_s = wait_for(q, rule);
	return *ret_wait_s > 0 ? PB_OK : take_checkpoint(a, q, err);
}

static enum pb_status
begin(const struct pb_archive *a, const struct pb_http *http, bool now,
    struct pb_stamping **ret_stamping, struct pb_error *err)
{
	struct pb_stamping *s;

	if (a->stopped)
		return pb_fail(err, PB_ESTOPPED, STAMPING,
		    N_("this writer stopped after a failed sync"), "%s", a->dir);
	s = calloc(1, sizeof(*s));
	if (s == NULL || (s->dir = strdup(a->dir)) == NULL) {
		free(s);
		return pb_fail_memory(err, STAMPING);
	}
	s->question = (struct pb_anchor_question){ .world = a->world,
		.dir = s->dir,
		.http = http,
		.now = now,
		.now_us = a->world->clock->now_us(a->world->clock->ctx),
		.checkpoint = PB_BUF_EMPTY };
	*ret_stamping = s;
	return PB_OK;
}

enum pb_status
pb_stamping_begin(struct pb_archive *a, const struct pb_http *http,
    const struct pb_stamping_rule *rule, struct pb_stamping **ret_stamping, uint32_t *ret_wait_s,
    struct pb_error *err)
{
	struct pb_stamping *s = NULL;
	uint32_t wait_s = 0;
	enum pb_status status = begin(a, http, rule->now, &s, err);

	if (status == PB_OK)
		status = find_due(a, s, rule, &wait_s, err);
	if (status != PB_OK || wait_s > 0) {
		pb_stamping_free(s);
		s = NULL;
	}
	if (status != PB_OK)
		return status;
	if (ret_wait_s != NULL)
		*ret_wait_s = wait_s;
	*ret_stamping = s;
	return PB_OK;
}

/* Of their names alone: nothing that stands in the archive need be readable. */
static struct pb_authorities *
name_authorities(const struct pb_stamping_rule *rule, uint64_t gap_after_s)
{
	struct pb_authorities *authorities = calloc(1, sizeof(*authorities));

	if (authorities == NULL)
		return NULL;
	authorities->gap_after_s = gap_after_s;
	for (size_t i = 0; i < rule->asked_count && i < PB_LIMIT_TSAS; i++)
		(void)snprintf(authorities->tsa[authorities->count++].name,
		    sizeof(authorities->tsa[0].name), "%s", rule->asked[i]);
	return authorities;
}

enum pb_status
pb_stamping_begin_barred(struct pb_archive *a, const struct pb_stamping_rule *rule,
    uint64_t gap_after_s, const struct pb_error *why, struct pb_stamping **ret_stamping,
    struct pb_error *err)
{
	struct pb_stamping *s = NULL;
	enum pb_status status = begin(a, NULL, rule->now, &s, err);

	if (status != PB_OK)
		return status;
	s->question.barred = *why;
	s->question.authorities = s->authorities = name_authorities(rule, gap_after_s);
	if (s->authorities == NULL)
		status = pb_fail_memory(err, STAMPING);
	if (status == PB_OK)
		status = pb_stamped_find(a->world->files, a->dir, &s->question.before, err);
	if (status == PB_OK)
		status = take_checkpoint(a, &s->question, err);
	if (status == PB_OK)
		*ret_stamping = s;
	else
		pb_stamping_free(s);
	return status;
}

/* ---- 2: asking ------------------------------------------------------------------------------ */

bool
pb_stamping_goes_out(const struct pb_stamping *s)
{
	return pb_anchor_goes_out(&s->question);
}

enum pb_status
pb_stamping_ask(struct pb_stamping *s, struct pb_error *err)
{
	return pb_anchor_ask(&s->question, &s->answers, err);
}

bool
pb_stamping_has_to_say(const struct pb_stamping *s)
{
	struct pb_stamped stamped;

	return s->answers.answer_count > 0 ||
	       pb_stamped_find(s->question.world->files, s->dir, &stamped, NULL) != PB_OK ||
	       pb_anchor_gap_is_due(&s->question, &stamped);
}

/* ---- 3: keeping ----------------------------------------------------------------------------- */

void
pb_stamping_tell(const struct pb_stamping *s, struct pb_stamp_outcome *ret_outcome)
{
	const struct pb_anchor_answers *answers = &s->answers;
	struct pb_stamp_outcome outcome = { .failed = answers->failed, .last = answers->last };

	/* None of either: nobody may be asked so soon again. */
	outcome.due = answers->failure_count > 0 || answers->answer_count > 0;
	outcome.size = outcome.due ? s->question.at.size : 0;
	if (answers->last_tsa != NULL)
		(void)snprintf(outcome.last_tsa, sizeof(outcome.last_tsa), "%s", answers->last_tsa);
	*ret_outcome = outcome;
}

enum pb_status
pb_stamping_nobody(const struct pb_stamping *s, struct pb_error *err)
{
	const struct pb_error *last = &s->answers.last;
	enum pb_status status;

	status = pb_fail(err, PB_EUNAVAIL, STAMPING, last->why, "%s", last->object);
	if (err != NULL)
		err->cause = last->cause;
	return pb_fail_todo(err, status,
	    last->todo != NULL ? last->todo
			       : N_("what was captured is safe; it is stamped when an authority "
				    "answers: run `probant stamp` again later"));
}

enum pb_status
pb_stamping_keep(struct pb_archive *a, struct pb_stamping *s, struct pb_stamp_outcome *ret_outcome,
    struct pb_error *err)
{
	struct pb_stamp_outcome outcome;
	enum pb_status status = PB_OK;

	pb_stamping_tell(s, &outcome);
	if (outcome.due)
		status = pb_anchor_keep(a, &s->question, &s->answers, &outcome, err);
	if (status != PB_OK)
		return status;
	*ret_outcome = outcome;
	return outcome.due && outcome.tokens == 0 ? pb_stamping_nobody(s, err) : PB_OK;
}

void
pb_stamping_free(struct pb_stamping *s)
{
	if (s == NULL)
		return;
	pb_anchor_answers_done(&s->answers);
	pb_sharing_drop(s->question.sharing);
	pb_buf_done(&s->question.checkpoint);
	pb_authorities_free(s->authorities);
	free(s->dir);
	free(s);
}
