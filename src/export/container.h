/*
 * The container around a package (FORMAT 5.2): a token of one of the archive's
 * authorities over its octets.
 */
#ifndef PB_EXPORT_CONTAINER_H
#define PB_EXPORT_CONTAINER_H

#include "anchor/ask.h"
#include "archive/archive.h"
#include "export/out.h"

struct pb_http;

/*
 * A whole package in a file of its own: behind `base` bytes, which are room for what a container
 * has before it (pb_export_room), or 0; then it is durable.
 */
struct pb_export_package_file {
	const char *path;
	uint64_t base;
};

/* Bytes before the package in a container without ZIP64. */
uint64_t pb_export_room(const char *case_name);

struct pb_export_token {
	struct pb_buf der; /* as META-INF/timestamp.tst has it */
	char tsa[256];     /* who gave it */
};

/* What is to be known of a package: its CRC, and the hashes that the authorities want. */
enum pb_status pb_export_want(struct pb_archive *archive, struct pb_export_wanted *ret_wanted,
    struct pb_error *err) PB_MUST_CHECK;

/* Sums of it by those, of one that is not summed as it is written. */
enum pb_status pb_export_sum(struct pb_archive *archive,
    const struct pb_export_package_file *package, struct pb_export_sums *ret_sums,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * PB_EUNAVAIL: no authority answered well; refused (zeros before) learns who and why.
 * ret_token->der is owned.  The archive is let go while the network is waited for.  PB_ELOCKED:
 * another command wrote to it for a minute behind that.
 */
enum pb_status pb_export_ask(struct pb_archive *archive, const struct pb_http *http,
    const struct pb_export_sums *sums, struct pb_export_token *ret_token,
    struct pb_refusals *refused, struct pb_error *err) PB_MUST_CHECK;

/*
 * Make the container, durable: where the package has room before it, and the container needs no
 * ZIP64, around it in its own file; else as the file `to`, made new, an old one of that name
 * removed.  Then package and container both take their place on the disk.  *ret_path: which
 * of the two; on failure nothing is left at `to`, and the package is as it was.
 */
enum pb_status pb_export_contain(struct pb_archive *archive,
    const struct pb_export_package_file *package, const char *to, const char *case_name,
    const struct pb_export_sums *sums, const struct pb_export_token *token,
    struct pb_export_file *ret_file, const char **ret_path, struct pb_error *err) PB_MUST_CHECK;

/* The bare package, without room before it: itself, or a durable copy as the file `to`. */
enum pb_status pb_export_bare(struct pb_archive *archive,
    const struct pb_export_package_file *package, const char *to, const struct pb_export_sums *sums,
    const char **ret_path, struct pb_error *err) PB_MUST_CHECK;

#endif
