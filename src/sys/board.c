/*
 * The file: a head of 32 octets, then the rows as they stand in memory, in the order of octets of
 * this machine, which nobody else reads.  The head is written last, so that a file in which it
 * stands has all of its names.
 */
#include "sys/board.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "core/io.h"
#include "core/limits.h"
#include "sys/tables.h"

#define MAGIC UINT64_C(0x0174616f62627072) /* any number that is not there by chance */
#define TELLING N_("tell how a service does")
#define READING N_("read how a service does")

struct row {
	char name[PB_BOARD_NAME];
	_Atomic uint64_t number[PB_BOARD_NUMBERS];
};

struct face {
	_Atomic uint64_t magic; /* 0: nothing is told */
	uint64_t rows, numbers, reserved;
	struct row row[];
};

_Static_assert(sizeof(struct face) == 32 && sizeof(struct row) == sizeof(struct pb_board_row) &&
		   sizeof(_Atomic uint64_t) == sizeof(uint64_t),
    "what is mapped and what is read have one layout");

struct pb_board {
	struct face *face;
	size_t len, rows;
};

static size_t
size_of(size_t rows)
{
	return sizeof(struct face) + rows * sizeof(struct row);
}

void
pb_board_path(const char *dir, bool door, const char *name, char out[PB_BOARD_PATH])
{
	(void)snprintf(out, PB_BOARD_PATH, "%s/board.%s%s", dir, door ? "door-" : "", name);
}

/* ---- the master ----------------------------------------------------------------------------- */

/* Its room on the disk is taken beforehand: who writes to a mapped page that the disk has no room
 * for is ended. */
static int
take_room(int fd, size_t len)
{
	return fchmod(fd, 0644) == 0 ? -posix_fallocate(fd, 0, (off_t)len) : -errno;
}

/* What the board at path tells, if it is one of so many rows. */
static enum pb_status
take_over(int fd, const char *path, size_t rows, struct pb_error *err)
{
	const struct pb_files *files = &pb_sys_files_table;
	const uint64_t head[4] = { MAGIC, rows, PB_BOARD_NUMBERS };
	struct pb_board_row *row = NULL;
	size_t count = 0;
	enum pb_status status = pb_board_read(files, path, &row, &count, err);

	if (status != PB_OK)
		return status == PB_ENOMEM ? status : PB_OK;
	if (count == rows)
		status = pb_io_pwrite(
		    files, fd, path, row, count * sizeof(*row), sizeof(struct face), err);
	if (status == PB_OK && count == rows)
		status = pb_io_pwrite(files, fd, path, head, sizeof(head), 0, err);
	free(row);
	return status;
}

