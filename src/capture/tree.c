#include "capture/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/file.h"
#include "capture/maildir.h"
#include "core/error.h"
#include "core/io.h"
#include "core/limits.h"

struct tree {
	const struct pb_files *files;
	const struct pb_finds *finds;
	const char *direction;
	size_t root_len; /* of the path of the tree, if that is to be stated; else 0 */
};

/* A directory on the way down. */
struct place {
	const char *path;
	const char *maildir; /* "cur", "new"; NULL: not in one */
	bool around;         /* the directory of a Maildir: its rooms are read by themselves */
	unsigned depth;
};

/* ---- names ---------------------------------------------------------------------------------- */

struct names {
	struct pb_buf text; /* each with its NUL */
	size_t count;
	char **sorted;
	bool no_memory;
};

static int
add_name(void *arg, const char *name)
{
	struct names *names = arg;

	if (pb_buf_append(&names->text, name, strlen(name) + 1) != PB_OK)
		names->no_memory = true;
	names->count++;
	return names->no_memory;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum pb_status
list_names(
    const struct pb_files *files, const char *path, struct names *names, struct pb_error *err)
{
	int answer = files->list(files->ctx, path, add_name, names);
	char *at;
	size_t i;

	if (answer < 0)
		return pb_fail_sys(err, answer, N_("list a directory"), "%s", path);
	names->sorted = calloc(names->count + 1, sizeof(names->sorted[0]));
	if (names->no_memory || names->sorted == NULL)
		return pb_fail_memory(err, N_("list a directory"));
	at = (char *)names->text.data;
	for (i = 0; i < names->count; i++) {
		names->sorted[i] = at;
		at += strlen(at) + 1;
	}
	qsort(names->sorted, names->count, sizeof(names->sorted[0]), compare_names);
	return PB_OK;
}

static void
names_done(struct names *names)
{
	free(names->sorted);
	pb_buf_done(&names->text);
}

/* ---- Maildirs ------------------------------------------------------------------------------- */

/* 1 or 0, or why it cannot be told (-errno). */
static int
has_directory(const struct pb_files *files, const char *path, const char *name)
{
	char *inner = pb_path_join(path, name);
	struct pb_file_info info;
	int answer;

	if (inner == NULL)
		return -ENOMEM;
	answer = files->stat(files->ctx, inner, true, &info);
	free(inner);
	if (answer < 0)
		return answer == -ENOENT || answer == -ENOTDIR ? 0 : answer;
	return info.type == PB_FILE_DIRECTORY;
}

/* A Maildir that cannot be told from another directory would lose its messages unsaid. */
static int
is_maildir(const struct pb_files *files, const char *path)
{
	int answer = has_directory(files, path, "cur");

	return answer == 1 ? has_directory(files, path, "new") : answer;
}

static bool
is_room(const char *name)
{
	return strcmp(name, "cur") == 0 || strcmp(name, "new") == 0 || strcmp(name, "tmp") == 0;
}

/* ---- the way down --------------------------------------------------------------------------- */

static enum pb_status find_below(
    const struct tree *tree, const struct place *place, struct pb_error *err);

static struct pb_message_origin
origin_of(const struct tree *tree, const char *path)
{
	struct pb_message_origin origin = { .direction = tree->direction, .path = path };

	if (tree->root_len > 0 && strlen(path) > tree->root_len) {
		origin.piler = path + tree->root_len;
		while (*origin.piler == '/')
			origin.piler++;
	}
	return origin;
}

static enum pb_status
refuse(const struct tree *tree, const char *path, const struct pb_error *why, struct pb_error *err)
{
	const struct pb_message_origin origin = origin_of(tree, path);

	return tree->finds->refused(tree->finds->ctx, &origin, why, err);
}

static enum pb_status
find_file(const struct tree *tree, const struct place *place, const char *path, const char *name,
    const struct pb_file_info *info, struct pb_error *err)
{
	const struct pb_finds *finds = tree->finds;
	struct pb_message_origin origin = origin_of(tree, path);

	origin.file_size = info->size;
	origin.modified_us = info->modified_us;
	if (place->maildir != NULL) {
		origin.maildir = place->maildir;
		origin.flags = pb_maildir_flags(name);
	}
	if (place->maildir != NULL || pb_file_is_eml(name))
		return finds->file(finds->ctx, &origin, PB_FILE_FOUND, err);
	if (place->around && pb_maildir_mark(name, info->size))
		return PB_OK;
	return pb_file_find(tree->files, &origin, false, finds, err);
}

static enum pb_status
find_entry(
    const struct tree *tree, const struct place *place, const char *name, struct pb_error *err)
{
	const struct pb_files *files = tree->files;
	char *path = pb_path_join(place->path, name);
	struct place inner = { .path = path, .depth = place->depth + 1 };
	struct pb_message_origin origin;
	enum pb_status status = PB_OK;
	struct pb_error why = { 0 };
	struct pb_file_info info;
	int answer;

	if (path == NULL)
		return pb_fail_memory(err, N_("import"));
	answer = files->stat(files->ctx, path, false, &info);
	if (answer < 0) {
		(void)pb_fail_sys(&why, answer, N_("look at a file"), "%s", path);
		status = refuse(tree, path, &why, err);
	} else if (info.type == PB_FILE_DIRECTORY && place->maildir == NULL) {
		status = find_below(tree, &inner, err);
	} else if (info.type == PB_FILE_REGULAR) {
		status = find_file(tree, place, path, name, &info, err);
	} else {
		origin = origin_of(tree, path);
		tree->finds->skipped(tree->finds->ctx, &origin);
	}
	free(path);
	return status;
}

static enum pb_status
find_names(const struct tree *tree, const struct place *place, struct pb_error *err)
{
	struct names names = { .count = 0 };
	struct pb_error why = { 0 };
	enum pb_status status = list_names(tree->files, place->path, &names, &why);
	size_t i;

	if (status != PB_OK) {
		status = refuse(tree, place->path, &why, err);
		names.count = 0;
	}
	for (i = 0; status == PB_OK && i < names.count; i++)
		if (!place->around || !is_room(names.sorted[i]))
			status = find_entry(tree, place, names.sorted[i], err);
	names_done(&names);
	return status;
}

static enum pb_status
find_room(
    const struct tree *tree, const struct place *place, const char *room, struct pb_error *err)
{
	char *path = pb_path_join(place->path, room);
	const struct place inner = { .path = path, .maildir = room, .depth = place->depth + 1 };
	enum pb_status status;

	if (path == NULL)
		return pb_fail_memory(err, N_("import"));
	status = find_names(tree, &inner, err);
	free(path);
	return status;
}

static enum pb_status
find_maildir(const struct tree *tree, const struct place *place, struct pb_error *err)
{
	struct place around = *place;
	enum pb_status status;

	tree->finds->met(tree->finds->ctx, PB_MET_MAILDIR);
	/* tmp/ holds deliveries that were not finished: they are no messages yet. */
	status = find_room(tree, place, "cur", err);
	if (status == PB_OK)
		status = find_room(tree, place, "new", err);
	/* Its folders (.Sent, .Archive) stand beside its rooms, Maildirs as well. */
	around.around = true;
	return status == PB_OK ? find_names(tree, &around, err) : status;
}

static enum pb_status
find_below(const struct tree *tree, const struct place *place, struct pb_error *err)
{
	struct pb_error why = { 0 };
	int maildir;

	if (place->depth > PB_LIMIT_DEPTH) {
		(void)pb_fail(&why, PB_ELIMIT, N_("import a directory"), N_("it stands too deep"),
		    "%s", place->path);
		return refuse(tree, place->path, &why, err);
	}
	maildir = is_maildir(tree->files, place->path);
	if (maildir < 0) {
		(void)pb_fail_sys(&why, maildir, N_("look at a file"), "%s", place->path);
		return refuse(tree, place->path, &why, err);
	}
	if (maildir > 0)
		return find_maildir(tree, place, err);
	tree->finds->met(tree->finds->ctx, PB_MET_DIRECTORY);
	return find_names(tree, place, err);
}

/* The room that a path names by itself: `~/Maildir/cur`.  NULL: none. */
static const char *
named_room(const char *path)
{
	static const char *const rooms[] = { "cur", "new" };
	size_t len = strlen(path), i;

	while (len > 0 && path[len - 1] == '/')
		len--;
	for (i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++)
		if (len >= 3 && (len == 3 || path[len - 4] == '/') &&
		    strncmp(path + len - 3, rooms[i], 3) == 0)
			return rooms[i];
	return NULL;
}

/* Its files are messages where a Maildir stands around it. */
static enum pb_status
find_named_room(const struct tree *tree, struct place *place, struct pb_error *err)
{
	char *around = pb_path_join(place->path, "..");
	int maildir = around == NULL ? -ENOMEM : is_maildir(tree->files, around);
	struct pb_error why = { 0 };

	free(around);
	if (maildir < 0) {
		(void)pb_fail_sys(&why, maildir, N_("look at a file"), "%s", place->path);
		return refuse(tree, place->path, &why, err);
	}
	if (maildir > 0) {
		tree->finds->met(tree->finds->ctx, PB_MET_MAILDIR);
		return find_names(tree, place, err);
	}
	place->maildir = NULL;
	return find_below(tree, place, err);
}

enum pb_status
pb_tree_find(const struct pb_files *files, const char *path, const char *direction, bool piler,
    const struct pb_finds *finds, struct pb_error *err)
{
	const struct tree tree = { files, finds, direction, piler ? strlen(path) : 0 };
	struct place place = { .path = path, .maildir = named_room(path) };

	if (place.maildir != NULL)
		return find_named_room(&tree, &place, err);
	return find_below(&tree, &place, err);
}
