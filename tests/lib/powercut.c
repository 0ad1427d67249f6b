/*
 * A file system in memory that knows what was synced and what was not.
 *
 * What it promises is what POSIX and the manual pages of Linux promise, no
 * more:
 *
 *  - sync(fd) makes the file's bytes and length durable, not its name;
 *  - sync_dir(path) makes the names in that directory durable, not what the files hold,
 *    and not the name of the directory itself;
 *  - anything else lives until the power goes.  Then (powercut_states.c) each pending
 *    write of a file is there, not there, or torn, independently of the others; each
 *    pending change of a name is there or not.  Changes that speak of one name keep
 *    their order, and a rename is never half done: that much a journal gives.  A
 *    rename counts as durable when the directory of its new name is synced.
 *
 * Paths are absolute or relative to the root alike; there are no links.  Locks and
 * open files end with the power.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "lib/powercut.h"

#define FILE_MAX ((uint64_t)1 << 30)

/* ---- open files ----------------------------------------------------------------------------- */

static struct powercut_data_op *
new_data_op(struct test_powercut *disk, size_t number)
{
	struct powercut_node *node = &disk->node[number];
	struct powercut_data_op *op;

	node->op = powercut_grow(node->op, node->op_count, &node->op_cap, sizeof(node->op[0]));
	op = &node->op[node->op_count++];
	*op = (struct powercut_data_op){ .order = ++disk->order };
	node->modified_us = (int64_t)op->order;
	return op;
}

static void
resize_file(struct test_powercut *disk, size_t number, uint64_t len)
{
	struct powercut_data_op *op = new_data_op(disk, number);

	op->offset = len;
	powercut_resize(&disk->node[number].now, len);
}

static int
new_fd(struct test_powercut *disk, size_t node, int access)
{
	size_t i;

	for (i = 0; i < disk->fd_count && disk->fd[i].open; i++)
		;
	if (i == disk->fd_count) {
		disk->fd =
		    powercut_grow(disk->fd, disk->fd_count, &disk->fd_cap, sizeof(disk->fd[0]));
		disk->fd_count++;
	}
	disk->fd[i] = (struct powercut_fd){ .open = true, .access = access, .node = node };
	return (int)i;
}

static struct powercut_fd *
get_fd(struct test_powercut *disk, int fd)
{
	if (fd < 0 || (size_t)fd >= disk->fd_count || !disk->fd[fd].open)
		return NULL;
	return &disk->fd[fd];
}

static int
open_new(struct test_powercut *disk, size_t dir, const char *name, int access, unsigned mode)
{
	size_t node = powercut_new_node(disk, false, mode);
	int fd;

	powercut_change_name(disk, dir, name, node, POWERCUT_NONE, NULL);
	fd = new_fd(disk, node, access);
	powercut_changed(disk);
	return fd;
}

static int
open_old(struct test_powercut *disk, size_t node, int flags, int access)
{
	bool cut;
	int fd;

	if ((flags & O_CREAT) != 0 && (flags & O_EXCL) != 0)
		return -EEXIST;
	if (disk->node[node].directory && (access != O_RDONLY || (flags & O_CREAT) != 0))
		return -EISDIR;
	if (!disk->node[node].directory && (flags & O_DIRECTORY) != 0)
		return -ENOTDIR;
	cut = (flags & O_TRUNC) != 0 && access != O_RDONLY && disk->node[node].now.len > 0;
	if (cut)
		resize_file(disk, node, 0);
	fd = new_fd(disk, node, access);
	if (cut)
		powercut_changed(disk);
	return fd;
}

static int
cut_open(void *ctx, const char *path, int flags, unsigned mode)
{
	struct test_powercut *disk = ctx;
	int access = flags & O_ACCMODE, answer;
	char name[POWERCUT_NAME_CAP];
	size_t dir, node;

	if ((flags & O_APPEND) != 0)
		return -EINVAL;
	answer = powercut_locate(disk, path, &dir, name);
	if (answer < 0)
		return answer;
	node = name[0] == '\0' ? dir : powercut_find(&disk->node[dir].names, name);
	if (node != POWERCUT_NONE)
		return open_old(disk, node, flags, access);
	if ((flags & O_CREAT) == 0)
		return -ENOENT;
	return open_new(disk, dir, name, access, mode);
}

static int
cut_open_unnamed(void *ctx, const char *path)
{
	struct test_powercut *disk = ctx;
	size_t dir;
	int answer = powercut_lookup(disk, path, &dir);

	if (answer < 0)
		return answer;
	if (!disk->node[dir].directory)
		return -ENOTDIR;
	return new_fd(disk, powercut_new_node(disk, false, 0600), O_RDWR);
}

static int
cut_close(void *ctx, int number)
{
	struct test_powercut *disk = ctx;
	struct powercut_fd *fd = get_fd(disk, number);

	if (fd == NULL)
		return -EBADF;
	if (disk->node[fd->node].locked_by == number)
		disk->node[fd->node].locked_by = -1;
	fd->open = false;
	return 0;
}

static int64_t
cut_pread(void *ctx, int number, void *to, size_t len, uint64_t offset)
{
	struct test_powercut *disk = ctx;
	struct powercut_fd *fd = get_fd(disk, number);
	const struct powercut_node *node;

	if (fd == NULL || fd->access == O_WRONLY)
		return -EBADF;
	node = &disk->node[fd->node];
	if (node->directory)
		return -EISDIR;
	if (offset >= node->now.len)
		return 0;
	if (len > node->now.len - offset)
		len = node->now.len - (size_t)offset;
	memcpy(to, node->now.data + offset, len);
	return (int64_t)len;
}

