/*
 * The file `capturing` of an archive's directory: a writer captures, or ended without a stop.  Who
 * captures holds its lock, which ends with its process however that ends.
 */
#ifndef PB_DAEMON_CAPTURING_H
#define PB_DAEMON_CAPTURING_H

#include <stdbool.h>

#include "core/world.h"
#include "probant/status.h"

/*
 * *ret_unclean: it stands there.  Then *ret_last_s is the local clock of the newest record.
 * PB_ELOCKED: another captures.
 */
enum pb_status pb_capturing_look(const struct pb_world *world, const char *dir, bool *ret_unclean,
    uint64_t *ret_last_s, struct pb_error *err) PB_MUST_CHECK;

/*
 * Both with the archive's lock held, so that of two the second finds what the first did; durable
 * on PB_OK.  The descriptor holds the file's lock.  PB_ELOCKED: another captures.
 */
enum pb_status pb_capturing_begin(
    const struct pb_files *files, const char *dir, int *ret_fd, struct pb_error *err) PB_MUST_CHECK;
/* What it begins with fails: the descriptor stays. */
enum pb_status pb_capturing_end(const struct pb_files *files, const char *dir, int *take_fd,
    struct pb_error *err) PB_MUST_CHECK;

#endif
