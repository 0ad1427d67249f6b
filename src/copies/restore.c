#include "copies/restore_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/founding.h"
#include "archive/own_key.h"
#include "copies/fetch.h"
#include "copies/names.h"
#include "copies/place.h"
#include "copies/private.h"
#include "copies/tarball.h"
#include "core/error.h"
#include "core/io.h"

#define FACTS_MAX 65536
#define PRIVATE_MAX ((size_t)1024 * 1024)

static const char RESTORE[] = N_("restore an archive");

/* ---- read ----------------------------------------------------------------------------------- */

static enum pb_status
claim(struct pb_restore *r, struct pb_error *err)
{
	const struct pb_files *files = r->world->files;
	struct pb_file_info info;
	int answer = files->stat(files->ctx, r->to, false, &info);

	if (answer == 0) {
		(void)pb_fail(err, PB_EEXIST, RESTORE, N_("it exists"), "%s", r->to);
		return pb_fail_todo(err, PB_EEXIST, N_("name a directory that does not exist yet"));
	}
	answer = files->mkdir(files->ctx, r->dir.text, 0700);
	if (answer == 0)
		return PB_OK;
	(void)pb_fail_sys(err, answer, RESTORE, "%s", r->dir.text);
	r->dir.text[0] = '\0'; /* not ours to remove */
	return pb_fail_todo(err, answer == -EEXIST ? PB_EEXIST : PB_EIO,
	    N_("what an interrupted `restore` left there can be removed"));
}

static enum pb_status
read_facts(struct pb_restore *r, struct pb_error *err)
{
	const struct pb_files *files = r->world->files;
	struct pb_buf json = PB_BUF_EMPTY;
	struct pb_file_info info;
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, r->dir.text, PB_COPIES_FACTS, NULL, err);

	if (status == PB_OK)
		status = pb_io_read_regular(files, path.text, FACTS_MAX, &json, err);
	if (status == PB_OK)
		status = pb_snapshot_decode(json.data, json.len, &r->snapshot, &r->complete, err);
	if (status == PB_ENOENT)
		status = pb_fail(err, PB_EDATA, RESTORE, N_("it is no backup"), "%s", path.text);
	pb_buf_done(&json);
	if (status == PB_OK)
		status = pb_path_make(&path, r->dir.text, PB_COPIES_PRIVATE, NULL, err);
	r->has_private = status == PB_OK && files->stat(files->ctx, path.text, false, &info) == 0;
	return status;
}

enum pb_status
pb_restore_begin(const struct pb_world *world, const char *from, const char *to,
    struct pb_restore **ret_restore, struct pb_error *err)
{
	struct pb_restore *r = calloc(1, sizeof(*r));
	struct pb_file_info info;
	enum pb_status status;
	int answer;

	if (r == NULL || (r->to = strdup(to)) == NULL) {
		free(r);
		return pb_fail_memory(err, RESTORE);
	}
	r->world = world;
	status = pb_place_beside(&r->work, to, ".ledger", err);
	if (status == PB_OK)
		status = pb_place_beside(&r->dir, to, ".restoring", err);
	answer = world->files->stat(world->files->ctx, from, true, &info);
	if (status == PB_OK && answer < 0)
		status = pb_fail_sys(err, answer, RESTORE, "%s", from);
	if (status != PB_OK)
		r->dir.text[0] = '\0';
	else
		status = claim(r, err);
	if (status == PB_OK)
		status = info.type == PB_FILE_DIRECTORY
			     ? pb_fetch_tree(world->files, from, r->dir.text, err)
			     : pb_tarball_unpack(world->files, from, r->dir.text, false, err);
	if (status == PB_OK)
		status = read_facts(r, err);
	if (status != PB_OK) {
		pb_restore_free(r);
		return status;
	}
	*ret_restore = r;
	return PB_OK;
}

const char *
pb_restore_dir(const struct pb_restore *restore)
{
	return restore->dir.text;
}

bool
pb_restore_has_private(const struct pb_restore *restore)
{
	return restore->has_private;
}

/* ---- make it an archive again --------------------------------------------------------------- */

/* Anybody can seal for a reader: the log's key must be the one that record 0 states. */
static enum pb_status
check_log_key(struct pb_restore *r, struct pb_error *err)
{
	struct pb_founded *founded = calloc(1, sizeof(*founded));
	struct pb_ed25519 *key = NULL;
	enum pb_status status = founded == NULL
				    ? pb_fail_memory(err, RESTORE)
				    : pb_founded_read(r->world->files, r->dir.text, founded, err);

	if (status == PB_OK)
		status = pb_own_key_load(
		    r->world->files, r->dir.text, PB_FILE_LOG_KEY, &founded->verifier, &key, err);
	pb_ed25519_free(key);
	free(founded);
	return status;
}

