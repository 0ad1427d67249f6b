/* Stamping: the newest checkpoint to every authority, what they answer into the log. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/anchor_record.h"
#include "archive/commit.h"
#include "archive/publish.h"
#include "archive/stamped.h"
#include "core/error.h"

static const char STAMPING[] = N_("stamp the log");

struct stamping {
	struct pb_archive *archive;
	const struct pb_http *http;
	bool now;
	int64_t now_us;
	struct pb_authorities *authorities;
	struct pb_stamped stamped; /* how it stood before */
	struct pb_buf checkpoint;
	uint64_t size;    /* of it */
	unsigned waiting; /* authorities that are not to be asked yet, though none failed */
	struct pb_answer answer[PB_LIMIT_TSAS];
	size_t answer_count;
	struct pb_anchor_failure failure[PB_LIMIT_TSAS];
	char reason[PB_LIMIT_TSAS][32];
	size_t failure_count;
	struct pb_sealed sealed[PB_LIMIT_TSAS + 1];
	size_t sealed_count;
	struct pb_stamp_outcome outcome;
};

/* ---- when ----------------------------------------------------------------------------------- */

/* FORMAT 2.2: something is newer than the last stamped size, or the heartbeat is due. */
static bool
is_due(const struct stamping *s)
{
	const struct pb_stamped *stamped = &s->stamped;
	uint64_t heartbeat_s = s->authorities->heartbeat_s, now_s;

	if (s->now || stamped->waiting > 0 || stamped->size == 0)
		return true;
	now_s = s->now_us < 0 ? 0 : (uint64_t)s->now_us / 1000000;
	return heartbeat_s > 0 && now_s >= stamped->anchor_s &&
	       now_s - stamped->anchor_s >= heartbeat_s;
}

/* ---- asking --------------------------------------------------------------------------------- */

static void
note_failure(
    struct stamping *s, const struct pb_tsa *tsa, const char *reason, const struct pb_error *error)
{
	char *kept = s->reason[s->failure_count];

	(void)snprintf(kept, sizeof(s->reason[0]), "%s", reason);
	s->failure[s->failure_count].tsa = tsa->name;
	s->failure[s->failure_count++].reason = kept;
	s->outcome.last = *error;
	(void)snprintf(s->outcome.last_tsa, sizeof(s->outcome.last_tsa), "%s", tsa->name);
}

/* FORMAT 2.2: two tokens of one key are one authority's. */
static bool
key_is_kept(const struct stamping *s, const struct pb_answer *answer)
{
	size_t i;

	for (i = 0; i < s->answer_count; i++)
		if (memcmp(s->answer[i].verdict.key, answer->verdict.key,
			sizeof(answer->verdict.key)) == 0)
			return true;
	return false;
}

static void
keep_answer(struct stamping *s, const struct pb_tsa *tsa, struct pb_answer *take_answer)
{
	struct pb_error same = { 0 };

	if (!key_is_kept(s, take_answer)) {
		s->answer[s->answer_count++] = *take_answer;
		return;
	}
	(void)pb_fail(&same, PB_EUNAVAIL, STAMPING,
	    N_("another authority of the archive signed with the same key: they are one"), "%s",
	    tsa->name);
	(void)pb_fail_todo(&same, PB_EUNAVAIL, N_("remove one of them with `probant tsa remove`"));
	note_failure(s, tsa, "same_key", &same);
	s->outcome.failed++;
	pb_answer_done(take_answer);
}

/* Not to be asked yet: one that failed before counts as failed still. */
static bool
passes_over(struct stamping *s, const struct pb_tsa *tsa)
{
	struct pb_error error = { 0 };

	if (s->now || pb_authorities_wait_us(tsa, s->now_us) == 0)
		return false;
	if (tsa->state.failures == 0) {
		s->waiting++;
		return true;
	}
	(void)pb_fail(&error, PB_EUNAVAIL, STAMPING,
	    N_("it failed before, and is not asked again yet"), "%s: %s", tsa->name,
	    tsa->state.reason);
	note_failure(s, tsa, tsa->state.reason, &error);
	s->outcome.failed++;
	return true;
}

static enum pb_status
ask_one(struct stamping *s, struct pb_tsa *tsa, struct pb_error *err)
{
	struct pb_archive *a = s->archive;
	struct pb_answer answer = PB_ANSWER_EMPTY;
	uint8_t imprint[PB_STAMP_HASH_MAX];
	struct pb_ask_failure failure;
	enum pb_status status;

	if (passes_over(s, tsa))
		return PB_OK;
	pb_stamp_imprint(tsa->hash, s->checkpoint.data, s->checkpoint.len, imprint);
	status = pb_ask(a->world, a->dir, s->http, tsa, imprint, true, &answer, &failure, err);
	if (status == PB_OK) {
		keep_answer(s, tsa, &answer);
	} else if (status == PB_EUNAVAIL) {
		note_failure(s, tsa, failure.reason, &failure.error);
		s->outcome.failed += tsa->local || s->http != NULL; /* else it was not asked */
		status = PB_OK;
	}
	return status;
}

