/*
 * A policy that is in force, or will be: its text, the users, directories and listening sockets
 * that it asks for.
 */
#ifndef PB_DAEMON_SETTING_H
#define PB_DAEMON_SETTING_H

#include "core/limits.h"
#include "core/world.h"
#include "daemon/users.h"
#include "policy/timestamp.h"

/* Where the writer, too, looks for who asks for it: in runtime_dir. */
#define PB_SOCKET_STAMPER "stamper.sock"

struct pb_setting {
	struct pb_buf text;
	struct pb_capture_policy *policy;
	struct pb_buf timestamp_text; /* empty: that policy names none */
	struct pb_timestamp_policy *timestamp;
	struct pb_users users;
	char relay[PB_LIMIT_PATH];   /* where the writer listens */
	char herald[PB_LIMIT_PATH];  /* and where he does for alerts */
	char stamper[PB_LIMIT_PATH]; /* and who asks for him */
	int state;                   /* the directory of what doors remember, locked */
	int relay_socket;
	int herald_socket;  /* -1: nobody is told of alerts */
	int stamper_socket; /* -1: nobody is to be asked */
	int *door_socket;   /* by door */
	int metrics_socket; /* -1: nobody may ask */
};

/*
 * From the policy in file.  before (may be NULL): what is in force now; where both listen at the
 * same place, they have the same socket, and nobody who connects meanwhile is refused.
 */
enum pb_status pb_setting_new(const struct pb_world *world, const char *file,
    const struct pb_setting *before, struct pb_setting **ret_setting,
    struct pb_error *err) PB_MUST_CHECK;
void pb_setting_free(struct pb_setting *setting); /* NULL is fine */

/* Is it the same policy, or policies, word for word? */
bool pb_setting_equal(const struct pb_setting *a, const struct pb_setting *b);

#endif
