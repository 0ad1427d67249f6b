#include "cli/examine.h"

#include <errno.h>
#include <stdlib.h>

#include "cli/progress.h"
#include "cli/verdict.h"
#include "core/io.h"
#include "core/limits.h"
#include "log/checkpoint.h"
#include "log/trust.h"

enum pb_status
pb_examine_place(const struct pb_world *world, const char *dir, struct pb_error *err)
{
	const char *what = N_("open the archive");
	char *vault = pb_path_join(dir, "vault");
	struct pb_file_info info;
	int answer;

	if (vault == NULL)
		return pb_fail_memory(err, what);
	answer = world->files->stat(world->files->ctx, vault, true, &info);
	free(vault);
	if (answer != -ENOENT && answer != -ENOTDIR)
		return PB_OK;
	(void)pb_fail(err, PB_ENOENT, what, N_("no archive stands there"), "%s", dir);
	return pb_fail_todo(err, PB_ENOENT, N_("name the directory that `probant init` made"));
}

static void
show_progress(void *ctx, uint64_t records, uint64_t bytes)
{
	pb_progress_show(ctx, records, bytes);
}

static enum pb_status
read_option(const struct pb_world *world, const char *path, size_t max, struct pb_buf *buf,
    struct pb_error *err)
{
	if (path == NULL)
		return PB_OK;
	return pb_io_read_file(world->files, path, max, buf, err);
}

static enum pb_status
form_of_trust(const struct pb_buf *file, struct pb_error *err)
{
	struct pb_trust *trust = NULL;
	enum pb_status status = pb_trust_parse(file->data, file->len, &trust, err);

	pb_trust_free(trust);
	return status;
}

static enum pb_status
form_of_checkpoint(const struct pb_buf *file, struct pb_error *err)
{
	struct pb_note *note = malloc(sizeof(*note));
	struct pb_checkpoint checkpoint;
	enum pb_status status;

	if (note == NULL)
		return pb_fail_memory(err, N_("read a checkpoint"));
	status = pb_note_parse(file->data, file->len, note, err);
	if (status == PB_OK)
		status = pb_checkpoint_parse(note, &checkpoint, err);
	free(note);
	return status;
}

/* A file of the other side, in its form: else the error names the file, and what it should be. */
static enum pb_status
read_form(const struct pb_world *world, const char *path, size_t max,
    enum pb_status (*form)(const struct pb_buf *file, struct pb_error *err), const char *todo,
    struct pb_buf *buf, struct pb_error *err)
{
	enum pb_status status = read_option(world, path, max, buf, err);

	if (status != PB_OK || path == NULL)
		return status;
	status = form(buf, err);
	if (status != PB_EDATA && status != PB_ELIMIT)
		return status;
	(void)pb_fail(err, status, err->what, err->why, "%s%s%s", path,
	    err->object[0] != '\0' ? ": " : "", err->object);
	return pb_fail_todo(err, status, todo);
}

enum pb_exit
pb_examine(const struct pb_world *world, const struct pb_options *options, const char *dir,
    const struct pb_reader_key *key, bool quick)
{
	struct pb_buf trust = PB_BUF_EMPTY, against = PB_BUF_EMPTY;
	struct pb_check_options check = { .key = key, .quick = quick, .progress = show_progress };
	struct pb_verification *v = NULL;
	struct pb_error err = { 0 };
	enum pb_status status;
	enum pb_exit code;

	status = pb_examine_place(world, dir, &err);
	if (status == PB_OK)
		status =
		    read_form(world, options->value[PB_OPTION_TRUST], PB_LIMIT_TRUST, form_of_trust,
			N_("--trust takes the file that `probant key policy` wrote; a checkpoint "
			   "goes to --against"),
			&trust, &err);
	if (status == PB_OK)
		status = read_form(world, options->value[PB_OPTION_AGAINST], PB_LIMIT_NOTE,
		    form_of_checkpoint,
		    N_("--against takes a copy of log/checkpoint; a trust file goes to --trust"),
		    &against, &err);
	if (options->value[PB_OPTION_TRUST] != NULL) {
		check.trust = trust.data != NULL ? (const void *)trust.data : "";
		check.trust_len = trust.len;
	}
	if (options->value[PB_OPTION_AGAINST] != NULL) {
		check.against = against.data != NULL ? (const void *)against.data : "";
		check.against_len = against.len;
	}
	check.progress_ctx = pb_progress_new(world, _("records"));
	if (status == PB_OK)
		status = pb_archive_check(world, dir, &check, &v, &err);
	pb_progress_free(check.progress_ctx);
	if (status == PB_OK) {
		code = pb_verdict_print(v, options->value[PB_OPTION_JSON] != NULL);
	} else {
		pb_say_error(&err);
		code = pb_say_exit(status);
	}
	pb_verification_free(v);
	pb_buf_done(&trust);
	pb_buf_done(&against);
	return code;
}
