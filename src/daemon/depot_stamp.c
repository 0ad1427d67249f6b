/*
 * When an archive is stamped, and by whom: by its own authority here, while it is held; by others
 * outside, while it is not (daemon/errands.h).
 */
#include "daemon/depot_state.h"
#include "daemon/log.h"

#define SECOND_US 1000000LL
/* By the archive's own; and when what was asked in vain is asked again, for the back-off of its
 * authorities to decide. */
#define STAMP_US (60 * SECOND_US)
/* Nobody could be asked: who asks is being started again. */
#define AWAY_US (5 * SECOND_US)

bool
pb_depot_stamp_due(const struct pb_depot *d, int64_t now_us)
{
	const struct pb_stamps *stamps = d->options->stamps;

	if (d->answered != NULL)
		return true;
	if (d->asked || (stamps != NULL && !pb_errands_open(d->options->errands)))
		return false;
	if (d->unstamped && now_us >= d->stamp_us)
		return true;
	return stamps != NULL && d->step == PB_STEP_STARTED && now_us >= d->quiet_us;
}

/* ---- what became of it ---------------------------------------------------------------------- */

static void
settle(struct pb_depot *d, const struct pb_stamp_outcome *outcome)
{
	const struct pb_stamps *stamps = d->options->stamps;
	int64_t now_us = pb_depot_now(d);

	d->asked = false;
	pb_depot_tell_standing(d);
	if (outcome->tokens > 0) {
		d->stamp_us = now_us + stamps->rule.every_s * SECOND_US;
		d->quiet_us = now_us + stamps->profile->heartbeat_s * SECOND_US;
		return;
	}
	d->unstamped = true;
	d->stamp_us = now_us + (outcome->due && outcome->failed == 0 ? AWAY_US : STAMP_US);
}

static void
tell_gap(const struct pb_depot *d, const struct pb_stamp_outcome *outcome)
{
	const char *name = d->options->policy->archive[d->index].name;

	if (outcome->gap)
		pb_log("%s: no authority answers for so long that the archive says so", name);
	if (outcome->gap_ended)
		pb_log("%s: an authority answers again", name);
}

/* Of one that is held. */
static enum pb_status
keep(struct pb_depot *d, struct pb_stamping *take_stamping, struct pb_error *err)
{
	struct pb_stamp_outcome outcome = { .due = false };
	enum pb_status status = pb_stamping_keep(d->archive, take_stamping, &outcome, err);

	pb_stamping_free(take_stamping);
	tell_gap(d, &outcome);
	settle(d, &outcome);
	return status;
}

void
pb_depot_answered(struct pb_depot *d, struct pb_stamping *take_stamping)
{
	struct pb_stamp_outcome outcome;

	if (pb_stamping_has_to_say(take_stamping)) {
		d->answered = take_stamping; /* for when the archive can be had */
		return;
	}
	pb_stamping_tell(take_stamping, &outcome);
	settle(d, &outcome);
	pb_stamping_free(take_stamping);
}

/* ---- by the policy -------------------------------------------------------------------------- */

/* Once, so that somebody who changes it by a command is not set right at once. */
static enum pb_status
follow(struct pb_depot *d, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	if (!d->followed)
		status = pb_archive_tsa_follow(d->archive, &d->options->stamps->plan, err);
	d->followed = status == PB_OK;
	return status;
}

/* Nothing is due yet: for so long, unless something comes. */
static void
wait(struct pb_depot *d, uint32_t wait_s)
{
	int64_t until_us = pb_depot_now(d) + wait_s * SECOND_US;

	if (wait_s <= d->options->stamps->rule.every_s) {
		d->stamp_us = until_us;
	} else {
		d->unstamped = false;
		d->quiet_us = until_us;
	}
}

