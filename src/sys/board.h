/*
 * What a process tells of itself while it serves: numbers alone, in a file of `runtime_dir`.
 *
 * Its master makes a file for each start and hands it over (pb_service_board).  That process alone
 * maps and writes it; anybody may read it, at any moment, without asking.  A row has a name of the
 * policy (a door's, an archive's) or of ours; there is never a word of a message.
 */
#ifndef PB_SYS_BOARD_H
#define PB_SYS_BOARD_H

#include "core/world.h"

/* 1 to 32 of a-z 0-9 -, as policies have them, and NUL. */
#define PB_BOARD_NAME 40

/* 0 where nothing is told.  Times are microseconds since 1970 by the local clock. */
enum pb_board_number {
	PB_BOARD_BEGUN_US,
	PB_BOARD_ALIVE_US,     /* of its last turn */
	PB_BOARD_LAST_US,      /* of the last message that was kept */
	PB_BOARD_KEPT,         /* messages; of an archive: records of doors */
	PB_BOARD_DEFERRED,     /* messages that their senders keep */
	PB_BOARD_PASSED,       /* messages let through, and not kept */
	PB_BOARD_UNMAPPED,     /* recipients without an archive */
	PB_BOARD_SESSIONS,     /* now */
	PB_BOARD_LAG_US,       /* of the last message: from its last octet to its receipt */
	PB_BOARD_GAPS_WAITING, /* lines of what passed, of which no record tells yet */
	PB_BOARD_RECORDS,      /* of a log */
	PB_BOARD_WAITING,      /* records that no token covers */
	PB_BOARD_WAITING_SINCE_US,
	PB_BOARD_STAMPED_US,
	PB_BOARD_FAILURES, /* of what it is for; the last of them was then: */
	PB_BOARD_FAILED_US,
	PB_BOARD_FAILING_US, /* nothing could be kept, since then */
	PB_BOARD_UNTIL_US,   /* its certificate ends */
	PB_BOARD_UNANSWERED, /* 1: no authority answers, and the log says so */
	PB_BOARD_FREE_BYTES, /* of its disk; at least 1 */
	PB_BOARD_NUMBERS = 24
};

/* Where it stands; a door may have any name. */
#define PB_BOARD_PATH 192
void pb_board_path(const char *dir, bool door, const char *name, char out[PB_BOARD_PATH]);

struct pb_board_row {
	char name[PB_BOARD_NAME];
	uint64_t number[PB_BOARD_NUMBERS];
};

/* ---- the master ----------------------------------------------------------------------------- */

/*
 * A new file for so many rows, 0644, with room on its disk so that writing it cannot fail later, in
 * the place of the one at path, whose rows it begins with if they are as many.  Who has that one
 * open still can do nothing to the new one.  *ret_fd is the caller's.
 */
enum pb_status pb_board_make(
    const char *path, size_t rows, int *ret_fd, struct pb_error *err) PB_MUST_CHECK;

/* ---- the process ---------------------------------------------------------------------------- */

struct pb_board;

/*
 * Rows of these names, in fd, which may be closed afterwards.  A file that has the same ones goes
 * on counting; any other begins at zeros.  PB_ELIMIT: it is too short for them, or there are more
 * than PB_LIMIT_BOARD_ROWS; PB_EINVAL: a name is too long; PB_EUNAVAIL: it can't be mapped.
 */
enum pb_status pb_board_map(int fd, const char *const *names, size_t rows,
    struct pb_board **ret_board, struct pb_error *err) PB_MUST_CHECK;
void pb_board_free(struct pb_board *board); /* NULL is fine */

/* For all threads.  A NULL board is fine: nobody reads what is told. */
void pb_board_set(struct pb_board *board, size_t row, enum pb_board_number number, uint64_t value);
void pb_board_add(struct pb_board *board, size_t row, enum pb_board_number number, int64_t delta);
/* What was told last, perhaps by a process before this one; 0 of a NULL board. */
uint64_t pb_board_get(const struct pb_board *board, size_t row, enum pb_board_number number);

/* ---- whoever reads -------------------------------------------------------------------------- */

/*
 * Never maps it: whoever has it open can cut it.
 * *ret_rows is freed by the caller; each number is whole, but they may be of different moments.
 * *ret_count 0: nothing was told yet.  PB_ENOENT; PB_ECORRUPT: it is no board, or not whole.
 */
enum pb_status pb_board_read(const struct pb_files *files, const char *path,
    struct pb_board_row **ret_rows, size_t *ret_count, struct pb_error *err) PB_MUST_CHECK;

#endif
