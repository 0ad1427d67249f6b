/*
 * The network of a process that has none (core/world.h): each exchange is asked of the stamper, who
 * has one, over its local socket.
 */
#ifndef PB_RELAY_OUTSIDE_H
#define PB_RELAY_OUTSIDE_H

#include "core/world.h"

struct pb_outside;

/* Borrows world and path.  Who listens there must be of that user, or root, who binds the socket.
 */
enum pb_status pb_outside_new(const struct pb_world *world, const char *path, uint32_t stamper_uid,
    struct pb_outside **ret_outside, struct pb_error *err) PB_MUST_CHECK;

/*
 * Borrowed; for any thread.  A request with a body is one to its `authority`, whose address the
 * stamper knows.  What keeps the stamper from asking is no authority's failure: PB_EUNAVAIL with
 * the cause ENETDOWN.
 */
const struct pb_http *pb_outside_http(struct pb_outside *outside);

/* Whoever waits within waits a quarter of a second more at most, and nobody is asked any more. */
void pb_outside_stop(struct pb_outside *outside);

void pb_outside_free(struct pb_outside *outside); /* when nobody is within; NULL is fine */

#endif
