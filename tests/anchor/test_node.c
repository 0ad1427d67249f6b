/* The log of a node: what it proves, and what a crash, a fault or somebody else leaves of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "anchor/node.h"
#include "core/error.h"
#include "core/io.h"
#include "crypto/crypto.h"
#include "lib/world.h"
#include "sys/world.h"

#define DIR_NAME "/node"
#define DISKS 60 /* looked at for one moment */

/* A disk in memory, with random numbers that repeat. */
struct place {
	struct test_powercut *disk;
	struct test_faulty_files faulty;
	struct test_random random;
	struct pb_world world;
};

static int
start(void **state)
{
	(void)state;
	return pb_crypto_init(NULL) == PB_OK ? 0 : -1;
}

static void
use(struct place *p, struct test_powercut *disk, uint64_t seed)
{
	p->disk = disk;
	test_faulty_files_init(&p->faulty, test_powercut_files(disk));
	test_random_init(&p->random, seed);
	p->world = (struct pb_world){ .files = &p->faulty.table, .random = &p->random.table };
}

static struct place *
fresh(void)
{
	struct place *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	use(p, test_powercut_new(), 11);
	return p;
}

static void
place_free(struct place *p)
{
	test_powercut_free(p->disk);
	free(p);
}

static struct pb_node *
open_node(struct place *p)
{
	struct pb_node *node = NULL;

	assert_int_equal(pb_node_open(&p->world, DIR_NAME, &node, NULL), PB_OK);
	return node;
}

#define ROUND_MAX 9

struct round {
	size_t count;
	uint8_t salt[ROUND_MAX][PB_SHARED_SALT_LEN];
	uint64_t index[ROUND_MAX];
	struct pb_buf note;
};

static size_t
checkpoint_of(uint64_t number, char text[32])
{
	return (size_t)snprintf(text, 32, "checkpoint %llu\n", (unsigned long long)number);
}

static enum pb_status
try_round(struct pb_node *node, size_t count, struct round *round)
{
	enum pb_status status = PB_OK;
	char text[32];

	*round = (struct round){ .count = count };
	for (size_t i = 0; status == PB_OK && i < count; i++)
		status = pb_node_add(
		    node, text, checkpoint_of(i, text), round->salt[i], &round->index[i], NULL);
	return status == PB_OK ? pb_node_sign(node, &round->note, NULL) : status;
}

static struct round
run_round(struct pb_node *node, size_t count)
{
	struct round round;

	assert_int_equal(try_round(node, count, &round), PB_OK);
	return round;
}

/* Each of its entries is proven; and the round is over. */
static void
expect_proven(struct pb_node *node, struct round *round)
{
	for (size_t i = 0; i < round->count; i++) {
		struct pb_buf proof = PB_BUF_EMPTY;
		enum pb_shared_fault fault = PB_SHARED_FAULTS;
		char text[32];
		struct pb_shared shared = { .checkpoint = text,
			.checkpoint_len = checkpoint_of(i, text),
			.node = round->note.data,
			.node_len = round->note.len,
			.salt = round->salt[i],
			.salt_len = PB_SHARED_SALT_LEN,
			.node_key = pb_node_key(node) };

		assert_int_equal(pb_node_proof(node, round->index[i], &proof, NULL), PB_OK);
		shared.proof = proof.data;
		shared.proof_len = proof.len;
		assert_int_equal(pb_shared_check(&shared, &fault, NULL), PB_OK);
		assert_int_equal(fault, PB_SHARED_GOOD);
		pb_buf_done(&proof);
	}
	pb_buf_done(&round->note);
}

static char *
key_of(const struct pb_node *node)
{
	char *key = strdup(pb_node_key(node));

	assert_non_null(key);
	return key;
}

/* Opened once more it goes on; *ret_same: as the same log. */
static void
expect_goes_on(struct place *p, const char *key, bool *ret_same)
{
	struct pb_node *node = open_node(p);
	struct round round;

	*ret_same = strcmp(pb_node_key(node), key) == 0;
	round = run_round(node, 2);
	expect_proven(node, &round);
	pb_node_close(node);
}

/* ---- what it does --------------------------------------------------------------------------- */

static void
entries_of_every_round_are_proven(void **state)
{
	struct place *p = fresh();
	struct pb_node *node = open_node(p);
	uint64_t size = 0;

	(void)state;
	for (size_t i = 0; i < 40; i++) {
		struct round round = run_round(node, 1 + i % ROUND_MAX);

		assert_int_equal(round.index[0], size);
		size += round.count;
		assert_int_equal(pb_node_size(node), size);
		expect_proven(node, &round);
	}
	pb_node_close(node);
	place_free(p);
}

static void
log_goes_on_where_it_ended(void **state)
{
	struct place *p = fresh();
	char *key = NULL;

	(void)state;
	for (uint64_t size = 0; size < 40;) {
		struct pb_node *node = open_node(p);
		struct round round;

		if (key == NULL)
			key = key_of(node);
		assert_string_equal(pb_node_key(node), key);
		assert_int_equal(pb_node_size(node), size);
		round = run_round(node, 1 + size % ROUND_MAX);
		size += round.count;
		expect_proven(node, &round);
		pb_node_close(node);
	}
	free(key);
	place_free(p);
}

