#include "alert/watch.h"

#include <stdlib.h>

#include "core/error.h"
#include "core/limits.h"
#include "core/syntax.h"
#include "policy/alerts.h"

#define SECOND_US 1000000LL

/* Whether it lives is seen by a sign that changes: its own clock may step. */
struct pulse {
	uint64_t sign;
	int64_t changed_us; /* monotonic */
};

/* Something that happens now and then, and is counted. */
struct happening {
	uint64_t count;
	int64_t last_us; /* monotonic */
	bool lately;
};

struct door {
	struct pulse pulse;
	struct happening passed, unmapped;
};

struct pb_watch {
	struct pb_watch_rules rules;
	bool looked;                  /* before */
	int64_t now_us, monotonic_us; /* of this look */
	struct pulse writer, stamper;
	bool asks; /* there is to be a stamper */
	struct door *door;
	struct pb_fault *fault; /* room for all there can be */
	size_t count;
};

/* ---- what is wrong with one ----------------------------------------------------------------- */

static void
note(struct pb_watch *w, bool wrong, enum pb_alert_word word, const char *name)
{
	if (wrong)
		w->fault[w->count++] = (struct pb_fault){ word, name };
}

static bool
is_silent(const struct pb_watch *w, struct pulse *pulse, uint64_t sign)
{
	if (!w->looked || sign != pulse->sign)
		*pulse = (struct pulse){ sign, w->monotonic_us };
	return w->monotonic_us - pulse->changed_us >= PB_WATCH_SILENT_US;
}

/* Within the time after which what happened is over.  A count that fell began anew. */
static bool
has_happened(const struct pb_watch *w, struct happening *h, uint64_t count)
{
	int64_t calm_us = w->rules.policy->alerts->calm_s * SECOND_US;

	if (w->looked && count > h->count) {
		h->lately = true;
		h->last_us = w->monotonic_us;
	} else if (w->monotonic_us - h->last_us >= calm_us) {
		h->lately = false;
	}
	h->count = count;
	return h->lately;
}

/* Did nothing happen since then, for longer than that?  Clocks step: what is to come is now. */
static bool
is_older(const struct pb_watch *w, uint64_t since_us, int64_t limit_us)
{
	return since_us > 0 && (int64_t)since_us < w->now_us - limit_us;
}

static void
look_at_door(struct pb_watch *w, size_t at, const struct pb_board_row *row)
{
	const struct pb_policy_door *policy = &w->rules.policy->door[at];
	const uint64_t *number = row->number;
	struct door *door = &w->door[at];
	uint64_t last_us = number[PB_BOARD_LAST_US];

	if (last_us < number[PB_BOARD_BEGUN_US])
		last_us = number[PB_BOARD_BEGUN_US];
	note(w, is_silent(w, &door->pulse, number[PB_BOARD_ALIVE_US]), PB_ALERT_DOOR_DOWN,
	    policy->name);
	note(w, number[PB_BOARD_FAILING_US] > 0, PB_ALERT_DOOR_DEFERS, policy->name);
	note(w, has_happened(w, &door->passed, number[PB_BOARD_PASSED]), PB_ALERT_DOOR_PASSES,
	    policy->name);
	note(w, policy->silence_s > 0 && is_older(w, last_us, policy->silence_s * SECOND_US),
	    PB_ALERT_DOOR_QUIET, policy->name);
	note(w, number[PB_BOARD_GAPS_WAITING] > 0, PB_ALERT_GAPS_WAIT, policy->name);
	note(w, has_happened(w, &door->unmapped, number[PB_BOARD_UNMAPPED]), PB_ALERT_UNMAPPED,
	    policy->name);
}

static void
look_at_archive(struct pb_watch *w, size_t at, const struct pb_board_row *row)
{
	const uint64_t *number = row->number;
	const char *name = w->rules.policy->archive[at].name;
	uint64_t free_bytes = number[PB_BOARD_FREE_BYTES];

	note(w, number[PB_BOARD_FAILING_US] > 0, PB_ALERT_ARCHIVE_FAILS, name);
	note(w,
	    number[PB_BOARD_WAITING] > 0 &&
		is_older(w, number[PB_BOARD_WAITING_SINCE_US], w->rules.gap_after_us),
	    PB_ALERT_UNSTAMPED, name);
	note(w, free_bytes > 0 && free_bytes < w->rules.policy->alerts->disk_free,
	    PB_ALERT_DISK_LOW, name);
}

/* There is to be one from when the writer tells of authorities, also while it does not; how they
 * answer, the writer says as well.  A row that no policy can name so is nobody's. */
static void
look_at_stamper(struct pb_watch *w, const struct pb_boards *boards)
{
	bool silent = is_silent(w, &w->stamper, boards->stamper.number[PB_BOARD_ALIVE_US]);

	w->asks = w->asks || boards->authority_count > 0;
	note(w, w->asks && silent, PB_ALERT_STAMPER_DOWN, "");
	for (size_t i = 0; i < boards->authority_count && i < PB_LIMIT_TSAS; i++) {
		const struct pb_board_row *row = &boards->authority[i];

		note(w,
		    pb_syntax_name(row->name) &&
			row->number[PB_BOARD_FAILED_US] > row->number[PB_BOARD_STAMPED_US],
		    PB_ALERT_AUTHORITY_FAILS, row->name);
	}
}

/* ---- all of them ---------------------------------------------------------------------------- */

size_t
pb_watch_look(struct pb_watch *w, const struct pb_boards *boards, int64_t now_us,
    int64_t monotonic_us, const struct pb_fault **ret_faults)
{
	const struct pb_capture_policy *policy = w->rules.policy;

	w->now_us = now_us;
	w->monotonic_us = monotonic_us;
	w->count = 0;
	note(w, is_silent(w, &w->writer, boards->writer.number[PB_BOARD_ALIVE_US]),
	    PB_ALERT_WRITER_DOWN, "");
	for (size_t i = 0; i < policy->door_count; i++)
		look_at_door(w, i, &boards->door[i]);
	for (size_t i = 0; i < policy->archive_count; i++)
		look_at_archive(w, i, &boards->archive[i]);
	look_at_stamper(w, boards);
	w->looked = true;
	*ret_faults = w->fault;
	return w->count;
}

enum pb_status
pb_watch_new(const struct pb_watch_rules *rules, struct pb_watch **ret_watch, struct pb_error *err)
{
	const struct pb_capture_policy *policy = rules->policy;
	struct pb_watch *w = calloc(1, sizeof(*w));

	if (w != NULL) {
		w->rules = *rules;
		w->door = calloc(policy->door_count + 1, sizeof(*w->door));
		/* Each word at most once for each that it can be about. */
		w->fault = calloc(
		    PB_ALERT_WORDS * (policy->door_count + policy->archive_count + PB_LIMIT_TSAS),
		    sizeof(*w->fault));
	}
	if (w == NULL || w->door == NULL || w->fault == NULL) {
		pb_watch_free(w);
		return pb_fail_memory(err, N_("watch the capture"));
	}
	*ret_watch = w;
	return PB_OK;
}

void
pb_watch_free(struct pb_watch *watch)
{
	if (watch == NULL)
		return;
	free(watch->door);
	free(watch->fault);
	free(watch);
}
