/* The texts of policies: of a timestamp policy, and of both as the writer is handed them. */
#ifndef PB_DAEMON_POLICY_TEXT_H
#define PB_DAEMON_POLICY_TEXT_H

#include "core/world.h"
#include "policy/capture.h"
#include "policy/timestamp.h"

/* From its file, which errors name; *ret_text is the caller's.  As pb_policy_whole_read. */
enum pb_status pb_policy_text_timestamp(const struct pb_world *world, const char *file,
    struct pb_buf *ret_text, struct pb_timestamp_policy **ret_policy,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * What the writer is handed: the timestamp policy, empty if none is in force, and behind a NUL the
 * capture policy as a whole (policy/whole.h).  No policy has a NUL in it.
 */
enum pb_status pb_policy_text_join(const struct pb_buf *timestamp, const struct pb_buf *capture,
    struct pb_buf *ret_both, struct pb_error *err) PB_MUST_CHECK;
/* fd: PB_SERVICE_POLICY.  *ret_timestamp: text, perhaps empty; both are the caller's. */
enum pb_status pb_policy_text_handed(const struct pb_world *world, int fd, struct pb_buf *ret_text,
    struct pb_capture_policy **ret_policy, struct pb_buf *ret_timestamp,
    struct pb_error *err) PB_MUST_CHECK;

#endif
