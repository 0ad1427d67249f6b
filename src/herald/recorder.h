/*
 * Alerts become records (FORMAT 1.5, alert), by the writer: each in the archives that it concerns,
 * in the order in which they were stated, once.  What an archive can't take now waits, so much of
 * it that the oldest is forgotten then.
 */
#ifndef PB_HERALD_RECORDER_H
#define PB_HERALD_RECORDER_H

#include "alert/alerts.h"
#include "core/world.h"
#include "policy/capture.h"

/* Borrows all of it. */
struct pb_recorder_options {
	const struct pb_world *world;
	const struct pb_capture_policy *policy;
	const char *path; /* the writer's entrance for alerts */
	uint32_t writer_uid;
};

struct pb_recorder;
enum pb_status pb_recorder_new(const struct pb_recorder_options *options,
    struct pb_recorder **ret_recorder, struct pb_error *err) PB_MUST_CHECK;
void pb_recorder_free(struct pb_recorder *recorder); /* NULL is fine */

/* It is to be recorded.  PB_ENOMEM: it is not. */
enum pb_status pb_recorder_state(struct pb_recorder *recorder, const struct pb_notice *notice,
    struct pb_error *err) PB_MUST_CHECK;

/* Is there anything to be recorded? */
bool pb_recorder_waits(const struct pb_recorder *recorder);
/* Hand over what waits.  A failure is for the log: what it is of waits on. */
enum pb_status pb_recorder_turn(struct pb_recorder *recorder, struct pb_error *err) PB_MUST_CHECK;

#endif
