/*
 * The archive of one practice, and what it is handed: made whole or not at all, so that an
 * operator's long list can be begun again wherever it ended.
 */
#ifndef PB_FLEET_CREATE_H
#define PB_FLEET_CREATE_H

#include <stdbool.h>

#include "core/limits.h"
#include "core/world.h"
#include "fleet/list.h"
#include "probant/archive.h"

struct pb_fleet_options {
	const char *handout; /* directory of what practices are handed, a directory for each */
	const struct pb_tsa_settings *tsa; /* as of pb_create_options */
	size_t tsa_count;
};

/*
 * Whether the archive of this row can be made, or *ret_there: it is there, under this origin.
 * Nothing is changed.  PB_EDATA, PB_EEXIST: not; err->object is a place in the list.
 */
enum pb_status pb_fleet_look(const struct pb_world *world, const struct pb_fleet_list *list,
    const struct pb_fleet_row *row, const struct pb_fleet_options *options, bool *ret_there,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * Make it, durable on PB_OK, with handout/NAME: `trust`, and where the list names no reader
 * `passphrase`, and where it names no heir either `recovery.pem`, its code, and both as a sheet.
 * there: as pb_fleet_look answered; then what an interrupted run left is finished.
 */
enum pb_status pb_fleet_make(const struct pb_world *world, const struct pb_fleet_row *row,
    const struct pb_fleet_options *options, bool there, struct pb_error *err) PB_MUST_CHECK;

#endif
