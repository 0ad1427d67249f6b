#include "keys/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/paths.h"
#include "archive/reach.h"
#include "core/error.h"
#include "core/io.h"
#include "keys/change.h"

static enum pb_status
locate(const char *dir, const char *room, const char *id, const char *suffix, struct pb_path *path,
    struct pb_error *err)
{
	char file[PB_READER_ID_SIZE + 8];

	if (strlen(id) >= PB_READER_ID_SIZE || strspn(id, "0123456789abcdef") != strlen(id))
		return pb_fail(
		    err, PB_ENOENT, N_("find a reader"), N_("this is no reader's id"), "%s", id);
	(void)snprintf(file, sizeof(file), "%s%s", id, suffix);
	return pb_path_make(path, dir, room, file, err);
}

/* Whole or not at all, through tmp/. */
static enum pb_status
replace(const struct pb_files *files, const char *dir, const char *id, const char *suffix,
    const struct pb_buf *pem, struct pb_error *err)
{
	struct pb_path path, temporary;
	enum pb_status status = locate(dir, PB_DIR_READERS, id, suffix, &path, err);

	if (status == PB_OK)
		status = locate(dir, PB_DIR_TMP, id, suffix, &temporary, err);
	if (status == PB_OK)
		status = pb_io_replace_file(
		    files, path.text, temporary.text, pem->data, pem->len, true, err);
	return status;
}

enum pb_status
pb_reader_file_certificate(
    struct pb_archive *a, const struct pb_reader *reader, bool *ret_made, struct pb_error *err)
{
	const struct pb_files *files = a->world->files;
	struct pb_buf pem = PB_BUF_EMPTY;
	struct pb_file_info info;
	struct pb_path path;
	enum pb_status status = pb_reader_to_pem(reader, &pem, err);

	if (status == PB_OK)
		status = locate(a->dir, PB_DIR_READERS, pb_reader_id(reader), ".pem", &path, err);
	if (status == PB_OK) {
		*ret_made = files->stat(files->ctx, path.text, false, &info) < 0;
		status = replace(files, a->dir, pb_reader_id(reader), ".pem", &pem, err);
	}
	pb_buf_done(&pem);
	return status;
}

enum pb_status
pb_reader_file_key(
    struct pb_archive *a, const char *id, const struct pb_buf *pem, struct pb_error *err)
{
	struct pb_path path;
	enum pb_status status = locate(a->dir, PB_DIR_READERS, id, ".key", &path, err);

	if (status == PB_OK)
		status = pb_io_create_file(a->world->files, path.text, pem->data, pem->len, err);
	return status;
}

bool
pb_reader_file_is_kept(const struct pb_archive *a, const char *id)
{
	const struct pb_files *files = a->world->files;
	struct pb_file_info info;
	struct pb_path path;

	return locate(a->dir, PB_DIR_READERS, id, ".key", &path, NULL) == PB_OK &&
	       files->stat(files->ctx, path.text, false, &info) == 0;
}

enum pb_status
pb_reader_file_may_go(const struct pb_archive *a, const struct pb_readers *staying, const char *id,
    struct pb_error *err)
{
	struct pb_founded *founded = calloc(1, sizeof(*founded));
	bool whole = false;
	enum pb_status status = founded == NULL
				    ? pb_fail_memory(err, N_("remove a reader"))
				    : pb_founded_read(a->world->files, a->dir, founded, err);

	if (status == PB_OK)
		status = pb_reach(a->world->files, a->dir, founded, staying, &whole, err);
	free(founded);
	if (status != PB_OK || whole)
		return status;
	(void)pb_fail(err, PB_EINVAL, N_("remove a reader"),
	    N_("his key is kept here, and nobody who stays can open all that it opens"), "%s", id);
	return pb_fail_todo(err, PB_EINVAL,
	    N_("hand the earlier keys to another reader first: `probant key add CERT --past`"));
}

enum pb_status
pb_reader_file_destroy(struct pb_archive *a, const char *id, struct pb_error *err)
{
	const struct pb_files *files = a->world->files;
	struct pb_path path, parent;
	enum pb_status status = locate(a->dir, PB_DIR_READERS, id, ".key", &path, err);
	int answer;

	if (status == PB_OK)
		status = pb_path_make(&parent, a->dir, PB_DIR_READERS, NULL, err);
	if (status != PB_OK)
		return status;
	answer = files->unlink(files->ctx, path.text);
	if (answer < 0) {
		status = pb_fail_sys(
		    err, answer, N_("remove a key that is no longer a reader's"), "%s", path.text);
		return pb_fail_todo(err, status,
		    N_("he is a reader no more; `probant key remove` with this id removes the "
		       "file"));
	}
	return pb_io_sync_dir(files, parent.text, err);
}

void
pb_reader_file_remove(struct pb_archive *a, const char *id, const char *suffix)
{
	const struct pb_files *files = a->world->files;
	struct pb_path path;

	if (locate(a->dir, PB_DIR_READERS, id, suffix, &path, NULL) == PB_OK)
		(void)files->unlink(files->ctx, path.text);
}

enum pb_status
pb_reader_repass(const struct pb_world *world, const char *dir, const struct pb_reader_key *key,
    const char *passphrase, size_t passphrase_len, struct pb_error *err)
{
	const char *id = pb_reader_id(pb_reader_key_reader(key));
	struct pb_buf pem = PB_BUF_EMPTY;
	struct pb_file_info info;
	struct pb_path path;
	enum pb_status status = locate(dir, PB_DIR_READERS, id, ".key", &path, err);
	int answer;

	if (status != PB_OK)
		return status;
	answer = world->files->stat(world->files->ctx, path.text, false, &info);
	if (answer < 0)
		return pb_fail_sys(err, answer, N_("change a passphrase"), "%s", path.text);
	/* Growing would leave a copy of the key behind. */
	if (pb_buf_reserve(&pem, 4096) != PB_OK)
		return pb_fail_memory(err, N_("change a passphrase"));
	status = pb_reader_key_to_pem(key, passphrase, passphrase_len, &pem, err);
	if (status == PB_OK)
		status = replace(world->files, dir, id, ".key", &pem, err);
	pb_buf_wipe(&pem);
	pb_buf_done(&pem);
	return status;
}
