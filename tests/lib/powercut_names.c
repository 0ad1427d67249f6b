/* The names of a power-cut disk: paths, and all calls that change or follow them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/powercut.h"

/* ---- paths ---------------------------------------------------------------------------------- */

/* The directory that holds the last name of the path, and that name; "" for the root itself. */
int
powercut_locate(const struct test_powercut *disk, const char *path, size_t *ret_dir,
    char name[POWERCUT_NAME_CAP])
{
	size_t dir = 0, next, len;

	name[0] = '\0';
	for (;;) {
		path += strspn(path, "/");
		len = strcspn(path, "/");
		if (len == 0)
			break;
		if (len == 1 && path[0] == '.') {
			path += len;
			continue;
		}
		if (len >= POWERCUT_NAME_CAP)
			return -ENAMETOOLONG;
		if (name[0] != '\0') {
			next = powercut_find(&disk->node[dir].names, name);
			if (next == POWERCUT_NONE)
				return -ENOENT;
			dir = next;
		}
		if (!disk->node[dir].directory)
			return -ENOTDIR;
		memcpy(name, path, len);
		name[len] = '\0';
		path += len;
	}
	*ret_dir = dir;
	return 0;
}

int
powercut_lookup(const struct test_powercut *disk, const char *path, size_t *ret_node)
{
	char name[POWERCUT_NAME_CAP];
	size_t dir, node;
	int answer = powercut_locate(disk, path, &dir, name);

	if (answer < 0)
		return answer;
	node = name[0] == '\0' ? dir : powercut_find(&disk->node[dir].names, name);
	if (node == POWERCUT_NONE)
		return -ENOENT;
	*ret_node = node;
	return 0;
}

void
powercut_changed(struct test_powercut *disk)
{
	if (disk->after != NULL)
		disk->after(disk->arg);
}

/* ---- changes -------------------------------------------------------------------------------- */

size_t
powercut_new_node(struct test_powercut *disk, bool directory, unsigned mode)
{
	struct powercut_node *node;

	disk->node =
	    powercut_grow(disk->node, disk->node_count, &disk->node_cap, sizeof(disk->node[0]));
	node = &disk->node[disk->node_count];
	memset(node, 0, sizeof(*node));
	node->directory = directory;
	node->mode = mode & 07777;
	node->modified_us = (int64_t)++disk->order;
	node->locked_by = -1;
	return disk->node_count++;
}

void
powercut_change_name(struct test_powercut *disk, size_t dir, const char *name, size_t node,
    size_t from_dir, const char *from_name)
{
	struct powercut_entry_op *op;

	disk->op = powercut_grow(disk->op, disk->op_count, &disk->op_cap, sizeof(disk->op[0]));
	op = &disk->op[disk->op_count++];
	*op = (struct powercut_entry_op){
		.order = ++disk->order,
		.dir = dir,
		.node = node,
		.name = powercut_copy(name, strlen(name) + 1),
		.from_dir = from_dir,
	};
	if (from_name != NULL)
		op->from_name = powercut_copy(from_name, strlen(from_name) + 1);
	powercut_apply(disk, op, false);
}

/* The changes of names in `dir`, with the earlier ones that they need. */
static bool *
mark_names(const struct test_powercut *disk, size_t dir)
{
	bool *marked = calloc(disk->op_count + 1, sizeof(*marked));
	size_t i, j;

	if (marked == NULL)
		abort();
	for (i = disk->op_count; i-- > 0;) {
		if (disk->op[i].dir == dir)
			marked[i] = true;
		for (j = 0; marked[i] && j < i; j++)
			if (powercut_related(&disk->op[j], &disk->op[i]))
				marked[j] = true;
	}
	return marked;
}

static void
settle_names(struct test_powercut *disk, size_t dir)
{
	bool *marked = mark_names(disk, dir);
	size_t i, kept = 0;

	for (i = 0; i < disk->op_count; i++) {
		if (!marked[i]) {
			disk->op[kept++] = disk->op[i];
			continue;
		}
		powercut_apply(disk, &disk->op[i], true);
		free(disk->op[i].name);
		free(disk->op[i].from_name);
	}
	disk->op_count = kept;
	free(marked);
}

/* ---- calls ---------------------------------------------------------------------------------- */

void
powercut_describe(const struct powercut_node *node, struct pb_file_info *ret_info)
{
	*ret_info = (struct pb_file_info){
		.type = node->directory ? PB_FILE_DIRECTORY : PB_FILE_REGULAR,
		.mode = node->mode,
		.owned = true,
		.size = node->now.len,
		.modified_us = node->modified_us,
	};
}

