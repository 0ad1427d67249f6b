#include "capture/sources.h"

#include <string.h>

#include "capture/file.h"
#include "capture/tree.h"
#include "core/error.h"
#include "core/io.h"

struct stream {
	const struct pb_files *files;
	int fd;
	bool came; /* something did */
};

/* A file may be empty, and is a message; of a pipe it is rather that who should write failed. */
static enum pb_status
nothing_came(struct pb_error *err)
{
	(void)pb_fail(
	    err, PB_EDATA, N_("import a message"), N_("nothing came in on standard input"), "-");
	return pb_fail_todo(
	    err, PB_EDATA, N_("see whether the command before the pipe wrote anything"));
}

static enum pb_status
read_stream(void *ctx, void *to, size_t len, size_t *ret_len, struct pb_error *err)
{
	struct stream *stream = ctx;

	enum pb_status status = pb_io_read(stream->files, stream->fd, "-", to, len, ret_len, err);

	if (status != PB_OK)
		return status;
	stream->came |= *ret_len > 0;
	return stream->came ? PB_OK : nothing_came(err);
}

static enum pb_status
find_stdin(const struct pb_files *files, const struct pb_sources *sources,
    const struct pb_finds *finds, struct pb_error *err)
{
	struct stream stream = { files, sources->stdin_fd, false };
	const struct pb_bytes bytes = { &stream, read_stream, NULL };
	const struct pb_message_origin origin = { .direction = sources->direction };

	return pb_file_stream(&bytes, &origin, finds, err);
}

static enum pb_status
find_path(const struct pb_files *files, const struct pb_sources *sources, const char *path,
    const struct pb_finds *finds, struct pb_error *err)
{
	struct pb_message_origin origin = { .direction = sources->direction, .path = path };
	struct pb_error why = { 0 };
	struct pb_file_info info;
	int answer;

	if (strcmp(path, "-") == 0)
		return find_stdin(files, sources, finds, err);
	answer = files->stat(files->ctx, path, true, &info);
	if (answer < 0) {
		(void)pb_fail_sys(&why, answer, N_("import a message"), "%s", path);
		return finds->refused(finds->ctx, &origin, &why, err);
	}
	if (info.type == PB_FILE_DIRECTORY)
		return pb_tree_find(files, path, sources->direction, sources->piler, finds, err);
	if (sources->piler) { /* its path is then its name, or that of the entry */
		origin.piler = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
	}
	if (info.type == PB_FILE_REGULAR && !pb_file_is_eml(path))
		return pb_file_find(files, &origin, true, finds, err);
	if (info.type == PB_FILE_REGULAR) {
		origin.file_size = info.size;
		origin.modified_us = info.modified_us;
	}
	return finds->file(finds->ctx, &origin, PB_FILE_NAMED, err);
}

enum pb_status
pb_sources_find(const struct pb_files *files, const struct pb_sources *sources,
    const struct pb_finds *finds, struct pb_error *err)
{
	enum pb_status status = PB_OK;
	size_t i;

	for (i = 0; status == PB_OK && i < sources->count; i++)
		status = find_path(files, sources, sources->path[i], finds, err);
	return status;
}
