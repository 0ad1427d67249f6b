#include "copies/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "archive/listing.h"
#include "core/error.h"
#include "core/io.h"

#define DEPTH 12
/* The root's parent is the root: to look there again does no harm. */
#define UPWARDS 64

static enum pb_status
check_folder(const struct pb_files *files, const char *path, struct pb_error *err)
{
	struct pb_file_info info;
	int answer = files->stat(files->ctx, path, false, &info);

	if (answer < 0)
		return pb_fail_sys(err, answer, N_("look at a directory"), "%s", path);
	return info.type == PB_FILE_DIRECTORY ? PB_OK
					      : pb_fail(err, PB_ECORRUPT, N_("look at a directory"),
						    N_("it is not a directory"), "%s", path);
}

static enum pb_status
walk_to(const struct pb_files *files, const char *dir, const char *path, bool make,
    struct pb_error *err)
{
	const char *slash = path;
	struct pb_path inner;
	enum pb_status status;
	int answer;

	while ((slash = strchr(slash, '/')) != NULL) {
		status = pb_path_make(&inner, dir, path, NULL, err);
		if (status != PB_OK)
			return status;
		inner.text[strlen(dir) + 1 + (size_t)(slash - path)] = '\0';
		answer = make ? files->mkdir(files->ctx, inner.text, 0700) : -EEXIST;
		if (answer < 0 && answer != -EEXIST)
			return pb_fail_sys(err, answer, N_("make a directory"), "%s", inner.text);
		status = answer < 0 ? check_folder(files, inner.text, err) : PB_OK;
		if (status != PB_OK)
			return status;
		slash++;
	}
	return PB_OK;
}

enum pb_status
pb_place_make(const struct pb_files *files, const char *dir, const char *path, struct pb_error *err)
{
	return walk_to(files, dir, path, true, err);
}

enum pb_status
pb_place_check(
    const struct pb_files *files, const char *dir, const char *path, struct pb_error *err)
{
	return walk_to(files, dir, path, false, err);
}

/* The directories below dir, to a function, then itself. */
static enum pb_status
each_below(const struct pb_files *files, const char *dir, unsigned depth,
    enum pb_status (*file)(const struct pb_files *files, const char *path, struct pb_error *err),
    enum pb_status (*folder)(const struct pb_files *files, const char *path, struct pb_error *err),
    struct pb_error *err)
{
	struct pb_listing names = PB_LISTING_EMPTY;
	enum pb_status status = pb_listing_read(files, dir, &names, err);
	struct pb_file_info info;
	struct pb_path path;

	for (size_t i = 0; status == PB_OK && i < names.count; i++) {
		status = pb_path_make(&path, dir, names.name[i], NULL, err);
		if (status != PB_OK || files->stat(files->ctx, path.text, false, &info) < 0)
			continue;
		if (info.type == PB_FILE_DIRECTORY && depth < DEPTH)
			status = each_below(files, path.text, depth + 1, file, folder, err);
		else if (file != NULL)
			status = file(files, path.text, err);
	}
	pb_listing_done(&names);
	return status == PB_OK ? folder(files, dir, err) : status;
}

static enum pb_status
sync_file(const struct pb_files *files, const char *path, struct pb_error *err)
{
	int fd = -1;
	enum pb_status status =
	    pb_io_open_regular(files, path, O_RDWR | O_NOFOLLOW, &fd, NULL, err);

	if (status == PB_OK)
		status = pb_io_sync(files, fd, path, err);
	pb_io_close(files, &fd);
	return status;
}

enum pb_status
pb_place_sync(const struct pb_files *files, const char *dir, bool with_files, struct pb_error *err)
{
	return each_below(files, dir, 0, with_files ? sync_file : NULL, pb_io_sync_dir, err);
}

static enum pb_status
remove_one(const struct pb_files *files, const char *path, struct pb_error *err)
{
	(void)err;
	(void)files->unlink(files->ctx, path);
	return PB_OK;
}

void
pb_place_remove(const struct pb_files *files, const char *dir)
{
	(void)!each_below(files, dir, 0, remove_one, remove_one, NULL);
}

enum pb_status
pb_place_beside(struct pb_path *path, const char *dir, const char *suffix, struct pb_error *err)
{
	size_t len = strlen(dir);

	while (len > 1 && dir[len - 1] == '/')
		len--;
	if (snprintf(path->text, sizeof(path->text), "%.*s%s", (int)len, dir, suffix) >=
	    (int)sizeof(path->text))
		return pb_fail(
		    err, PB_ELIMIT, N_("name a file"), N_("the path is too long"), "%s", dir);
	return PB_OK;
}

enum pb_status
pb_place_parent(struct pb_path *parent, const char *path, struct pb_error *err)
{
	enum pb_status status = pb_place_beside(parent, path, "", err);
	char *slash = status == PB_OK ? strrchr(parent->text, '/') : NULL;

	if (status != PB_OK)
		return status;
	if (slash == NULL)
		(void)snprintf(parent->text, sizeof(parent->text), "%s", ".");
	else
		slash[slash == parent->text ? 1 : 0] = '\0';
	return PB_OK;
}

/* It has what every archive and every copy has. */
static bool
is_archive(const struct pb_files *files, const char *dir)
{
	static const char *const names[] = { "vault", "keys", "readers" };
	struct pb_file_info info;
	struct pb_path path;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (pb_path_make(&path, dir, names[i], NULL, NULL) != PB_OK ||
		    files->stat(files->ctx, path.text, true, &info) != 0 ||
		    info.type != PB_FILE_DIRECTORY)
			return false;
	return true;
}

/* Upwards as the file system has it: a name may be relative, or lead through links. */
enum pb_status
pb_place_outside(const struct pb_files *files, const char *path, struct pb_error *err)
{
	struct pb_path at, parent;
	enum pb_status status = pb_place_parent(&parent, path, err);

	for (unsigned depth = 0; status == PB_OK && depth < UPWARDS; depth++) {
		at = parent;
		if (is_archive(files, at.text)) {
			(void)pb_fail(err, PB_EINVAL, N_("copy the archive"),
			    N_("that is inside an archive"), "%s", path);
			return pb_fail_todo(err, PB_EINVAL,
			    N_("name a place on another medium, which is not lost with this one"));
		}
		if (pb_path_make(&parent, at.text, "..", NULL, NULL) != PB_OK)
			break;
	}
	return status;
}