/* Who waits for no network.  What was our failure is what went wrong, whatever is kept of it. */
static enum pb_status
ask_here(struct pb_depot *d, struct pb_stamping *take_stamping, struct pb_error *err)
{
	enum pb_status asked = pb_stamping_ask(take_stamping, err);
	enum pb_status kept = keep(d, take_stamping, asked == PB_OK ? err : NULL);

	return asked != PB_OK ? asked : kept;
}

/* Nobody can be asked: an answer too, by which the log says in its time that there is no other. */
static enum pb_status
stamp_in_vain(struct pb_depot *d, const struct pb_stamping_rule *rule, const struct pb_error *why,
    struct pb_error *err)
{
	uint64_t gap_after_s = d->options->stamps->profile->gap_after_s;
	struct pb_stamping *stamping = NULL;
	enum pb_status status =
	    pb_stamping_begin_barred(d->archive, rule, gap_after_s, why, &stamping, err);

	return status == PB_OK ? ask_here(d, stamping, err) : status;
}

static enum pb_status
stamp_by_policy(struct pb_depot *d, const struct pb_stamping_rule *rule, struct pb_error *err)
{
	struct pb_errands *errands = d->options->errands;
	struct pb_stamping *stamping = NULL;
	struct pb_error why = { 0 };
	enum pb_status status = follow(d, &why);
	uint32_t wait_s = 0;

	d->stamp_us = d->quiet_us = pb_depot_now(d) + STAMP_US; /* if this fails */
	if (status == PB_OK)
		status = pb_stamping_begin(
		    d->archive, pb_errands_http(errands), rule, &stamping, &wait_s, &why);
	if (status != PB_OK)
		return stamp_in_vain(d, rule, &why, err);
	if (stamping == NULL) {
		wait(d, wait_s);
		return PB_OK;
	}
	d->unstamped = false; /* until something comes */
	if (pb_stamping_goes_out(stamping)) {
		stamping->question.away = true;
		d->asked = true;
		pb_errands_add(errands, d->index, stamping);
		return PB_OK;
	}
	return ask_here(d, stamping, err);
}

/* ---- without one ---------------------------------------------------------------------------- */

/* No more than one each second, however many archives there are. */
static int64_t
stamp_every_us(const struct pb_depot *d)
{
	int64_t all_us = (int64_t)d->options->policy->archive_count * SECOND_US;

	return all_us > STAMP_US ? all_us : STAMP_US;
}

/* Where authorities are asked over the network, who runs commands does it. */
static enum pb_status
stamp_by_own(struct pb_depot *d, struct pb_error *err)
{
	struct pb_stamp_outcome outcome;
	bool locally = pb_archive_stamps_locally(d->archive);
	enum pb_status status = PB_OK;

	d->stamp_us = pb_depot_now(d) + stamp_every_us(d);
	if (locally)
		status = pb_archive_stamp(d->archive, NULL, false, &outcome, err);
	if (status == PB_OK && locally)
		pb_depot_tell_stamped(d);
	if (status == PB_OK)
		d->unstamped = false;
	return status;
}

/* ---- either --------------------------------------------------------------------------------- */

enum pb_status
pb_depot_stamp(struct pb_depot *d, struct pb_error *err)
{
	const struct pb_stamps *stamps = d->options->stamps;
	struct pb_stamping *answered = d->answered;

	d->answered = NULL;
	if (answered != NULL)
		return keep(d, answered, err);
	return stamps != NULL ? stamp_by_policy(d, &stamps->rule, err) : stamp_by_own(d, err);
}

/* What others would have to be asked for, the next start has asked for. */
enum pb_status
pb_depot_stamp_last(struct pb_depot *d, struct pb_error *err)
{
	const struct pb_stamps *stamps = d->options->stamps;
	struct pb_stamping_rule rule;

	if (d->answered != NULL)
		return pb_depot_stamp(d, err);
	if (stamps == NULL)
		return stamp_by_own(d, err);
	if (stamps->profile->authority_count > 0)
		return PB_OK;
	rule = stamps->rule;
	rule.every_s = 0;
	return stamp_by_policy(d, &rule, err);
}
