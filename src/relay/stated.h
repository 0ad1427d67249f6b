/*
 * What a peer of the writer may state of capture (type 3): each event's members, their form and
 * their limits (FORMAT 1.5), and nothing besides.  It stands open in every bundle of its time: a
 * peer that was taken over must find no room in it for a word of a message.
 */
#ifndef PB_RELAY_STATED_H
#define PB_RELAY_STATED_H

#include "core/json.h"
#include "relay/relay.h"

struct pb_stated_by {
	enum pb_relay_role role;
	const char *archive;                           /* that it is for: its name in the policy */
	bool (*has_door)(void *ctx, const char *name); /* has the policy this door? */
	void *ctx;
};

/* envelope: NULL if there is none. */
bool pb_stated_fits(
    const struct pb_stated_by *by, const struct pb_json *facts, const struct pb_json *envelope);

/* Why mail passed: a word that a gap has as its reason. */
bool pb_stated_reason(const char *word);

#endif
