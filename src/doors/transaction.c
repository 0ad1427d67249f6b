#include "doors/transaction_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "doors/delivery.h"
#include "doors/passing.h"
#include "doors/unmapped.h"

#define WHAT N_("take a message in at a door")
/* The name of no log: the writer was never there, and told none.  It is sealed again then. */
#define NO_ORIGIN "not-told"

static const struct pb_capture_policy *
policy_of(const struct pb_transaction *t)
{
	return pb_doorway_given(t->doorway)->policy;
}

/* ---- a message comes in --------------------------------------------------------------------- */

/* A maker for that origin: the one that is there, or another. */
static enum pb_status
renew_maker(struct pb_transaction *t, const char *origin, struct pb_error *err)
{
	const struct pb_doorway_options *o = pb_doorway_given(t->doorway);

	if (t->kit.maker != NULL && strcmp(t->kit.origin, origin) == 0)
		return PB_OK;
	pb_message_maker_free(t->kit.maker);
	t->kit.maker = NULL;
	(void)snprintf(t->kit.origin, sizeof(t->kit.origin), "%s", origin);
	return pb_message_maker_new(o->world, origin, o->spill_dir, NULL, &t->kit.maker, err);
}

/* It may ask a server, and wait. */
static void
choose_destinations(struct pb_transaction *t, const struct pb_transit *transit)
{
	const struct pb_capture_policy *policy = policy_of(t);
	const struct pb_clock *clock = pb_doorway_world(t->doorway)->clock;
	struct pb_lookup lookup = { .policy = policy,
		.clock = clock,
		.answers = pb_doorway_answers(t->doorway),
		.socketmap = &t->kit.map,
		.deadline_us = clock->monotonic_us(clock->ctx) + PB_LIMIT_SOCKETMAP_US };

	t->mapped = pb_concerned(&lookup, transit, &t->to, &t->map_err);
	if (t->mapped == PB_OK && lookup.asked)
		pb_doorway_kept(t->doorway, PB_DOORWAY_MAP(policy));
	t->sealed_for = SIZE_MAX;
	for (size_t i = 0; i < policy->archive_count; i++) {
		bool concerned = t->to.concern[i] != PB_CONCERN_NONE;

		t->destination[i] = (struct pb_destination){
			.suspect = concerned && pb_doorway_failing(t->doorway, i) != 0
		};
		if (concerned && t->sealed_for == SIZE_MAX)
			t->sealed_for = i;
	}
}

void
pb_transaction_begin(struct pb_transaction *t, const struct pb_transit *transit)
{
	char origin[PB_LIMIT_ORIGIN + 1];

	pb_transaction_drop(t);
	pb_doorway_enter(t->doorway);
	t->begun = true;
	t->len = 0;
	t->status = PB_OK;
	t->times.first_us = pb_message_now(pb_doorway_world(t->doorway));
	choose_destinations(t, transit);
	if (t->to.count == 0)
		return;
	pb_doorway_origin(t->doorway, t->sealed_for, origin);
	t->status = renew_maker(t, origin[0] != '\0' ? origin : NO_ORIGIN, &t->err);
	if (t->status == PB_OK)
		t->status = pb_message_begin(t->kit.maker, &t->err);
}

void
pb_transaction_write(struct pb_transaction *t, const void *data, size_t len)
{
	const struct pb_policy_door *door = pb_doorway_door(t->doorway);

	if (!t->begun || t->to.count == 0 || t->status != PB_OK)
		return;
	if (len > door->max_message - t->len)
		t->status = pb_fail(&t->err, PB_ELIMIT, WHAT,
		    N_("it is longer than the policy lets this door take"), "%s", door->name);
	else
		t->status = pb_message_write(t->kit.maker, data, len, &t->err);
	t->len += len;
}

/* ---- what is done with one that can't be kept ----------------------------------------------- */

/* FORMAT 1.5, gap.  `sealed`: it could have been handed to the writer. */
static const char *
reason_of(enum pb_status status, bool sealed, bool late)
{
	if (!sealed)
		return status == PB_ELIMIT ? "too_large" : "not_sealed";
	if (status != PB_EUNAVAIL)
		return "writer_refused";
	return late ? "too_late" : "writer_away";
}

static void
note_archives(struct pb_transaction *t)
{
	for (size_t i = 0; i < policy_of(t)->archive_count; i++) {
		const struct pb_destination *d = &t->destination[i];

		if (d->kept)
			pb_doorway_kept(t->doorway, i);
		else if (d->tried)
			pb_doorway_failed(t->doorway, i, &t->err);
	}
}

/* ---- its end -------------------------------------------------------------------------------- */

/* *ret_reason: why it was not kept, for the log. */
static enum pb_status
keep(struct pb_transaction *t, const struct pb_transit *transit, const char **ret_reason)
{
	const struct pb_doorway_options *o = pb_doorway_given(t->doorway);
	const struct pb_clock *clock = o->world->clock;
	int64_t deadline_us = clock->monotonic_us(clock->ctx) + (int64_t)o->commit_ms * 1000;
	struct pb_transit seen = *transit;
	enum pb_status status = t->status;
	bool sealed;

	t->times.last_us = pb_message_now(o->world);
	seen.direction = pb_concern_direction(t->to.concern[t->sealed_for]);
	if (status == PB_OK)
		status = pb_message_capture(t->kit.maker, &seen, &t->times, &t->sealed, &t->err);
	sealed = status == PB_OK;
	if (status == PB_OK)
		status = pb_delivery(t, transit, deadline_us, pb_passing_may(t), &t->err);
	if (status != PB_OK)
		*ret_reason =
		    reason_of(status, sealed, pb_doorway_left_ms(t->doorway, deadline_us) == 0);
	return status;
}

