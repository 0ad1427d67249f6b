/* What `stamp` says of one archive, alone or with others. */
#ifndef PB_CLI_STAMP_H
#define PB_CLI_STAMP_H

#include "cli/options.h"
#include "cli/say.h"
#include "core/json.h"
#include "core/world.h"
#include "probant/stamp.h"

/* The members of an object that stands open. */
void pb_stamp_outcome_json(const struct pb_stamp_outcome *outcome, struct pb_json_writer *w);
/* Of one that was due. */
void pb_stamp_outcome_print(const struct pb_stamp_outcome *outcome);

/* All archives of --policy. */
enum pb_exit pb_cli_stamp_all(const struct pb_world *world, const struct pb_options *options);

#endif
