#include "archive/index_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "archive/paths.h"
#include "core/error.h"
#include "core/io.h"
#include "vault/keyfile.h"

static const char WRITING[] = N_("write an index");
static const char OPENING[] = N_("open an index");

static enum pb_status
path_of(
    struct pb_path *path, const char *dir, const char *room, const char *stem, struct pb_error *err)
{
	char file[PB_SEGMENT_NAME_LEN + 8];

	(void)snprintf(file, sizeof(file), "%s.idx", stem);
	return pb_path_make(path, dir, room, file, err);
}

/* ---- slot 0 --------------------------------------------------------------------------------- */

/* NULL: zeros. */
static enum pb_status
write_slot(const struct pb_files *files, const char *dir, const char *stem,
    struct pb_secret *segment_key, struct pb_secret *index_key, struct pb_error *err)
{
	uint8_t slot[PB_SLOT_LEN] = { 0 };
	struct pb_keyfile *keyfile = NULL;
	enum pb_status status = pb_keyfile_open(files, dir, stem, true, &keyfile, err);

	if (status == PB_OK && index_key != NULL)
		status = pb_slot_encode(segment_key, 0, index_key, slot, err);
	if (status == PB_OK)
		status = pb_keyfile_write(keyfile, 0, slot, 1, err);
	if (status == PB_OK)
		status = pb_keyfile_sync(keyfile, err);
	pb_keyfile_close(keyfile);
	return status;
}

/* PB_ENOENT: slot 0 is zeros, or damaged. */
static enum pb_status
read_slot(const struct pb_files *files, const char *dir, const char *stem,
    struct pb_secret *segment_key, struct pb_secret **ret_key, struct pb_error *err)
{
	struct pb_keyfile *keyfile = NULL;
	uint8_t slot[PB_SLOT_LEN];
	enum pb_status status = pb_keyfile_open(files, dir, stem, false, &keyfile, err);

	if (status == PB_OK)
		status = pb_keyfile_read(keyfile, 0, slot, err);
	if (status == PB_OK && pb_slot_state(slot, 0) != PB_SLOT_SOUND)
		status =
		    pb_fail(err, PB_ENOENT, OPENING, N_("the segment is not indexed"), "%s", stem);
	if (status == PB_OK)
		status = pb_slot_decode(segment_key, 0, slot, ret_key, err);
	pb_keyfile_close(keyfile);
	return status == PB_ECORRUPT ? PB_ENOENT : status;
}

/* ---- writing -------------------------------------------------------------------------------- */

/* Only a directory of the archive itself: a link in a foreign one may lead anywhere. */
static enum pb_status
make_room(const struct pb_files *files, const char *dir, struct pb_error *err)
{
	struct pb_file_info info;
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, dir, PB_DIR_INDEX, NULL, err);
	int answer;

	if (status != PB_OK)
		return status;
	answer = files->stat(files->ctx, path.text, false, &info);
	if (answer == 0)
		return info.type == PB_FILE_DIRECTORY
			   ? PB_OK
			   : pb_fail(err, PB_ECORRUPT, WRITING, N_("it is not a directory"), "%s",
				 path.text);
	if (answer == -ENOENT)
		answer = files->mkdir(files->ctx, path.text, 0700);
	if (answer < 0 && answer != -EEXIST)
		return pb_fail_sys(err, answer, WRITING, "%s", path.text);
	return pb_io_sync_dir(files, dir, err);
}

enum pb_status
pb_index_file_write(const struct pb_world *world, const char *dir, const char *stem,
    struct pb_secret *segment_key, const struct pb_index_builder *builder, struct pb_error *err)
{
	struct pb_buf file = PB_BUF_EMPTY;
	struct pb_path path, temporary;
	struct pb_secret *key = NULL;
	enum pb_status status;

