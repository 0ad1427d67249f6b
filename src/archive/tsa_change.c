/* Adding and removing an authority. */
#include "archive/tsa_change.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/commit.h"
#include "archive/paths.h"
#include "core/error.h"
#include "record/types.h"

/* FORMAT 1.5, authorities. */
enum pb_status
pb_tsa_change_state(
    struct pb_archive *a, const struct pb_authorities *authorities, struct pb_error *err)
{
	struct pb_buf facts = PB_BUF_EMPTY;
	struct pb_json_writer w;
	enum pb_status status = PB_OK;

	pb_json_writer_init(&w, &facts);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "event", "authorities");
	pb_authorities_state(authorities, &w);
	pb_json_object_end(&w);
	if (pb_json_writer_status(&w) != PB_OK)
		status = pb_fail_memory(err, N_("record the timestamping authorities"));
	if (status == PB_OK)
		status = pb_commit_own(a, PB_RECORD_MANAGEMENT, &facts, NULL, NULL, err);
	pb_buf_done(&facts);
	return status;
}

/* An archive of an earlier program has no tsa/. */
enum pb_status
pb_tsa_change_room(struct pb_archive *a, struct pb_error *err)
{
	const struct pb_files *files = a->world->files;
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, a->dir, PB_DIR_TSA, NULL, err);
	int answer;

	if (status != PB_OK)
		return status;
	answer = files->mkdir(files->ctx, path.text, 0700);
	if (answer < 0 && answer != -EEXIST)
		return pb_fail_sys(
		    err, answer, N_("add a timestamping authority"), "%s", path.text);
	answer = answer < 0 ? 0 : files->sync_dir(files->ctx, a->dir);
	return answer == 0
		   ? pb_path_private(files, path.text, err)
		   : pb_fail_sys(err, answer, N_("add a timestamping authority"), "%s", path.text);
}

/* The calls, and what a crash after each leaves:
 *   the key and the roots   files that no configuration names; the next try replaces them
 *   the record              the log states a root that is not used yet
 *   the configuration       all of it
 */
enum pb_status
pb_archive_tsa_add(
    struct pb_archive *a, const struct pb_tsa_settings *settings, struct pb_error *err)
{
	const struct pb_files *files = a->world->files;
	struct pb_authorities *authorities = NULL;
	bool local = settings->name != NULL && strcmp(settings->name, PB_TSA_LOCAL) == 0 &&
		     settings->url == NULL;
	enum pb_status status;

	status = pb_authorities_read(files, a->dir, &authorities, err);
	if (status == PB_OK)
		status = pb_tsa_change_room(a, err);
	if (status == PB_OK && local)
		status =
		    pb_authorities_put_local(authorities, a->world, a->dir, a->origin, false, err);
	else if (status == PB_OK)
		status = pb_authorities_put(authorities, settings, err);
	if (status == PB_OK && !local)
		status = pb_authorities_write_roots(
		    files, a->dir, &authorities->tsa[authorities->count - 1], err);
	if (status == PB_OK)
		status = pb_tsa_change_state(a, authorities, err);
	if (status == PB_OK)
		status = pb_authorities_write(files, a->dir, authorities, err);
	pb_authorities_free(authorities);
	return status;
}

/* Nothing names these files any more; what stays of them harms nobody. */
static void
remove_files(struct pb_archive *a, const char *name, bool local)
{
	static const char *const suffixes[] = { ".pem", ".state" };
	const struct pb_files *files = a->world->files;
	char file[PB_TSA_NAME_MAX + 16];
	struct pb_path path;
	size_t i;

	for (i = 0; i < 2; i++) {
		(void)snprintf(file, sizeof(file), "%s%s", name, suffixes[i]);
		if (pb_path_make(&path, a->dir, PB_DIR_TSA, file, NULL) == PB_OK)
			(void)files->unlink(files->ctx, path.text);
	}
	if (local && pb_path_make(&path, a->dir, PB_FILE_TSA_KEY, NULL, NULL) == PB_OK)
		(void)files->unlink(files->ctx, path.text);
}

static enum pb_status
take_out(
    struct pb_authorities *authorities, const char *name, bool *ret_local, struct pb_error *err)
{
	static const char REMOVING[] = N_("remove a timestamping authority");
	struct pb_tsa *tsa = pb_authorities_find(authorities, name);

	if (tsa == NULL)
		return pb_fail(
		    err, PB_ENOENT, REMOVING, N_("the archive has none of that name"), "%s", name);
	if (authorities->count == 1) {
		(void)pb_fail(err, PB_EINVAL, REMOVING, N_("it is the only one"), "%s", name);
		return pb_fail_todo(err, PB_EINVAL, N_("add another one first"));
	}
	*ret_local = tsa->local;
	pb_tsa_done(tsa);
	memmove(tsa, tsa + 1,
	    (size_t)(authorities->tsa + authorities->count - (tsa + 1)) * sizeof(*tsa));
	authorities->count--;
	return PB_OK;
}

enum pb_status
pb_archive_tsa_remove(struct pb_archive *a, const char *name, struct pb_error *err)
{
	const struct pb_files *files = a->world->files;
	struct pb_authorities *authorities = NULL;
	bool local = false;
	enum pb_status status;

	status = pb_authorities_read(files, a->dir, &authorities, err);
	if (status == PB_OK)
		status = take_out(authorities, name, &local, err);
	if (status == PB_OK)
		status = pb_authorities_write(files, a->dir, authorities, err);
	if (status == PB_OK)
		status = pb_tsa_change_state(a, authorities, err);
	if (status == PB_OK)
		remove_files(a, name, local);
	pb_authorities_free(authorities);
	return status;
}
