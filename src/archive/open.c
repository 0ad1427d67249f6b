/*
 * Opening for writing (FORMAT 4): find the head, put in order what a crash
 * left, say so in the log.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/archive.h"
#include "archive/commit.h"
#include "archive/destroy.h"
#include "archive/founding.h"
#include "archive/lock.h"
#include "archive/own_key.h"
#include "archive/paths.h"
#include "archive/publish.h"
#include "archive/quarantine.h"
#include "archive/readers.h"
#include "archive/replay.h"
#include "archive/restored.h"
#include "archive/rollback.h"
#include "archive/tail.h"
#include "core/error.h"
#include "core/io.h"
#include "record/types.h"
#include "vault/frames.h"

/* ---- keys ----------------------------------------------------------------------------------- */

/* Who can open, as the newest segment of the log states it: known once its head is. */
static enum pb_status
load_readers(struct pb_archive *a, const struct pb_founded *founded, struct pb_error *err)
{
	const struct pb_files *files = a->world->files;
	enum pb_status status;

	a->readers = calloc(1, sizeof(*a->readers));
	if (a->readers == NULL)
		return pb_fail_memory(err, N_("open the archive"));
	status = pb_readers_of_segment(files, a->dir, a->head.segment, founded, a->readers, err);
	for (size_t i = 0; status == PB_OK && i < a->readers->count; i++) {
		status = pb_founded_certificate(
		    files, a->dir, &a->readers->reader[i], &a->reader[i], err);
		if (status == PB_OK)
			a->reader_count = i + 1;
	}
	return status;
}

/* ---- recovery ------------------------------------------------------------------------------- */

struct cleaning {
	const struct pb_files *files;
	const char *dir;
};

static int
remove_temporary(void *arg, const char *name)
{
	const struct cleaning *cleaning = arg;
	struct pb_path path;

	int answer;

	if (pb_path_make(&path, cleaning->dir, PB_DIR_TMP, name, NULL) != PB_OK)
		return 0;
	answer = cleaning->files->unlink(cleaning->files->ctx, path.text);
	/* Who asks authorities writes how they answered without the lock, by way of tmp/. */
	return answer == -ENOENT ? 0 : answer;
}

/* Only a directory of the archive itself: a link in a foreign one may lead to anybody's files. */
static enum pb_status
empty_tmp(const struct pb_files *files, const char *dir, struct pb_error *err)
{
	struct cleaning cleaning = { .files = files, .dir = dir };
	struct pb_file_info info;
	struct pb_path tmp;
	enum pb_status status = pb_path_make(&tmp, dir, PB_DIR_TMP, NULL, err);
	int answer;

	if (status != PB_OK)
		return status;
	answer = files->stat(files->ctx, tmp.text, false, &info);
	if (answer == 0 && info.type != PB_FILE_DIRECTORY)
		return pb_fail(err, PB_ECORRUPT, N_("empty the temporary files"),
		    N_("it is not a directory"), "%s", tmp.text);
	if (answer == 0)
		answer = files->list(files->ctx, tmp.text, remove_temporary, &cleaning);
	if (answer < 0)
		return pb_fail_sys(err, answer, N_("empty the temporary files"), "%s", tmp.text);
	return PB_OK;
}

/* The frontier, if the log still begins as it says; else from the beginning. */
static enum pb_status
find_head(struct pb_archive *a, char (*names)[PB_SEGMENT_NAME_LEN + 1], size_t count,
    struct pb_tail *ret_tail, struct pb_error *err)
{
	enum pb_status status = pb_head_load(a->world->files, a->dir, &a->head, err);

	if (status == PB_ENOENT)
		pb_head_init(&a->head, a->origin);
	else if (status != PB_OK)
		return status;
	else
		a->saved_size = a->head.tree.size;
	status = pb_replay(a->world->files, a->dir, a->origin, &a->verifier, names, count, &a->head,
	    ret_tail, err);
	if (status != PB_OK || a->head.tree.size > 0)
		return status;
	(void)pb_fail(err, PB_ECORRUPT, N_("find the end of the log"),
	    N_("not even record 0 stands under a signed checkpoint"), "%s", a->dir);
	return pb_fail_todo(err, PB_ECORRUPT,
	    N_("remove nothing: bring the first segment of vault/ back from a copy or a backup; "
	       "only where `probant init` itself was interrupted is there nothing to lose"));
}

/*
 * What replay accepted may still be in the page cache alone: a writer that was
 * killed, or whose sync failed, left it there.  Before anything is built on it, it lasts.
 */
static enum pb_status
make_lasting(struct pb_archive *a, const char *room, const char *suffix, struct pb_error *err)
{
	const struct pb_files *files = a->world->files;
	char file[PB_SEGMENT_NAME_LEN + 8];
	struct pb_path path, parent;
	enum pb_status status;
	int fd = -1;

	(void)snprintf(file, sizeof(file), "%s%s", a->head.segment, suffix);
	status = pb_path_make(&path, a->dir, room, file, err);
	if (status == PB_OK)
		status = pb_path_make(&parent, a->dir, room, NULL, err);
	if (status == PB_OK)
		status = pb_io_open_regular(files, path.text, O_RDWR, &fd, NULL, err);
	if (status == PB_OK)
		status = pb_io_sync(files, fd, path.text, err);
	pb_io_close(files, &fd);
	return status != PB_OK ? status : pb_io_sync_dir(files, parent.text, err);
}

