/* What the commands of `fleet` share: the policy, read and written. */
#ifndef PB_CLI_FLEET_H
#define PB_CLI_FLEET_H

#include "cli/command.h"
#include "core/buf.h"
#include "policy/capture.h"

/* --policy, else where `run` looks. */
const char *pb_fleet_policy_of(const struct pb_options *options);

/* Its text, and what it says. */
enum pb_status pb_fleet_policy_read(const struct pb_world *world, const char *path,
    struct pb_buf *yaml, struct pb_capture_policy **ret_policy, struct pb_error *err) PB_MUST_CHECK;

/* What was refused at a line of a file names the file before it; any other status passes. */
enum pb_status pb_fleet_place_of_error(
    const char *path, enum pb_status status, struct pb_error *err);

/* The text beside target, durable, for whoever may read that; then in its place.  Whoever reads it
 * sees the old or the new. */
enum pb_status pb_fleet_policy_prepare(const struct pb_world *world, const char *target,
    const struct pb_buf *text, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_fleet_policy_commit(
    const struct pb_world *world, const char *target, struct pb_error *err) PB_MUST_CHECK;

#endif
