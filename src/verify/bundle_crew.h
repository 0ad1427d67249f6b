/* Threads that look at records of a bundle side by side (core/ring.h). */
#ifndef PB_VERIFY_BUNDLE_CREW_H
#define PB_VERIFY_BUNDLE_CREW_H

#include "verify/bundle_opening.h"

/* How long a record may be, from its first entry to its last: memory stays constant. */
#define PB_BUNDLE_CREW_RECORD (4 * 1024 * 1024)

/* Records at hand at one time. */
#define PB_BUNDLE_CREW_JOBS 8
#define PB_BUNDLE_CREW_THREADS 8

struct pb_bundle_crew;

/* PB_EUNAVAIL: no thread can be had; then look yourself. */
enum pb_status pb_bundle_crew_new(
    unsigned threads, struct pb_bundle_crew **ret_crew, struct pb_error *err) PB_MUST_CHECK;

/* As of a ring.  A job that is taken is clear; what it found is in its status and faults. */
struct pb_bundle_job *pb_bundle_crew_take(struct pb_bundle_crew *crew);
/* Its octets are read from `memory`, which holds those from `base` on. */
void pb_bundle_crew_give(struct pb_bundle_crew *crew);
struct pb_bundle_job *pb_bundle_crew_collect(
    struct pb_bundle_crew *crew, struct pb_bundle_tools *tools);
void pb_bundle_crew_release(struct pb_bundle_crew *crew);

void pb_bundle_crew_free(struct pb_bundle_crew *crew); /* NULL is fine */

#endif
