/*
 * Within the authorities: what every change of them does.  The log states all that are in use, at
 * every moment: one that comes is stated before it is used, one that goes after.
 */
#ifndef PB_ARCHIVE_TSA_CHANGE_H
#define PB_ARCHIVE_TSA_CHANGE_H

#include "archive/archive.h"
#include "archive/authorities.h"

/* tsa/, if it is not there. */
enum pb_status pb_tsa_change_room(struct pb_archive *archive, struct pb_error *err) PB_MUST_CHECK;

/* FORMAT 1.5, authorities: these, from now on. */
enum pb_status pb_tsa_change_state(struct pb_archive *archive,
    const struct pb_authorities *authorities, struct pb_error *err) PB_MUST_CHECK;

#endif