static enum pb_status
open_private(struct pb_restore *r, const struct pb_reader_key *key, struct pb_error *err)
{
	const struct pb_files *files = r->world->files;
	struct pb_buf cms = PB_BUF_EMPTY;
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, r->dir.text, PB_COPIES_PRIVATE, NULL, err);

	if (status == PB_OK && key == NULL)
		return pb_fail(err, PB_EACCESS, RESTORE,
		    N_("a reader's key is needed to open the private keys"), "%s", path.text);
	if (status == PB_OK)
		status = pb_io_read_regular(files, path.text, PRIVATE_MAX, &cms, err);
	if (status == PB_OK)
		status =
		    pb_private_open(files, r->dir.text, &cms, r->snapshot.private_len, key, err);
	if (status == PB_OK)
		status = check_log_key(r, err);
	pb_buf_done(&cms);
	return status;
}

/* The rooms that an archive has, though nothing stands in them; and its lock. */
static enum pb_status
furnish(struct pb_restore *r, struct pb_error *err)
{
	static const char *const rooms[] = { PB_DIR_VAULT, PB_DIR_KEYS, PB_DIR_LOG, PB_DIR_READERS,
		PB_DIR_PRIVATE, PB_DIR_TSA, PB_DIR_QUARANTINE, PB_DIR_TMP };
	const struct pb_files *files = r->world->files;
	enum pb_status status = PB_OK;
	struct pb_path path;
	char inner[64];

	for (size_t i = 0; status == PB_OK && i < sizeof(rooms) / sizeof(rooms[0]); i++) {
		(void)snprintf(inner, sizeof(inner), "%s/", rooms[i]);
		status = pb_place_make(files, r->dir.text, inner, err);
	}
	if (status == PB_OK)
		status = pb_path_make(&path, r->dir.text, PB_FILE_LOCK, NULL, err);
	return status == PB_OK ? pb_io_create_file(files, path.text, "", 0, err) : status;
}

/* What a copy has and an archive has not. */
static enum pb_status
clear(struct pb_restore *r, struct pb_error *err)
{
	static const char *const names[] = { PB_COPIES_FACTS, PB_COPIES_SUMS, PB_COPIES_CHECKPOINT,
		PB_COPIES_PRIVATE };
	const struct pb_files *files = r->world->files;
	enum pb_status status = PB_OK;
	struct pb_path path;

	for (size_t i = 0; status == PB_OK && i < sizeof(names) / sizeof(names[0]); i++) {
		status = pb_path_make(&path, r->dir.text, names[i], NULL, err);
		if (status == PB_OK)
			(void)files->unlink(files->ctx, path.text);
	}
	return status;
}

/* Whole, and then under its name. */
static enum pb_status
put_in_place(struct pb_restore *r, struct pb_error *err)
{
	const struct pb_files *files = r->world->files;
	struct pb_path parent;
	enum pb_status status = pb_place_sync(files, r->dir.text, true, err);
	int answer;

	if (status == PB_OK)
		status = pb_place_parent(&parent, r->to, err);
	if (status != PB_OK)
		return status;
	answer = files->rename(files->ctx, r->dir.text, r->to);
	if (answer < 0)
		return pb_fail_sys(err, answer, RESTORE, "%s", r->to);
	r->finished = true;
	return pb_io_sync_dir(files, parent.text, err);
}

enum pb_status
pb_restore_finish(struct pb_restore *r, const struct pb_reader_key *key, const char *ledger,
    struct pb_restored_seen *ret_seen, struct pb_verification **ret_verification,
    struct pb_error *err)
{
	const struct pb_check_options options = { .key = key };
	struct pb_restored_seen seen = { .made_s = r->snapshot.made_s };
	struct pb_verification *verification = NULL;
	enum pb_status status = PB_OK;

	memcpy(seen.origin, r->snapshot.origin, sizeof(seen.origin));
	seen.incomplete = !r->complete;
	status = furnish(r, err);
	if (status == PB_OK && r->has_private)
		status = open_private(r, key, err);
	if (status == PB_OK)
		status = clear(r, err);
	if (status == PB_OK)
		status = pb_restore_settle(r, key, ledger, &seen, err);
	if (status == PB_OK)
		status = pb_archive_check(r->world, r->dir.text, &options, &verification, err);
	if (status == PB_OK)
		status = put_in_place(r, err);
	if (status != PB_OK) {
		pb_verification_free(verification);
		return status;
	}
	*ret_seen = seen;
	*ret_verification = verification;
	return PB_OK;
}

void
pb_restore_free(struct pb_restore *r)
{
	if (r == NULL)
		return;
	if (!r->finished && r->dir.text[0] != '\0')
		pb_place_remove(r->world->files, r->dir.text);
	pb_snapshot_done(&r->snapshot);
	free(r->to);
	free(r);
}
