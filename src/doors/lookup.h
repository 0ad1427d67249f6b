/* Which archive has an address: by the policy's lists, and by its map. */
#ifndef PB_DOORS_LOOKUP_H
#define PB_DOORS_LOOKUP_H

#include "doors/answers.h"
#include "doors/socketmap.h"

/* For one message.  Borrows all. */
struct pb_lookup {
	const struct pb_capture_policy *policy;
	const struct pb_clock *clock;
	struct pb_answers *answers; /* these two where the map is a server's */
	struct pb_socketmap *socketmap;
	int64_t deadline_us; /* when no question begins any more */
	bool asked;          /* comes back: the server answered */
};

/*
 * SIZE_MAX: none has it; PB_POLICY_NOBODY: none, and that is meant.  PB_EUNAVAIL: it cannot be
 * known now.  PB_ELIMIT: it was not asked for, since the message's other addresses took all its
 * time.
 */
enum pb_status pb_lookup_archive(struct pb_lookup *lookup, const char *address, size_t *ret_archive,
    struct pb_error *err) PB_MUST_CHECK;

/* Are addresses of that domain ("@b.example") ours, as far as policy and map say?  Likewise. */
enum pb_status pb_lookup_ours(struct pb_lookup *lookup, const char *domain, bool *ret_ours,
    struct pb_error *err) PB_MUST_CHECK;

#endif
