/* An input as a file: the table of core/world.h over octets, and a spool that grows. */
#ifndef PB_TEST_FUZZ_OCTETS_H
#define PB_TEST_FUZZ_OCTETS_H

#include <errno.h>
#include <string.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/world.h"

#define PB_OCTETS_INPUT 3
#define PB_OCTETS_SPOOL 4

struct pb_octets {
	const uint8_t *data;
	size_t len;
	struct pb_buf spool;
	struct pb_files files;
};

static inline int
octets_open(void *ctx, const char *path, int flags, unsigned mode)
{
	(void)ctx;
	(void)path;
	(void)flags;
	(void)mode;
	return PB_OCTETS_INPUT;
}

static inline int
octets_close(void *ctx, int fd)
{
	(void)ctx;
	(void)fd;
	return 0;
}

static inline int64_t
octets_pread(void *ctx, int fd, void *to, size_t len, uint64_t offset)
{
	const struct pb_octets *octets = ctx;
	const uint8_t *from = fd == PB_OCTETS_SPOOL ? octets->spool.data : octets->data;
	size_t size = fd == PB_OCTETS_SPOOL ? octets->spool.len : octets->len;

	if (offset >= size)
		return 0;
	if (len > size - offset)
		len = size - (size_t)offset;
	memcpy(to, from + offset, len);
	return (int64_t)len;
}

static inline int64_t
octets_pwrite(void *ctx, int fd, const void *from, size_t len, uint64_t offset)
{
	struct pb_octets *octets = ctx;

	pb_assert(fd == PB_OCTETS_SPOOL && offset == octets->spool.len);
	pb_assert(pb_buf_append(&octets->spool, from, len) == PB_OK);
	return (int64_t)len;
}

static inline int
octets_stat_fd(void *ctx, int fd, struct pb_file_info *ret_info)
{
	const struct pb_octets *octets = ctx;

	(void)fd;
	*ret_info = (struct pb_file_info){
		.type = PB_FILE_REGULAR, .mode = 0600, .owned = true, .size = octets->len
	};
	return 0;
}

static inline int
octets_stat(void *ctx, const char *path, bool follow, struct pb_file_info *ret_info)
{
	(void)path;
	(void)follow;
	return octets_stat_fd(ctx, PB_OCTETS_INPUT, ret_info);
}

static inline int
octets_drop_cache(void *ctx, int fd)
{
	(void)ctx;
	(void)fd;
	return 0;
}

static inline void
octets_init(struct pb_octets *octets, const uint8_t *data, size_t len)
{
	*octets = (struct pb_octets){ .data = data, .len = len };
	octets->files = (struct pb_files){ .ctx = octets,
		.open = octets_open,
		.close = octets_close,
		.pread = octets_pread,
		.pwrite = octets_pwrite,
		.drop_cache = octets_drop_cache,
		.stat_fd = octets_stat_fd,
		.stat = octets_stat };
}

#endif