static enum pb_status
ask_all(struct stamping *s, struct pb_error *err)
{
	enum pb_status status = pb_publish_note(s->archive, &s->checkpoint, err);
	size_t i;

	s->size = s->archive->head.tree.size;
	for (i = 0; status == PB_OK && i < s->authorities->count; i++)
		status = ask_one(s, &s->authorities->tsa[i], err);
	return status;
}

/* ---- into the log --------------------------------------------------------------------------- */

static enum pb_status
commit(struct stamping *s, struct pb_error *err)
{
	struct pb_receipt receipt[PB_LIMIT_TSAS + 1];
	struct pb_sealed *item[PB_LIMIT_TSAS + 1];
	size_t i;

	for (i = 0; i < s->sealed_count; i++)
		item[i] = &s->sealed[i];
	return pb_commit(s->archive, item, s->sealed_count, receipt, err);
}

/* Every token, and with them the end of a gap, in one commit. */
static enum pb_status
keep_tokens(struct stamping *s, struct pb_error *err)
{
	struct pb_sealer *sealer = s->archive->sealer;
	enum pb_status status = PB_OK;
	size_t i;

	for (i = 0; status == PB_OK && i < s->answer_count; i++) {
		status = pb_anchor_record_token(sealer, &s->answer[i], s->size, &s->checkpoint,
		    &s->sealed[s->sealed_count], err);
		s->sealed_count += status == PB_OK;
	}
	if (status == PB_OK && s->stamped.gap) {
		status = pb_anchor_record_gap_end(
		    sealer, s->stamped.gap_since_s, &s->sealed[s->sealed_count], err);
		s->sealed_count += status == PB_OK;
	}
	if (status == PB_OK)
		status = commit(s, err);
	if (status == PB_OK) {
		s->outcome.tokens = (unsigned)s->answer_count;
		s->outcome.gap_ended = s->stamped.gap;
	}
	return status;
}

/* Something waits, and has waited for as long as the policy lets it without a word. */
static bool
gap_is_due(const struct stamping *s)
{
	uint64_t now_s = s->now_us < 0 ? 0 : (uint64_t)s->now_us / 1000000;

	if (s->stamped.gap || s->stamped.waiting == 0)
		return false;
	return s->now || (now_s >= s->stamped.oldest_s &&
			     now_s - s->stamped.oldest_s >= s->authorities->gap_after_s);
}

static enum pb_status
keep_gap(struct stamping *s, struct pb_error *err)
{
	enum pb_status status;

	status = pb_anchor_record_gap(s->archive->sealer, s->size, s->stamped.oldest_s, s->failure,
	    s->failure_count, &s->sealed[0], err);
	s->sealed_count = status == PB_OK;
	if (status == PB_OK)
		status = commit(s, err);
	s->outcome.gap = status == PB_OK;
	return status;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static enum pb_status
nobody(const struct stamping *s, struct pb_error *err)
{
	const struct pb_error *last = &s->outcome.last;
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
	if (!s->now)
		return PB_OK;
	(void)pb_fail(err, PB_EUNAVAIL, STAMPING, N_("the archive has no timestamping authority"),
	    "%s", s->archive->dir);
	return pb_fail_todo(err, PB_EUNAVAIL, N_("add one with `probant tsa add`"));
}

static enum pb_status
stamp(struct stamping *s, struct pb_error *err)
{
	struct pb_archive *a = s->archive;
	enum pb_status status;

	status = pb_authorities_read(a->world->files, a->dir, &s->authorities, err);
	if (status != PB_OK)
		return status;
	if (s->authorities->count == 0)
		return no_authority(s, err);
	status = pb_stamped_find(a->world->files, a->dir, &s->stamped, err);
	if (status != PB_OK || !is_due(s))
		return status;
	status = ask_all(s, err);
	if (status != PB_OK)
		return status;
	if (s->failure_count == 0 && s->answer_count == 0)
		return PB_OK; /* none may be asked so soon again */
	s->outcome.due = true;
	s->outcome.size = s->size;
	if (s->answer_count > 0)
		return keep_tokens(s, err);
	if (gap_is_due(s))
		status = keep_gap(s, err);
	return status == PB_OK ? nobody(s, err) : status;
}

enum pb_status
pb_archive_stamp(struct pb_archive *a, const struct pb_http *http, bool now,
    struct pb_stamp_outcome *ret_outcome, struct pb_error *err)
{
	struct stamping *s;
	enum pb_status status;
	size_t i;

	if (a->stopped)
		return pb_fail(err, PB_ESTOPPED, STAMPING,
		    N_("this writer stopped after a failed sync"), "%s", a->dir);
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return pb_fail_memory(err, STAMPING);
	s->archive = a;
	s->http = http;
	s->now = now;
	s->now_us = a->world->clock->now_us(a->world->clock->ctx);
	for (i = 0; i <= PB_LIMIT_TSAS; i++)
		s->sealed[i] = PB_SEALED_EMPTY;
	status = stamp(s, err);
	if (status == PB_OK || status == PB_EUNAVAIL)
		*ret_outcome = s->outcome;
	for (i = 0; i < s->answer_count; i++)
		pb_answer_done(&s->answer[i]);
	for (i = 0; i <= PB_LIMIT_TSAS; i++)
		pb_sealed_done(&s->sealed[i]);
	pb_buf_done(&s->checkpoint);
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
