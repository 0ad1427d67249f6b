/* `init`: the directories of a new archive, and its record 0. */
#include <string.h>

#include "archive/commit.h"
#include "archive/creation.h"
#include "archive/lock.h"
#include "archive/paths.h"
#include "core/error.h"
#include "core/io.h"

/* In the order in which they are made. */
static const char *const rooms[] = { PB_DIR_VAULT, PB_DIR_KEYS, PB_DIR_LOG, PB_DIR_READERS,
	PB_DIR_PRIVATE, PB_DIR_TSA, PB_DIR_QUARANTINE, PB_DIR_TMP };
#define ROOMS (sizeof(rooms) / sizeof(rooms[0]))

/* ---- directories ---------------------------------------------------------------------------- */

static int
refuse_entry(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return 1;
}

/* dir is ours from here on: not there before, or empty. */
static enum pb_status
claim_directory(struct pb_creation *c, struct pb_error *err)
{
	const struct pb_files *files = c->world->files;
	int answer = files->mkdir(files->ctx, c->dir, 0700);
	enum pb_status status;

	if (answer == 0) {
		c->made_dir = true;
		return PB_OK;
	}
	status = pb_fail_sys(err, answer, N_("make the archive's directory"), "%s", c->dir);
	if (status != PB_EEXIST)
		return status;
	answer = files->list(files->ctx, c->dir, refuse_entry, NULL);
	if (answer < 0)
		return pb_fail_sys(err, answer, N_("make the archive's directory"), "%s", c->dir);
	if (answer > 0) {
		(void)pb_fail(err, PB_EEXIST, N_("make the archive's directory"),
		    N_("it is not empty"), "%s", c->dir);
		return pb_fail_todo(err, PB_EEXIST, N_("name a directory that does not exist yet"));
	}
	return pb_path_private(files, c->dir, err);
}

static enum pb_status
make_rooms(struct pb_creation *c, struct pb_error *err)
{
	const struct pb_files *files = c->world->files;
	enum pb_status status = PB_OK;
	struct pb_path path;
	size_t i;
	int answer;

	for (i = 0; status == PB_OK && i < ROOMS; i++) {
		status = pb_path_make(&path, c->dir, rooms[i], NULL, err);
		if (status != PB_OK)
			break;
		answer = files->mkdir(files->ctx, path.text, 0700);
		if (answer < 0)
			status = pb_fail_sys(
			    err, answer, N_("make the archive's directory"), "%s", path.text);
		else /* the first one decides, should two begin at a time: what is there is ours */
			c->made_rooms = true;
	}
	if (status == PB_OK)
		status = pb_path_make(&path, c->dir, PB_FILE_LOCK, NULL, err);
	if (status == PB_OK)
		status = pb_io_create_file(files, path.text, "", 0, err);
	if (status == PB_OK)
		status = pb_archive_lock(files, c->dir, &c->parts.lock_fd, err);
	return status;
}

/* ---- record 0 ------------------------------------------------------------------------------- */

/* The archive's own name must last as well. */
static enum pb_status
sync_parent(struct pb_creation *c, struct pb_error *err)
{
	size_t len = strlen(c->dir);
	struct pb_path parent;
	enum pb_status status;

	while (len > 1 && c->dir[len - 1] == '/')
		len--;
	while (len > 0 && c->dir[len - 1] != '/')
		len--;
	status = pb_path_make(&parent, len == 0 ? "." : len == 1 ? "/" : c->dir, ".", NULL, err);
	if (status == PB_OK && len > 1)
		parent.text[len] = '\0';
	return status != PB_OK ? status : pb_io_sync_dir(c->world->files, parent.text, err);
}

static enum pb_status
make_parts(struct pb_creation *c, struct pb_error *err)
{
	enum pb_status status = pb_creation_origin(c, err);

	if (status == PB_OK)
		status = claim_directory(c, err);
	if (status == PB_OK)
		status = make_rooms(c, err);
	if (status == PB_OK)
		status = pb_creation_keys(c, err);
	if (status == PB_OK)
		status = pb_io_sync_dir(c->world->files, c->dir, err);
	if (status == PB_OK)
		status = sync_parent(c, err);
	return status;
}

/* The first commit is the opening record of the first segment, alone. */
static enum pb_status
found(struct pb_creation *c, struct pb_error *err)
{
	struct pb_buf vkey = PB_BUF_EMPTY;
	struct pb_archive *a = NULL;
	enum pb_status status;

	status = pb_archive_new(c->world, c->dir, &c->parts, &a, err);
	if (status != PB_OK)
		return status;
	a->founding = &c->founding;
	c->parts.reader_count = 0; /* the archive's now */
	c->parts.log_key = NULL;
	c->parts.lock_fd = -1;
	status = pb_commit(a, NULL, 0, NULL, err);
	if (status == PB_OK && (pb_note_verifier_format(&a->verifier, &vkey) != PB_OK ||
				   vkey.len >= sizeof(c->created.verifier_key)))
		status = pb_fail_memory(err, N_("state the log key"));
	if (status == PB_OK)
		memcpy(c->created.verifier_key, vkey.data, vkey.len);
	pb_buf_done(&vkey);
	if (status == PB_OK)
		return pb_archive_close(a, err);
	pb_archive_drop(a);
	return status;
}

/* ---- undoing -------------------------------------------------------------------------------- */

struct removal {
	const struct pb_files *files;
	const char *dir;
};

/* A file, an empty directory, or a directory of those: log/ holds tiles four levels deep. */
static int
remove_entry(void *arg, const char *name)
{
	const struct removal *removal = arg;
	struct removal inner = { .files = removal->files };
	struct pb_path path;

	if (pb_path_make(&path, removal->dir, name, NULL, NULL) != PB_OK)
		return 0;
	if (removal->files->unlink(removal->files->ctx, path.text) == 0)
		return 0;
	inner.dir = path.text;
	(void)removal->files->list(removal->files->ctx, path.text, remove_entry, &inner);
	(void)removal->files->unlink(removal->files->ctx, path.text);
	return 0;
}

static void
undo(struct pb_creation *c)
{
	const struct pb_files *files = c->world->files;
	struct removal removal = { .files = files, .dir = c->dir };

	if (c->made_recovery)
		(void)files->unlink(files->ctx, c->options->recovery_path);
	if (c->made_rooms)
		(void)files->list(files->ctx, c->dir, remove_entry, &removal);
	if (c->made_dir)
		(void)files->unlink(files->ctx, c->dir);
}

enum pb_status
pb_archive_create(const struct pb_world *world, const char *dir,
    const struct pb_create_options *options, struct pb_created *ret_created, struct pb_error *err)
{
	struct pb_creation c = { .world = world, .dir = dir, .options = options };
	enum pb_status status;
	size_t i;

	c.parts.lock_fd = -1;
	status = make_parts(&c, err);
	if (status == PB_OK)
		status = found(&c, err);
	if (status == PB_OK)
		*ret_created = c.created;
	else
		undo(&c);
	for (i = 0; i < c.parts.reader_count; i++)
		pb_reader_free(c.parts.reader[i]);
	pb_ed25519_free(c.parts.log_key);
	pb_authorities_free(c.authorities);
	pb_io_close(world->files, &c.parts.lock_fd);
	pb_wipe(&c.created, sizeof(c.created));
	return status;
}
