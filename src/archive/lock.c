#include "archive/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "archive/paths.h"
#include "archive/publish.h"
#include "core/error.h"
#include "core/io.h"

/* Between two tries: short commands are not made to wait, long ones not disturbed. */
#define PAUSE_US 10000
#define PAUSE_MAX_US 250000
/* From here on a person wonders. */
#define TELL_US 1000000

enum pb_status
pb_archive_lock(const struct pb_files *files, const char *dir, int *ret_fd, struct pb_error *err)
{
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, dir, PB_FILE_LOCK, NULL, err);
	int fd = -1, answer;

	if (status == PB_OK)
		status = pb_io_open_regular(files, path.text, O_RDWR, &fd, NULL, err);
	if (status != PB_OK)
		return status;
	answer = files->lock(files->ctx, fd);
	if (answer < 0) {
		pb_io_close(files, &fd);
		status = pb_fail_sys(err, answer, N_("lock the archive"), "%s", path.text);
		return status != PB_ELOCKED
			   ? status
			   : pb_fail_todo(err, status,
				 N_("another command writes to it; try again when it is done"));
	}
	*ret_fd = fd;
	return PB_OK;
}

/* Another may wait already: then his lock says it.  A descriptor, or -1. */
static int
show_waiting(const struct pb_files *files, const char *dir)
{
	int fd = -1;

	if (pb_io_open(files, dir, O_RDONLY | O_DIRECTORY, 0, &fd, NULL) == PB_OK &&
	    files->lock(files->ctx, fd) < 0)
		pb_io_close(files, &fd);
	return fd;
}

bool
pb_archive_wanted(const struct pb_archive *a)
{
	const struct pb_files *files = a->world->files;
	bool wanted = false;
	int fd = -1;

	if (pb_io_open(files, a->dir, O_RDONLY | O_DIRECTORY, 0, &fd, NULL) == PB_OK)
		wanted = files->lock(files->ctx, fd) == -EWOULDBLOCK;
	pb_io_close(files, &fd);
	return wanted;
}

bool
pb_archive_captured(const struct pb_archive *a)
{
	const struct pb_files *files = a->world->files;
	bool captured = false;
	struct pb_path path;
	int fd = -1;

	if (pb_path_make(&path, a->dir, PB_FILE_CAPTURING, NULL, NULL) == PB_OK &&
	    pb_io_open_regular(files, path.text, O_RDONLY, &fd, NULL, NULL) == PB_OK)
		captured = files->lock(files->ctx, fd) == -EWOULDBLOCK;
	pb_io_close(files, &fd);
	return captured;
}

enum pb_status
pb_archive_lock_patiently(const struct pb_world *world, const char *dir,
    const struct pb_patience *patience, int *ret_fd, struct pb_error *err)
{
	const struct pb_clock *clock = world->clock;
	int64_t began_us = clock->monotonic_us(clock->ctx), waited_us, pause_us = PAUSE_US;
	bool told = patience->waiting == NULL;
	enum pb_status status;
	int shown = -1;

	for (;;) {
		status = pb_archive_lock(world->files, dir, ret_fd, err);
		waited_us = clock->monotonic_us(clock->ctx) - began_us;
		if (status != PB_ELOCKED || waited_us >= (int64_t)patience->limit_s * 1000000)
			break;
		if (shown < 0)
			shown = show_waiting(world->files, dir);
		if (!told && waited_us >= TELL_US) {
			patience->waiting(patience->ctx);
			told = true;
		}
		clock->sleep_us(clock->ctx, pause_us);
		pause_us = 2 * pause_us < PAUSE_MAX_US ? 2 * pause_us : PAUSE_MAX_US;
	}
	pb_io_close(world->files, &shown);
	return status;
}

/* Without memory for it the next record begins a segment. */
static void
keep_key(struct pb_archive *a)
{
	struct pb_secret *key;

	if (a->append == NULL || pb_append_slots(a->append) == 0)
		return;
	pb_secret_free(a->kept_key);
	a->kept_key = NULL;
	key = pb_append_key(a->append);
	if (pb_secret_new(pb_secret_len(key), &a->kept_key, NULL) != PB_OK)
		return;
	memcpy(pb_secret_bytes(a->kept_key), pb_secret_bytes(key), pb_secret_len(key));
	memcpy(a->kept_segment, pb_append_name(a->append), sizeof(a->kept_segment));
}

void
pb_archive_let_go(struct pb_archive *a)
{
	enum pb_status published = pb_publish(a, NULL);

	(void)published; /* the log is safe either way; closing tries again and tells */
	keep_key(a);
	pb_append_close(a->append);
	a->append = NULL;
	pb_archive_rest(a);
	pb_io_close(a->world->files, &a->lock_fd);
	a->stopped = true;
}

/*
 * Opened anew, since others may have changed all of it: its readers too.  `dir` is what others
 * borrow, and stays where it is.
 */
enum pb_status
pb_archive_take_up(struct pb_archive *a, uint32_t limit_s, struct pb_error *err)
{
	const struct pb_patience patience = { .limit_s = limit_s };
	struct pb_archive *now = NULL, before = *a;
	enum pb_status status;

	pb_assert(a->lock_fd < 0);
	status = pb_archive_open_patiently(a->world, a->dir, a->key, &patience, &now, err);
	if (status != PB_OK)
		return status;
	*a = *now;
	*now = before;
	now->dir = a->dir;
	a->dir = before.dir;
	a->kept_key = before.kept_key;
	memcpy(a->kept_segment, before.kept_segment, sizeof(a->kept_segment));
	now->kept_key = NULL;
	pb_archive_drop(now);
	return PB_OK;
}
