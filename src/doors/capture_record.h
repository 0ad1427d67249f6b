/* Records in which a door says of capture itself what its log must know (type 3, FORMAT 1.5). */
#ifndef PB_DOORS_CAPTURE_RECORD_H
#define PB_DOORS_CAPTURE_RECORD_H

#include "doors/doorway.h"

/* A connection to the writer that is made when there is something to say; begins without one. */
struct pb_saying {
	struct pb_doorway *doorway;
	struct pb_relay *relay;
	int64_t deadline_us;
};

/* Connected, or a failure. */
enum pb_status pb_saying_connect(struct pb_saying *saying, struct pb_error *err) PB_MUST_CHECK;
/* Into an archive, as the writer calls it.  envelope may be NULL. */
enum pb_status pb_saying_record(struct pb_saying *saying, size_t at, const struct pb_buf *facts,
    const struct pb_buf *envelope, struct pb_error *err) PB_MUST_CHECK;
void pb_saying_done(struct pb_saying *saying);

#endif