	status = path_of(&path, dir, PB_DIR_INDEX, stem, err);
	if (status == PB_OK)
		status = path_of(&temporary, dir, PB_DIR_TMP, stem, err);
	if (status == PB_OK)
		status = make_room(world->files, dir, err);
	if (status == PB_OK)
		status = pb_secret_random(world->random, PB_WRAP_KEY_LEN, &key, err);
	if (status == PB_OK)
		status = pb_index_builder_write(builder, key, &file, err);
	if (status == PB_OK)
		status = write_slot(world->files, dir, stem, segment_key, key, err);
	if (status == PB_OK)
		status = pb_io_replace_file(
		    world->files, path.text, temporary.text, file.data, file.len, true, err);
	pb_secret_free(key);
	pb_buf_done(&file);
	return status;
}

enum pb_status
pb_index_file_destroy(
    const struct pb_files *files, const char *dir, const char *stem, struct pb_error *err)
{
	struct pb_path path, parent;
	enum pb_status status = path_of(&path, dir, PB_DIR_INDEX, stem, err);
	int answer;

	if (status == PB_OK)
		status = pb_path_make(&parent, dir, PB_DIR_INDEX, NULL, err);
	if (status == PB_OK)
		status = write_slot(files, dir, stem, NULL, NULL, err);
	if (status != PB_OK)
		return status;
	answer = files->unlink(files->ctx, path.text);
	if (answer == -ENOENT)
		return PB_OK;
	if (answer < 0)
		return pb_fail_sys(err, answer, N_("remove an index"), "%s", path.text);
	return pb_io_sync_dir(files, parent.text, err);
}

/* ---- reading -------------------------------------------------------------------------------- */

static enum pb_status
load(const struct pb_files *files, const char *dir, const char *stem, struct pb_secret *segment_key,
    struct pb_index_builder *builder, struct pb_error *err)
{
	struct pb_buf file = PB_BUF_EMPTY;
	struct pb_secret *key = NULL;
	struct pb_path path;
	enum pb_status status = path_of(&path, dir, PB_DIR_INDEX, stem, err);

	if (status == PB_OK)
		status = read_slot(files, dir, stem, segment_key, &key, err);
	if (status == PB_OK)
		status = pb_io_read_regular(files, path.text, PB_LIMIT_INDEX_FILE, &file, err);
	if (status == PB_OK)
		status = pb_index_builder_load(builder, file.data, file.len, key, err);
	pb_secret_free(key);
	pb_buf_done(&file);
	return status;
}

enum pb_status
pb_index_file_load(const struct pb_files *files, const char *dir, const char *stem,
    struct pb_secret *segment_key, struct pb_index_builder *builder, struct pb_error *err)
{
	enum pb_status status = load(files, dir, stem, segment_key, builder, err);

	return status == PB_ECORRUPT || status == PB_EACCESS || status == PB_ELIMIT ? PB_ENOENT
										    : status;
}

enum pb_status
pb_index_file_open(const struct pb_files *files, const char *dir, const char *origin,
    const char *stem, struct pb_secret *segment_key, struct pb_index_file *ret_file,
    struct pb_error *err)
{
	struct pb_index_file file = { .files = files, .fd = -1 };
	struct pb_path path;
	enum pb_status status = path_of(&path, dir, PB_DIR_INDEX, stem, err);

	if (status == PB_OK)
		status = read_slot(files, dir, stem, segment_key, &file.key, err);
	if (status == PB_OK)
		status = pb_io_open_regular(files, path.text, O_RDONLY, &file.fd, NULL, err);
	if (status == PB_OK)
		status = pb_index_open(files, file.fd, origin, stem, file.key, &file.index, err);
	if (status == PB_OK)
		*ret_file = file;
	else
		pb_index_file_close(&file);
	return status == PB_EACCESS ? PB_ENOENT : status;
}

void
pb_index_file_close(struct pb_index_file *file)
{
	pb_index_free(file->index);
	pb_secret_free(file->key);
	pb_io_close(file->files, &file->fd);
	file->index = NULL;
	file->key = NULL;
}
