/*
 * Stamping by a command: the three steps (anchor/stamping.h), with the lock let go of while
 * authorities are asked over the network.
 */
#include <stdio.h>

#include "anchor/stamping.h"
#include "archive/lock.h"
#include "core/error.h"

static enum pb_status
not_kept(const struct pb_stamping *s, struct pb_error *err)
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
come_back(struct pb_archive *a, const struct pb_stamping *s, struct pb_error *err)
{
	uint32_t limit_s = pb_stamping_has_to_say(s) ? PB_LIMIT_LOCK_WAIT_TOKENS_S : 0;
	enum pb_status status = pb_archive_take_up(a, limit_s, err);

	if (status != PB_ELOCKED)
		return status;
	return s->answers.answer_count > 0 ? not_kept(s, err) : PB_ELOCKED;
}

static enum pb_status
ask(struct pb_archive *a, struct pb_stamping *s, struct pb_error *err)
{
	bool away = s->question.away = pb_stamping_goes_out(s);
	enum pb_status asked, status = PB_OK;

	if (away)
		pb_archive_let_go(a);
	asked = pb_stamping_ask(s, err);
	if (away && asked == PB_OK)
		status = come_back(a, s, err);
	else if (away)
		status = pb_archive_take_up(a, PB_LIMIT_LOCK_WAIT_S, NULL);
	return asked != PB_OK ? asked : status;
}

static enum pb_status
stamp(struct pb_archive *a, struct pb_stamping *s, struct pb_stamp_outcome *ret_outcome,
    struct pb_error *err)
{
	enum pb_status status = ask(a, s, err);

	if (status == PB_OK)
		return pb_stamping_keep(a, s, ret_outcome, err);
	if (status != PB_ELOCKED)
		return status;
	pb_stamping_tell(s, ret_outcome);
	/* That nobody answered is what is to be told. */
	return ret_outcome->due && s->answers.answer_count == 0 ? pb_stamping_nobody(s, err)
								: status;
}

enum pb_status
pb_archive_stamp(struct pb_archive *a, const struct pb_http *http, bool now,
    struct pb_stamp_outcome *ret_outcome, struct pb_error *err)
{
	const struct pb_stamping_rule rule = { .now = now };
	struct pb_stamp_outcome outcome = { .due = false };
	struct pb_stamping *s = NULL;
	enum pb_status status = pb_stamping_begin(a, http, &rule, &s, NULL, err);

	if (status == PB_OK && s != NULL)
		status = stamp(a, s, &outcome, err);
	if (status == PB_OK || status == PB_EUNAVAIL || status == PB_ELOCKED)
		*ret_outcome = outcome;
	pb_stamping_free(s);
	return status;
}

bool
pb_archive_stamps_locally(const struct pb_archive *a)
{
	struct pb_authorities *authorities = NULL;
	bool locally;

	/* In doubt it does: then stamping tells what is wrong. */
	if (pb_authorities_look(a->world->files, a->dir, &authorities, NULL) != PB_OK)
		return true;
	locally = authorities->count == 1 && authorities->tsa[0].local;
	pb_authorities_free(authorities);
	return locally;
}
