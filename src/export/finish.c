#include "export/finish.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/io.h"
#include "export/container.h"
#include "export/examine.h"

static const char FINISHING[] = N_("finish an export");

enum pb_status
pb_export_guard(const struct pb_files *files, int fd, const char *path, struct pb_error *err)
{
	if (files->lock(files->ctx, fd) != -EWOULDBLOCK)
		return PB_OK;
	(void)pb_fail(err, PB_ELOCKED, FINISHING, N_("another command works on it"), "%s", path);
	return pb_fail_todo(err, PB_ELOCKED, N_("wait until that one is done"));
}

enum pb_status
pb_export_absent(const struct pb_files *files, const char *path, struct pb_error *err)
{
	struct pb_file_info info;
	int answer = files->stat(files->ctx, path, false, &info);

	if (answer == -ENOENT)
		return PB_OK;
	if (answer < 0)
		return pb_fail_sys(err, answer, N_("export"), "%s", path);
	(void)pb_fail(err, PB_EEXIST, N_("export"), N_("it exists already"), "%s", path);
	return pb_fail_todo(err, PB_EEXIST, N_("name another file, or remove that one first"));
}

enum pb_status
pb_export_beside(struct pb_path *to, const char *path, const char *suffix, struct pb_error *err)
{
	int len = snprintf(to->text, sizeof(to->text), "%s%s", path, suffix);

	if (len < 0 || (size_t)len >= sizeof(to->text))
		return pb_fail(err, PB_ELIMIT, N_("make a path"), N_("it is too long"), "%s", path);
	return PB_OK;
}

/* The new name is durable when the directory is. */
static enum pb_status
move(const struct pb_files *files, const char *from, const char *to, struct pb_error *err)
{
	const char *slash = strrchr(to, '/');
	char *dir =
	    slash == NULL ? strdup(".") : strndup(to, slash == to ? 1 : (size_t)(slash - to));
	enum pb_status status = PB_OK;
	int answer = 0;

	if (dir == NULL)
		return pb_fail_memory(err, FINISHING);
	if (strcmp(from, to) != 0)
		answer = files->rename(files->ctx, from, to);
	if (answer < 0)
		status = pb_fail_sys(err, answer, FINISHING, "%s", to);
	if (status == PB_OK)
		status = pb_io_sync_dir(files, dir, err);
	free(dir);
	return status;
}

/* Whoever was asked in vain is named beside it, each with his reason. */
static enum pb_status
unstamped(const struct pb_refusals *refused, const char *output, struct pb_exported *exported,
    struct pb_error *err)
{
	_Static_assert(sizeof(exported->refused) == sizeof(refused->error), "all of them");
	exported->refused_count = refused->count;
	memcpy(exported->refused, refused->error, sizeof(refused->error));
	(void)pb_fail(err, PB_EUNAVAIL, N_("stamp a package"),
	    N_("no timestamping authority answered; the package is whole and stands there without "
	       "a container"),
	    "%s", output);
	return pb_fail_todo(err, PB_EUNAVAIL, N_("run `probant seal` on it later"));
}

/* Nothing is lost but a token, if one was given. */
static enum pb_status
not_finished(const struct pb_export_whole *whole, struct pb_error *err)
{
	(void)pb_fail(err, PB_ELOCKED, FINISHING,
	    N_("another command wrote to the archive all the while an authority was asked, and "
	       "behind that"),
	    "%s", whole->output);
	return pb_fail_todo(
	    err, PB_ELOCKED, N_("the package is whole: repeat this command when that one is done"));
}

/*
 * In this order, so that a crash leaves what an export can go on from, and nothing under the
 * name of the output that the log does not know of:
 *
 *   1. the container, or the bare package, whole and durable beside the output
 *   2. the record "exported"
 *   3. rename to the output
 *   4. (the caller) what the export needed to go on is removed
 */
static enum pb_status
put_in_place(struct pb_archive *a, const struct pb_export_whole *whole,
    const struct pb_export_sums *sums, const struct pb_export_token *token, uint64_t export_seq,
    struct pb_error *err)
{
	const struct pb_files *files = a->world->files;
	const char *path = whole->package.path;
	struct pb_export_file container;
	enum pb_status status;
	bool logged = token == NULL && !whole->has_export_seq;

	if (token != NULL)
		status = pb_export_contain(a, &whole->package, whole->sealing, whole->case_name,
		    sums, token, &container, &path, err);
	else
		status = pb_export_bare(a, &whole->package, whole->sealing, sums, &path, err);
	if (status == PB_OK && whole->resumed)
		status = pb_export_examine(a->world, path, err);
	if (status != PB_OK)
		return status;
	if (!logged)
		status = pb_export_log_end(
		    a, export_seq, &sums->file, token != NULL ? &container : NULL, err);
	if (status == PB_OK && whole->new_output)
		status = pb_export_absent(files, whole->output, err);
	if (status == PB_OK)
		status = move(files, path, whole->output, err);
	if (status != PB_OK && path == whole->sealing)
		(void)files->unlink(files->ctx, path);
	if (status == PB_OK && path == whole->sealing && whole->new_output)
		(void)files->unlink(files->ctx, whole->package.path);
	return status;
}

enum pb_status
pb_export_finish(struct pb_archive *a, const struct pb_http *http,
    const struct pb_export_whole *whole, struct pb_exported *ret_exported, struct pb_error *err)
{
	struct pb_refusals refused = { .count = 0 };
	struct pb_export_token token = { .tsa = "" };
	struct pb_export_sums sums;
	enum pb_status status = PB_OK, asked;
	uint64_t export_seq = whole->export_seq;

	if (whole->sums != NULL)
		sums = *whole->sums;
	else
		status = pb_export_sum(a, &whole->package, &sums, err);
	if (status == PB_OK && !whole->has_export_seq)
		status = pb_export_log_find(a, &sums.file, &export_seq, err);
	if (status != PB_OK)
		return status;
	asked = pb_export_ask(a, http, &sums, &token, &refused, err);
	if (asked == PB_ELOCKED)
		return not_finished(whole, err);
	if (asked != PB_OK && asked != PB_EUNAVAIL)
		return asked;
	status = put_in_place(a, whole, &sums, asked == PB_OK ? &token : NULL, export_seq, err);
	if (status == PB_OK) {
		ret_exported->export_seq = export_seq;
		memcpy(ret_exported->package_sha256, sums.file.sha256, PB_DIGEST_LEN);
		ret_exported->sealed = asked == PB_OK;
		memcpy(ret_exported->tsa, token.tsa, sizeof(token.tsa));
		if (asked == PB_EUNAVAIL)
			status = unstamped(&refused, whole->output, ret_exported, err);
	}
	pb_buf_done(&token.der);
	return status;
}
