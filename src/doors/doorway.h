/* A doorway from within: what its sessions remember together. */
#ifndef PB_DOORS_DOORWAY_H
#define PB_DOORS_DOORWAY_H

#include "core/limits.h"
#include "doors/gaps.h"
#include "doors/kit.h"
#include "doors/transaction.h"
#include "sys/board.h"

/* The spool of what was let through; what sessions left; the options, as they were given. */
struct pb_gaps *pb_doorway_gaps(struct pb_doorway *doorway);
struct pb_kits *pb_doorway_kits(struct pb_doorway *doorway);
const struct pb_doorway_options *pb_doorway_given(const struct pb_doorway *doorway);
/* Recipients that no archive has; what the server of a map answered. */
struct pb_unmapped *pb_doorway_unmapped(struct pb_doorway *doorway);
struct pb_answers *pb_doorway_answers(struct pb_doorway *doorway);

/* Connect to the writer, at the latest at deadline_us; what it tells of archives is remembered. */
enum pb_status pb_doorway_connect(struct pb_doorway *doorway, int64_t deadline_us,
    struct pb_relay **ret_relay, struct pb_error *err) PB_MUST_CHECK;
/* Milliseconds until then. */
uint32_t pb_doorway_left_ms(const struct pb_doorway *doorway, int64_t deadline_us);

/* What the writer calls an archive of the policy; SIZE_MAX: it can't have it now. */
size_t pb_doorway_at_writer(
    const struct pb_doorway *doorway, const struct pb_relay *relay, size_t archive);

/* An archive's origin as the writer told last; "" if it did not yet. */
void pb_doorway_origin(
    struct pb_doorway *doorway, size_t archive, char ret_origin[PB_LIMIT_ORIGIN + 1]);

/*
 * How an archive does: since when (monotonic_us) messages for it can't be kept, without one that
 * was between; 0: they can.  The first failure, and the first success behind it, are logged.
 */
int64_t pb_doorway_failing(struct pb_doorway *doorway, size_t archive);
void pb_doorway_failed(struct pb_doorway *doorway, size_t archive, const struct pb_error *why);
void pb_doorway_kept(struct pb_doorway *doorway, size_t archive);
/* The same of the server of the policy's map, in the place of PB_DOORWAY_MAP: it does not answer,
 * or does. */
#define PB_DOORWAY_MAP(policy) ((policy)->archive_count)

/* What is to be said of capture is recorded (NULL), or can't be: that is logged once until it is.
 * By one thread. */
void pb_doorway_recorded(struct pb_doorway *doorway, const struct pb_error *why);

/* Messages that have begun and not ended. */
void pb_doorway_enter(struct pb_doorway *doorway);
void pb_doorway_leave(struct pb_doorway *doorway);
bool pb_doorway_busy(const struct pb_doorway *doorway);

/* What the door tells of itself (sys/board.h): as it is; one more, or so many; the time now. */
void pb_doorway_tell(struct pb_doorway *doorway, enum pb_board_number number, uint64_t value);
void pb_doorway_count(struct pb_doorway *doorway, enum pb_board_number number);
void pb_doorway_tell_now(struct pb_doorway *doorway, enum pb_board_number number);

/* A failure in a line: what was tried, on what, why it failed. */
#define PB_DOORWAY_SAID 512
void pb_doorway_say(const struct pb_error *err, char out[PB_DOORWAY_SAID]);
void pb_doorway_log(const struct pb_doorway *doorway, const char *format, ...) PB_PRINTF(2, 3);

#endif
