#include "archive/paths.h"

#include <stdio.h>

#include "core/error.h"

enum pb_status
pb_path_make(
    struct pb_path *path, const char *dir, const char *name, const char *file, struct pb_error *err)
{
	int len = snprintf(path->text, sizeof(path->text), "%s/%s%s%s", dir, name,
	    file != NULL ? "/" : "", file != NULL ? file : "");

	if (len < 0 || (size_t)len >= sizeof(path->text))
		return pb_fail(err, PB_ELIMIT, N_("name a file of the archive"),
		    N_("the path is too long"), "%s", dir);
	return PB_OK;
}

enum pb_status
pb_path_private(const struct pb_files *files, const char *path, struct pb_error *err)
{
	struct pb_file_info info;
	int answer = files->stat(files->ctx, path, true, &info);

	if (answer < 0)
		return pb_fail_sys(err, answer, N_("look at the archive"), "%s", path);
	if (!info.owned) {
		(void)pb_fail(err, PB_EACCESS, N_("open the archive"),
		    N_("it belongs to another user"), "%s", path);
		return pb_fail_todo(err, PB_EACCESS, N_("run the command as the archive's owner"));
	}
	if ((info.mode & 077) != 0) {
		(void)pb_fail(err, PB_EACCESS, N_("open the archive"),
		    N_("other users may read or change it"), "%s", path);
		return pb_fail_todo(err, PB_EACCESS,
		    N_("take their rights away: chmod -R go-rwx on the archive's directory"));
	}
	return PB_OK;
}
