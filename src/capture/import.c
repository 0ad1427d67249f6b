#include "capture/import.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "capture/maildir.h"
#include "capture/message.h"
#include "core/error.h"
#include "core/io.h"
#include "core/limits.h"

/* A message that was handed in and waits for its receipt. */
struct waiting {
	struct waiting *next;
	char path[];
};

struct pb_import {
	const struct pb_world *world;
	const struct pb_import_events *events;
	const char *direction;
	struct pb_message_maker *maker;
	const struct pb_intake *intake;
	struct waiting *first; /* in the order handed in, which is the order of receipts */
	struct waiting **last;
	uint64_t messages;
	uint64_t bytes;
	bool broken; /* the archive takes no more */
};

enum pb_status
pb_import_new(const struct pb_world *world, const char *origin, const char *spill_dir,
    const char *direction, const struct pb_import_events *events, struct pb_import **ret_import,
    struct pb_error *err)
{
	struct pb_import *import = calloc(1, sizeof(*import));
	enum pb_status status;

	if (import == NULL)
		return pb_fail_memory(err, N_("import"));
	import->world = world;
	import->events = events;
	import->direction = direction;
	import->last = &import->first;
	status = pb_message_maker_new(world, origin, spill_dir, &import->maker, err);
	if (status != PB_OK) {
		pb_import_free(import);
		return status;
	}
	*ret_import = import;
	return PB_OK;
}

/* ---- receipts ------------------------------------------------------------------------------- */

static void
refuse(struct pb_import *import, const char *path, const struct pb_error *why)
{
	if (import->events->refused != NULL)
		import->events->refused(import->events->ctx, path, why);
}

enum pb_status
pb_import_acknowledged(
    void *ctx, void *cookie, const struct pb_receipt *receipt, struct pb_error *err)
{
	struct pb_import *import = ctx;
	struct waiting *waiting = cookie;
	enum pb_status status = PB_OK;

	pb_assert(import->first == waiting);
	import->first = waiting->next;
	if (import->first == NULL)
		import->last = &import->first;
	if (import->events->kept != NULL)
		status = import->events->kept(import->events->ctx, waiting->path, receipt, err);
	free(waiting);
	return status;
}

static struct waiting *
wait_for_receipt(struct pb_import *import, const char *path)
{
	size_t size = strlen(path) + 1;
	struct waiting *waiting = malloc(sizeof(*waiting) + size);

	if (waiting == NULL)
		return NULL;
	waiting->next = NULL;
	memcpy(waiting->path, path, size);
	*import->last = waiting;
	import->last = &waiting->next;
	return waiting;
}

/* What still waits was not kept: each is told by name. */
static void
refuse_waiting(struct pb_import *import, const struct pb_error *why)
{
	struct waiting *waiting;

	while ((waiting = import->first) != NULL) {
		import->first = waiting->next;
		refuse(import, waiting->path, why);
		free(waiting);
	}
	import->last = &import->first;
}

/* ---- one message ---------------------------------------------------------------------------- */

static enum pb_status
submit(struct pb_import *import, const char *path, struct pb_sealed *sealed, struct pb_error *err)
{
	struct waiting *waiting = wait_for_receipt(import, path);
	uint64_t bytes = sealed->payload_len;
	enum pb_status status;

	if (waiting == NULL) {
		pb_sealed_done(sealed);
		return pb_fail_memory(err, N_("import"));
	}
	status = import->intake->submit(import->intake->ctx, sealed, waiting, err);
	import->broken = status != PB_OK;
	import->messages++;
	import->bytes += bytes;
	if (status == PB_OK && import->events->progress != NULL)
		import->events->progress(import->events->ctx, import->messages, import->bytes);
	return status;
}

/* A message that can't be read is refused and is no failure of the import. */
static enum pb_status
import_fd(struct pb_import *import, int fd, const struct pb_message_origin *origin,
    const char *path, struct pb_error *err)
{
	struct pb_sealed sealed = PB_SEALED_EMPTY;
	struct pb_error why = { 0 };
	enum pb_status status = pb_message_make(import->maker, fd, origin, &sealed, &why);

	if (status == PB_OK)
		return submit(import, path, &sealed, err);
	refuse(import, path, &why);
	return PB_OK;
}

static enum pb_status
import_file(struct pb_import *import, const char *path, const char *maildir, bool found,
    struct pb_error *err)
{
	const struct pb_files *files = import->world->files;
	const char *name = strrchr(path, '/');
	struct pb_message_origin origin = {
		.direction = import->direction, .path = path, .maildir = maildir
	};
	struct pb_error why = { 0 };
	enum pb_status status;
	int fd = -1;

	if (maildir != NULL)
		origin.flags = pb_maildir_flags(name != NULL ? name + 1 : path);
	/* Named by the user it may be a pipe; found in a directory it is a file, or was exchanged.
	 */
	status = found ? pb_io_open_regular(files, path, O_RDONLY | O_NOFOLLOW, &fd, NULL, &why)
		       : pb_io_open(files, path, O_RDONLY, 0, &fd, &why);
	if (status != PB_OK) {
		refuse(import, path, &why);
		return PB_OK;
	}
	status = import_fd(import, fd, &origin, path, err);
	pb_io_close(files, &fd);
	return status;
}

/* ---- directories ---------------------------------------------------------------------------- */

/* The names of a directory, sorted by octets, so that two runs see one order. */
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
looks_like_message(const char *name)
{
	size_t len = strlen(name);

	return len > 4 && strcasecmp(name + len - 4, ".eml") == 0;
}

static enum pb_status import_directory(
    struct pb_import *import, const char *path, unsigned depth, struct pb_error *err);

