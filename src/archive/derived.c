#include "archive/derived.h"

#include <stdlib.h>

#include "archive/bodies.h"
#include "archive/catchup.h"
#include "archive/founding.h"
#include "archive/lock.h"
#include "archive/replay.h"
#include "archive/rollback.h"
#include "archive/views.h"
#include "core/error.h"
#include "core/io.h"
#include "vault/frames.h"

static void
look_at_catalog(const struct pb_files *files, const char *dir, const struct pb_founded *founded,
    struct pb_derived *derived)
{
	struct pb_views_standing standing;
	struct pb_catalog *catalog = NULL;

	derived->catalog =
	    pb_catchup_open(files, dir, founded->origin, false, &catalog, NULL) == PB_OK &&
	    pb_views_stand(catalog, &standing, NULL) == PB_OK;
	if (derived->catalog) {
		derived->messages = standing.messages;
		derived->indexed = standing.found;
	}
	pb_catalog_close(catalog);
}

/* Under the lock, so that no writer is ahead of what was read of the vault. */
static enum pb_status
look_for_rollback(const struct pb_files *files, const char *dir, const struct pb_founded *founded,
    struct pb_derived *derived, struct pb_error *err)
{
	char(*names)[PB_SEGMENT_NAME_LEN + 1] = NULL;
	struct pb_head head;
	struct pb_tail tail;
	size_t count = 0;
	enum pb_status status;

	if (pb_head_load(files, dir, &head, NULL) != PB_OK)
		pb_head_init(&head, founded->origin);
	status = pb_frames_list(files, dir, &names, &count, NULL, NULL, err);
	if (status == PB_OK)
		status = pb_replay(files, dir, founded->origin, &founded->verifier, names, count,
		    &head, &tail, err);
	if (status == PB_OK)
		status = pb_rollback_look(
		    files, dir, &founded->verifier, &head, &derived->rolled_back, err);
	free(names);
	return status;
}

enum pb_status
pb_derived_look(const struct pb_world *world, const char *dir, struct pb_derived *ret_derived,
    struct pb_error *err)
{
	struct pb_founded *founded = calloc(1, sizeof(*founded));
	struct pb_derived derived = { .rolled_back = false };
	int fd = -1;
	enum pb_status status = founded == NULL ? pb_fail_memory(err, N_("look at the catalog"))
						: pb_founded_read(world->files, dir, founded, err);

	if (status != PB_OK)
		goto out;
	status = pb_bodies_load(world->files, dir, &derived.bodies, err);
	if (status != PB_OK)
		goto out;
	look_at_catalog(world->files, dir, founded, &derived);
	status = derived.catalog ? pb_archive_lock(world->files, dir, &fd, err) : PB_ELOCKED;
	if (status == PB_OK)
		status = look_for_rollback(world->files, dir, founded, &derived, err);
	pb_io_close(world->files, &fd);
	if (status == PB_ELOCKED)
		status = PB_OK;
	if (status == PB_OK)
		*ret_derived = derived;
out:
	free(founded);
	return status;
}
