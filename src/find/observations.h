/* The observations (FORMAT 1.5, type 2) that name a record. */
#ifndef PB_FIND_OBSERVATIONS_H
#define PB_FIND_OBSERVATIONS_H

#include "archive/archive.h"
#include "core/json.h"

/* One of them, and its facts; anything but PB_OK ends the walk. */
typedef enum pb_status pb_observations_fn(
    void *arg, uint64_t record, const struct pb_json *facts, struct pb_error *err);

/*
 * In their order, read with the archive's reader key and held against their leaves; the catalog
 * only says where to look, and without one there are none.
 */
enum pb_status pb_observations_each(const struct pb_archive *archive, uint64_t seq,
    pb_observations_fn *each, void *arg, struct pb_error *err) PB_MUST_CHECK;

#endif
