/* How a whole package becomes what is handed over: container, record, name. */
#ifndef PB_EXPORT_FINISH_H
#define PB_EXPORT_FINISH_H

#include "archive/archive.h"
#include "archive/paths.h"
#include "export/container.h"
#include "probant/bundle.h"

struct pb_export_whole {
	struct pb_export_package_file package;
	const struct pb_export_sums *sums; /* NULL: it is to be read for them */
	const char *sealing;               /* where a copy of it grows, if one is needed */
	const char *output;                /* what one of the two becomes */
	const char *case_name;
	bool resumed; /* some of it was written by an earlier run, and lay where others may write */
	bool new_output;     /* nothing may stand at output; else `package` does */
	bool has_export_seq; /* else it is looked for in the log */
	uint64_t export_seq;
};

/*
 * PB_OK: its container stands at output, the log says so, and the package is gone.  PB_EUNAVAIL:
 * no authority stamped it, and it stands at output itself; the log says so if it did not.
 * ret_exported learns package_sha256, sealed and tsa in both cases, export_seq, and who refused.
 * PB_ELOCKED: after authorities were asked, others kept the archive; the package is as it was.
 */
enum pb_status pb_export_finish(struct pb_archive *archive, const struct pb_http *http,
    const struct pb_export_whole *whole, struct pb_exported *ret_exported,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * This file is ours alone until fd is closed, though the archive is let go of while authorities
 * are asked.  PB_ELOCKED: another command works on it.  A file system that knows no locks guards
 * nothing.
 */
enum pb_status pb_export_guard(
    const struct pb_files *files, int fd, const char *path, struct pb_error *err) PB_MUST_CHECK;

/* PB_EEXIST: something stands at path. */
enum pb_status pb_export_absent(
    const struct pb_files *files, const char *path, struct pb_error *err) PB_MUST_CHECK;

/* path + suffix. */
enum pb_status pb_export_beside(
    struct pb_path *to, const char *path, const char *suffix, struct pb_error *err) PB_MUST_CHECK;

#endif
