/*
 * Stamping: the newest checkpoint to every authority, what they answer into the log.
 *
 * Who captures never waits for an authority: the lock is held to see what is to be stamped and
 * to keep what came, and not in between.  In this order, so that a crash leaves a log that is
 * as it was, or whole:
 *
 *   1. under the lock     what is due; the checkpoint, which is durable
 *   2. without it         the authorities, one after the other; nothing is written but how each
 *                         answered (tsa/<name>.state, which is derived)
 *   3. under it again     how far the log is stamped now, and one commit
 *
 * A crash behind 2 loses tokens that authorities gave; the next run asks for others.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anchor/keep.h"
#include "archive/head.h"
#include "archive/lock.h"
#include "core/error.h"

static const char STAMPING[] = N_("stamp the log");

struct stamping {
	struct pb_archive *archive;
	struct pb_authorities *authorities;
	struct pb_anchor_question question;
	struct pb_anchor_answers answers;
	struct pb_stamp_outcome outcome;
};

/* ---- 1: what is due ------------------------------------------------------------------------- */

/* FORMAT 2.2: something is newer than the last stamped size, or the heartbeat is due. */
static bool
is_due(const struct pb_anchor_question *q, const struct pb_stamped *stamped)
{
	uint64_t heartbeat_s = q->authorities->heartbeat_s, now_s;

	if (q->now || stamped->waiting > 0 || stamped->size == 0)
		return true;
	now_s = q->now_us < 0 ? 0 : (uint64_t)q->now_us / 1000000;
	return heartbeat_s > 0 && now_s >= stamped->anchor_s &&
	       now_s - stamped->anchor_s >= heartbeat_s;
}

static enum pb_status
find_due(struct stamping *s, bool *ret_due, struct pb_error *err)
{
	const struct pb_archive *a = s->archive;
	struct pb_stamped *before = &s->question.before;
	enum pb_status status = pb_stamped_find(a->world->files, a->dir, before, err);

	*ret_due = status == PB_OK && is_due(&s->question, before);
	if (!*ret_due)
		return status;
	s->question.at = pb_head_here(&a->head);
	return pb_place_note(
	    a->world->files, a->dir, &s->question.at, &s->question.checkpoint, err);
}

/* ---- 2: asking ------------------------------------------------------------------------------ */

/* Tokens were given, or it is time to say that none was. */
static bool
has_to_say(const struct stamping *s)
{
	const struct pb_archive *a = s->archive;
	struct pb_stamped stamped;

	return s->answers.answer_count > 0 ||
	       pb_stamped_find(a->world->files, a->dir, &stamped, NULL) != PB_OK ||
	       pb_anchor_gap_is_due(&s->question, &stamped);
}

static enum pb_status
not_kept(const struct stamping *s, struct pb_error *err)
{
	const struct pb_anchor_answers *answers = &s->answers;
	char names[PB_LIMIT_TSAS * (PB_TSA_NAME_MAX + 2) + 1] = "";
	size_t i, len = 0;

	for (i = 0; i < answers->answer_count; i++)
		len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s", i > 0 ? ", " : "",
		    answers->answer[i].tsa->name);
	(void)pb_fail(err, PB_ELOCKED, N_("keep timestamps"),
	    N_("another command wrote to the archive all the while; timestamps were given, and "
	       "could not be recorded"),
	    "%s", names);
	return pb_fail_todo(err, PB_ELOCKED,
	    N_("what was captured is safe; run `probant stamp` again when that command is done: it "
	       "asks anew"));
}

/*
 * What was given is worth a long wait.  Where nobody answered and nothing is to be said of it,
 * who writes is not waited for at all; and a gap that can't be stated now is stated next time.
 */
static enum pb_status
come_back(struct stamping *s, struct pb_error *err)
{
	uint32_t limit_s = has_to_say(s) ? PB_LIMIT_LOCK_WAIT_TOKENS_S : 0;
	enum pb_status status = pb_archive_take_up(s->archive, limit_s, err);

	if (status != PB_ELOCKED)
		return status;
	return s->answers.answer_count > 0 ? not_kept(s, err) : PB_ELOCKED;
}

