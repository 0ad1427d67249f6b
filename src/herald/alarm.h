/* Capture watched, and whoever the policy says told of what is wrong: by each way, and as records.
 */
#ifndef PB_HERALD_ALARM_H
#define PB_HERALD_ALARM_H

#include "herald/recorder.h"
#include "herald/teller.h"

struct pb_alarm_options {
	struct pb_recorder_options recorder;
	struct pb_teller_options teller; /* its policy: that of the recorder's */
	int64_t gap_after_us;            /* how long records may wait for a token */
};

struct pb_alarm;
enum pb_status pb_alarm_new(const struct pb_alarm_options *options, struct pb_alarm **ret_alarm,
    struct pb_error *err) PB_MUST_CHECK;
void pb_alarm_free(struct pb_alarm *alarm); /* NULL is fine */

/* Look, and tell what is due.  Takes as long as whom it tells. */
void pb_alarm_turn(struct pb_alarm *alarm);

#endif
