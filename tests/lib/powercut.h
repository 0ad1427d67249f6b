/*
 * Inside the power-cut file system: what powercut.c keeps for each file and
 * directory, and powercut_states.c makes disks of.
 *
 * A file has a content that programs see, a content that is on the medium, and
 * between them its pending operations in order.  Names are kept the same way, with one
 * list of pending changes for the whole disk, since a rename touches two directories.
 */
#ifndef PB_TEST_POWERCUT_H
#define PB_TEST_POWERCUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/world.h"

#define POWERCUT_NONE SIZE_MAX
#define POWERCUT_NAME_CAP 256

struct powercut_bytes {
	uint8_t *data;
	size_t len, cap;
};

/* A write, or (data NULL) a truncation to `offset` bytes. */
struct powercut_data_op {
	uint64_t order; /* of all that happened to the disk */
	uint64_t offset;
	uint8_t *data;
	size_t len;
};

struct powercut_entry {
	char *name;
	size_t node;
};

struct powercut_entries {
	struct powercut_entry *entry;
	size_t count, cap;
};

struct powercut_node {
	bool directory;
	unsigned mode;
	int64_t modified_us;
	/* a file */
	struct powercut_bytes now, durable;
	struct powercut_data_op *op;
	size_t op_count, op_cap;
	int locked_by; /* fd, or -1 */
	/* a directory */
	struct powercut_entries names, durable_names;
};

/* `name` in `dir` is now that node, or nothing; a rename takes `from_name` away, in one step. */
struct powercut_entry_op {
	uint64_t order;
	size_t dir, node;
	char *name;
	size_t from_dir; /* POWERCUT_NONE: not a rename */
	char *from_name;
};

struct powercut_fd {
	bool open;
	int access; /* O_RDONLY, O_WRONLY, O_RDWR */
	size_t node;
	uint64_t at;
};

struct test_powercut {
	struct pb_files table;
	struct powercut_node *node; /* node[0] is the root; numbers are never used again */
	size_t node_count, node_cap;
	struct powercut_entry_op *op;
	size_t op_count, op_cap;
	struct powercut_fd *fd;
	size_t fd_count, fd_cap;
	uint64_t order;
	void (*after)(void *arg);
	void *arg;
};

/* Memory of tests does not run out: these end the program if it does. */
void *powercut_grow(void *array, size_t count, size_t *cap, size_t size);
void *powercut_copy(const void *data, size_t len);

void powercut_write(struct powercut_bytes *bytes, uint64_t offset, const void *data, size_t len);
/* Shorter, or longer with zeros. */
void powercut_resize(struct powercut_bytes *bytes, uint64_t len);

/* NONE if the name is not there. */
size_t powercut_find(const struct powercut_entries *entries, const char *name);
/* Name a node, or with NONE nothing, so. */
void powercut_name(struct powercut_entries *entries, const char *name, size_t node);
/* Carry out a change on the durable names, or on those that programs see. */
void powercut_apply(struct test_powercut *disk, const struct powercut_entry_op *op, bool durable);
/* Do two changes speak of one name?  Then the later one needs the earlier. */
bool powercut_related(const struct powercut_entry_op *a, const struct powercut_entry_op *b);

/* The directory that holds the last name of a path, and that name; "" for the root itself. */
int powercut_locate(const struct test_powercut *disk, const char *path, size_t *ret_dir,
    char name[POWERCUT_NAME_CAP]);
int powercut_lookup(const struct test_powercut *disk, const char *path, size_t *ret_node);

size_t powercut_new_node(struct test_powercut *disk, bool directory, unsigned mode);
/* A pending change of a name, seen by programs at once. */
void powercut_change_name(struct test_powercut *disk, size_t dir, const char *name, size_t node,
    size_t from_dir, const char *from_name);
/* Tell the watcher. */
void powercut_changed(struct test_powercut *disk);
void powercut_describe(const struct powercut_node *node, struct pb_file_info *ret_info);

/* Entries of the table that deal with names. */
int powercut_stat(void *ctx, const char *path, bool follow, struct pb_file_info *ret_info);
int powercut_list(void *ctx, const char *path, pb_list_fn *each, void *arg);
int powercut_mkdir(void *ctx, const char *path, unsigned mode);
int powercut_rename(void *ctx, const char *from, const char *to);
int powercut_unlink(void *ctx, const char *path);
int powercut_sync_dir(void *ctx, const char *path);

#endif
