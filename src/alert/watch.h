/*
 * What is wrong with capture, by what its processes tell of themselves (sys/board.h): boards in,
 * faults out.  A fault is what a single look shows; what becomes an alert is for alert/alerts.h.
 */
#ifndef PB_ALERT_WATCH_H
#define PB_ALERT_WATCH_H

#include "alert/words.h"
#include "health/boards.h"

struct pb_watch_rules {
	const struct pb_capture_policy *policy; /* that has alerts */
	int64_t gap_after_us;                   /* how long records may wait for a token */
};

/* A process gives a sign of life several times a second, unless its disk or a peer holds it up. */
#define PB_WATCH_SILENT_US (5 * 1000000LL)

struct pb_watch;
/* Borrows the policy.  Only what happens from the first look on is seen to happen. */
enum pb_status pb_watch_new(const struct pb_watch_rules *rules, struct pb_watch **ret_watch,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * *ret_faults is borrowed until the next look; names in it are the policy's, or of an authority's
 * row.  Answers how many there are.  now_us: local clock.
 */
size_t pb_watch_look(struct pb_watch *watch, const struct pb_boards *boards, int64_t now_us,
    int64_t monotonic_us, const struct pb_fault **ret_faults);

void pb_watch_free(struct pb_watch *watch); /* NULL is fine */

#endif
