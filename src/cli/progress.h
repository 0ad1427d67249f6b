/* Progress of long work: on a terminal a line that renews itself, elsewhere nothing. */
#ifndef PB_CLI_PROGRESS_H
#define PB_CLI_PROGRESS_H

#include <stdint.h>

#include "core/world.h"

struct pb_progress;

/* noun: what is counted, translated.  NULL without memory or terminal: every call takes it. */
struct pb_progress *pb_progress_new(const struct pb_world *world, const char *noun);

/* How much there is in all, where it is known: then a bar and the time left are shown. */
void pb_progress_expect(struct pb_progress *progress, uint64_t bytes);

/* At most ten times a second something is written. */
void pb_progress_show(struct pb_progress *progress, uint64_t count, uint64_t bytes);

/* Remove the line, so that something else can be said. */
void pb_progress_clear(struct pb_progress *progress);

void pb_progress_free(struct pb_progress *progress);

#endif