static void
two_salts_are_never_the_same(void **state)
{
	struct place *p = fresh();
	struct pb_node *node = open_node(p);
	struct round round = run_round(node, ROUND_MAX);

	(void)state;
	for (size_t i = 0; i < ROUND_MAX; i++)
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(round.salt[i], round.salt[j], PB_SHARED_SALT_LEN);
	pb_buf_done(&round.note);
	pb_node_close(node);
	place_free(p);
}

static void
entry_that_was_not_signed_is_not_there(void **state)
{
	struct place *p = fresh();
	struct pb_node *node = open_node(p);
	struct round round = run_round(node, 3);
	struct pb_buf proof = PB_BUF_EMPTY;
	uint8_t salt[PB_SHARED_SALT_LEN];
	uint64_t index;

	(void)state;
	expect_proven(node, &round);
	assert_int_equal(pb_node_add(node, "x", 1, salt, &index, NULL), PB_OK);
	assert_int_equal(index, 3);
	assert_int_equal(pb_node_proof(node, index, &proof, NULL), PB_EINVAL);
	pb_node_close(node);
	node = open_node(p);
	assert_int_equal(pb_node_size(node), 3);
	round = run_round(node, 2);
	assert_int_equal(round.index[0], 3);
	expect_proven(node, &round);
	pb_node_close(node);
	place_free(p);
}

static void
signing_without_a_new_entry_gives_the_same_checkpoint(void **state)
{
	struct place *p = fresh();
	struct pb_node *node = open_node(p);
	struct pb_buf none = PB_BUF_EMPTY, again = PB_BUF_EMPTY;
	struct round round;

	(void)state;
	assert_int_equal(pb_node_sign(node, &none, NULL), PB_OK);
	round = run_round(node, 1);
	assert_int_equal(pb_node_sign(node, &again, NULL), PB_OK);
	assert_int_equal(again.len, round.note.len);
	assert_memory_equal(again.data, round.note.data, again.len);
	expect_proven(node, &round);
	pb_buf_done(&none);
	pb_buf_done(&again);
	pb_node_close(node);
	place_free(p);
}

/* ---- damage --------------------------------------------------------------------------------- */

static void
spoil(struct place *p, const char *name, uint64_t offset)
{
	const struct pb_files *files = p->world.files;
	uint8_t octet;
	size_t len;
	int fd = -1;

	assert_int_equal(pb_io_open(files, name, 2 /* O_RDWR */, 0, &fd, NULL), PB_OK);
	assert_int_equal(pb_io_pread(files, fd, name, &octet, 1, offset, &len, NULL), PB_OK);
	assert_int_equal(len, 1);
	octet ^= 1;
	assert_int_equal(pb_io_pwrite(files, fd, name, &octet, 1, offset, NULL), PB_OK);
	pb_io_close(files, &fd);
}

static void
cut_short(struct place *p, const char *name)
{
	const struct pb_files *files = p->world.files;
	int fd = -1;

	assert_int_equal(pb_io_open(files, name, 2 /* O_RDWR */, 0, &fd, NULL), PB_OK);
	assert_int_equal(files->truncate(files->ctx, fd, 31), 0);
	pb_io_close(files, &fd);
}

static void
log_that_is_damaged_is_begun_anew_under_another_name(void **state)
{
	static const char *const names[] = { DIR_NAME "/checkpoint", DIR_NAME "/key",
		DIR_NAME "/hashes" };

	(void)state;
	for (int how = 0; how < 9; how++) {
		struct place *p = fresh();
		const struct pb_files *files = p->world.files;
		struct pb_node *node = open_node(p);
		struct round round = run_round(node, 1);
		char *key = key_of(node);
		bool same = true;

		expect_proven(node, &round);
		pb_node_close(node);
		if (how < 3)
			assert_int_equal(files->unlink(files->ctx, names[how]), 0);
		else if (how < 6)
			cut_short(p, names[how - 3]);
		else
			spoil(p, names[how - 6], 8);
		/* Neither name nor key is used again. */
		expect_goes_on(p, key, &same);
		assert_false(same);
		free(key);
		place_free(p);
	}
}

static void
what_stands_behind_the_signed_hashes_is_cut_off(void **state)
{
	struct place *p = fresh();
	const struct pb_files *files = p->world.files;
	struct pb_node *node = open_node(p);
	struct round round = run_round(node, 5);
	char *key = key_of(node);
	struct pb_file_info info;
	bool same = false;
	int fd = -1;

	(void)state;
	expect_proven(node, &round);
	pb_node_close(node);
	assert_int_equal(pb_io_open(files, DIR_NAME "/hashes", 2, 0, &fd, NULL), PB_OK);
	assert_int_equal(
	    pb_io_pwrite(files, fd, "hashes", "torn", 4, 8 * PB_DIGEST_LEN, NULL), PB_OK);
	pb_io_close(files, &fd);
	pb_node_close(open_node(p));
	assert_int_equal(files->stat(files->ctx, DIR_NAME "/hashes", false, &info), 0);
	assert_int_equal(info.size, 8 * PB_DIGEST_LEN);
	expect_goes_on(p, key, &same);
	assert_true(same);
	free(key);
	place_free(p);
}

