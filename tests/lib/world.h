/*
 * A world for tests: a clock that is set, random numbers that repeat, and file
 * tables that fail, or forget what was not synced.
 */
#ifndef PB_TEST_WORLD_H
#define PB_TEST_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/world.h"

/*
 * A clock that stands still until now_us is moved; the monotonic one goes on with it, by what it
 * is not stepped, and never steps back.
 * Who sleeps moves both, and then `asleep` is called (NULL: nothing happens meanwhile).
 */
struct test_clock {
	int64_t now_us;
	int64_t stepped_us; /* of that: the monotonic clock did not go along */
	int64_t highest_us;
	int64_t slept_us; /* so far */
	void (*asleep)(void *arg);
	void *arg;
	struct pb_clock table;
};
void test_clock_init(struct test_clock *clock, int64_t now_us);
/* It is set: so much on, or back. */
void test_clock_step(struct test_clock *clock, int64_t by_us);

/* SHA-free counter mode: the same bytes for the same seed, and no two calls alike. */
struct test_random {
	uint64_t state;
	struct pb_random table;
};
void test_random_init(struct test_random *random, uint64_t seed);

/*
 * A layer over another file table that counts calls and makes them fail.
 * Only calls that can fail on a real machine count (close, drop_cache and write_out do not).
 */
enum test_fault {
	TEST_FAULT_NONE,
	TEST_FAULT_ERROR, /* answer -error */
	TEST_FAULT_SHORT  /* read and write half; what can't be halved goes through */
};
struct test_faulty_files {
	const struct pb_files *under;
	struct pb_files table;
	uint64_t calls;   /* so far */
	uint64_t fail_at; /* 1-based number of the call that fails; 0: none */
	bool forever;     /* and every one after it */
	enum test_fault fault;
	int error;             /* positive errno for TEST_FAULT_ERROR */
	uint64_t failed;       /* calls that were made to fail */
	const char *operation; /* name of the call that failed first: "pwrite" */
};
void test_faulty_files_init(struct test_faulty_files *files, const struct pb_files *under);

/*
 * A file system in memory that knows what was synced and what was not
 * (powercut.c says what it promises).  It begins with an empty root; paths are absolute,
 * or relative to the root, alike.
 *
 * Every write, truncation and change of a name since its last covering sync is pending.
 * test_powercut_states walks the disks that a power cut could leave now: each pending
 * write may be lost, whole, torn (a prefix of it) or, where it made the file longer,
 * zeros; a later one may survive an earlier; each pending change of a name (create,
 * rename, unlink, mkdir) is lost or done, changes of one name in their order.  All
 * combinations while they are no more than `limit`, else `limit` of them without repetition,
 * the same each time.  The walker is handed a fresh file system in that state, which
 * is freed when it returns; it must not touch the disk it comes from.
 */
struct test_powercut;
struct test_powercut *test_powercut_new(void);
const struct pb_files *test_powercut_files(struct test_powercut *disk);
/*
 * After each call that changes anything, syncs included, `after` is called (NULL: no
 * more); the test cuts the power there.  It may not change the disk.
 */
void test_powercut_watch(struct test_powercut *disk, void (*after)(void *arg), void *arg);
void test_powercut_states(struct test_powercut *disk, uint64_t limit,
    void (*each)(void *arg, struct test_powercut *state), void *arg);
void test_powercut_free(struct test_powercut *disk);

/* A fresh empty directory under $TEST_TMP, else build/tmp, removed by test_directory_remove; panics
 * on failure. */
char *test_directory(void);
void test_directory_remove(char *take_path);

#endif