enum pb_status
pb_board_make(const char *path, size_t rows, int *ret_fd, struct pb_error *err)
{
	char fresh[PB_LIMIT_PATH];
	enum pb_status status;
	int fd, error;

	if (rows > PB_LIMIT_BOARD_ROWS)
		return pb_fail(
		    err, PB_ELIMIT, TELLING, N_("there is more to tell than fits"), "%s", path);
	(void)snprintf(fresh, sizeof(fresh), "%s.new", path);
	(void)unlink(fresh);
	fd = open(fresh, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return pb_fail_sys(err, -errno, TELLING, "%s", fresh);
	error = take_room(fd, size_of(rows));
	status = error == 0 ? take_over(fd, path, rows, err)
			    : pb_fail_sys(err, error, TELLING, "%s", fresh);
	if (status == PB_OK && rename(fresh, path) != 0)
		status = pb_fail_sys(err, -errno, TELLING, "%s", path);
	if (status == PB_OK) {
		*ret_fd = fd;
	} else {
		(void)unlink(fresh);
		(void)close(fd);
	}
	return status;
}

/* ---- the process ---------------------------------------------------------------------------- */

static bool
has_rows(const struct face *face, const char *const *names, size_t rows)
{
	if (atomic_load(&face->magic) != MAGIC || face->rows != rows ||
	    face->numbers != PB_BOARD_NUMBERS)
		return false;
	for (size_t i = 0; i < rows; i++)
		if (strncmp(face->row[i].name, names[i], PB_BOARD_NAME) != 0)
			return false;
	return true;
}

static void
begin(struct face *face, const char *const *names, size_t rows)
{
	atomic_store(&face->magic, 0);
	memset(face->row, 0, rows * sizeof(struct row));
	for (size_t i = 0; i < rows; i++)
		memcpy(face->row[i].name, names[i], strlen(names[i]));
	face->rows = rows;
	face->numbers = PB_BOARD_NUMBERS;
	face->reserved = 0;
	atomic_store(&face->magic, MAGIC);
}

static enum pb_status
check(int fd, const char *const *names, size_t rows, struct pb_error *err)
{
	struct stat st;

	for (size_t i = 0; i < rows; i++)
		if (strlen(names[i]) >= PB_BOARD_NAME)
			return pb_fail(
			    err, PB_EINVAL, TELLING, N_("this name is too long"), "%s", names[i]);
	if (fstat(fd, &st) != 0)
		return pb_fail_sys(err, -errno, TELLING, "descriptor %d", fd);
	if (rows > PB_LIMIT_BOARD_ROWS || (uint64_t)st.st_size < size_of(rows))
		return pb_fail(err, PB_ELIMIT, TELLING, N_("there is more to tell than fits"),
		    "descriptor %d", fd);
	return PB_OK;
}

enum pb_status
pb_board_map(int fd, const char *const *names, size_t rows, struct pb_board **ret_board,
    struct pb_error *err)
{
	enum pb_status status = check(fd, names, rows, err);
	struct pb_board *board;
	void *at;

	if (status != PB_OK)
		return status;
	board = calloc(1, sizeof(*board));
	if (board == NULL)
		return pb_fail_memory(err, TELLING);
	board->len = size_of(rows);
	board->rows = rows;
	at = mmap(NULL, board->len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED) {
		free(board);
		return pb_fail_sys(err, -errno, TELLING, "descriptor %d", fd);
	}
	board->face = at;
	if (!has_rows(board->face, names, rows))
		begin(board->face, names, rows);
	*ret_board = board;
	return PB_OK;
}

void
pb_board_free(struct pb_board *board)
{
	if (board != NULL)
		(void)munmap(board->face, board->len);
	free(board);
}

void
pb_board_set(struct pb_board *board, size_t row, enum pb_board_number number, uint64_t value)
{
	if (board == NULL)
		return;
	pb_assert(row < board->rows && number < PB_BOARD_NUMBERS);
	atomic_store_explicit(&board->face->row[row].number[number], value, memory_order_relaxed);
}

void
pb_board_add(struct pb_board *board, size_t row, enum pb_board_number number, int64_t delta)
{
	if (board == NULL)
		return;
	pb_assert(row < board->rows && number < PB_BOARD_NUMBERS);
	(void)atomic_fetch_add_explicit(
	    &board->face->row[row].number[number], (uint64_t)delta, memory_order_relaxed);
}

uint64_t
pb_board_get(const struct pb_board *board, size_t row, enum pb_board_number number)
{
	if (board == NULL)
		return 0;
	pb_assert(row < board->rows && number < PB_BOARD_NUMBERS);
	return atomic_load_explicit(&board->face->row[row].number[number], memory_order_relaxed);
}

/* ---- whoever reads -------------------------------------------------------------------------- */

static enum pb_status
no_board(const char *path, struct pb_error *err)
{
	return pb_fail(err, PB_ECORRUPT, READING,
	    N_("this is not what a service of this version tells"), "%s", path);
}

static enum pb_status
read_head(
    const struct pb_files *files, int fd, const char *path, size_t *ret_rows, struct pb_error *err)
{
	uint64_t head[4];
	enum pb_status status = pb_io_pread_exact(files, fd, path, head, sizeof(head), 0, err);

	if (status != PB_OK)
		return status;
	if (head[0] != 0 &&
	    (head[0] != MAGIC || head[1] > PB_LIMIT_BOARD_ROWS || head[2] != PB_BOARD_NUMBERS))
		return no_board(path, err);
	*ret_rows = head[0] != 0 ? (size_t)head[1] : 0;
	return PB_OK;
}

/* As policies have them; "" while they are written. */
static bool
are_named(const struct pb_board_row *row, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *end = memchr(row[i].name, '\0', PB_BOARD_NAME);

		if (end == NULL ||
		    row[i].name + strspn(row[i].name, "abcdefghijklmnopqrstuvwxyz0123456789-") !=
			end)
			return false;
	}
	return true;
}

enum pb_status
pb_board_read(const struct pb_files *files, const char *path, struct pb_board_row **ret_rows,
    size_t *ret_count, struct pb_error *err)
{
	struct pb_board_row *row = NULL;
	enum pb_status status;
	size_t count = 0;
	int fd = -1;

	status = pb_io_open_regular(files, path, O_RDONLY, &fd, NULL, err);
	if (status == PB_OK)
		status = read_head(files, fd, path, &count, err);
	if (status == PB_OK && (row = calloc(count + 1, sizeof(*row))) == NULL)
		status = pb_fail_memory(err, READING);
	if (status == PB_OK)
		status = pb_io_pread_exact(
		    files, fd, path, row, count * sizeof(*row), sizeof(struct face), err);
	if (status == PB_OK && !are_named(row, count))
		status = no_board(path, err);
	pb_io_close(files, &fd);
	if (status == PB_OK) {
		*ret_rows = row;
		*ret_count = count;
	} else {
		free(row);
	}
	return status;
}
