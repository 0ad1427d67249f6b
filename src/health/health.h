/* Whether capture lives, by what its processes tell. */
#ifndef PB_HEALTH_HEALTH_H
#define PB_HEALTH_HEALTH_H

#include "core/buf.h"
#include "health/boards.h"

/* Whoever gave no sign for so long does not live: each does several times a second, and waits for
 * nothing that takes as long but a disk. */
#define PB_HEALTH_SILENCE_US (15 * 1000000LL)

/* Neither is a sign of a time to come one: the clock was set back since. */
bool pb_health_lives(const struct pb_board_row *row, int64_t now_us);

/*
 * A line for each thing that is wrong, in English and with names of the policy alone; none: capture
 * lives.  now_us: local clock.  PB_ENOMEM.
 */
enum pb_status pb_health(
    const struct pb_boards *boards, int64_t now_us, struct pb_buf *lines) PB_MUST_CHECK;

#endif
