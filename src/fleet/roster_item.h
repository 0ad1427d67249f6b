/* One practice of a list as lines of a policy: what is put there, and which line is which cell. */
#ifndef PB_FLEET_ROSTER_ITEM_H
#define PB_FLEET_ROSTER_ITEM_H

#include <stdbool.h>

#include "core/buf.h"
#include "fleet/list.h"
#include "policy/capture.h"

/* Appended, each line behind so many spaces.  PB_ENOMEM. */
enum pb_status pb_roster_item_put(
    struct pb_buf *text, size_t indent, const struct pb_fleet_row *row) PB_MUST_CHECK;
/* How many lines that are, and what stands in the nth, from 0. */
unsigned pb_roster_item_lines(const struct pb_fleet_row *row);
enum pb_fleet_column pb_roster_item_column(unsigned line);

/* The policy's archive has the mailboxes of this row, in the same order. */
bool pb_roster_item_same(const struct pb_policy_archive *archive, const struct pb_fleet_row *row);

#endif
