#include "vault/logdir.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/io.h"
#include "core/text.h"

#define KINDS 9 /* levels 0 to 7, and entry bundles */

struct pb_logdir {
	const struct pb_files *files; /* borrowed, as dir */
	const char *dir;
	char *temporary;
	struct pb_buf path;                    /* of the file at hand */
	char settled[KINDS][PB_TILE_PATH_MAX]; /* the last folder settled, by kind */
};

static const char PUBLISHING[] = N_("publish the log");

/* <dir>/log/<relative><suffix> into buf; NULL without memory.  Borrowed until buf changes. */
static const char *
log_path(const char *dir, struct pb_buf *buf, const char *relative, const char *suffix)
{
	pb_buf_clear(buf);
	if (pb_buf_printf(buf, "%s/log/%s%s", dir, relative, suffix) != PB_OK)
		return NULL;
	return pb_buf_text(buf);
}

/* ---- folders -------------------------------------------------------------------------------- */

/*
 * Make a folder, and its entry durable.  One that exists is no proof of that:
 * who made it may have been killed before the sync.
 */
static enum pb_status
settle_one(const struct pb_logdir *logdir, char *folder, struct pb_error *err)
{
	char *slash = strrchr(folder, '/');
	enum pb_status status;
	int answer;

	answer = logdir->files->mkdir(logdir->files->ctx, folder, 0700);
	if (answer < 0 && answer != -EEXIST)
		return pb_fail_sys(err, answer, PUBLISHING, "%s", folder);
	*slash = '\0';
	status = pb_io_sync_dir(logdir->files, folder, err);
	*slash = '/';
	return status;
}

enum pb_status
pb_logdir_new(const struct pb_files *files, const char *dir, struct pb_logdir **ret_logdir,
    struct pb_error *err)
{
	struct pb_logdir *logdir = calloc(1, sizeof(*logdir));
	char *folder = pb_path_join(dir, "log");
	enum pb_status status;

	if (logdir != NULL) {
		*logdir = (struct pb_logdir){ .files = files, .dir = dir };
		logdir->temporary = pb_path_join(dir, "tmp/tile");
	}
	if (folder == NULL || logdir == NULL || logdir->temporary == NULL)
		status = pb_fail_memory(err, PUBLISHING);
	else
		status = settle_one(logdir, folder, err);
	free(folder);
	if (status != PB_OK) {
		pb_logdir_free(logdir);
		return status;
	}
	*ret_logdir = logdir;
	return PB_OK;
}

/* Did this publication settle that folder, or one below it? */
static bool
is_settled(const struct pb_logdir *logdir, const char *folder, size_t len)
{
	unsigned i;

	for (i = 0; i < KINDS; i++)
		if (strncmp(logdir->settled[i], folder, len) == 0 &&
		    (logdir->settled[i][len] == '\0' || logdir->settled[i][len] == '/'))
			return true;
	return false;
}

/* Each folder of the path that was not settled yet. */
static enum pb_status
settle_above(struct pb_logdir *logdir, const char *folder, char *path, struct pb_error *err)
{
	char *end = path + strlen(path) - strlen(folder), kept;
	enum pb_status status = PB_OK;
	size_t len = strlen(folder), at;

	for (at = 1; at <= len && status == PB_OK; at++) {
		if ((folder[at] != '/' && folder[at] != '\0') || is_settled(logdir, folder, at))
			continue;
		kept = end[at];
		end[at] = '\0';
		status = settle_one(logdir, path, err);
		end[at] = kept;
	}
	return status;
}

enum pb_status
pb_logdir_settle(struct pb_logdir *logdir, const struct pb_tile *tile, struct pb_error *err)
{
	char *settled = logdir->settled[tile->entries ? KINDS - 1 : tile->level];
	char folder[PB_TILE_PATH_MAX];
	enum pb_status status;

	pb_tile_path(tile, folder);
	*strrchr(folder, '/') = '\0';
	if (strcmp(folder, settled) == 0)
		return PB_OK;
	if (log_path(logdir->dir, &logdir->path, folder, "") == NULL)
		return pb_fail_memory(err, PUBLISHING);
	status = settle_above(logdir, folder, (char *)logdir->path.data, err);
	if (status == PB_OK)
		status = pb_io_sync_dir(logdir->files, (const char *)logdir->path.data, err);
	if (status == PB_OK)
		memcpy(settled, folder, sizeof(folder));
	return status;
}

/* ---- files ---------------------------------------------------------------------------------- */

enum pb_status
pb_logdir_find(struct pb_logdir *logdir, const char *relative, size_t len, struct pb_buf *buf,
    bool *ret_there, struct pb_error *err)
{
	const char *path = log_path(logdir->dir, &logdir->path, relative, "");
	enum pb_status status;

	if (path == NULL)
		return pb_fail_memory(err, PUBLISHING);
	pb_buf_clear(buf);
	status = pb_io_read_regular(logdir->files, path, len, buf, err);
	if (status != PB_OK && status != PB_ENOENT && status != PB_ELIMIT && status != PB_ECORRUPT)
		return status;
	*ret_there = status == PB_OK && buf->len == len;
	return PB_OK;
}

enum pb_status
pb_logdir_write(struct pb_logdir *logdir, const char *relative, const void *data, size_t len,
    struct pb_error *err)
{
	const char *path = log_path(logdir->dir, &logdir->path, relative, "");

	if (path == NULL)
		return pb_fail_memory(err, PUBLISHING);
	return pb_io_replace_file(logdir->files, path, logdir->temporary, data, len, true, err);
}

/* ---- partial tiles -------------------------------------------------------------------------- */

struct partials {
	const struct pb_logdir *logdir;
	struct pb_tile tile;
	struct pb_buf path;
};

static int
remove_partial(void *arg, const char *name)
{
	struct partials *partials = arg;
	const struct pb_files *files = partials->logdir->files;
	char relative[PB_TILE_PATH_MAX];
	const char *path;
	uint64_t width;

	if (!pb_decimal_parse(name, strlen(name), &width) || width == 0 || width >= PB_TILE_WIDTH)
		return 0;
	partials->tile.width = (unsigned)width;
	pb_tile_path(&partials->tile, relative);
	path = log_path(partials->logdir->dir, &partials->path, relative, "");
	if (path != NULL)
		(void)files->unlink(files->ctx, path);
	return 0;
}

void
pb_logdir_remove_partials(struct pb_logdir *logdir, const struct pb_tile *tile)
{
	struct partials partials = { .logdir = logdir, .tile = *tile };
	char relative[PB_TILE_PATH_MAX];
	const char *folder;

	partials.tile.width = PB_TILE_WIDTH;
	pb_tile_path(&partials.tile, relative);
	folder = log_path(logdir->dir, &logdir->path, relative, ".p");
	if (folder != NULL) {
		(void)logdir->files->list(logdir->files->ctx, folder, remove_partial, &partials);
		(void)logdir->files->unlink(logdir->files->ctx, folder);
	}
	pb_buf_done(&partials.path);
}

void
pb_logdir_free(struct pb_logdir *logdir)
{
	if (logdir == NULL)
		return;
	free(logdir->temporary);
	pb_buf_done(&logdir->path);
	free(logdir);
}
