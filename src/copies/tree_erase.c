/* What is destroyed in the archive is destroyed in its copy, too: as far as the log says so. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "archive/destroyed.h"
#include "archive/listing.h"
#include "archive/reach.h"
#include "copies/tree_state.h"
#include "core/error.h"
#include "core/io.h"
#include "vault/segment.h"

static const char ERASE[] = N_("destroy in the copy what was destroyed");

/* ---- slots ---------------------------------------------------------------------------------- */

/*
 * Zeros that no record explains are damage, and the copy is what is left of that secret.  Slot 0 is
 * of no record.
 */
static enum pb_status
check_named(const struct pb_tree_copy *t, const struct pb_tree_item *item,
    const struct pb_runs *named, struct pb_error *err)
{
	uint64_t first = strtoull(item->path + sizeof(PB_DIR_KEYS), NULL, 16);

	for (size_t i = 0; i < item->erase.count; i++) {
		uint64_t from = item->erase.run[i].first, to = item->erase.run[i].last;

		from += from == 0;
		if (from > to || pb_runs_hold(named, first + from - 1, first + to - 1))
			continue;
		(void)pb_fail(err, PB_ECORRUPT, ERASE,
		    N_("the archive has lost a secret, and its log does not say that it was "
		       "destroyed"),
		    "%s/%s:%" PRIu64, t->archive, item->path, from * PB_SLOT_LEN);
		return pb_fail_todo(err, PB_ECORRUPT,
		    N_("the copy still has it: run `probant verify`, and bring this file of keys/ "
		       "back from the copy"));
	}
	return PB_OK;
}

/* Only now, since the record that says so stands in the copy (FORMAT 3.5). */
static enum pb_status
erase_item(struct pb_tree_copy *t, const struct pb_tree_item *item, struct pb_error *err)
{
	static const uint8_t zeros[PB_SLOT_LEN];
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, t->dir, item->path, NULL, err);
	int fd = -1;

	if (status == PB_OK)
		status =
		    pb_io_open_regular(t->files, path.text, O_RDWR | O_NOFOLLOW, &fd, NULL, err);
	for (size_t i = 0; status == PB_OK && i < item->erase.count; i++) {
		const struct pb_run *run = &item->erase.run[i];

		for (uint64_t slot = run->first; status == PB_OK && slot <= run->last; slot++) {
			status = pb_io_pwrite(
			    t->files, fd, path.text, zeros, sizeof(zeros), slot * PB_SLOT_LEN, err);
			t->copied.erased += slot > 0; /* slot 0 is of no record */
		}
	}
	if (status == PB_OK)
		status = pb_io_sync(t->files, fd, path.text, err);
	pb_io_close(t->files, &fd);
	return status;
}

enum pb_status
pb_tree_copy_erase(struct pb_tree_copy *t, struct pb_error *err)
{
	struct pb_runs named = PB_RUNS_EMPTY;
	enum pb_status status = PB_OK;
	bool any = false;

	for (size_t i = 0; i < t->count; i++)
		any = any || t->item[i].erase.count > 0;
	if (!any)
		return PB_OK;
	status = pb_destroyed_named(t->files, t->dir, t->size, &named, err);
	for (size_t i = 0; status == PB_OK && i < t->count; i++)
		status = check_named(t, &t->item[i], &named, err);
	for (size_t i = 0; status == PB_OK && i < t->count; i++)
		if (t->item[i].erase.count > 0)
			status = erase_item(t, &t->item[i], err);
	pb_runs_done(&named);
	return status;
}

/* ---- keys of former readers ----------------------------------------------------------------- */

/* <id>.key of somebody who is a reader no more.  That of a reader stays, though the archive lost
 * it.
 */
static bool
is_former(const struct pb_readers *readers, const char *name)
{
	char id[2 * PB_READER_ID_MAX + 1];
	size_t len = strlen(name);

	if (len <= 4 || len - 4 >= sizeof(id) || strcmp(name + len - 4, ".key") != 0)
		return false;
	memcpy(id, name, len - 4);
	id[len - 4] = '\0';
	return pb_readers_find(readers, id) == readers->count;
}

static enum pb_status
remove_former(struct pb_tree_copy *t, const struct pb_readers *readers, struct pb_error *err)
{
	struct pb_listing names = PB_LISTING_EMPTY;
	struct pb_path folder, path;
	enum pb_status status = pb_path_make(&folder, t->dir, PB_DIR_READERS, NULL, err);
	int answer;

	if (status == PB_OK)
		status = pb_listing_read(t->files, folder.text, &names, err);
	for (size_t i = 0; status == PB_OK && i < names.count; i++) {
		if (!is_former(readers, names.name[i]))
			continue;
		status = pb_path_make(&path, folder.text, names.name[i], NULL, err);
		answer = status == PB_OK ? t->files->unlink(t->files->ctx, path.text) : 0;
		if (answer < 0)
			status = pb_fail_sys(err, answer, ERASE, "%s", path.text);
		if (status == PB_OK)
			status = pb_io_sync_dir(t->files, folder.text, err);
	}
	pb_listing_done(&names);
	return status;
}

enum pb_status
pb_tree_copy_forget(struct pb_tree_copy *t, struct pb_error *err)
{
	struct pb_readers *readers = calloc(1, sizeof(*readers));
	bool whole = false;
	enum pb_status status =
	    readers == NULL ? pb_fail_memory(err, ERASE)
			    : pb_readers_in_force(t->files, t->dir, t->founded, readers, err);

	/* While nobody else opens what it opens, it stays. */
	if (status == PB_OK)
		status = pb_reach(t->files, t->dir, t->founded, readers, &whole, err);
	if (status == PB_OK && whole)
		status = remove_former(t, readers, err);
	free(readers);
	return status;
}
