/* A layer over a file table that makes the nth call fail. */
#include "lib/world.h"

/* Count a call: is it one that must fail? */
static bool
must_fail(struct test_faulty_files *files)
{
	files->calls++;
	if (files->fault == TEST_FAULT_NONE || files->fail_at == 0)
		return false;
	return files->forever ? files->calls >= files->fail_at : files->calls == files->fail_at;
}

static void
note(struct test_faulty_files *files, const char *operation)
{
	if (files->failed++ == 0)
		files->operation = operation;
}

/* Count a call that is done or not done at all.  0: go on, else the answer to give. */
static int
refuse(struct test_faulty_files *files, const char *operation)
{
	if (!must_fail(files) || files->fault != TEST_FAULT_ERROR)
		return 0;
	note(files, operation);
	return -files->error;
}

/* Count a call that may be short: the same, with *len cut when it must be. */
static int
refuse_or_cut(struct test_faulty_files *files, const char *operation, size_t *len)
{
	if (!must_fail(files))
		return 0;
	if (files->fault == TEST_FAULT_SHORT) {
		if (*len < 2)
			return 0;
		*len /= 2;
		note(files, operation);
		return 0;
	}
	note(files, operation);
	return -files->error;
}

static int
faulty_open(void *ctx, const char *path, int flags, unsigned mode)
{
	struct test_faulty_files *f = ctx;
	int error = refuse(f, "open");

	return error != 0 ? error : f->under->open(f->under->ctx, path, flags, mode);
}

static int
faulty_open_unnamed(void *ctx, const char *dir)
{
	struct test_faulty_files *f = ctx;
	int error = refuse(f, "open_unnamed");

	return error != 0 ? error : f->under->open_unnamed(f->under->ctx, dir);
}

static int
faulty_close(void *ctx, int fd)
{
	struct test_faulty_files *f = ctx;

	return f->under->close(f->under->ctx, fd);
}

static int64_t
faulty_read(void *ctx, int fd, void *to, size_t len)
{
	struct test_faulty_files *f = ctx;
	int error = refuse_or_cut(f, "read", &len);

	return error != 0 ? error : f->under->read(f->under->ctx, fd, to, len);
}

static int64_t
faulty_pread(void *ctx, int fd, void *to, size_t len, uint64_t offset)
{
	struct test_faulty_files *f = ctx;
	int error = refuse_or_cut(f, "pread", &len);

	return error != 0 ? error : f->under->pread(f->under->ctx, fd, to, len, offset);
}

static int64_t
faulty_pwrite(void *ctx, int fd, const void *from, size_t len, uint64_t offset)
{
	struct test_faulty_files *f = ctx;
	int error = refuse_or_cut(f, "pwrite", &len);

	return error != 0 ? error : f->under->pwrite(f->under->ctx, fd, from, len, offset);
}

static int
faulty_truncate(void *ctx, int fd, uint64_t len)
{
	struct test_faulty_files *f = ctx;
	int error = refuse(f, "truncate");

	return error != 0 ? error : f->under->truncate(f->under->ctx, fd, len);
}

static int
faulty_sync(void *ctx, int fd)
{
	struct test_faulty_files *f = ctx;
	int error = refuse(f, "sync");

	return error != 0 ? error : f->under->sync(f->under->ctx, fd);
}

static int
faulty_sync_dir(void *ctx, const char *path)
{
	struct test_faulty_files *f = ctx;
	int error = refuse(f, "sync_dir");

	return error != 0 ? error : f->under->sync_dir(f->under->ctx, path);
}

static int
faulty_drop_cache(void *ctx, int fd)
{
	struct test_faulty_files *f = ctx;

	return f->under->drop_cache(f->under->ctx, fd);
}

static int
faulty_write_out(void *ctx, int fd, uint64_t offset, uint64_t len)
{
	struct test_faulty_files *f = ctx;

	return f->under->write_out(f->under->ctx, fd, offset, len);
}

static int
faulty_stat_fd(void *ctx, int fd, struct pb_file_info *ret_info)
{
	struct test_faulty_files *f = ctx;
	int error = refuse(f, "stat_fd");

	return error != 0 ? error : f->under->stat_fd(f->under->ctx, fd, ret_info);
}

static int
faulty_stat(void *ctx, const char *path, bool follow, struct pb_file_info *ret_info)
{
	struct test_faulty_files *f = ctx;
	int error = refuse(f, "stat");

	return error != 0 ? error : f->under->stat(f->under->ctx, path, follow, ret_info);
}

static int
faulty_list(void *ctx, const char *path, pb_list_fn *each, void *arg)
{
	struct test_faulty_files *f = ctx;
	int error = refuse(f, "list");

	return error != 0 ? error : f->under->list(f->under->ctx, path, each, arg);
}

static int
faulty_mkdir(void *ctx, const char *path, unsigned mode)
{
	struct test_faulty_files *f = ctx;
	int error = refuse(f, "mkdir");

	return error != 0 ? error : f->under->mkdir(f->under->ctx, path, mode);
}

static int
faulty_rename(void *ctx, const char *from, const char *to)
{
	struct test_faulty_files *f = ctx;
	int error = refuse(f, "rename");

	return error != 0 ? error : f->under->rename(f->under->ctx, from, to);
}

static int
faulty_unlink(void *ctx, const char *path)
{
	struct test_faulty_files *f = ctx;
	int error = refuse(f, "unlink");

	return error != 0 ? error : f->under->unlink(f->under->ctx, path);
}

static int
faulty_lock(void *ctx, int fd)
{
	struct test_faulty_files *f = ctx;
	int error = refuse(f, "lock");

	return error != 0 ? error : f->under->lock(f->under->ctx, fd);
}

static int64_t
faulty_free_bytes(void *ctx, const char *path)
{
	struct test_faulty_files *f = ctx;
	int error = refuse(f, "free_bytes");

	return error != 0 ? error : f->under->free_bytes(f->under->ctx, path);
}

void
test_faulty_files_init(struct test_faulty_files *files, const struct pb_files *under)
{
	*files = (struct test_faulty_files){
		.under = under,
		.table = {
			.ctx = files,
			.open = faulty_open,
			.open_unnamed = faulty_open_unnamed,
			.close = faulty_close,
			.read = faulty_read,
			.pread = faulty_pread,
			.pwrite = faulty_pwrite,
			.truncate = faulty_truncate,
			.sync = faulty_sync,
			.sync_dir = faulty_sync_dir,
			.drop_cache = faulty_drop_cache,
			.write_out = faulty_write_out,
			.stat_fd = faulty_stat_fd,
			.stat = faulty_stat,
			.list = faulty_list,
			.mkdir = faulty_mkdir,
			.rename = faulty_rename,
			.unlink = faulty_unlink,
			.lock = faulty_lock,
			.free_bytes = faulty_free_bytes,
		},
	};
}
