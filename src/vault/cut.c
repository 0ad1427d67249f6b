#include "vault/cut.h"

#include <errno.h>

#include "core/error.h"
#include "core/io.h"

static enum pb_status
overwrite(const struct pb_files *files, int fd, const char *path, uint64_t from, uint64_t to,
    struct pb_error *err)
{
	static const uint8_t zeros[4096];
	enum pb_status status = PB_OK;

	while (status == PB_OK && from < to) {
		size_t len = to - from < sizeof(zeros) ? (size_t)(to - from) : sizeof(zeros);

		status = pb_io_pwrite(files, fd, path, zeros, len, from, err);
		from += len;
	}
	if (status == PB_OK)
		status = pb_io_sync(files, fd, path, err);
	return status;
}

static enum pb_status
cut(const struct pb_files *files, int fd, const char *path, uint64_t len, struct pb_error *err)
{
	int answer;

	do
		answer = files->truncate(files->ctx, fd, len);
	while (answer == -EINTR);
	if (answer < 0)
		return pb_fail_sys(err, answer, N_("cut a file"), "%s", path);
	return PB_OK;
}

enum pb_status
pb_cut_file(const struct pb_files *files, int fd, const char *path, uint64_t len, bool wipe,
    struct pb_error *err)
{
	struct pb_file_info info;
	enum pb_status status = PB_OK;
	int answer;

	answer = files->stat_fd(files->ctx, fd, &info);
	if (answer < 0)
		return pb_fail_sys(err, answer, N_("cut a file"), "%s", path);
	if (info.size > len && wipe)
		status = overwrite(files, fd, path, len, info.size, err);
	if (status == PB_OK && info.size > len)
		status = cut(files, fd, path, len, err);
	if (status == PB_OK)
		status = pb_io_sync(files, fd, path, err);
	return status;
}
