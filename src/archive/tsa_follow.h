/* An archive's authorities as a timestamp policy wants them. */
#ifndef PB_ARCHIVE_TSA_FOLLOW_H
#define PB_ARCHIVE_TSA_FOLLOW_H

#include "archive/archive.h"
#include "probant/stamp.h"

struct pb_tsa_plan {
	const struct pb_tsa_settings *tsa; /* of the archive's own: its name alone */
	size_t count;
	uint64_t gap_after_s, heartbeat_s;
};

/*
 * Each of the plan is added as pb_archive_tsa_add adds it, or, where the archive has another one of
 * its name, put into its place; others stay.  Recorded where roots come or change; nothing is
 * written where all is as planned.  As pb_archive_tsa_add.
 */
enum pb_status pb_archive_tsa_follow(
    struct pb_archive *archive, const struct pb_tsa_plan *plan, struct pb_error *err) PB_MUST_CHECK;

#endif
