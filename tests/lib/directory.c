#include "lib/world.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static _Noreturn void
give_up(const char *what, const char *path)
{
	fprintf(stderr, "test_directory: %s %s: %s\n", what, path, strerror(errno));
	abort();
}

static void
make(const char *path)
{
	if (mkdir(path, 0777) != 0 && errno != EEXIST)
		give_up("mkdir", path);
}

char *
test_directory(void)
{
	const char *within = getenv("TEST_TMP");
	char *path;

	if (within == NULL) {
		make("build");
		make(within = "build/tmp");
	}
	if (asprintf(&path, "%s/test-XXXXXX", within) < 0 || mkdtemp(path) == NULL)
		give_up("mkdtemp", within);
	return path;
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st;
	(void)kind;
	(void)where;
	return remove(path);
}

void
test_directory_remove(char *take_path)
{
	if (take_path == NULL)
		return;
	/* Contents before their directory; links are removed, not followed. */
	if (nftw(take_path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
		give_up("remove", take_path);
	free(take_path);
}
