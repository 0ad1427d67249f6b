/* Within the room: what the steps of an export share. */
#ifndef PB_EXPORT_EXPORT_H
#define PB_EXPORT_EXPORT_H

#include "archive/archive.h"
#include "archive/founding.h"
#include "archive/paths.h"
#include "export/logged.h"
#include "export/package.h"
#include "export/plan.h"

struct pb_export {
	struct pb_archive *archive;
	const struct pb_export_options *options;
	struct pb_path tmp;     /* of the archive */
	struct pb_path partial; /* output + ".partial" */
	struct pb_path state;   /* output + ".partial.json" */
	struct pb_path sealing; /* output + ".sealing" */
	struct pb_founded *founded;
	struct pb_ed25519 *key; /* signs bundles */
	struct pb_export_leaves *leaves;
	struct pb_reading *reading; /* for anchors, in whatever order */
	struct pb_export_plan plan;
	uint8_t selection[PB_DIGEST_LEN]; /* of all that decides what the package holds */
	uint64_t export_seq;
	bool resumed;             /* the export record stands already */
	bool unsound;             /* a record could not be opened, or is damaged */
	struct pb_runs *unopened; /* borrowed: those known to be left closed */
	int fd;                   /* of partial */
	uint64_t base; /* where the package begins in it: room for what a container has before */
	struct pb_export_package *package;
	struct pb_export_sums sums; /* of the package, when it is whole */
};

/* Everything between the four texts and log/leaves.bin. */
enum pb_status pb_export_records(struct pb_export *e, struct pb_error *err) PB_MUST_CHECK;
/* log/ */
enum pb_status pb_export_write_log(struct pb_export *e, struct pb_error *err) PB_MUST_CHECK;
/* stamps/ */
enum pb_status pb_export_write_stamps(struct pb_export *e, struct pb_error *err) PB_MUST_CHECK;

/* The checkpoint, octet for octet, that the token of `stamp` is over, appended. */
enum pb_status pb_export_checkpoint(struct pb_reading *reading,
    const struct pb_dossier_stamp *stamp, struct pb_buf *note, struct pb_error *err) PB_MUST_CHECK;

#endif
