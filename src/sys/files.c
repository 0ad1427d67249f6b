#include "sys/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "sys/tables.h"

_Static_assert(sizeof(off_t) == 8, "offsets need 64 bits: compile with _FILE_OFFSET_BITS=64");

/* What a call of libc answered, or the negative errno. */
static int
answer(int result)
{
	return result < 0 ? -errno : result;
}

static int64_t
answer_long(ssize_t result)
{
	return result < 0 ? -(int64_t)errno : (int64_t)result;
}

static int
files_open(void *ctx, const char *path, int flags, unsigned mode)
{
	(void)ctx;
	return answer(open(path, flags | O_CLOEXEC, (mode_t)mode));
}

int
pb_sys_files_unlinked(const char *dir)
{
	static const char name[] = "/unnamed-XXXXXX";
	size_t len = strlen(dir);
	char *path = malloc(len + sizeof(name));
	int fd, error;

	if (path == NULL)
		return -ENOMEM;
	memcpy(path, dir, len);
	memcpy(path + len, name, sizeof(name));
	fd = answer(mkostemp(path, O_CLOEXEC));
	if (fd >= 0 && unlink(path) != 0) {
		error = -errno;
		close(fd);
		fd = error;
	}
	free(path);
	return fd;
}

static int
files_open_unnamed(void *ctx, const char *dir)
{
	int fd;

	(void)ctx;
	/* With O_EXCL the file can't be given a name later. */
	fd = answer(open(dir, O_TMPFILE | O_EXCL | O_RDWR | O_CLOEXEC, 0600));
	/* EISDIR, EINVAL: kernels and file systems that have never heard of O_TMPFILE. */
	if (fd == -EOPNOTSUPP || fd == -EISDIR || fd == -EINVAL)
		fd = pb_sys_files_unlinked(dir);
	return fd;
}

static int
files_close(void *ctx, int fd)
{
	(void)ctx;
	return answer(close(fd));
}

static int64_t
files_read(void *ctx, int fd, void *to, size_t len)
{
	(void)ctx;
	return answer_long(read(fd, to, len));
}

static int64_t
files_pread(void *ctx, int fd, void *to, size_t len, uint64_t offset)
{
	(void)ctx;
	return answer_long(pread(fd, to, len, (off_t)offset));
}

static int64_t
files_pwrite(void *ctx, int fd, const void *from, size_t len, uint64_t offset)
{
	(void)ctx;
	return answer_long(pwrite(fd, from, len, (off_t)offset));
}

static int
files_truncate(void *ctx, int fd, uint64_t len)
{
	(void)ctx;
	return answer(ftruncate(fd, (off_t)len));
}

static int
files_sync(void *ctx, int fd)
{
	(void)ctx;
	return answer(fdatasync(fd));
}

static int
files_sync_dir(void *ctx, const char *path)
{
	int fd, result;

	(void)ctx;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	result = answer(fsync(fd));
	close(fd);
	return result;
}

static int
files_drop_cache(void *ctx, int fd)
{
	(void)ctx;
	return -posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
}

static int
files_write_out(void *ctx, int fd, uint64_t offset, uint64_t len)
{
	(void)ctx;
	return answer(sync_file_range(fd, (off_t)offset, (off_t)len, SYNC_FILE_RANGE_WRITE));
}

static void
describe(const struct stat *st, struct pb_file_info *ret_info)
{
	if (S_ISREG(st->st_mode))
		ret_info->type = PB_FILE_REGULAR;
	else if (S_ISDIR(st->st_mode))
		ret_info->type = PB_FILE_DIRECTORY;
	else if (S_ISLNK(st->st_mode))
		ret_info->type = PB_FILE_SYMLINK;
	else
		ret_info->type = PB_FILE_OTHER;
	ret_info->mode = st->st_mode & 07777;
	ret_info->owned = st->st_uid == geteuid();
	ret_info->size = (uint64_t)st->st_size;
	ret_info->device = (uint64_t)st->st_dev;
	ret_info->modified_us = (int64_t)st->st_mtim.tv_sec * 1000000 + st->st_mtim.tv_nsec / 1000;
}

static int
files_stat_fd(void *ctx, int fd, struct pb_file_info *ret_info)
{
	struct stat st;

	(void)ctx;
	if (fstat(fd, &st) != 0)
		return -errno;
	describe(&st, ret_info);
	return 0;
}

static int
files_stat(void *ctx, const char *path, bool follow, struct pb_file_info *ret_info)
{
	struct stat st;

	(void)ctx;
	if (fstatat(AT_FDCWD, path, &st, follow ? 0 : AT_SYMLINK_NOFOLLOW) != 0)
		return -errno;
	describe(&st, ret_info);
	return 0;
}

static int
files_list(void *ctx, const char *path, pb_list_fn *each, void *arg)
{
	struct dirent *entry;
	int result = 0;
	DIR *dir;

	(void)ctx;
	dir = opendir(path);
	if (dir == NULL)
		return -errno;
	while (result == 0) {
		errno = 0;
		entry = readdir(dir);
		if (entry == NULL) {
			result = -errno;
			break;
		}
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			result = each(arg, entry->d_name);
	}
	closedir(dir);
	return result;
}

static int
files_mkdir(void *ctx, const char *path, unsigned mode)
{
	(void)ctx;
	return answer(mkdir(path, (mode_t)mode));
}

static int
files_rename(void *ctx, const char *from, const char *to)
{
	(void)ctx;
	return answer(rename(from, to));
}

static int
files_unlink(void *ctx, const char *path)
{
	(void)ctx;
	return answer(remove(path));
}

static int
files_lock(void *ctx, int fd)
{
	(void)ctx;
	return answer(flock(fd, LOCK_EX | LOCK_NB));
}

static int64_t
files_free_bytes(void *ctx, const char *path)
{
	struct statvfs fs;

	(void)ctx;
	if (statvfs(path, &fs) != 0)
		return -errno;
	if (fs.f_frsize > 0 && fs.f_bavail > (uint64_t)INT64_MAX / fs.f_frsize)
		return INT64_MAX;
	return (int64_t)(fs.f_bavail * fs.f_frsize);
}

const struct pb_files pb_sys_files_table = {
	.open = files_open,
	.open_unnamed = files_open_unnamed,
	.close = files_close,
	.read = files_read,
	.pread = files_pread,
	.pwrite = files_pwrite,
	.truncate = files_truncate,
	.sync = files_sync,
	.sync_dir = files_sync_dir,
	.drop_cache = files_drop_cache,
	.write_out = files_write_out,
	.stat_fd = files_stat_fd,
	.stat = files_stat,
	.list = files_list,
	.mkdir = files_mkdir,
	.rename = files_rename,
	.unlink = files_unlink,
	.lock = files_lock,
	.free_bytes = files_free_bytes,
};

const struct pb_files *
pb_sys_files(void)
{
	return &pb_sys_files_table;
}
