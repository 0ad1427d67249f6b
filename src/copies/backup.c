#include "copies/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/founding.h"
#include "copies/names.h"
#include "copies/noted.h"
#include "copies/place.h"
#include "copies/snapshot.h"
#include "copies/tarball.h"
#include "copies/tree.h"
#include "core/error.h"
#include "core/io.h"

static const char BACKUP[] = N_("back the archive up");

static void
describe(const struct pb_snapshot *snapshot, struct pb_backed_up *made)
{
	const struct pb_buf *note = &snapshot->checkpoint;
	size_t len =
	    note->len < sizeof(made->checkpoint) ? note->len : sizeof(made->checkpoint) - 1;

	memcpy(made->origin, snapshot->origin, sizeof(made->origin));
	made->size = snapshot->size;
	made->keys = snapshot->private_len > 0;
	memcpy(made->checkpoint, note->data, len);
	made->checkpoint[len] = '\0';
}

/* ---- a file --------------------------------------------------------------------------------- */

static enum pb_status
fill_file(const struct pb_world *world, const char *dir, int fd, const char *path,
    struct pb_backed_up *made, struct pb_error *err)
{
	int64_t now_s = world->clock->now_us(world->clock->ctx) / 1000000;
	struct pb_snapshot snapshot = PB_SNAPSHOT_EMPTY;
	struct pb_tarball *tarball = NULL;
	enum pb_status status;

	status = pb_tarball_new(world->files, fd, path, now_s, &tarball, err);
	if (status == PB_OK)
		status = pb_snapshot_take(world, dir, pb_tarball_sink(tarball), &snapshot, err);
	if (status == PB_OK)
		status = pb_tarball_end(tarball, &made->written, err);
	if (status == PB_OK)
		status = pb_io_sync(world->files, fd, path, err);
	if (status == PB_OK)
		describe(&snapshot, made);
	pb_tarball_free(tarball);
	pb_snapshot_done(&snapshot);
	return status;
}

static enum pb_status
backup_file(const struct pb_world *world, const char *dir, const char *output,
    struct pb_backed_up *made, struct pb_error *err)
{
	const struct pb_files *files = world->files;
	struct pb_path partial, parent;
	enum pb_status status = pb_place_beside(&partial, output, ".partial", err);
	int fd = -1, answer;

	if (status == PB_OK)
		status = pb_place_parent(&parent, output, err);
	/* One that was cut off is of no use to anybody. */
	if (status == PB_OK)
		(void)files->unlink(files->ctx, partial.text);
	if (status == PB_OK)
		status = pb_io_open(files, partial.text, O_RDWR | O_CREAT | O_EXCL, 0600, &fd, err);
	if (status != PB_OK)
		return status;
	status = fill_file(world, dir, fd, partial.text, made, err);
	pb_io_close(files, &fd);
	if (status == PB_OK && (answer = files->rename(files->ctx, partial.text, output)) < 0)
		status = pb_fail_sys(err, answer, BACKUP, "%s", output);
	if (status != PB_OK) {
		(void)files->unlink(files->ctx, partial.text);
		return status;
	}
	return pb_io_sync_dir(files, parent.text, err);
}

/* ---- a directory ---------------------------------------------------------------------------- */

static enum pb_status
fill_tree(const struct pb_world *world, const char *dir, const char *output, bool anew,
    struct pb_backed_up *made, struct pb_error *err)
{
	struct pb_snapshot snapshot = PB_SNAPSHOT_EMPTY;
	struct pb_founded *founded = calloc(1, sizeof(*founded));
	struct pb_tree_copied copied = { .written = 0 };
	struct pb_tree_copy *tree = NULL;
	enum pb_status status;

