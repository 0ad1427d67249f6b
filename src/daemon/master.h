/*
 * The master: it reads the policy, binds the sockets, and keeps the others running.  It serves
 * nothing itself, and opens nothing that comes from outside but the policy.
 *
 * SIGHUP: the policy is read again; one that is not good is said, and the old one stays.  Of a good
 * one the sockets are bound first, then the processes of the old one end in order, and those of the
 * new one begin; whoever connects meanwhile waits in a socket's backlog.  SIGTERM: they end.
 */
#ifndef PB_DAEMON_MASTER_H
#define PB_DAEMON_MASTER_H

#include "core/world.h"
#include "probant/status.h"

/* Until it is told to end.  Another status than PB_OK: it could not begin. */
enum pb_status pb_master_run(
    const struct pb_world *world, const char *policy_file, struct pb_error *err) PB_MUST_CHECK;

#endif