static int64_t
cut_read(void *ctx, int number, void *to, size_t len)
{
	struct test_powercut *disk = ctx;
	struct powercut_fd *fd = get_fd(disk, number);
	int64_t n = cut_pread(ctx, number, to, len, fd == NULL ? 0 : fd->at);

	if (n > 0)
		fd->at += (uint64_t)n;
	return n;
}

static int64_t
cut_pwrite(void *ctx, int number, const void *from, size_t len, uint64_t offset)
{
	struct test_powercut *disk = ctx;
	struct powercut_fd *fd = get_fd(disk, number);
	struct powercut_data_op *op;

	if (fd == NULL || fd->access == O_RDONLY)
		return -EBADF;
	if (offset > FILE_MAX || len > FILE_MAX - offset)
		return -EFBIG;
	if (len == 0)
		return 0;
	op = new_data_op(disk, fd->node);
	op->offset = offset;
	op->data = powercut_copy(from, len);
	op->len = len;
	powercut_write(&disk->node[fd->node].now, offset, from, len);
	powercut_changed(disk);
	return (int64_t)len;
}

static int
cut_truncate(void *ctx, int number, uint64_t len)
{
	struct test_powercut *disk = ctx;
	struct powercut_fd *fd = get_fd(disk, number);

	if (fd == NULL)
		return -EBADF;
	if (fd->access == O_RDONLY)
		return -EINVAL;
	if (len > FILE_MAX)
		return -EFBIG;
	if (disk->node[fd->node].now.len == len)
		return 0;
	resize_file(disk, fd->node, len);
	powercut_changed(disk);
	return 0;
}

static int
cut_lock(void *ctx, int number)
{
	struct test_powercut *disk = ctx;
	struct powercut_fd *fd = get_fd(disk, number);
	int *by;

	if (fd == NULL)
		return -EBADF;
	by = &disk->node[fd->node].locked_by;
	if (*by >= 0 && *by != number)
		return -EWOULDBLOCK;
	*by = number;
	return 0;
}

static void
settle_data(struct powercut_node *node)
{
	size_t i;

	for (i = 0; i < node->op_count; i++) {
		struct powercut_data_op *op = &node->op[i];

		if (op->data != NULL)
			powercut_write(&node->durable, op->offset, op->data, op->len);
		else
			powercut_resize(&node->durable, op->offset);
		free(op->data);
	}
	node->op_count = 0;
}

static int
cut_sync(void *ctx, int number)
{
	struct test_powercut *disk = ctx;
	struct powercut_fd *fd = get_fd(disk, number);

	if (fd == NULL)
		return -EBADF;
	settle_data(&disk->node[fd->node]);
	powercut_changed(disk);
	return 0;
}

static int
cut_drop_cache(void *ctx, int number)
{
	return get_fd(ctx, number) == NULL ? -EBADF : 0;
}

/* What nobody synced may be on the disk or not: it makes no difference. */
static int
cut_write_out(void *ctx, int number, uint64_t offset, uint64_t len)
{
	(void)ctx;
	(void)number;
	(void)offset;
	(void)len;
	return 0;
}

static int
cut_stat_fd(void *ctx, int number, struct pb_file_info *ret_info)
{
	struct test_powercut *disk = ctx;
	struct powercut_fd *fd = get_fd(disk, number);

	if (fd == NULL)
		return -EBADF;
	powercut_describe(&disk->node[fd->node], ret_info);
	return 0;
}

static int64_t
cut_free_bytes(void *ctx, const char *path)
{
	size_t node;
	int answer = powercut_lookup(ctx, path, &node);

	return answer < 0 ? answer : (int64_t)FILE_MAX;
}

/* ---- the disk ------------------------------------------------------------------------------- */

struct test_powercut *
test_powercut_new(void)
{
	struct test_powercut *disk = calloc(1, sizeof(*disk));

	if (disk == NULL)
		abort();
	disk->table = (struct pb_files){
		.ctx = disk,
		.open = cut_open,
		.open_unnamed = cut_open_unnamed,
		.close = cut_close,
		.read = cut_read,
		.pread = cut_pread,
		.pwrite = cut_pwrite,
		.truncate = cut_truncate,
		.sync = cut_sync,
		.sync_dir = powercut_sync_dir,
		.drop_cache = cut_drop_cache,
		.write_out = cut_write_out,
		.stat_fd = cut_stat_fd,
		.stat = powercut_stat,
		.list = powercut_list,
		.mkdir = powercut_mkdir,
		.rename = powercut_rename,
		.unlink = powercut_unlink,
		.lock = cut_lock,
		.free_bytes = cut_free_bytes,
	};
	(void)powercut_new_node(disk, true, 0700);
	return disk;
}

const struct pb_files *
test_powercut_files(struct test_powercut *disk)
{
	return &disk->table;
}

void
test_powercut_watch(struct test_powercut *disk, void (*after)(void *arg), void *arg)
{
	disk->after = after;
	disk->arg = arg;
}

static void
free_names(struct powercut_entries *entries)
{
	size_t i;

	for (i = 0; i < entries->count; i++)
		free(entries->entry[i].name);
	free(entries->entry);
}

static void
free_node(struct powercut_node *node)
{
	size_t i;

	for (i = 0; i < node->op_count; i++)
		free(node->op[i].data);
	free(node->op);
	free(node->now.data);
	free(node->durable.data);
	free_names(&node->names);
	free_names(&node->durable_names);
}

void
test_powercut_free(struct test_powercut *disk)
{
	size_t i;

	if (disk == NULL)
		return;
	for (i = 0; i < disk->node_count; i++)
		free_node(&disk->node[i]);
	for (i = 0; i < disk->op_count; i++) {
		free(disk->op[i].name);
		free(disk->op[i].from_name);
	}
	free(disk->node);
	free(disk->op);
	free(disk->fd);
	free(disk);
}
