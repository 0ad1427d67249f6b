#include "health/boards.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"

/* Its rows, which are the caller's; none where there is no board. */
static enum pb_status
read_board(const struct pb_files *files, const char *dir, bool door, const char *name,
    struct pb_board_row **ret_row, size_t *ret_count, struct pb_error *err)
{
	char path[PB_BOARD_PATH];
	enum pb_status status;

	pb_board_path(dir, door, name, path);
	*ret_row = NULL;
	*ret_count = 0;
	status = pb_board_read(files, path, ret_row, ret_count, err);
	return status == PB_ENOMEM ? status : PB_OK;
}

/* The one row of a process that has one. */
static enum pb_status
read_one(const struct pb_files *files, const char *dir, bool door, const char *name,
    struct pb_board_row *ret_row, struct pb_error *err)
{
	struct pb_board_row *row;
	enum pb_status status;
	size_t count;

	status = read_board(files, dir, door, name, &row, &count, err);
	if (status == PB_OK && count == 1 && strcmp(row->name, name) == 0)
		*ret_row = *row;
	free(row);
	return status;
}

/* They stand last, and they alone behind the first say since when. */
static size_t
count_authorities(const struct pb_board_row *row, size_t count)
{
	size_t first = count;

	while (first > 1 && row[first - 1].number[PB_BOARD_BEGUN_US] != 0)
		first--;
	return count - first;
}

/* Its own, then an archive's each, then an authority's; while a policy changes they may be of
 * another. */
static enum pb_status
read_writer(const struct pb_files *files, struct pb_boards *boards, struct pb_error *err)
{
	const struct pb_capture_policy *policy = boards->policy;
	struct pb_board_row *row;
	enum pb_status status;
	size_t count, authorities;

	status = read_board(files, policy->runtime_dir, false, "writer", &row, &count, err);
	authorities = count_authorities(row, count);
	if (count - authorities != 1 + policy->archive_count) {
		free(row);
		return status;
	}
	boards->writer = row[0];
	for (size_t i = 0; i < policy->archive_count; i++)
		if (strcmp(row[1 + i].name, policy->archive[i].name) == 0)
			boards->archive[i] = row[1 + i];
	memmove(row, row + count - authorities, authorities * sizeof(*row));
	boards->authority = row;
	boards->authority_count = authorities;
	return status;
}

enum pb_status
pb_boards_read(const struct pb_files *files, const struct pb_capture_policy *policy,
    struct pb_boards *ret_boards, struct pb_error *err)
{
	const char *dir = policy->runtime_dir;
	struct pb_boards boards = { .policy = policy };
	enum pb_status status = PB_OK;

	boards.archive = calloc(policy->archive_count + 1, sizeof(*boards.archive));
	boards.door = calloc(policy->door_count + 1, sizeof(*boards.door));
	if (boards.archive == NULL || boards.door == NULL)
		status = pb_fail_memory(err, N_("read how capture does"));
	if (status == PB_OK)
		status = read_writer(files, &boards, err);
	for (size_t i = 0; status == PB_OK && i < policy->door_count; i++)
		status = read_one(files, dir, true, policy->door[i].name, &boards.door[i], err);
	if (status == PB_OK)
		status = read_one(files, dir, false, "stamper", &boards.stamper, err);
	if (status == PB_OK)
		*ret_boards = boards;
	else
		pb_boards_done(&boards);
	return status;
}

void
pb_boards_done(struct pb_boards *boards)
{
	free(boards->archive);
	free(boards->door);
	free(boards->authority);
	*boards = (struct pb_boards){ 0 };
}
