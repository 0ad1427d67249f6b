/*
 * The alarm for recipients whom no archive has, though they are in a domain of ours: counted, told
 * to the journal, and stated in the archives that should know (FORMAT 1.5, unmapped).  It holds
 * numbers alone.
 */
#ifndef PB_DOORS_UNMAPPED_H
#define PB_DOORS_UNMAPPED_H

#include "doors/capture_record.h"
#include "doors/concerned.h"

struct pb_unmapped; /* for all threads */
enum pb_status pb_unmapped_new(
    size_t archives, struct pb_unmapped **ret_unmapped, struct pb_error *err) PB_MUST_CHECK;

/* Those of a message; time_us: local clock. */
void pb_unmapped_add(
    struct pb_unmapped *unmapped, const struct pb_concerned *concerned, int64_t time_us);

/* How many since it was asked last, and a minute at least; 0 also before.  now_us: monotonic. */
uint64_t pb_unmapped_untold(struct pb_unmapped *unmapped, int64_t now_us);

/*
 * State what is due: where nothing was yet, at once, then once in so many seconds; `all`: whatever
 * there is.  The first failure: what could not be stated now remains.
 */
enum pb_status pb_unmapped_state(struct pb_unmapped *unmapped, struct pb_saying *saying,
    uint32_t every_s, bool all, struct pb_error *err) PB_MUST_CHECK;

void pb_unmapped_free(struct pb_unmapped *unmapped); /* NULL is fine */

#endif
