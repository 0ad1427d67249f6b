/* What the tests of this room share: an empty archive, records made from a seed. */
#ifndef PB_TEST_VAULT_FIXTURE_H
#define PB_TEST_VAULT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/io.h"
#include "crypto/crypto.h"
#include "lib/world.h"
#include "record/sealed.h"
#include "sys/files.h"
#include "vault/segment.h"

#define CASES(table) (sizeof(table) / sizeof((table)[0]))
#define ORIGIN "cabinet.exemple/0a1b2c3d"
#define NAME "0000000000000007-0102030405060708"

static inline int
start_crypto(void **state)
{
	(void)state;
	return pb_crypto_init(NULL) == PB_OK ? 0 : -1;
}

/* Bytes that repeat for the same seed. */
static inline void
fill(uint64_t seed, void *to, size_t len)
{
	struct test_random random;

	test_random_init(&random, seed);
	(void)random.table.fill(random.table.ctx, to, len);
}

static inline struct pb_secret *
make_secret(uint64_t seed)
{
	struct pb_secret *secret = NULL;

	assert_int_equal(pb_secret_new(32, &secret, NULL), PB_OK);
	fill(seed, pb_secret_bytes(secret), 32);
	return secret;
}

/* The header of the segment NAME; pb_segment_header_done. */
static inline struct pb_segment_header
make_header(void)
{
	struct pb_segment_header header = {
		.origin = ORIGIN,
		.id = { 1, 2, 3, 4, 5, 6, 7, 8 },
		.first_seq = 7,
		.created_s = 1780000000,
	};

	assert_int_equal(pb_buf_append(&header.cms, "not really a CMS", 16), PB_OK);
	return header;
}

/* A sealed record in memory; pb_sealed_done. */
static inline struct pb_sealed
make_sealed(uint64_t seed, size_t len)
{
	struct pb_sealed sealed = PB_SEALED_EMPTY;

	assert_int_equal(pb_buf_reserve(&sealed.memory, len), PB_OK);
	fill(seed, sealed.memory.data, len);
	sealed.memory.len = len;
	sealed.payload_len = len;
	sealed.r = make_secret(~seed);
	return sealed;
}

static inline void
make_leaf(uint64_t seq, uint8_t out[PB_LEAF_LEN])
{
	struct pb_leaf leaf = { .seq = seq, .time_s = 1780000000, .type = 15 };

	fill(seq, leaf.commitment, sizeof(leaf.commitment));
	pb_leaf_encode(&leaf, out);
}

/* The folders of an archive below dir. */
static inline void
make_folders(const struct pb_files *files, const char *dir)
{
	static const char *const folder[] = { "vault", "keys", "tmp" };
	size_t i;

	for (i = 0; i < CASES(folder); i++) {
		char *path = pb_path_join(dir, folder[i]);

		assert_non_null(path);
		assert_int_equal(files->mkdir(files->ctx, path, 0700), 0);
		free(path);
	}
	assert_int_equal(files->sync_dir(files->ctx, dir), 0);
}

/* An archive's folders in a directory of its own, on real files. */
static inline int
make_archive(void **state)
{
	char *dir;

	if (pb_crypto_init(NULL) != PB_OK)
		return -1;
	dir = test_directory();
	make_folders(pb_sys_files(), dir);
	*state = dir;
	return 0;
}

static inline int
remove_archive(void **state)
{
	test_directory_remove(*state);
	return 0;
}

/* <dir>/<relative>, whole, replacing what buf holds. */
static inline enum pb_status
read_whole(const struct pb_files *files, const char *dir, const char *relative, struct pb_buf *buf)
{
	char *path = pb_path_join(dir, relative);
	enum pb_status status;

	assert_non_null(path);
	pb_buf_clear(buf);
	status = pb_io_read_file(files, path, 64 * 1024 * 1024, buf, NULL);
	free(path);
	return status;
}

/* Replace <dir>/<relative> by these bytes. */
static inline void
write_whole(const struct pb_files *files, const char *dir, const char *relative, const void *data,
    size_t len)
{
	char *path = pb_path_join(dir, relative);

	assert_non_null(path);
	(void)files->unlink(files->ctx, path);
	assert_int_equal(pb_io_create_file(files, path, data, len, NULL), PB_OK);
	free(path);
}

static inline bool
exists(const struct pb_files *files, const char *dir, const char *relative)
{
	char *path = pb_path_join(dir, relative);
	struct pb_file_info info;
	int answer;

	assert_non_null(path);
	answer = files->stat(files->ctx, path, false, &info);
	free(path);
	return answer == 0;
}

#endif