/* It concerns no archive. */
static enum pb_outcome
decide_nobodys(struct pb_transaction *t)
{
	if (t->to.meant || policy_of(t)->otherwise == PB_OTHERWISE_PASS)
		return PB_OUTCOME_NOT_OURS;
	(void)pb_fail(&t->err, PB_ENOENT, WHAT,
	    N_("it concerns no archive, and the policy defers such mail"), "%s",
	    pb_doorway_door(t->doorway)->name);
	return PB_OUTCOME_DEFER;
}

/* Nothing is kept of what will come again. */
static enum pb_outcome
decide(struct pb_transaction *t, const struct pb_transit *transit)
{
	enum pb_status status = t->mapped;
	char said[PB_DOORWAY_SAID];
	const char *reason = NULL;

	if (t->mapped == PB_ELIMIT) { /* nobody has mail pass by naming many recipients */
		pb_doorway_say(&t->map_err, said);
		pb_doorway_log(t->doorway, "map: a message waits with its sender: %s", said);
		t->err = t->map_err;
		return PB_OUTCOME_DEFER;
	}
	if (t->mapped != PB_OK) {
		pb_doorway_failed(t->doorway, PB_DOORWAY_MAP(policy_of(t)), &t->map_err);
		t->err = t->map_err;
		if (!pb_passing_may(t))
			return PB_OUTCOME_DEFER;
	} else if (t->to.count == 0) {
		return decide_nobodys(t);
	}
	if (t->to.count > 0) {
		status = keep(t, transit, &reason);
		note_archives(t);
	}
	if (status == PB_OK && t->mapped == PB_OK)
		return PB_OUTCOME_KEPT;
	if (!pb_passing_may(t))
		return PB_OUTCOME_DEFER;
	return pb_passing_note(t, transit, reason, &t->err) == PB_OK ? PB_OUTCOME_PASS
								     : PB_OUTCOME_DEFER;
}

/* A clock that is set meanwhile makes no lag of years. */
static void
tell_kept(const struct pb_transaction *t)
{
	int64_t now_us = pb_message_now(pb_doorway_world(t->doorway));
	int64_t lag_us = now_us - t->times.last_us;

	pb_doorway_count(t->doorway, PB_BOARD_KEPT);
	pb_doorway_tell(t->doorway, PB_BOARD_LAST_US, (uint64_t)now_us);
	pb_doorway_tell(t->doorway, PB_BOARD_LAG_US, lag_us > 0 ? (uint64_t)lag_us : 0);
}

static void
tell(const struct pb_transaction *t, enum pb_outcome outcome)
{
	pb_board_add(pb_doorway_given(t->doorway)->board, 0, PB_BOARD_UNMAPPED, t->to.lacking);
	switch (outcome) {
	case PB_OUTCOME_KEPT:
		tell_kept(t);
		break;
	case PB_OUTCOME_DEFER:
		pb_doorway_count(t->doorway, PB_BOARD_DEFERRED);
		break;
	case PB_OUTCOME_PASS:
		pb_doorway_count(t->doorway, PB_BOARD_PASSED);
		break;
	case PB_OUTCOME_NOT_OURS:
		break;
	}
}

enum pb_outcome
pb_transaction_end(struct pb_transaction *t, const struct pb_transit *transit, struct pb_error *why)
{
	enum pb_outcome outcome;

	pb_assert(t->begun);
	outcome = decide(t, transit);
	tell(t, outcome);
	pb_unmapped_add(
	    pb_doorway_unmapped(t->doorway), &t->to, pb_message_now(pb_doorway_world(t->doorway)));
	if (why != NULL && (outcome == PB_OUTCOME_DEFER || outcome == PB_OUTCOME_PASS))
		*why = t->err;
	pb_transaction_drop(t);
	if (t->len > PB_LIMIT_SPILL) { /* its pages would stay with the session */
		pb_message_maker_free(t->kit.maker);
		t->kit.maker = NULL;
	}
	return outcome;
}

/* ---- life ----------------------------------------------------------------------------------- */

void
pb_transaction_drop(struct pb_transaction *t)
{
	if (t->begun)
		pb_doorway_leave(t->doorway);
	t->begun = false;
	pb_sealed_done(&t->sealed);
}

enum pb_status
pb_transaction_new(
    struct pb_doorway *doorway, struct pb_transaction **ret_transaction, struct pb_error *err)
{
	struct pb_transaction *t = calloc(1, sizeof(*t));
	size_t archives = pb_doorway_given(doorway)->policy->archive_count;

	if (t == NULL)
		return pb_fail_memory(err, WHAT);
	t->doorway = doorway;
	t->sealed = PB_SEALED_EMPTY;
	pb_kits_take(pb_doorway_kits(doorway), &t->kit);
	t->destination = calloc(archives + 1, sizeof(*t->destination));
	t->to.concern = calloc(archives + 1, sizeof(*t->to.concern));
	t->to.unmapped = calloc(archives + 1, sizeof(*t->to.unmapped));
	if (t->destination == NULL || t->to.concern == NULL || t->to.unmapped == NULL) {
		pb_transaction_free(t);
		return pb_fail_memory(err, WHAT);
	}
	*ret_transaction = t;
	return PB_OK;
}

void
pb_transaction_free(struct pb_transaction *t)
{
	if (t == NULL)
		return;
	if (t->begun) { /* a message stands in it */
		pb_message_maker_free(t->kit.maker);
		t->kit.maker = NULL;
	}
	pb_transaction_drop(t);
	pb_kits_put(pb_doorway_kits(t->doorway), &t->kit);
	free(t->destination);
	free(t->to.concern);
	free(t->to.unmapped);
	free(t);
}
