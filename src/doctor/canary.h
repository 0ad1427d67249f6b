/*
 * A canary: a message that nobody wrote, brought to a door as its clients bring theirs, so that it
 * can be looked for in the archive.
 *
 * It is a message like any other, from canary@probant.invalid (RFC 2606 2: nobody's), with a field
 * Probant-Canary of 32 random digits, which stand before the @ of its Message-ID too.
 */
#ifndef PB_DOCTOR_CANARY_H
#define PB_DOCTOR_CANARY_H

#include "core/buf.h"
#include "core/world.h"
#include "crypto/digest.h"
#include "policy/capture.h"

#define PB_CANARY_FROM "canary@probant.invalid"
#define PB_CANARY_HOST "doctor.probant.invalid"
#define PB_CANARY_DIGITS 32

struct pb_canary {
	char digits[PB_CANARY_DIGITS + 1];
	char recipient[320];
	struct pb_buf text; /* as a door sees it: CRLF, no dot that begins a line; a NUL behind */
	uint8_t sha256[PB_DIGEST_LEN];
};

/* For a mailbox of a policy, "a@b.example" or "@b.example". */
enum pb_status pb_canary_make(const struct pb_world *world, const char *mailbox,
    struct pb_canary *ret_canary, struct pb_error *err) PB_MUST_CHECK;
void pb_canary_done(struct pb_canary *canary);

/*
 * By that door, until it said that it is kept: as a client of LMTP or SMTP, or as an MTA speaks
 * with a milter.  Through a proxy its next hop delivers it.  PB_EUNAVAIL: the door is not there, or
 * does not take it; err->object is what it said.
 */
enum pb_status pb_canary_bring(const struct pb_world *world, const struct pb_policy_door *door,
    const struct pb_canary *canary, struct pb_error *err) PB_MUST_CHECK;

/* Within the room: the two ways, on a connection that is open. */
struct pb_stream;
enum pb_status pb_canary_smtp(struct pb_stream *stream, bool lmtp, const struct pb_canary *canary,
    struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_canary_milter(
    struct pb_stream *stream, const struct pb_canary *canary, struct pb_error *err) PB_MUST_CHECK;

#endif
