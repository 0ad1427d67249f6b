/* A catalog in a directory of its own. */
#ifndef TEST_CATALOG_FIXTURE_H
#define TEST_CATALOG_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "catalog/catalog.h"
#include "core/io.h"
#include "crypto/crypto.h"
#include "lib/world.h"

#define ORIGIN "tilleuls.example/essai/0a1b2c3d"
#define STEM "0000000000000000-0102030405060708"

struct fixture {
	char *dir, *path;
	const struct pb_files *files;
};

/* ---- the few calls by which the catalog looks at its file before SQLite does ------------------
 */

static int
open_file(void *ctx, const char *path, int flags, unsigned mode)
{
	int fd = open(path, flags | O_CLOEXEC, mode);

	(void)ctx;
	return fd < 0 ? -errno : fd;
}

static int
close_file(void *ctx, int fd)
{
	(void)ctx;
	return close(fd);
}

static int
look_at(void *ctx, const char *path, bool follow, struct pb_file_info *ret_info)
{
	struct stat st;

	(void)ctx;
	assert_false(follow);
	if (lstat(path, &st) != 0)
		return -errno;
	*ret_info = (struct pb_file_info){ .type = S_ISREG(st.st_mode)   ? PB_FILE_REGULAR
						   : S_ISLNK(st.st_mode) ? PB_FILE_SYMLINK
									 : PB_FILE_OTHER,
		.owned = st.st_uid == geteuid() };
	return 0;
}

static int
unlink_file(void *ctx, const char *path)
{
	(void)ctx;
	return unlink(path) == 0 ? 0 : -errno;
}

static const struct pb_files files = {
	.open = open_file, .close = close_file, .stat = look_at, .unlink = unlink_file
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_int_equal(pb_crypto_init(NULL), PB_OK);
	f->dir = test_directory();
	f->path = pb_path_join(f->dir, "catalog.db");
	f->files = &files;
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	test_directory_remove(f->dir);
	free(f->path);
	free(f);
	return 0;
}

static inline struct pb_catalog *
make(struct fixture *f)
{
	struct pb_catalog *catalog = NULL;

	assert_int_equal(pb_catalog_open(f->files, f->path, ORIGIN, true, &catalog, NULL), PB_OK);
	return catalog;
}

static inline bool
holds(const char *path, const void *octets, size_t wanted)
{
	static char bytes[4 << 20];
	FILE *file = fopen(path, "r");
	size_t len;

	if (file == NULL)
		return false;
	len = fread(bytes, 1, sizeof(bytes), file);
	assert_true(len < sizeof(bytes));
	assert_int_equal(fclose(file), 0);
	return memmem(bytes, len, octets, wanted) != NULL;
}

#endif
