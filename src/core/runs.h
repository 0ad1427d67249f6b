/* A set of numbers as runs: ascending, none touching another. */
#ifndef PB_CORE_RUNS_H
#define PB_CORE_RUNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probant/status.h"

struct pb_run {
	uint64_t first;
	uint64_t last;
};

/* Read freely; change it by these calls. */
struct pb_runs {
	struct pb_run *run;
	size_t count;
	size_t cap;
};

#define PB_RUNS_EMPTY ((struct pb_runs){ .run = NULL })

/* All of first .. last.  Cheap at the end.  PB_ENOMEM leaves the set as it was. */
enum pb_status pb_runs_add(struct pb_runs *runs, uint64_t first, uint64_t last) PB_MUST_CHECK;
/* The same for each run of another set. */
enum pb_status pb_runs_add_all(struct pb_runs *runs, const struct pb_runs *more) PB_MUST_CHECK;

/* Is all of first .. last in it?  And is any? */
bool pb_runs_hold(const struct pb_runs *runs, uint64_t first, uint64_t last);
bool pb_runs_touch(const struct pb_runs *runs, uint64_t first, uint64_t last);

/*
 * The least number of `runs` from `from` on that `other` holds (inside) or does not hold
 * (!inside).  False: there is none.
 */
bool pb_runs_next(const struct pb_runs *runs, const struct pb_runs *other, bool inside,
    uint64_t from, uint64_t *ret_number);

uint64_t pb_runs_total(const struct pb_runs *runs); /* how many numbers */

void pb_runs_done(struct pb_runs *runs);

#endif
