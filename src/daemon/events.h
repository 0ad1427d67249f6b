/* What the log says of capture itself (FORMAT 1.5): records of types 3 and 4. */
#ifndef PB_DAEMON_EVENTS_H
#define PB_DAEMON_EVENTS_H

#include "core/buf.h"
#include "crypto/digest.h"
#include "daemon/stamps.h"
#include "policy/capture.h"

/* Each appends the JSON of facts (of pb_events_mailboxes: of an envelope).  PB_ENOMEM. */
enum pb_status pb_events_start(struct pb_buf *facts, uint32_t heartbeat_s) PB_MUST_CHECK;
/* records: of doors, committed since the start or the heartbeat before. */
enum pb_status pb_events_heartbeat(struct pb_buf *facts, uint64_t records) PB_MUST_CHECK;
enum pb_status pb_events_stop(struct pb_buf *facts, uint64_t records) PB_MUST_CHECK;
/* The writer ended without a stop; it was not there between these, microseconds since 1970. */
enum pb_status pb_events_gap(struct pb_buf *facts, uint64_t from_us, uint64_t to_us) PB_MUST_CHECK;
/* The policy in force as it concerns the archive of that index, but for its mailboxes; the digests
 * of its text, and of the file of its map if it has one. */
enum pb_status pb_events_policy(struct pb_buf *facts, const struct pb_capture_policy *policy,
    size_t archive, const uint8_t sha256[PB_DIGEST_LEN],
    const uint8_t map_sha256[PB_DIGEST_LEN]) PB_MUST_CHECK;
/* The timestamp policy in force. */
enum pb_status pb_events_stamps(struct pb_buf *facts, const struct pb_stamps *stamps) PB_MUST_CHECK;
enum pb_status pb_events_mailboxes(
    struct pb_buf *envelope, const struct pb_capture_policy *policy, size_t archive) PB_MUST_CHECK;

#endif
