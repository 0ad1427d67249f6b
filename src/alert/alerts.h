/*
 * The alerts that stand, and of what each way of telling them still has to be told: pure decisions.
 *
 * A fault that lasts for `after` begins an alert, which ends when it was gone for as long.  Each
 * way is told of a begin once, of its end once, in this order, and while it stands again at most
 * every `repeat`.  What could not be told stays to be told; so much of it that whoever has the
 * oldest end to be told forgets it.
 */
#ifndef PB_ALERT_ALERTS_H
#define PB_ALERT_ALERTS_H

#include <stdbool.h>

#include "alert/words.h"
#include "core/buf.h"

enum pb_alert_way { PB_ALERT_EMAIL, PB_ALERT_WEBHOOK, PB_ALERT_RECORD, PB_ALERT_WAYS };

struct pb_alert {
	enum pb_alert_word word;
	char name[PB_ALERT_NAME]; /* "" if it needs none */
	int64_t since_us;         /* local clock: when it was seen first */
	int64_t until_us;         /* when it was not any more; 0: it lasts */
	/* Private from here. */
	bool begun, ended, wrong;
	int64_t changed_us; /* monotonic: wrong since, or gone since */
	struct {
		bool begin, end;
		int64_t at_us; /* monotonic: the last time that it was told */
	} told[PB_ALERT_WAYS];
};

/* Of times in microseconds. */
struct pb_alerts_rules {
	int64_t after_us, repeat_us;
	bool way[PB_ALERT_WAYS]; /* which are in use; records are not repeated */
};

struct pb_alerts;
enum pb_status pb_alerts_new(const struct pb_alerts_rules *rules, struct pb_alerts **ret_alerts,
    struct pb_error *err) PB_MUST_CHECK;
void pb_alerts_free(struct pb_alerts *alerts); /* NULL is fine */

/* now_us: local clock.  Answers how many faults and ends had no place: for the log. */
size_t pb_alerts_turn(struct pb_alerts *alerts, const struct pb_fault *fault, size_t count,
    int64_t now_us, int64_t monotonic_us);

/* How many stand. */
size_t pb_alerts_standing(const struct pb_alerts *alerts);

enum pb_alert_state { PB_ALERT_BEGUN, PB_ALERT_STANDS, PB_ALERT_ENDED };
struct pb_notice {
	enum pb_alert_state state;
	struct pb_alert *alert;   /* borrowed until the next turn */
	bool told[PB_ALERT_WAYS]; /* which ways were told of that state already */
};

/* What that way is to be told now, at most `max`.  A BEGUN goes before its ENDED, in another one.
 */
size_t pb_alerts_due(struct pb_alerts *alerts, enum pb_alert_way way, int64_t monotonic_us,
    struct pb_notice *notices, size_t max);
/* It was told of them. */
void pb_alerts_told(
    enum pb_alert_way way, const struct pb_notice *notices, size_t count, int64_t monotonic_us);

/* ---- from one process to the next ----------------------------------------------------------- */

/* An alert that has begun, as it is remembered where nobody watches. */
struct pb_alert_kept {
	enum pb_alert_word word;
	char name[PB_ALERT_NAME];
	int64_t since_us, until_us; /* as of an alert; until_us 0: it has not ended */
	uint64_t told; /* of its begin: 1 << way; of its end: 1 << (PB_ALERT_WAYS + way) */
};

/* Those in place 0, 1 and so on, less than PB_LIMIT_ALERTS; false: there is none to remember. */
bool pb_alerts_keep(const struct pb_alerts *alerts, size_t place, struct pb_alert_kept *ret_kept);
/* It goes on where it was.  Before the first turn; whom there is no place for is forgotten. */
void pb_alerts_resume(
    struct pb_alerts *alerts, const struct pb_alert_kept *kept, int64_t monotonic_us);

#endif