	status = founded == NULL ? pb_fail_memory(err, BACKUP)
				 : pb_founded_read(world->files, dir, founded, err);
	if (status == PB_OK)
		status = pb_tree_copy_new(world->files, output, dir, founded, anew, &tree, err);
	if (status == PB_OK)
		status = pb_snapshot_take(world, dir, pb_tree_copy_sink(tree), &snapshot, err);
	if (status == PB_OK)
		status = pb_tree_copy_end(tree, &copied, err);
	if (status == PB_OK) {
		describe(&snapshot, made);
		made->written = copied.written;
		made->erased = copied.erased;
	}
	pb_tree_copy_free(tree);
	pb_snapshot_done(&snapshot);
	free(founded);
	return status;
}

enum pb_status
pb_backup(const struct pb_world *world, const char *dir, const char *output,
    struct pb_backed_up *ret_made, struct pb_error *err)
{
	struct pb_backed_up made = { .size = 0 };
	struct pb_file_info info;
	enum pb_status status = pb_place_outside(world->files, output, err);
	int answer = world->files->stat(world->files->ctx, output, true, &info);

	if (status != PB_OK)
		return status;
	if (answer == 0 && info.type == PB_FILE_DIRECTORY)
		status = fill_tree(world, dir, output, true, &made, err);
	else if (answer == 0)
		status = pb_fail(err, PB_EEXIST, BACKUP, N_("the file exists"), "%s", output);
	else
		status = backup_file(world, dir, output, &made, err);
	if (status == PB_OK)
		*ret_made = made;
	return status;
}

/* ---- a copy --------------------------------------------------------------------------------- */

/*
 * A medium that is not mounted leaves an empty directory, or none: nothing is written there in
 * its place.
 */
static enum pb_status
check_mounted(const struct pb_files *files, const char *dir, const char *copy, struct pb_error *err)
{
	struct pb_noted *noted = calloc(1, sizeof(*noted));
	struct pb_file_info info;
	struct pb_path path;
	enum pb_status status = noted == NULL ? pb_fail_memory(err, N_("copy the archive"))
					      : pb_noted_read(files, dir, noted, err);

	for (size_t i = 0; status == PB_OK && i < noted->count; i++) {
		if (strcmp(noted->copy[i].path, copy) != 0)
			continue;
		status = pb_path_make(&path, copy, PB_COPIES_FACTS, NULL, err);
		if (status != PB_OK || files->stat(files->ctx, path.text, false, &info) == 0)
			break;
		(void)pb_fail(err, PB_ENOENT, N_("copy the archive"),
		    N_("the copy that was there is gone"), "%s", copy);
		status = pb_fail_todo(err, PB_ENOENT,
		    N_("is its medium mounted?  If that copy is lost, name another directory"));
	}
	free(noted);
	return status;
}

static enum pb_status
note(const struct pb_world *world, const char *dir, const char *copy,
    const struct pb_backed_up *made, struct pb_error *err)
{
	struct pb_noted_copy *noted = calloc(1, sizeof(*noted));
	enum pb_status status = PB_OK;

	if (noted == NULL)
		return pb_fail_memory(err, N_("copy the archive"));
	noted->size = made->size;
	noted->made_s = world->clock->now_us(world->clock->ctx) / 1000000;
	(void)snprintf(noted->path, sizeof(noted->path), "%s", copy);
	status = pb_noted_write(world->files, dir, noted, err);
	free(noted);
	return status;
}

enum pb_status
pb_copy(const struct pb_world *world, const char *dir, const char *copy,
    struct pb_backed_up *ret_made, struct pb_error *err)
{
	const struct pb_files *files = world->files;
	struct pb_backed_up made = { .size = 0 };
	enum pb_status status = check_mounted(files, dir, copy, err);
	int answer;

	if (status == PB_OK)
		status = pb_place_outside(files, copy, err);
	if (status != PB_OK)
		return status;
	answer = files->mkdir(files->ctx, copy, 0700);
	if (answer < 0 && answer != -EEXIST)
		return pb_fail_sys(err, answer, N_("copy the archive"), "%s", copy);
	status = fill_tree(world, dir, copy, false, &made, err);
	if (status == PB_OK)
		status = note(world, dir, copy, &made, err);
	if (status == PB_OK)
		*ret_made = made;
	return status;
}