static enum pb_status
import_entry(struct pb_import *import, const char *dir, const char *name, const char *maildir,
    unsigned depth, struct pb_error *err)
{
	const struct pb_files *files = import->world->files;
	char *path = pb_path_join(dir, name);
	enum pb_status status = PB_OK;
	struct pb_error why = { 0 };
	struct pb_file_info info;
	int answer;

	if (path == NULL)
		return pb_fail_memory(err, N_("import"));
	answer = files->stat(files->ctx, path, false, &info);
	if (answer < 0) {
		(void)pb_fail_sys(&why, answer, N_("look at a file"), "%s", path);
		refuse(import, path, &why);
	} else if (info.type == PB_FILE_DIRECTORY && maildir == NULL) {
		status = import_directory(import, path, depth + 1, err);
	} else if (info.type == PB_FILE_REGULAR && (maildir != NULL || looks_like_message(name))) {
		status = import_file(import, path, maildir, true, err);
	} else if (import->events->skipped != NULL) {
		import->events->skipped(import->events->ctx, path);
	}
	free(path);
	return status;
}

static bool
is_room(const char *name)
{
	return strcmp(name, "cur") == 0 || strcmp(name, "new") == 0 || strcmp(name, "tmp") == 0;
}

/* What stands in a directory; around: in that of a Maildir, beside its rooms. */
static enum pb_status
import_names(struct pb_import *import, const char *path, const char *maildir, bool around,
    unsigned depth, struct pb_error *err)
{
	struct names names = { 0 };
	struct pb_error why = { 0 };
	enum pb_status status = list_names(import->world->files, path, &names, &why);
	size_t i;

	if (status != PB_OK) {
		refuse(import, path, &why);
		status = PB_OK;
		names.count = 0;
	}
	for (i = 0; status == PB_OK && i < names.count; i++)
		if (!around || !is_room(names.sorted[i]))
			status = import_entry(import, path, names.sorted[i], maildir, depth, err);
	free(names.sorted);
	pb_buf_done(&names.text);
	return status;
}

static enum pb_status
import_maildir_room(struct pb_import *import, const char *path, const char *room, unsigned depth,
    struct pb_error *err)
{
	char *inner = pb_path_join(path, room);
	enum pb_status status;

	if (inner == NULL)
		return pb_fail_memory(err, N_("import"));
	status = import_names(import, inner, room, false, depth + 1, err);
	free(inner);
	return status;
}

static enum pb_status
import_directory(struct pb_import *import, const char *path, unsigned depth, struct pb_error *err)
{
	const struct pb_files *files = import->world->files;
	struct pb_error why = { 0 };
	enum pb_status status;
	int maildir;

	if (depth > PB_LIMIT_DEPTH) {
		(void)pb_fail(&why, PB_ELIMIT, N_("import a directory"), N_("it stands too deep"),
		    "%s", path);
		refuse(import, path, &why);
		return PB_OK;
	}
	maildir = is_maildir(files, path);
	if (maildir < 0) {
		(void)pb_fail_sys(&why, maildir, N_("look at a file"), "%s", path);
		refuse(import, path, &why);
		return PB_OK;
	}
	if (maildir == 0)
		return import_names(import, path, NULL, false, depth, err);
	/* tmp/ holds deliveries that were not finished: they are no messages yet. */
	status = import_maildir_room(import, path, "cur", depth, err);
	if (status == PB_OK)
		status = import_maildir_room(import, path, "new", depth, err);
	/* Its folders (.Sent, .Archive) stand beside its rooms, Maildirs as well. */
	if (status == PB_OK)
		status = import_names(import, path, NULL, true, depth, err);
	return status;
}

/* ---- the run -------------------------------------------------------------------------------- */

static enum pb_status
import_path(struct pb_import *import, const char *path, int stdin_fd, struct pb_error *err)
{
	const struct pb_files *files = import->world->files;
	struct pb_message_origin origin = { .direction = import->direction };
	struct pb_file_info info;
	struct pb_error why = { 0 };
	int answer;

	if (strcmp(path, "-") == 0)
		return import_fd(import, stdin_fd, &origin, path, err);
	answer = files->stat(files->ctx, path, true, &info);
	if (answer < 0) {
		(void)pb_fail_sys(&why, answer, N_("import a message"), "%s", path);
		refuse(import, path, &why);
		return PB_OK;
	}
	if (info.type == PB_FILE_DIRECTORY)
		return import_directory(import, path, 0, err);
	return import_file(import, path, NULL, false, err);
}

enum pb_status
pb_import_run(struct pb_import *import, const struct pb_intake *intake, char *const *paths,
    size_t count, int stdin_fd, struct pb_error *err)
{
	struct pb_error own = { 0 };
	struct pb_error *why = err != NULL ? err : &own;
	enum pb_status status = PB_OK;
	size_t i;

	import->intake = intake;
	for (i = 0; status == PB_OK && i < count; i++)
		status = import_path(import, paths[i], stdin_fd, why);
	/* What was read before something else went wrong is still kept. */
	if (!import->broken) {
		enum pb_status flushed = intake->flush(intake->ctx, status == PB_OK ? why : NULL);

		if (status == PB_OK)
			status = flushed;
	}
	if (status != PB_OK)
		refuse_waiting(import, why);
	return status;
}

void
pb_import_free(struct pb_import *import)
{
	struct waiting *waiting;

	if (import == NULL)
		return;
	while ((waiting = import->first) != NULL) {
		import->first = waiting->next;
		free(waiting);
	}
	pb_message_maker_free(import->maker);
	free(import);
}