int
powercut_stat(void *ctx, const char *path, bool follow, struct pb_file_info *ret_info)
{
	struct test_powercut *disk = ctx;
	size_t node;
	int answer = powercut_lookup(disk, path, &node);

	(void)follow;
	if (answer == 0)
		powercut_describe(&disk->node[node], ret_info);
	return answer;
}

/* The names as they are when it begins: the callback may change the directory. */
int
powercut_list(void *ctx, const char *path, pb_list_fn *each, void *arg)
{
	struct test_powercut *disk = ctx;
	const struct powercut_entries *names;
	size_t dir, count, i;
	char **copy;
	int answer = powercut_lookup(disk, path, &dir);

	if (answer < 0)
		return answer;
	if (!disk->node[dir].directory)
		return -ENOTDIR;
	names = &disk->node[dir].names;
	count = names->count;
	copy = calloc(count + 1, sizeof(*copy));
	if (copy == NULL)
		abort();
	for (i = 0; i < count; i++)
		copy[i] = powercut_copy(names->entry[i].name, strlen(names->entry[i].name) + 1);
	for (i = 0; i < count && answer == 0; i++)
		answer = each(arg, copy[i]);
	for (i = 0; i < count; i++)
		free(copy[i]);
	free(copy);
	return answer;
}

int
powercut_mkdir(void *ctx, const char *path, unsigned mode)
{
	struct test_powercut *disk = ctx;
	char name[POWERCUT_NAME_CAP];
	size_t dir;
	int answer = powercut_locate(disk, path, &dir, name);

	if (answer < 0)
		return answer;
	if (name[0] == '\0' || powercut_find(&disk->node[dir].names, name) != POWERCUT_NONE)
		return -EEXIST;
	powercut_change_name(
	    disk, dir, name, powercut_new_node(disk, true, mode), POWERCUT_NONE, NULL);
	powercut_changed(disk);
	return 0;
}

/* What rename(2) says of a target that exists. */
static int
may_replace(const struct test_powercut *disk, size_t from, size_t to)
{
	if (disk->node[to].directory && !disk->node[from].directory)
		return -EISDIR;
	if (!disk->node[to].directory && disk->node[from].directory)
		return -ENOTDIR;
	if (disk->node[to].directory && disk->node[to].names.count > 0)
		return -ENOTEMPTY;
	return 0;
}

int
powercut_rename(void *ctx, const char *from, const char *to)
{
	struct test_powercut *disk = ctx;
	char from_name[POWERCUT_NAME_CAP], to_name[POWERCUT_NAME_CAP];
	size_t from_dir, to_dir, node, old, len = strlen(from);
	int answer = powercut_locate(disk, from, &from_dir, from_name);

	if (answer == 0)
		answer = powercut_locate(disk, to, &to_dir, to_name);
	if (answer < 0)
		return answer;
	if (from_name[0] == '\0' || to_name[0] == '\0')
		return -EBUSY;
	node = powercut_find(&disk->node[from_dir].names, from_name);
	if (node == POWERCUT_NONE)
		return -ENOENT;
	if (strncmp(to, from, len) == 0 && to[len] == '/')
		return -EINVAL;
	old = powercut_find(&disk->node[to_dir].names, to_name);
	if (old == node)
		return 0;
	if (old != POWERCUT_NONE)
		answer = may_replace(disk, node, old);
	if (answer < 0)
		return answer;
	powercut_change_name(disk, to_dir, to_name, node, from_dir, from_name);
	powercut_changed(disk);
	return 0;
}

int
powercut_unlink(void *ctx, const char *path)
{
	struct test_powercut *disk = ctx;
	char name[POWERCUT_NAME_CAP];
	size_t dir, node;
	int answer = powercut_locate(disk, path, &dir, name);

	if (answer < 0)
		return answer;
	node = name[0] == '\0' ? dir : powercut_find(&disk->node[dir].names, name);
	if (node == POWERCUT_NONE)
		return -ENOENT;
	if (disk->node[node].directory)
		return -EISDIR;
	powercut_change_name(disk, dir, name, POWERCUT_NONE, POWERCUT_NONE, NULL);
	powercut_changed(disk);
	return 0;
}

int
powercut_sync_dir(void *ctx, const char *path)
{
	struct test_powercut *disk = ctx;
	size_t dir;
	int answer = powercut_lookup(disk, path, &dir);

	if (answer < 0)
		return answer;
	if (!disk->node[dir].directory)
		return -ENOTDIR;
	settle_names(disk, dir);
	powercut_changed(disk);
	return 0;
}