static enum pb_status
ask(struct stamping *s, struct pb_error *err)
{
	bool away = s->question.away = pb_anchor_goes_out(&s->question);
	enum pb_status asked, status = PB_OK;

	if (away)
		pb_archive_let_go(s->archive);
	asked = pb_anchor_ask(&s->question, &s->answers, err);
	s->outcome.failed = s->answers.failed;
	s->outcome.last = s->answers.last;
	if (s->answers.last_tsa != NULL)
		(void)snprintf(
		    s->outcome.last_tsa, sizeof(s->outcome.last_tsa), "%s", s->answers.last_tsa);
	if (away && asked == PB_OK)
		status = come_back(s, err);
	else if (away)
		status = pb_archive_take_up(s->archive, PB_LIMIT_LOCK_WAIT_S, NULL);
	return asked != PB_OK ? asked : status;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static enum pb_status
nobody(const struct stamping *s, struct pb_error *err)
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

static enum pb_status
no_authority(const struct stamping *s, struct pb_error *err)
{
	if (!s->question.now)
		return PB_OK;
	(void)pb_fail(err, PB_EUNAVAIL, STAMPING, N_("the archive has no timestamping authority"),
	    "%s", s->archive->dir);
	return pb_fail_todo(err, PB_EUNAVAIL, N_("add one with `probant tsa add`"));
}

static enum pb_status
stamp_it(struct stamping *s, struct pb_error *err)
{
	enum pb_status status = ask(s, err);

	if (status != PB_OK && status != PB_ELOCKED)
		return status;
	if (s->answers.failure_count == 0 && s->answers.answer_count == 0)
		return status; /* none may be asked so soon again */
	s->outcome.due = true;
	s->outcome.size = s->question.at.size;
	if (status == PB_OK)
		status = pb_anchor_keep(s->archive, &s->question, &s->answers, &s->outcome, err);
	else if (s->answers.answer_count == 0)
		status = PB_OK; /* that nobody answered is what is to be told */
	return status == PB_OK && s->answers.answer_count == 0 ? nobody(s, err) : status;
}

static enum pb_status
stamp(struct stamping *s, struct pb_error *err)
{
	const struct pb_archive *a = s->archive;
	enum pb_status status;
	bool due = false;

	status = pb_authorities_read(a->world->files, a->dir, &s->authorities, err);
	if (status != PB_OK)
		return status;
	s->question.authorities = s->authorities;
	if (s->authorities->count == 0)
		return no_authority(s, err);
	status = find_due(s, &due, err);
	return status == PB_OK && due ? stamp_it(s, err) : status;
}

enum pb_status
pb_archive_stamp(struct pb_archive *a, const struct pb_http *http, bool now,
    struct pb_stamp_outcome *ret_outcome, struct pb_error *err)
{
	struct stamping *s;
	enum pb_status status;

	if (a->stopped)
		return pb_fail(err, PB_ESTOPPED, STAMPING,
		    N_("this writer stopped after a failed sync"), "%s", a->dir);
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return pb_fail_memory(err, STAMPING);
	s->archive = a;
	s->question = (struct pb_anchor_question){ .world = a->world,
		.dir = a->dir,
		.http = http,
		.now = now,
		.now_us = a->world->clock->now_us(a->world->clock->ctx),
		.checkpoint = PB_BUF_EMPTY };
	status = stamp(s, err);
	if (status == PB_OK || status == PB_EUNAVAIL || status == PB_ELOCKED)
		*ret_outcome = s->outcome;
	pb_anchor_answers_done(&s->answers);
	pb_buf_done(&s->question.checkpoint);
	pb_authorities_free(s->authorities);
	free(s);
	return status;
}

bool
pb_archive_stamps_locally(const struct pb_archive *a)
{
	struct pb_authorities *authorities = NULL;
	bool locally;

	/* In doubt it does: then stamping tells what is wrong. */
	if (pb_authorities_read(a->world->files, a->dir, &authorities, NULL) != PB_OK)
		return true;
	locally = authorities->count == 1 && authorities->tsa[0].local;
	pb_authorities_free(authorities);
	return locally;
}
