#include "alert/alerts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"

struct pb_alerts {
	struct pb_alerts_rules rules;
	struct pb_alert alert[PB_LIMIT_ALERTS]; /* in the order in which they were seen */
	size_t count;
};

enum pb_status
pb_alerts_new(
    const struct pb_alerts_rules *rules, struct pb_alerts **ret_alerts, struct pb_error *err)
{
	struct pb_alerts *alerts = calloc(1, sizeof(*alerts));

	if (alerts == NULL)
		return pb_fail_memory(err, N_("watch the capture"));
	alerts->rules = *rules;
	*ret_alerts = alerts;
	return PB_OK;
}

void
pb_alerts_free(struct pb_alerts *alerts)
{
	free(alerts);
}

/* ---- the table ------------------------------------------------------------------------------ */

static struct pb_alert *
find(struct pb_alerts *a, const struct pb_fault *fault)
{
	for (size_t i = 0; i < a->count; i++)
		if (a->alert[i].word == fault->word && !a->alert[i].ended &&
		    strcmp(a->alert[i].name, fault->name) == 0)
			return &a->alert[i];
	return NULL;
}

static void
forget(struct pb_alerts *a, size_t at)
{
	a->count--;
	memmove(&a->alert[at], &a->alert[at + 1], (a->count - at) * sizeof(a->alert[0]));
}

/* In a full table the oldest that has ended gives way, whoever was not told; false: there is none.
 */
static bool
make_room(struct pb_alerts *a, size_t *lost)
{
	size_t at = 0;

	if (a->count < PB_LIMIT_ALERTS)
		return true;
	++*lost;
	while (at < a->count && !a->alert[at].ended)
		at++;
	if (at == a->count)
		return false;
	forget(a, at);
	return true;
}

static void
take(struct pb_alerts *a, const struct pb_fault *fault, int64_t now_us, int64_t monotonic_us,
    size_t *lost)
{
	struct pb_alert *alert = find(a, fault);

	if (alert == NULL && make_room(a, lost)) {
		alert = &a->alert[a->count++];
		*alert = (struct pb_alert){ .word = fault->word, .since_us = now_us };
		(void)snprintf(alert->name, sizeof(alert->name), "%s", fault->name);
		alert->changed_us = monotonic_us;
	} else if (alert != NULL && alert->until_us != 0) {
		alert->until_us = 0;
		alert->changed_us = monotonic_us;
	}
	if (alert != NULL)
		alert->wrong = true;
}

/* ---- a turn --------------------------------------------------------------------------------- */

static bool
all_told(const struct pb_alerts *a, const struct pb_alert *alert)
{
	for (size_t way = 0; way < PB_ALERT_WAYS; way++)
		if (a->rules.way[way] && !alert->told[way].end)
			return false;
	return true;
}

static void
settle(const struct pb_alerts *a, struct pb_alert *alert, int64_t now_us, int64_t monotonic_us)
{
	if (!alert->wrong && alert->until_us == 0) {
		alert->until_us = now_us;
		alert->changed_us = monotonic_us;
	}
	if (monotonic_us - alert->changed_us < a->rules.after_us)
		return;
	if (alert->wrong)
		alert->begun = true;
	else
		alert->ended = true;
}

size_t
pb_alerts_turn(struct pb_alerts *a, const struct pb_fault *fault, size_t count, int64_t now_us,
    int64_t monotonic_us)
{
	size_t lost = 0;

	for (size_t i = 0; i < a->count; i++)
		a->alert[i].wrong = false;
	for (size_t i = 0; i < count; i++)
		take(a, &fault[i], now_us, monotonic_us, &lost);
	for (size_t i = a->count; i-- > 0;) {
		struct pb_alert *alert = &a->alert[i];

		if (!alert->ended)
			settle(a, alert, now_us, monotonic_us);
		if ((!alert->begun && !alert->wrong) || (alert->ended && all_told(a, alert)))
			forget(a, i);
	}
	return lost;
}

