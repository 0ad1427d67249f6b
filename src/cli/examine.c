#include "cli/examine.h"

#include "cli/progress.h"
#include "cli/verdict.h"
#include "core/io.h"
#include "core/limits.h"

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

	status = read_option(
	    world, options->value[PB_OPTION_TRUST], PB_LIMIT_TRUST, &trust, &err);
	if (status == PB_OK)
		status = read_option(
		    world, options->value[PB_OPTION_AGAINST], PB_LIMIT_NOTE, &against, &err);
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
