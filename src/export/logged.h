/* What the log says of an export: before anything is shown, and when it is whole (FORMAT 1.5). */
#ifndef PB_EXPORT_LOGGED_H
#define PB_EXPORT_LOGGED_H

#include "archive/archive.h"
#include "export/plan.h"

/* A file that was handed over. */
struct pb_export_file {
	uint64_t len; /* bytes */
	uint8_t sha256[PB_DIGEST_LEN];
};

/* The facts of the record "export", appended. */
enum pb_status pb_export_facts(
    const struct pb_manifest *manifest, struct pb_buf *json) PB_MUST_CHECK;

/* Commit it. */
enum pb_status pb_export_log_begin(struct pb_archive *archive, const struct pb_manifest *manifest,
    uint64_t *ret_seq, struct pb_error *err) PB_MUST_CHECK;

/* Commit "exported".  container: NULL as long as no authority stamped it. */
enum pb_status pb_export_log_end(struct pb_archive *archive, uint64_t export_seq,
    const struct pb_export_file *package, const struct pb_export_file *container,
    struct pb_error *err) PB_MUST_CHECK;

/* Record seq says of this manifest that it is exported. */
enum pb_status pb_export_log_holds(struct pb_reading *reading, uint64_t seq,
    const struct pb_manifest *manifest, bool *ret_holds, struct pb_error *err) PB_MUST_CHECK;

/* The seq of the export whose package this is.  PB_ENOENT: the log knows of none. */
enum pb_status pb_export_log_find(struct pb_archive *archive, const struct pb_export_file *package,
    uint64_t *ret_export_seq, struct pb_error *err) PB_MUST_CHECK;

#endif
