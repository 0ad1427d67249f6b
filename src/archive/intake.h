/* The archive's side of record/intake.h within one process: groups, and commits them. */
#ifndef PB_ARCHIVE_INTAKE_H
#define PB_ARCHIVE_INTAKE_H

#include "probant/archive.h"
#include "record/intake.h"

struct pb_group;

/*
 * Groups of at least PB_LIMIT_GROUP sealed bytes, or PB_LIMIT_GROUP_RECORDS, for
 * imports; `live`: each record is committed as it comes.  acknowledged is called
 * for each record once it is durable.  Borrows archive.
 */
enum pb_status pb_group_new(struct pb_archive *archive, bool live, pb_acknowledged_fn *acknowledged,
    void *acknowledged_ctx, struct pb_group **ret_group, struct pb_error *err) PB_MUST_CHECK;

/* The door.  Borrowed. */
const struct pb_intake *pb_group_intake(struct pb_group *group);

/* What still waits is dropped, not acknowledged: flush first. */
void pb_group_free(struct pb_group *group);

#endif
