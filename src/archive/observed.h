/* An observation (FORMAT 1.5) as rows of the catalog: one for each record that it names. */
#ifndef PB_ARCHIVE_OBSERVED_H
#define PB_ARCHIVE_OBSERVED_H

#include "catalog/marks.h"
#include "record/observation.h"

/* Append its rows (struct pb_observed); record: where it stands.  PB_ENOMEM. */
enum pb_status pb_observed_rows(
    const struct pb_observation *observation, uint64_t record, struct pb_buf *rows) PB_MUST_CHECK;

/* Between begin and commit of the catalog: all of them. */
enum pb_status pb_observed_put(
    struct pb_catalog *catalog, const struct pb_buf *rows, struct pb_error *err) PB_MUST_CHECK;

#endif
