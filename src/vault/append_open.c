/* Opening a segment for writing: a new one, or the newest continued. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/io.h"
#include "log/origin.h"
#include "vault/append_state.h"

static enum pb_status
append_new(const struct pb_files *files, const char *dir, const char *name,
    struct pb_secret *take_segment_key, struct pb_append **ret_append, struct pb_error *err)
{
	struct pb_append *append = calloc(1, sizeof(*append));

	if (append == NULL) {
		pb_secret_free(take_segment_key);
		return pb_fail_memory(err, N_("open a segment"));
	}
	append->files = files;
	append->segment_key = take_segment_key;
	memcpy(append->name, name, PB_SEGMENT_NAME_LEN);
	append->path = pb_segment_path(dir, "vault", append->name, ".seg");
	append->vault_dir = pb_path_join(dir, "vault");
	append->keys_dir = pb_path_join(dir, "keys");
	if (append->path == NULL || append->vault_dir == NULL || append->keys_dir == NULL) {
		pb_append_close(append);
		return pb_fail_memory(err, N_("open a segment"));
	}
	*ret_append = append;
	return PB_OK;
}

static enum pb_status
make_prefix(const struct pb_segment_header *header, struct pb_buf *prefix, struct pb_error *err)
{
	static const char what[] = N_("begin a segment");
	struct pb_buf json = PB_BUF_EMPTY;
	enum pb_status status;

	if (!pb_origin_valid(header->origin, strlen(header->origin)))
		return pb_fail(
		    err, PB_EINVAL, what, N_("no log can have this name"), "%s", header->origin);
	status = pb_segment_header_encode(header, &json);
	if (status == PB_OK)
		status = pb_segment_prefix(json.data, json.len, prefix);
	pb_buf_done(&json);
	if (status == PB_ELIMIT)
		return pb_fail(err, PB_ELIMIT, what,
		    N_("its header would be too long: too many readers"), "%s", header->origin);
	return status == PB_OK ? PB_OK : pb_fail_memory(err, what);
}

/* The new file with its header. */
static enum pb_status
create_segment(struct pb_append *append, const struct pb_buf *prefix, struct pb_error *err)
{
	enum pb_status status;
	int fd = -1;

	status = pb_io_open(append->files, append->path, O_RDWR | O_CREAT | O_EXCL, 0600, &fd, err);
	if (status != PB_OK)
		return status;
	status = pb_gather_new(append->files, append->path, fd, 0, &append->segment, err);
	if (status == PB_OK)
		status = pb_gather_put(append->segment, prefix->data, prefix->len, err);
	if (status == PB_OK)
		status = pb_gather_flush(append->segment, err);
	if (status == PB_OK)
		pb_gather_keep(append->segment);
	else
		(void)append->files->unlink(append->files->ctx, append->path);
	return status;
}

enum pb_status
pb_append_create(const struct pb_files *files, const char *dir,
    const struct pb_segment_header *header, struct pb_secret *take_segment_key,
    struct pb_append **ret_append, struct pb_error *err)
{
	struct pb_append *append = NULL;
	struct pb_buf prefix = PB_BUF_EMPTY;
	char name[PB_SEGMENT_NAME_LEN + 1];
	enum pb_status status;

	pb_segment_name(header->first_seq, header->id, name);
	status = append_new(files, dir, name, take_segment_key, &append, err);
	if (status == PB_OK)
		status = make_prefix(header, &prefix, err);
	if (status == PB_OK)
		status = create_segment(append, &prefix, err);
	if (status != PB_OK)
		goto out;
	status = pb_keyfile_create(files, dir, name, &append->keys, err);
	if (status != PB_OK) {
		(void)files->unlink(files->ctx, append->path);
		goto out;
	}
	*ret_append = append;
	append = NULL;
out:
	pb_buf_done(&prefix);
	pb_append_close(append);
	return status;
}

static enum pb_status
open_segment(struct pb_append *append, uint64_t end, struct pb_error *err)
{
	static const char what[] = N_("continue a segment");
	const struct pb_files *files = append->files;
	struct pb_file_info info;
	enum pb_status status;
	int fd = -1;

	status = pb_io_open_regular(files, append->path, O_RDWR | O_NOFOLLOW, &fd, &info, err);
	if (status != PB_OK)
		return status;
	if (info.size != end) {
		pb_io_close(files, &fd);
		return pb_fail(err, PB_ECORRUPT, what,
		    N_("the file does not end with its last commit"), "%s", append->path);
	}
	return pb_gather_new(files, append->path, fd, end, &append->segment, err);
}

static enum pb_status
open_keys(struct pb_append *append, const char *dir, uint64_t slots, struct pb_error *err)
{
	enum pb_status status;
	uint64_t size;

	status = pb_keyfile_open(append->files, dir, append->name, true, &append->keys, err);
	if (status != PB_OK)
		return status;
	size = pb_keyfile_size(append->keys);
	if (size % PB_SLOT_LEN != 0 || size / PB_SLOT_LEN == 0 || size / PB_SLOT_LEN - 1 != slots)
		return pb_fail(err, PB_ECORRUPT, N_("continue a segment"),
		    N_("its key file does not hold one slot for each record"), "%s", append->path);
	return PB_OK;
}

/*
 * The names count as not durable here either: the process that made the files
 * may have ended between the sync of the data and that of the directory.
 */
enum pb_status
pb_append_continue(const struct pb_files *files, const char *dir, const char *name, uint64_t end,
    uint64_t slots, struct pb_secret *take_segment_key, struct pb_append **ret_append,
    struct pb_error *err)
{
	uint8_t id[PB_SEGMENT_ID_LEN];
	struct pb_append *append = NULL;
	enum pb_status status;
	uint64_t first_seq;

	if (!pb_segment_name_parse(name, "", &first_seq, id)) {
		pb_secret_free(take_segment_key);
		return pb_fail(err, PB_EINVAL, N_("continue a segment"),
		    N_("no segment can have this name"), "%s", name);
	}
	status = append_new(files, dir, name, take_segment_key, &append, err);
	if (status == PB_OK)
		status = open_segment(append, end, err);
	if (status == PB_OK)
		status = open_keys(append, dir, slots, err);
	if (status != PB_OK) {
		pb_append_close(append);
		return status;
	}
	pb_append_settle(append, slots);
	*ret_append = append;
	return PB_OK;
}

void
pb_append_close(struct pb_append *append)
{
	if (append == NULL)
		return;
	pb_gather_free(append->segment);
	pb_keyfile_close(append->keys);
	pb_secret_free(append->segment_key);
	free(append->path);
	free(append->vault_dir);
	free(append->keys_dir);
	free(append);
}
