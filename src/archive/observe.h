/*
 * Observations (FORMAT 1.5, type 2): what a record says of messages that came before it, joined
 * behind the commit of both, as records of their own.
 *
 * Messages were looked at by then (archive/views.h), which left marks in the catalog; a record that
 * has something to be joined with is due.  Nothing is chosen: every message that is called as the
 * report says is named, and none is an observation, too.
 */
#ifndef PB_ARCHIVE_OBSERVE_H
#define PB_ARCHIVE_OBSERVE_H

#include "archive/archive.h"
#include "archive/said.h"

/*
 * State what is due, of records that can be opened here: PB_SEALER_HELD observations at most, in
 * one commit.  *ret_more: there may be more to do.  *ret_count: how many were stated.
 *
 * For the writer's thread; views must not use the catalog meanwhile (pb_views_observe).  A failure
 * leaves what is due for the next time; PB_ECORRUPT of the catalog: `reindex` makes it anew.
 */
enum pb_status pb_observe(struct pb_archive *archive, struct pb_catalog *catalog,
    const struct pb_said_closed *closed, bool *ret_more, size_t *ret_count,
    struct pb_error *err) PB_MUST_CHECK;

#endif
