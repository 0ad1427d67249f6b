/*
 * The writer: the one process that commits, for all archives of a policy.  It has their log keys
 * and the keys of the segments that it writes, no reader's key and no network.
 */
#ifndef PB_DAEMON_WRITER_H
#define PB_DAEMON_WRITER_H

#include "core/world.h"
#include "probant/status.h"

/*
 * As sys/service.h hands it the policy and the doors' socket; until it is told to stop.
 * PB_ESTOPPED: a sync failed; only a new process learns from the disk what is there.
 */
enum pb_status pb_writer_run(const struct pb_world *world, struct pb_error *err) PB_MUST_CHECK;

#endif
