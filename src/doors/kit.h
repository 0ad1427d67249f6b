/*
 * What a session works with, which the next one takes over: many an MTA opens a session for each
 * message, and making these costs more than the message.
 */
#ifndef PB_DOORS_KIT_H
#define PB_DOORS_KIT_H

#include "capture/message.h"
#include "core/limits.h"
#include "doors/socketmap.h"
#include "relay/relay.h"

struct pb_kit {
	struct pb_relay *relay;           /* to the writer; NULL: not connected */
	struct pb_message_maker *maker;   /* holding no message; NULL: none yet */
	char origin[PB_LIMIT_ORIGIN + 1]; /* that it seals for */
	struct pb_socketmap map;          /* to the server of the policy's map */
};

void pb_kit_done(struct pb_kit *kit);

/* Kits that no session has; for all threads. */
struct pb_kits;
enum pb_status pb_kits_new(struct pb_kits **ret_kits, struct pb_error *err) PB_MUST_CHECK;
/* The one that was put last, or an empty one. */
void pb_kits_take(struct pb_kits *kits, struct pb_kit *ret_kit);
/* It is released where there are enough. */
void pb_kits_put(struct pb_kits *kits, struct pb_kit *take_kit);
void pb_kits_free(struct pb_kits *kits); /* NULL is fine */

#endif
