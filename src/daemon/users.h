/* As whom the processes run. */
#ifndef PB_DAEMON_USERS_H
#define PB_DAEMON_USERS_H

#include "policy/capture.h"
#include "sys/user.h"

struct pb_users {
	bool apart; /* else whom the policy names cannot be become: all are who started it */
	struct pb_user door, writer, stamper;
	struct pb_user herald; /* who the stamper is, if the policy does not say else */
};

/* PB_ENOENT: this machine has no user of a name that the policy says. */
enum pb_status pb_users_find(const struct pb_capture_policy *policy, struct pb_users *ret_users,
    struct pb_error *err) PB_MUST_CHECK;

#endif
