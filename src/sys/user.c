#include "sys/user.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"

/* What the largest line of passwd(5) takes; more is no user of ours. */
#define LINE_MAX_LEN (64 * 1024)

struct pb_user
pb_user_self(void)
{
	return (struct pb_user){ .uid = geteuid(), .gid = getegid() };
}

bool
pb_user_is_root(void)
{
	return geteuid() == 0;
}

enum pb_status
pb_user_find(const char *name, struct pb_user *ret_user, struct pb_error *err)
{
	struct passwd entry, *found = NULL;
	char *line = malloc(LINE_MAX_LEN);
	int error;

	if (line == NULL)
		return pb_fail_memory(err, N_("look a user up"));
	error = getpwnam_r(name, &entry, line, LINE_MAX_LEN, &found);
	if (found != NULL)
		*ret_user = (struct pb_user){ .uid = entry.pw_uid, .gid = entry.pw_gid };
	free(line);
	if (found != NULL)
		return PB_OK;
	if (error == ENOMEM)
		return pb_fail_memory(err, N_("look a user up"));
	return pb_fail(err, PB_ENOENT, N_("look a user up"),
	    N_("this machine has no user of that name"), "%s", name);
}

enum pb_status
pb_user_become(const struct pb_user *user, struct pb_error *err)
{
	gid_t group = user->gid;

	if (setgroups(1, &group) != 0 || setresgid(group, group, group) != 0 ||
	    setresuid(user->uid, user->uid, user->uid) != 0 ||
	    /* The kernel forgets it with the user (prctl(2)). */
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return pb_fail_sys(
		    err, -errno, N_("become another user"), "%lu", (unsigned long)user->uid);
	/* setuid(2): what was given up must not come back. */
	if (user->uid != 0 && setuid(0) == 0)
		return pb_fail(err, PB_EACCESS, N_("become another user"),
		    N_("root's rights stayed"), "%lu", (unsigned long)user->uid);
	return PB_OK;
}

enum pb_status
pb_user_give(const char *path, const struct pb_user *user, struct pb_error *err)
{
	if (lchown(path, user->uid, user->gid) != 0)
		return pb_fail_sys(
		    err, -errno, N_("give a file or directory to a user"), "%s", path);
	return PB_OK;
}

static enum pb_status
make_parents(const char *path, struct pb_error *err)
{
	char *part = strdup(path);
	enum pb_status status = PB_OK;

	if (part == NULL)
		return pb_fail_memory(err, N_("make a directory"));
	for (char *slash = part; status == PB_OK && (slash = strchr(slash + 1, '/')) != NULL;) {
		*slash = '\0';
		if (mkdir(part, 0755) == 0)
			(void)chmod(part, 0755); /* the mask is for files that hold something */
		else if (errno != EEXIST)
			status = pb_fail_sys(err, -errno, N_("make a directory"), "%s", part);
		*slash = '/';
	}
	free(part);
	return status;
}

enum pb_status
pb_user_directory(const char *path, unsigned mode, const struct pb_user *user, struct pb_error *err)
{
	enum pb_status status = make_parents(path, err);
	struct stat st;

	if (status != PB_OK)
		return status;
	if (mkdir(path, 0700) == 0) {
		if (chmod(path, mode) != 0)
			return pb_fail_sys(err, -errno, N_("make a directory"), "%s", path);
		return pb_user_give(path, user, err);
	}
	if (errno != EEXIST || lstat(path, &st) != 0)
		return pb_fail_sys(err, -errno, N_("make a directory"), "%s", path);
	if (!S_ISDIR(st.st_mode) || st.st_uid != user->uid || (st.st_mode & 022) != 0) {
		(void)pb_fail(err, PB_EACCESS, N_("use a directory"),
		    N_("it is not of the user who needs it, or others may write in it"), "%s",
		    path);
		return pb_fail_todo(err, PB_EACCESS,
		    N_("give it to that user (`chown`), and take `chmod go-w` from others"));
	}
	return PB_OK;
}

enum pb_status
pb_user_admit(const char *path, unsigned mode, struct pb_error *err)
{
	return chmod(path, (mode_t)mode) == 0
		   ? PB_OK
		   : pb_fail_sys(err, -errno, N_("set who may read a file"), "%s", path);
}
