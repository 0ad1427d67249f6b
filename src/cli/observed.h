/* What observations state (FORMAT 1.5), for a person, in his language. */
#ifndef PB_CLI_OBSERVED_H
#define PB_CLI_OBSERVED_H

#include "core/json.h"
#include "record/observation.h"

/*
 * One observation as a line, appended: of its own row, or seen from the record `seq` that it names.
 * facts: its facts.  Nothing is appended where they are not those of an observation.  PB_ENOMEM.
 */
enum pb_status pb_observed_row(const struct pb_json *facts, struct pb_buf *line) PB_MUST_CHECK;
enum pb_status pb_observed_from(
    const struct pb_json *facts, uint64_t seq, struct pb_buf *line) PB_MUST_CHECK;

#endif
