/* Octets as the one file of a file table, for reading: whatever the path, it is that file. */
#ifndef PB_TEST_FUZZ_MEMORY_H
#define PB_TEST_FUZZ_MEMORY_H

#include <fcntl.h>
#include <string.h>

#include "core/error.h"
#include "core/world.h"

#define MEMORY_FD 3

struct memory {
	const uint8_t *data;
	size_t len;
	bool exact; /* to read beyond the end is a bug */
	bool open;
	struct pb_files table;
};

static inline int
memory_open(void *ctx, const char *path, int flags, unsigned mode)
{
	struct memory *memory = ctx;

	(void)path;
	(void)mode;
	pb_assert(!memory->open && (flags & (O_ACCMODE | O_CREAT | O_TRUNC)) == O_RDONLY);
	memory->open = true;
	return MEMORY_FD;
}

static inline int
memory_close(void *ctx, int fd)
{
	struct memory *memory = ctx;

	pb_assert(memory->open && fd == MEMORY_FD);
	memory->open = false;
	return 0;
}

/* As short as a read may be. */
static inline int64_t
memory_pread(void *ctx, int fd, void *to, size_t len, uint64_t offset)
{
	const struct memory *memory = ctx;

	pb_assert(memory->open && fd == MEMORY_FD);
	pb_assert(!memory->exact || (offset <= memory->len && len <= memory->len - offset));
	if (offset >= memory->len)
		return 0;
	if (len > memory->len - offset)
		len = memory->len - offset;
	if (len > 200)
		len = 200;
	memcpy(to, memory->data + offset, len);
	return (int64_t)len;
}

static inline int
memory_stat(void *ctx, int fd, struct pb_file_info *ret_info)
{
	const struct memory *memory = ctx;

	pb_assert(memory->open && fd == MEMORY_FD);
	*ret_info = (struct pb_file_info){
		.type = PB_FILE_REGULAR, .mode = 0600, .owned = true, .size = memory->len
	};
	return 0;
}

static inline void
memory_init(struct memory *memory, const uint8_t *data, size_t len, bool exact)
{
	*memory = (struct memory){ .data = data,
		.len = len,
		.exact = exact,
		.table = { .ctx = memory,
		    .open = memory_open,
		    .close = memory_close,
		    .pread = memory_pread,
		    .stat_fd = memory_stat } };
}

#endif
