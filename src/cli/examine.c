#include "cli/examine.h"

#include <errno.h>
#include <stdlib.h>

#include "cli/outside.h"
#include "cli/progress.h"
#include "cli/verdict.h"
#include "core/io.h"
#include "probant/bundle.h"
#include "sys/process.h"

/*
 * Threads beside the main one, which works too: hashing is nearly all of it.  More than there
 * are processors get in each other's way.
 */
#define THREADS_MAX 4

static unsigned
threads(void)
{
	unsigned others = pb_process_processors() - 1;

	if (others == 0)
		return 1;
	return others < THREADS_MAX ? others : THREADS_MAX;
}

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

struct sizes {
	const struct pb_files *files;
	const char *dir;
	uint64_t total;
};

static int
add_size(void *arg, const char *name)
{
	struct sizes *sizes = arg;
	char *path = pb_path_join(sizes->dir, name);
	struct pb_file_info info;

	if (path != NULL && sizes->files->stat(sizes->files->ctx, path, false, &info) == 0)
		sizes->total += info.size;
	free(path);
	return 0;
}

/* What will be read; not knowing it is no failure. */
static void
expect(const struct pb_world *world, const char *path, bool bundle, struct pb_progress *progress)
{
	const struct pb_files *files = world->files;
	char *vault = bundle ? NULL : pb_path_join(path, "vault");
	struct sizes sizes = { .files = files, .dir = vault };
	struct pb_file_info info;

	if (bundle && files->stat(files->ctx, path, true, &info) == 0)
		sizes.total = info.size;
	else if (vault != NULL)
		(void)files->list(files->ctx, vault, add_size, &sizes);
	pb_progress_expect(progress, sizes.total);
	free(vault);
}

bool
pb_examine_is_bundle(const struct pb_world *world, const char *path)
{
	struct pb_file_info info;

	return world->files->stat(world->files->ctx, path, true, &info) == 0 &&
	       info.type != PB_FILE_DIRECTORY;
}

static enum pb_status
examine_archive(const struct pb_world *world, const struct pb_outside *outside, const char *dir,
    const struct pb_reader_key *key, bool quick, struct pb_progress *progress,
    struct pb_verification **ret_verification, struct pb_error *err)
{
	const struct pb_check_options check = {
		.trust = outside->trust,
		.trust_len = outside->trust_len,
		.tsa_roots = outside->tsa_roots,
		.tsa_roots_len = outside->tsa_roots_len,
		.against = outside->against,
		.against_len = outside->against_len,
		.now_s = world->clock->now_us(world->clock->ctx) / 1000000,
		.key = key,
		.quick = quick,
		.threads = threads(),
		.progress = show_progress,
		.progress_ctx = progress,
	};

	return pb_archive_check(world, dir, &check, ret_verification, err);
}

static enum pb_status
examine_bundle(const struct pb_world *world, const struct pb_outside *outside, const char *path,
    struct pb_progress *progress, struct pb_verification **ret_verification, struct pb_error *err)
{
	const struct pb_bundle_check_options check = {
		.trust = outside->trust,
		.trust_len = outside->trust_len,
		.tsa_roots = outside->tsa_roots,
		.tsa_roots_len = outside->tsa_roots_len,
		.against = outside->against,
		.against_len = outside->against_len,
		.now_s = world->clock->now_us(world->clock->ctx) / 1000000,
		.threads = threads(),
		.progress = show_progress,
		.progress_ctx = progress,
	};

	return pb_bundle_check(world, path, &check, ret_verification, err);
}

enum pb_exit
pb_examine(const struct pb_world *world, const struct pb_options *options, const char *path,
    const struct pb_reader_key *key, bool quick)
{
	bool bundle = pb_examine_is_bundle(world, path);
	struct pb_outside outside = { .trust = NULL };
	struct pb_verification *v = NULL;
	struct pb_file_info info;
	struct pb_progress *progress = NULL;
	struct pb_error err = { 0 };
	enum pb_status status = PB_OK;
	enum pb_exit code;

	if (world->files->stat(world->files->ctx, path, true, &info) == -ENOENT)
		status = pb_fail(&err, PB_ENOENT, N_("open what was named"),
		    N_("there is no file or directory of that name"), "%s", path);
	else if (!bundle && (status = pb_examine_place(world, path, &err)) == PB_ENOENT)
		(void)pb_fail_todo(&err, status,
		    N_("name the directory that `probant init` made, or the file of a bundle: not "
		       "a directory where that was unpacked"));
	if (status == PB_OK)
		status = pb_outside_read(world, options, &outside, &err);
	if (status == PB_OK)
		progress = pb_progress_new(world, _("records"));
	expect(world, path, bundle, progress);
	if (status == PB_OK && bundle)
		status = examine_bundle(world, &outside, path, progress, &v, &err);
	else if (status == PB_OK)
		status = examine_archive(world, &outside, path, key, quick, progress, &v, &err);
	pb_progress_free(progress);
	if (status == PB_OK) {
		code = pb_verdict_print(v, options->value[PB_OPTION_JSON] != NULL);
	} else {
		pb_say_error(&err);
		code = pb_say_exit(status);
	}
	pb_verification_free(v);
	pb_outside_done(&outside);
	return code;
}
