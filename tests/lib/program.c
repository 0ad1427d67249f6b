#include "lib/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"

char *
test_program(const char *name)
{
	char path[4096], *slash;
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *found;

	pb_assert(len > 0);
	path[len] = '\0';
	while ((slash = strrchr(path, '/')) != NULL) {
		pb_assert(strlen(path) + strlen(name) + 2 < sizeof(path));
		snprintf(slash, sizeof(path) - (size_t)(slash - path), "/%s", name);
		if (access(path, X_OK) == 0) {
			found = strdup(path);
			pb_assert(found != NULL);
			return found;
		}
		*slash = '\0';
	}
	pb_panic(name, __FILE__, __LINE__);
}
