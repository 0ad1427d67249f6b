/*
 * Between processes of one machine: sealed records on their way to the writer (record/intake.h,
 * over a local socket).  A peer is what the socket it came by lets it be: it names no role.
 */
#ifndef PB_RELAY_RELAY_H
#define PB_RELAY_RELAY_H

#include "core/world.h"
#include "record/intake.h"

/* What one side may ask of the writer, fixed by the socket that it connects to. */
enum pb_relay_role {
	PB_RELAY_LISTENER, /* record types 1 and 3, which states gaps and alarms */
	PB_RELAY_HERALD    /* record type 3 alone, which states alerts */
};

/* ---- the side of a listener ----------------------------------------------------------------- */

struct pb_relay; /* one connection, for one thread at a time */

/*
 * PB_EUNAVAIL: nobody listens at path, it is neither the writer's user nor root (who binds the
 * socket), or is no writer of this version; whatever went wrong.  But PB_ENOMEM, and PB_EINVAL: no
 * socket has such a path.
 */
enum pb_status pb_relay_connect(const struct pb_world *world, const char *path, uint32_t writer_uid,
    uint32_t timeout_ms, struct pb_relay **ret_relay, struct pb_error *err) PB_MUST_CHECK;

/*
 * The archives that it may submit to, as the writer told on connecting; borrowed.  Of one that
 * could not be had then, name and origin are empty: connect again.
 */
size_t pb_relay_archives(const struct pb_relay *relay);
const char *pb_relay_archive_name(const struct pb_relay *relay, size_t archive);
const char *pb_relay_archive_origin(const struct pb_relay *relay, size_t archive);

struct pb_relay_item {
	size_t archive;
	struct pb_sealed *sealed; /* borrowed */
	enum pb_status status;    /* comes back: PB_OK, it is durable */
	struct pb_receipt receipt;
};

/*
 * Hand them over, and wait until each was committed or refused; at most timeout_ms.  PB_OK: all
 * are durable.  Else the first failure; what the connection's end left unknown is PB_EUNAVAIL, and
 * may be durable all the same: connect again.
 */
enum pb_status pb_relay_commit(struct pb_relay *relay, struct pb_relay_item *items, size_t count,
    uint32_t timeout_ms, struct pb_error *err) PB_MUST_CHECK;

void pb_relay_free(struct pb_relay *relay); /* NULL is fine */

#endif
