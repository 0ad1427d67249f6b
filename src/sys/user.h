/* Who a process is, and how it becomes somebody who may less. */
#ifndef PB_SYS_USER_H
#define PB_SYS_USER_H

#include <stdbool.h>
#include <stdint.h>

#include "probant/status.h"

struct pb_user {
	uint32_t uid, gid;
};

struct pb_user pb_user_self(void);
/* Only root can become another. */
bool pb_user_is_root(void);

/* PB_ENOENT: nobody has this name. */
enum pb_status pb_user_find(
    const char *name, struct pb_user *ret_user, struct pb_error *err) PB_MUST_CHECK;

/* For good: no way back, no other group.  Before the first thread.  PB_EACCESS. */
enum pb_status pb_user_become(const struct pb_user *user, struct pb_error *err) PB_MUST_CHECK;

/*
 * A directory of that user: made with this mode if it is not there, else only looked at.  Its
 * parents are made too, for root alone to change.  PB_EACCESS: it is another's.
 */
enum pb_status pb_user_directory(const char *path, unsigned mode, const struct pb_user *user,
    struct pb_error *err) PB_MUST_CHECK;

/* What stands at path is his from now on. */
enum pb_status pb_user_give(
    const char *path, const struct pb_user *user, struct pb_error *err) PB_MUST_CHECK;

/* A file of this user's gets this mode, whatever its umask. */
enum pb_status pb_user_admit(const char *path, unsigned mode, struct pb_error *err) PB_MUST_CHECK;

#endif
