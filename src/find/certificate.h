/* A signed statement of what a query found, in a set that is complete in a stated sense
 * (FORMAT 6.4). */
#ifndef PB_FIND_CERTIFICATE_H
#define PB_FIND_CERTIFICATE_H

#include "find/find.h"

/*
 * The note, signed by the export key over the archive's newest checkpoint; appended.  ret_count:
 * how many records it names.  Statuses as pb_found_next and pb_own_key_export; PB_EUNAVAIL:
 * a message that may match can't be looked into; PB_ELIMIT: it found
 * more stretches of records than a note can name.
 */
enum pb_status pb_find_certificate(struct pb_find *find, const struct pb_query *query,
    struct pb_buf *note, uint64_t *ret_count, struct pb_error *err) PB_MUST_CHECK;

/* What a message that is not indexed is, as the note and lists call it; index: of `state`. */
const char *pb_find_state_name(size_t state);

#endif
