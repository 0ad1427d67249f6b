/* A policy's text, from its file or as a process was handed it, and what it says. */
#ifndef PB_DAEMON_POLICY_TEXT_H
#define PB_DAEMON_POLICY_TEXT_H

#include "core/world.h"
#include "policy/capture.h"

/* *ret_text is the caller's.  PB_ENOENT and the like, PB_EDATA, PB_ELIMIT. */
enum pb_status pb_policy_text_read(const struct pb_world *world, const char *file,
    struct pb_buf *ret_text, struct pb_capture_policy **ret_policy,
    struct pb_error *err) PB_MUST_CHECK;

/* fd: PB_SERVICE_POLICY. */
enum pb_status pb_policy_text_handed(const struct pb_world *world, int fd, struct pb_buf *ret_text,
    struct pb_capture_policy **ret_policy, struct pb_error *err) PB_MUST_CHECK;

#endif
