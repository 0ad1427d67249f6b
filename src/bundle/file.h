/* A bundle that stands in a file: its octets, and the package in it. */
#ifndef PB_BUNDLE_FILE_H
#define PB_BUNDLE_FILE_H

#include "bundle/zip.h"

/* An open file as octets. */
struct pb_bundle_file {
	const struct pb_files *files;
	const char *path;
	int fd;
	struct pb_zip_bytes bytes; /* its ctx is this structure */
};

/* Borrows files and path.  The structure must not move while it is open.  PB_ECORRUPT: not a
 * regular file. */
enum pb_status pb_bundle_file_open(const struct pb_files *files, const char *path,
    struct pb_bundle_file *file, struct pb_error *err) PB_MUST_CHECK;
/* One that was never opened, all zero, is fine. */
void pb_bundle_file_close(struct pb_bundle_file *file);

/* The signature of a ZIP's first entry stands at the beginning: a bundle may be meant. */
enum pb_status pb_bundle_file_looks(const struct pb_files *files, const char *path, bool *ret_looks,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * log/checkpoint out of the bundle at path, container or package, appended: what its
 * holder can hold another bundle or an archive against.  Nothing is verified.  PB_EDATA: none.
 */
enum pb_status pb_bundle_file_checkpoint(const struct pb_files *files, const char *path,
    struct pb_buf *checkpoint, struct pb_error *err) PB_MUST_CHECK;

#endif
