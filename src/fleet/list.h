/*
 * The list of practices that an operator keeps archives for (docs/FLEET.md): a CSV whose first row
 * names the columns, in French or English.
 */
#ifndef PB_FLEET_LIST_H
#define PB_FLEET_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "probant/archive.h"

enum pb_fleet_column {
	PB_FLEET_NAME,
	PB_FLEET_ORIGIN,
	PB_FLEET_PATH,
	PB_FLEET_MAILBOXES,
	PB_FLEET_READER,
	PB_FLEET_HEIR, /* a certificate; or "none": then nobody opens what its reader can't */
	PB_FLEET_COLUMNS
};

struct pb_fleet_row {
	unsigned line;
	char *cell[PB_FLEET_COLUMNS]; /* "" if there is no such column */
};

struct pb_fleet_list {
	char *title[PB_FLEET_COLUMNS]; /* as the list names them; in English if it does not */
	struct pb_fleet_row *row;
	size_t count;
};

/*
 * root: where archives are that have no path of their own, root/NAME; or NULL.  PB_EDATA,
 * PB_ELIMIT: it is no such list; err->object says where.  Free with pb_fleet_list_free.
 */
enum pb_status pb_fleet_list_read(const void *csv, size_t len, const char *root,
    struct pb_fleet_list **ret_list, struct pb_error *err) PB_MUST_CHECK;
void pb_fleet_list_free(struct pb_fleet_list *list); /* NULL is fine */

bool pb_fleet_row_has(const struct pb_fleet_row *row, enum pb_fleet_column column);
/* What opens the archive when its reader's key is lost. */
enum pb_recovery pb_fleet_row_recovery(const struct pb_fleet_row *row);

/* "line 7, column boîtes (hint)"; hint may be NULL. */
enum pb_status pb_fleet_list_refuse(const struct pb_fleet_list *list,
    const struct pb_fleet_row *row, enum pb_fleet_column column, enum pb_status status,
    const char *why, const char *hint, struct pb_error *err) PB_MUST_CHECK;

#endif
