#include "copies/names.h"

#include <ctype.h>
#include <string.h>

#include "archive/paths.h"

#define DEPTH 8

static const char *const rooms[] = { PB_DIR_VAULT, PB_DIR_KEYS, PB_DIR_LOG, PB_DIR_READERS,
	PB_DIR_TSA, PB_DIR_QUARANTINE };
static const char *const alone[] = { PB_COPIES_SUMS, PB_COPIES_FACTS, PB_COPIES_CHECKPOINT,
	PB_COPIES_PRIVATE };

/* Its segments are of letters, digits, '-', '_' and '.', and begin with none of the last. */
static bool
plain(const char *path)
{
	unsigned depth = 1;
	char before = '/';

	for (; *path != '\0'; path++) {
		if (*path == '/') {
			if (before == '/' || ++depth > DEPTH)
				return false;
		} else if (*path == '.'
			       ? before == '/'
			       : !isalnum((unsigned char)*path) && *path != '-' && *path != '_') {
			return false;
		}
		before = *path;
	}
	return before != '/';
}

static bool
ends_in(const char *path, const char *suffix)
{
	size_t len = strlen(path), tail = strlen(suffix);

	return len >= tail && strcmp(path + len - tail, suffix) == 0;
}

bool
pb_copies_name_valid(const char *path)
{
	if (path == NULL || strlen(path) > 200 || !plain(path) || ends_in(path, ".state") ||
	    ends_in(path, ".pending"))
		return false;
	for (size_t i = 0; i < sizeof(alone) / sizeof(alone[0]); i++)
		if (strcmp(path, alone[i]) == 0)
			return true;
	for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
		size_t len = strlen(rooms[i]);

		if (strncmp(path, rooms[i], len) == 0 && path[len] == '/')
			return true;
	}
	return false;
}
