/* What stands for a source and for a message in `imports`, and its MAC: HMACs under the machine's
 * key. */
#ifndef PB_CAPTURE_JOURNAL_KEY_H
#define PB_CAPTURE_JOURNAL_KEY_H

#include "capture/journal.h"
#include "crypto/expand.h"

struct pb_journal_key {
	struct pb_secret *secret;
	struct pb_expander *expander;
};

/* With the machine's key of the archive at dir.  On failure, too, it is to be done with. */
enum pb_status pb_journal_key_init(struct pb_journal_key *key, const struct pb_world *world,
    const char *dir, struct pb_error *err) PB_MUST_CHECK;

enum pb_status pb_journal_key_source(struct pb_journal_key *key,
    const struct pb_message_origin *origin, uint8_t out[PB_JOURNAL_KEY_LEN],
    struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_journal_key_message(struct pb_journal_key *key, const struct pb_sealed *sealed,
    uint8_t out[PB_JOURNAL_KEY_LEN], struct pb_error *err) PB_MUST_CHECK;

/* The head's MAC: of all its octets but the MAC's own. */
enum pb_status pb_journal_key_head(struct pb_journal_key *key,
    const uint8_t head[PB_IMPORTS_HEAD_LEN], uint8_t out[PB_JOURNAL_KEY_LEN],
    struct pb_error *err) PB_MUST_CHECK;

void pb_journal_key_done(struct pb_journal_key *key);

#endif