/* ---- others --------------------------------------------------------------------------------- */

static void
log_is_one_process_s_and_its_key_nobody_else_s(void **state)
{
	char *dir = test_directory(), path[600];
	struct pb_node *node = NULL, *second = NULL;
	struct stat info;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/node", dir);
	assert_int_equal(pb_node_open(pb_sys_world(), path, &node, NULL), PB_OK);
	assert_int_equal(pb_node_open(pb_sys_world(), path, &second, NULL), PB_ELOCKED);
	pb_node_close(node);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0700);
	(void)snprintf(path, sizeof(path), "%s/node/key", dir);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	assert_int_equal(chmod(path, 0644), 0);
	(void)snprintf(path, sizeof(path), "%s/node", dir);
	assert_int_equal(pb_node_open(pb_sys_world(), path, &second, NULL), PB_EACCESS);
	assert_null(second);
	test_directory_remove(dir);
}

/* ---- faults --------------------------------------------------------------------------------- */

/* Open, two rounds; the number of a call that fails, or 0. */
static enum pb_status
live(struct place *p, uint64_t fail_at)
{
	struct pb_node *node = NULL;
	struct round round = { .count = 0 };
	enum pb_status status;

	p->faulty.calls = 0;
	p->faulty.failed = 0;
	p->faulty.fail_at = fail_at;
	status = pb_node_open(&p->world, DIR_NAME, &node, NULL);
	for (int i = 0; status == PB_OK && i < 2; i++) {
		status = try_round(node, 3, &round);
		pb_buf_done(&round.note);
		if (status != PB_OK && round.count > 0)
			assert_int_equal(pb_node_sign(node, &round.note, NULL), PB_ESTOPPED);
	}
	pb_node_close(node);
	p->faulty.fail_at = 0;
	return status;
}

static void
every_call_that_fails_is_told_and_the_log_goes_on(void **state)
{
	(void)state;
	for (uint64_t nth = 1;; nth++) {
		struct place *p = fresh();
		enum pb_status status;
		uint64_t failed;
		bool same;

		p->faulty.fault = TEST_FAULT_ERROR;
		p->faulty.error = EIO;
		status = live(p, nth);
		failed = p->faulty.failed;
		assert_true(failed == 0 ? status == PB_OK : status != PB_OK);
		expect_goes_on(p, "", &same);
		place_free(p);
		if (failed == 0)
			break;
	}
}

/* ---- power ---------------------------------------------------------------------------------- */

struct cut {
	struct test_powercut *disk;
	char *key; /* of what is durable; NULL: nothing is */
	uint64_t signed_size;
	uint64_t moments, disks;
};

static void
look_after(void *arg, struct test_powercut *state)
{
	struct cut *cut = arg;
	struct place p;
	struct pb_node *node;
	struct round round;

	use(&p, state, 900 + cut->disks++);
	node = open_node(&p);
	if (cut->key != NULL) {
		assert_string_equal(pb_node_key(node), cut->key);
		assert_true(pb_node_size(node) >= cut->signed_size);
	}
	round = run_round(node, 2);
	expect_proven(node, &round);
	pb_node_close(node);
}

static void
cut_power(void *arg)
{
	struct cut *cut = arg;

	cut->moments++;
	test_powercut_states(cut->disk, DISKS, look_after, cut);
}

static void
power_cut_loses_nothing_that_was_signed(void **state)
{
	struct place *p = fresh();
	struct cut cut = { .disk = p->disk };
	struct pb_node *node;

	(void)state;
	test_powercut_watch(p->disk, cut_power, &cut);
	node = open_node(p);
	/* That the directory itself is lost is as if there never was one: another log begins. */
	assert_int_equal(pb_io_sync_dir(p->world.files, "/", NULL), PB_OK);
	cut.key = key_of(node);
	for (int i = 0; i < 4; i++) {
		struct round round = run_round(node, 3);

		cut.signed_size = pb_node_size(node);
		expect_proven(node, &round);
	}
	pb_node_close(node);
	test_powercut_watch(p->disk, NULL, NULL);
	assert_true(cut.moments > 20);
	free(cut.key);
	place_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_of_every_round_are_proven),
		cmocka_unit_test(log_goes_on_where_it_ended),
		cmocka_unit_test(two_salts_are_never_the_same),
		cmocka_unit_test(entry_that_was_not_signed_is_not_there),
		cmocka_unit_test(signing_without_a_new_entry_gives_the_same_checkpoint),
		cmocka_unit_test(log_that_is_damaged_is_begun_anew_under_another_name),
		cmocka_unit_test(what_stands_behind_the_signed_hashes_is_cut_off),
		cmocka_unit_test(log_is_one_process_s_and_its_key_nobody_else_s),
		cmocka_unit_test(every_call_that_fails_is_told_and_the_log_goes_on),
		cmocka_unit_test(power_cut_loses_nothing_that_was_signed),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
