/* What observations state (FORMAT 1.5), for a person, in his language. */
#ifndef PB_CLI_OBSERVED_H
#define PB_CLI_OBSERVED_H

#include "cli/access.h"
#include "core/json.h"
#include "record/observation.h"

/*
 * One observation as a line, appended: of its own row, or seen from the record `seq` that it names.
 * facts: its facts.  Nothing is appended where they are not those of an observation.  PB_ENOMEM.
 */
enum pb_status pb_observed_row(const struct pb_json *facts, struct pb_buf *line) PB_MUST_CHECK;
enum pb_status pb_observed_from(
    const struct pb_json *facts, uint64_t seq, struct pb_buf *line) PB_MUST_CHECK;

/* An observation that names the record; anything but PB_OK ends the walk. */
typedef enum pb_status pb_observed_fn(
    void *arg, uint64_t record, const struct pb_json *facts, struct pb_error *err);

/*
 * Those that name record seq, in their order, read and held against their leaves; the catalog only
 * says where to look, and without one there are none.
 */
enum pb_status pb_observed_each(const struct pb_world *world, const struct pb_access *access,
    uint64_t seq, pb_observed_fn *each, void *arg, struct pb_error *err) PB_MUST_CHECK;

#endif