size_t
pb_alerts_standing(const struct pb_alerts *a)
{
	size_t standing = 0;

	for (size_t i = 0; i < a->count; i++)
		standing += a->alert[i].begun && !a->alert[i].ended;
	return standing;
}

/* ---- telling -------------------------------------------------------------------------------- */

static bool
is_due(const struct pb_alerts *a, const struct pb_alert *alert, enum pb_alert_way way,
    int64_t monotonic_us, enum pb_alert_state *ret_state)
{
	if (!alert->begun)
		return false;
	*ret_state = !alert->told[way].begin ? PB_ALERT_BEGUN
		     : alert->ended          ? PB_ALERT_ENDED
					     : PB_ALERT_STANDS;
	if (*ret_state == PB_ALERT_ENDED)
		return !alert->told[way].end;
	return *ret_state == PB_ALERT_BEGUN ||
	       (way != PB_ALERT_RECORD &&
		   monotonic_us - alert->told[way].at_us >= a->rules.repeat_us);
}

size_t
pb_alerts_due(struct pb_alerts *a, enum pb_alert_way way, int64_t monotonic_us,
    struct pb_notice *notices, size_t max)
{
	enum pb_alert_state state;
	size_t count = 0;

	for (size_t i = 0; i < a->count && count < max; i++) {
		struct pb_alert *alert = &a->alert[i];

		if (!is_due(a, alert, way, monotonic_us, &state))
			continue;
		notices[count] = (struct pb_notice){ .state = state, .alert = alert };
		for (size_t w = 0; w < PB_ALERT_WAYS; w++)
			notices[count].told[w] =
			    state == PB_ALERT_ENDED ? alert->told[w].end : alert->told[w].begin;
		count++;
	}
	return count;
}

void
pb_alerts_told(
    enum pb_alert_way way, const struct pb_notice *notices, size_t count, int64_t monotonic_us)
{
	for (size_t i = 0; i < count; i++) {
		struct pb_alert *alert = notices[i].alert;

		alert->told[way].begin = true;
		alert->told[way].end = notices[i].state == PB_ALERT_ENDED;
		alert->told[way].at_us = monotonic_us;
	}
}

/* ---- from one process to the next ----------------------------------------------------------- */

bool
pb_alerts_keep(const struct pb_alerts *a, size_t place, struct pb_alert_kept *ret_kept)
{
	const struct pb_alert *alert = &a->alert[place];

	if (place >= a->count || !alert->begun)
		return false;
	*ret_kept = (struct pb_alert_kept){ .word = alert->word,
		.since_us = alert->since_us,
		.until_us = alert->ended ? alert->until_us : 0 };
	(void)snprintf(ret_kept->name, sizeof(ret_kept->name), "%s", alert->name);
	for (size_t way = 0; way < PB_ALERT_WAYS; way++)
		ret_kept->told |= (uint64_t)alert->told[way].begin << way |
				  (uint64_t)alert->told[way].end << (PB_ALERT_WAYS + way);
	return true;
}

void
pb_alerts_resume(struct pb_alerts *a, const struct pb_alert_kept *kept, int64_t monotonic_us)
{
	const struct pb_fault fault = { kept->word, kept->name };
	struct pb_alert *alert = &a->alert[a->count];

	if (a->count == PB_LIMIT_ALERTS || (kept->until_us == 0 && find(a, &fault) != NULL))
		return;
	a->count++;
	*alert = (struct pb_alert){ .word = kept->word,
		.since_us = kept->since_us,
		.until_us = kept->until_us,
		.begun = true,
		.ended = kept->until_us != 0,
		.changed_us = monotonic_us };
	(void)snprintf(alert->name, sizeof(alert->name), "%s", kept->name);
	for (size_t way = 0; way < PB_ALERT_WAYS; way++) {
		alert->told[way].begin = kept->told >> way & 1;
		alert->told[way].end = kept->told >> (PB_ALERT_WAYS + way) & 1;
		alert->told[way].at_us = monotonic_us;
	}
}
