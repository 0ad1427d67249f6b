/* The facts of a record that is stored open, for whoever has no key (FORMAT 3.2, "P"). */
#ifndef PB_ARCHIVE_FACTS_H
#define PB_ARCHIVE_FACTS_H

#include "core/json.h"
#include "vault/frames.h"

/*
 * Held against its leaf first: the stored payload's digest, then the commitment.
 * PB_ECORRUPT: it is not a "P", not what its leaf commits to, or its facts are no JSON.  Free with
 * pb_json_free.
 */
enum pb_status pb_facts_read(const struct pb_frames *frames, const struct pb_frame *frame,
    struct pb_json **ret_facts, struct pb_error *err) PB_MUST_CHECK;

/*
 * The same, and its objects (parts of kind 4): the first one, and all that follow it joined;
 * appended.  PB_ELIMIT: beyond PB_LIMIT_OBJECT or PB_LIMIT_OBJECTS.
 */
enum pb_status pb_facts_read_objects(const struct pb_frames *frames, const struct pb_frame *frame,
    struct pb_json **ret_facts, struct pb_buf *first, struct pb_buf *rest,
    struct pb_error *err) PB_MUST_CHECK;

#endif
