/* A set of short keys that are as good as random, such as digests: 8 or 16 octets each. */
#ifndef PB_CAPTURE_SEEN_H
#define PB_CAPTURE_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probant/status.h"

struct pb_seen {
	uint64_t *head; /* room: the first 8 octets of each key; 0: empty */
	uint64_t *tail; /* the other 8; NULL if there are none */
	size_t key_len;
	size_t room; /* a power of two, or 0 */
	size_t count;
};

/* A key of zeros stands for none, and is never held. */
void pb_seen_init(struct pb_seen *seen, size_t key_len);
bool pb_seen_has(const struct pb_seen *seen, const uint8_t *key);
/* It will be asked for or added shortly: what is fetched for many at once costs one wait. */
void pb_seen_expect(const struct pb_seen *seen, const uint8_t *key);
/* Both: PB_ENOMEM leaves it as it was. */
/* Room for so many in all. */
enum pb_status pb_seen_reserve(
    struct pb_seen *seen, size_t count, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_seen_add(
    struct pb_seen *seen, const uint8_t *key, struct pb_error *err) PB_MUST_CHECK;
void pb_seen_done(struct pb_seen *seen);

#endif
