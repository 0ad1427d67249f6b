/* A glance at an archive without any key: what `status` shows. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "archive/archive.h"
#include "archive/founding.h"
#include "archive/lock.h"
#include "archive/paths.h"
#include "archive/publish.h"
#include "archive/replay.h"
#include "core/error.h"
#include "core/io.h"
#include "vault/frames.h"

struct sum {
	const struct pb_files *files;
	const char *dir;
	const char *room;
	uint64_t count;
	uint64_t bytes;
};

static int
add_file(void *arg, const char *name)
{
	struct sum *sum = arg;
	struct pb_file_info info;
	struct pb_path path;

	if (pb_path_make(&path, sum->dir, sum->room, name, NULL) != PB_OK ||
	    sum->files->stat(sum->files->ctx, path.text, false, &info) < 0)
		return 0;
	sum->count++;
	sum->bytes += info.size;
	return 0;
}

static enum pb_status
sum_room(const struct pb_files *files, const char *dir, const char *room, struct sum *ret_sum,
    struct pb_error *err)
{
	struct sum sum = { .files = files, .dir = dir, .room = room };
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, dir, room, NULL, err);
	int answer;

	if (status != PB_OK)
		return status;
	answer = files->list(files->ctx, path.text, add_file, &sum);
	if (answer < 0)
		return pb_fail_sys(err, answer, N_("look at the archive"), "%s", path.text);
	*ret_sum = sum;
	return PB_OK;
}

/* Where the log ends, as the next writer would find it; nothing is changed. */
static enum pb_status
find_end(const struct pb_files *files, const char *dir, const struct pb_founded *founded,
    struct pb_archive_status *s, struct pb_error *err)
{
	char(*names)[PB_SEGMENT_NAME_LEN + 1] = NULL;
	struct pb_head head;
	struct pb_tail tail;
	enum pb_status status;
	size_t count;

	/* The head first: the list must hold its segment, and a writer may begin one meanwhile. */
	if (pb_head_load(files, dir, &head, NULL) != PB_OK)
		pb_head_init(&head, founded->origin);
	status = pb_frames_list(files, dir, &names, &count, NULL, NULL, err);
	if (status != PB_OK)
		return status;
	status = pb_replay(
	    files, dir, founded->origin, &founded->verifier, names, count, &head, &tail, err);
	if (status == PB_OK) {
		s->segments = count;
		s->records = head.tree.size;
		s->last_time_s = head.time_s;
		s->torn = tail.segment[0] != '\0';
	}
	free(names);
	return status;
}

static enum pb_status
look(const struct pb_files *files, const char *dir, const struct pb_founded *founded,
    struct pb_archive_status *s, struct pb_error *err)
{
	struct sum sum = { 0 };
	enum pb_status status = find_end(files, dir, founded, s, err);
	int64_t room;
	int fd = -1;

	if (status == PB_OK)
		status = sum_room(files, dir, PB_DIR_VAULT, &sum, err);
	s->vault_bytes = sum.bytes;
	if (status == PB_OK)
		status = sum_room(files, dir, PB_DIR_QUARANTINE, &sum, err);
	s->quarantined = sum.count;
	if (status == PB_OK)
		status = pb_published_size(files, dir, &founded->verifier, &s->published, err);
	if (status != PB_OK)
		return status;
	room = files->free_bytes(files->ctx, dir);
	s->free_bytes = room < 0 ? 0 : (uint64_t)room;
	status = pb_archive_lock(files, dir, &fd, err);
	s->locked = status == PB_ELOCKED;
	pb_io_close(files, &fd);
	return status == PB_ELOCKED ? PB_OK : status;
}

enum pb_status
pb_archive_describe(const struct pb_world *world, const char *dir,
    struct pb_archive_status *ret_status, struct pb_error *err)
{
	struct pb_founded *founded = calloc(1, sizeof(*founded));
	struct pb_archive_status s = { .origin = "" };
	struct pb_buf vkey = PB_BUF_EMPTY;
	enum pb_status status;

	status = founded == NULL ? pb_fail_memory(err, N_("look at the archive"))
				 : pb_founded_read(world->files, dir, founded, err);
	if (status == PB_OK)
		status = look(world->files, dir, founded, &s, err);
	if (status == PB_OK && (pb_note_verifier_format(&founded->verifier, &vkey) != PB_OK ||
				   vkey.len >= sizeof(s.verifier_key)))
		status = pb_fail_memory(err, N_("look at the archive"));
	if (status == PB_OK) {
		memcpy(s.origin, founded->origin, sizeof(founded->origin));
		memcpy(s.verifier_key, vkey.data, vkey.len);
		*ret_status = s;
	}
	pb_buf_done(&vkey);
	free(founded);
	return status;
}
