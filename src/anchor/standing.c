/* How stamping stands, for `status`: without any key, and without the lock. */
#include <stdio.h>

#include "anchor/stamped.h"
#include "archive/authorities.h"

enum pb_status
pb_archive_stamp_standing(const struct pb_world *world, const char *dir,
    struct pb_stamp_standing *ret_standing, struct pb_error *err)
{
	struct pb_stamp_standing standing = { 0 };
	struct pb_authorities *authorities = NULL;
	struct pb_stamped stamped;
	enum pb_status status;

	status = pb_authorities_look(world->files, dir, &authorities, err);
	if (status == PB_OK)
		status = pb_stamped_find(world->files, dir, &stamped, err);
	if (status == PB_OK) {
		standing.authorities = (unsigned)authorities->count;
		standing.local_only = authorities->count == 1 && authorities->tsa[0].local;
		standing.stamped_size = stamped.size;
		standing.stamped_us = stamped.gen_time_us;
		(void)snprintf(standing.stamped_by, sizeof(standing.stamped_by), "%s", stamped.by);
		standing.backlog = stamped.waiting;
		standing.oldest_s = (int64_t)stamped.oldest_s;
		standing.gap = stamped.gap;
		*ret_standing = standing;
	}
	pb_authorities_free(authorities);
	return status;
}