/* What is behind the head, taken out of vault/ and keys/. */
static enum pb_status
take_back(struct pb_archive *a, const struct pb_tail *tail, struct pb_error *err)
{
	const struct pb_files *files = a->world->files;
	char(*names)[PB_SEGMENT_NAME_LEN + 1] = NULL;
	enum pb_status status = PB_OK;
	size_t count = 0;

	if (tail->segment[0] != '\0')
		status = pb_quarantine_tail(files, a->dir, tail, err);
	if (status == PB_OK)
		status = pb_quarantine_slots(
		    files, a->dir, a->head.segment, a->head.segment_records, err);
	if (status == PB_OK)
		status = pb_frames_list(files, a->dir, &names, &count, NULL, NULL, err);
	if (status == PB_OK)
		status = pb_quarantine_orphans(files, a->dir, names, count, a->head.tree.size, err);
	free(names);
	return status;
}

static enum pb_status
recover(struct pb_archive *a, struct pb_error *err)
{
	const struct pb_files *files = a->world->files;
	char(*names)[PB_SEGMENT_NAME_LEN + 1] = NULL;
	struct pb_tail tail;
	enum pb_status status;
	size_t count = 0;

	status = pb_frames_list(files, a->dir, &names, &count, NULL, NULL, err);
	if (status == PB_OK)
		status = find_head(a, names, count, &tail, err);
	/* Nothing is cut off that was looked at only once: a look can fail for want of memory. */
	if (status == PB_OK && tail.segment[0] != '\0')
		status = pb_replay(
		    files, a->dir, a->origin, &a->verifier, names, count, &a->head, &tail, err);
	if (status == PB_OK)
		status = pb_published_size(files, a->dir, &a->verifier, &a->published_size, err);
	if (status == PB_OK)
		status = pb_tail_examine(files, a->dir, a->origin, &a->verifier, &a->head, &tail,
		    a->published_size, err);
	if (status == PB_OK)
		status = pb_rollback_check(a, err);
	if (status == PB_OK)
		status = take_back(a, &tail, err);
	if (status == PB_OK)
		status = make_lasting(a, PB_DIR_KEYS, ".key", err);
	if (status == PB_OK)
		status = make_lasting(a, PB_DIR_VAULT, ".seg", err);
	free(names);
	return status;
}

/* Each torn tail that the log does not state yet becomes a record (type 14). */
static enum pb_status
record_recoveries(struct pb_archive *a, struct pb_error *err)
{
	struct pb_buf facts = PB_BUF_EMPTY;
	enum pb_status status;
	char name[160];

	for (;;) {
		pb_buf_clear(&facts);
		status = pb_quarantine_pending(a->world->files, a->dir, name, &facts, err);
		if (status != PB_OK)
			break;
		status = pb_commit_own(a, PB_RECORD_RECOVERY, &facts, NULL, NULL, err);
		if (status == PB_OK)
			status = pb_quarantine_recorded(a->world->files, a->dir, name, err);
		if (status != PB_OK)
			break;
	}
	pb_buf_done(&facts);
	return status == PB_EEND ? PB_OK : status;
}

enum pb_status
pb_archive_open(const struct pb_world *world, const char *dir, const struct pb_reader_key *key,
    struct pb_archive **ret_archive, struct pb_error *err)
{
	static const struct pb_patience usual = { .limit_s = PB_LIMIT_LOCK_WAIT_S };

	return pb_archive_open_patiently(world, dir, key, &usual, ret_archive, err);
}

enum pb_status
pb_archive_open_patiently(const struct pb_world *world, const char *dir,
    const struct pb_reader_key *key, const struct pb_patience *patience,
    struct pb_archive **ret_archive, struct pb_error *err)
{
	struct pb_archive_parts parts = { .lock_fd = -1 };
	struct pb_founded *founded = calloc(1, sizeof(*founded));
	struct pb_archive *a = NULL;
	enum pb_status status;

	status = founded == NULL ? pb_fail_memory(err, N_("open the archive"))
				 : pb_path_private(world->files, dir, err);
	if (status == PB_OK)
		status = pb_restored_check(world->files, dir, err);
	if (status == PB_OK)
		status = pb_archive_lock_patiently(world, dir, patience, &parts.lock_fd, err);
	if (status == PB_OK)
		status = pb_founded_read(world->files, dir, founded, err);
	if (status == PB_OK)
		status = pb_own_key_load(
		    world->files, dir, PB_FILE_LOG_KEY, &founded->verifier, &parts.log_key, err);
	if (status == PB_OK)
		status = empty_tmp(world->files, dir, err);
	if (status == PB_OK) {
		parts.origin = founded->origin;
		status = pb_archive_new(world, dir, &parts, &a, err);
	}
	if (status != PB_OK)
		goto out;
	memset(&parts, 0, sizeof(parts)); /* the archive's now */
	parts.lock_fd = -1;
	a->key = key;
	a->has_export_key = founded->has_export_key;
	a->export_verifier = founded->export_key;
	status = recover(a, err);
	if (status == PB_OK)
		status = load_readers(a, founded, err);
	if (status == PB_OK)
		status = pb_destroy_finish(a, err);
	if (status == PB_OK)
		status = record_recoveries(a, err);
	if (status == PB_OK)
		status = pb_restored_record(a, err);
	if (status == PB_OK)
		status = pb_rollback_record(a, err);
	if (status != PB_OK)
		goto out;
	*ret_archive = a;
	a = NULL;
out:
	pb_archive_drop(a);
	pb_ed25519_free(parts.log_key);
	pb_io_close(world->files, &parts.lock_fd);
	free(founded);
	return status;
}
