/*
 * A directory with the archive of the test vectors, which no C code wrote; what
 * is done to it, and what verification then says.
 */
#ifndef PB_TEST_CHECK_VECTOR_ARCHIVE_H
#define PB_TEST_CHECK_VECTOR_ARCHIVE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/io.h"
#include "core/limits.h"
#include "crypto/digest.h"
#include "crypto/reader.h"
#include "lib/world.h"
#include "probant/archive.h"
#include "vault/segment.h"

#define FIRST "0000000000000000-389c286989193b3e"
#define SECOND "0000000000000004-da862949fdd38091"
#define PASSPHRASE "phrase de passe fictive"
#define RECORDS 8

/* Its files, but for those that verification does not read. */
static const char *const paths[] = { "vault/" FIRST ".seg", "vault/" SECOND ".seg",
	"keys/" FIRST ".key", "keys/" SECOND ".key", "log/checkpoint", "log/tile/0/000.p/3",
	"log/tile/0/000.p/8", "log/tile/entries/000.p/3", "log/tile/entries/000.p/8",
	"readers/fd6b0a8ba9d5ab57b77a1dbaceb56c8480028525.key",
	"readers/fd6b0a8ba9d5ab57b77a1dbaceb56c8480028525.pem" };
#define LOOKED_AT 9 /* the first ones */
static const char *const folders[] = { "vault", "keys", "log", "log/tile", "log/tile/0",
	"log/tile/0/000.p", "log/tile/entries", "log/tile/entries/000.p", "readers", "tmp" };

struct fixture {
	const struct pb_world *world;
	const struct pb_files *files;
	char *dir;
	char path[512];
	struct pb_buf trust, witnessed, against;
	struct pb_reader_key *key;
	struct pb_check_options options;
	struct pb_verification *v;
};

/* ---- the archive ---------------------------------------------------------------------------- */

static inline const char *
at(struct fixture *f, const char *path)
{
	snprintf(f->path, sizeof(f->path), "%s/%s", f->dir, path);
	return f->path;
}

static inline struct pb_buf
read_file(struct fixture *f, const char *path)
{
	struct pb_buf buf = PB_BUF_EMPTY;

	assert_int_equal(pb_io_read_file(f->files, path, 1 << 20, &buf, NULL), PB_OK);
	return buf;
}

static inline void
write_file(struct fixture *f, const char *path, const void *data, size_t len)
{
	(void)f->files->unlink(f->files->ctx, at(f, path));
	assert_int_equal(pb_io_create_file(f->files, at(f, path), data, len, NULL), PB_OK);
}

static inline void
remove_file(struct fixture *f, const char *path)
{
	assert_int_equal(f->files->unlink(f->files->ctx, at(f, path)), 0);
}

/* Change the file's bytes from `offset` on, or append. */
static inline void
patch(struct fixture *f, const char *path, uint64_t offset, const void *data, size_t len)
{
	int fd = -1;

	assert_int_equal(pb_io_open(f->files, at(f, path), O_WRONLY, 0, &fd, NULL), PB_OK);
	assert_int_equal(pb_io_pwrite(f->files, fd, f->path, data, len, offset, NULL), PB_OK);
	pb_io_close(f->files, &fd);
}

static inline void
cut(struct fixture *f, const char *path, uint64_t len)
{
	int fd = -1;

	assert_int_equal(pb_io_open(f->files, at(f, path), O_WRONLY, 0, &fd, NULL), PB_OK);
	assert_int_equal(f->files->truncate(f->files->ctx, fd, len), 0);
	pb_io_close(f->files, &fd);
}

static inline void
restore(struct fixture *f)
{
	char from[256];

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct pb_buf data;

		snprintf(from, sizeof(from), TEST_VECTORS "/archive/%s", paths[i]);
		data = read_file(f, from);
		write_file(f, paths[i], data.data, data.len);
		pb_buf_done(&data);
	}
}

static inline int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->world = pb_sys_world();
	f->files = f->world->files;
	f->dir = test_directory();
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		assert_int_equal(f->files->mkdir(f->files->ctx, at(f, folders[i]), 0700), 0);
	restore(f);
	f->trust = read_file(f, TEST_VECTORS "/archive.trust");
	f->witnessed = read_file(f, TEST_VECTORS "/archive.witnessed.trust");
	f->against = read_file(f, TEST_VECTORS "/archive.against");
	f->options = (struct pb_check_options){ .trust = f->trust.data,
		.trust_len = f->trust.len,
		.against = f->against.data,
		.against_len = f->against.len };
	*state = f;
	return 0;
}

static inline int
tear_down(void **state)
{
	struct fixture *f = *state;

	pb_verification_free(f->v);
	pb_reader_key_free(f->key);
	pb_buf_done(&f->trust);
	pb_buf_done(&f->witnessed);
	pb_buf_done(&f->against);
	test_directory_remove(f->dir);
	free(f);
	return 0;
}

static inline void
use_key(struct fixture *f)
{
	assert_int_equal(
	    pb_archive_reader_key(f->world, f->dir, PASSPHRASE, strlen(PASSPHRASE), &f->key, NULL),
	    PB_OK);
	f->options.key = f->key;
}

static inline enum pb_verdict
check(struct fixture *f)
{
	pb_verification_free(f->v);
	f->v = NULL;
	assert_int_equal(pb_archive_check(f->world, f->dir, &f->options, &f->v, NULL), PB_OK);
	return pb_verification_verdict(f->v);
}

static inline const struct pb_finding *
find_code(const struct fixture *f, enum pb_check_id id, const char *code)
{
	const struct pb_check *c = pb_verification_check(f->v, id);

	for (size_t i = 0; i < c->findings_kept; i++)
		if (strcmp(c->findings[i].code, code) == 0)
			return &c->findings[i];
	fail_msg("no finding %s", code);
	return NULL;
}

static inline void
expect(struct fixture *f, enum pb_check_id id, enum pb_verdict weight, const char *code,
    uint64_t seq, const char *where)
{
	enum pb_verdict verdict = check(f);
	const struct pb_finding *finding = find_code(f, id, code);

	assert_int_equal(finding->weight, weight);
	assert_int_equal(finding->seq, seq);
	assert_string_equal(finding->where, where);
	assert_int_not_equal(verdict, PB_VALID);
	if (weight == PB_INVALID)
		assert_int_equal(verdict, PB_INVALID);
}

/* The same, and it is the only thing that is not as it should be. */
static inline void
expect_only(struct fixture *f, enum pb_check_id id, enum pb_verdict weight, const char *code,
    uint64_t seq, const char *where)
{
	expect(f, id, weight, code, seq, where);
	assert_int_equal(pb_verification_verdict(f->v), weight);
	for (int i = 0; i < PB_CHECK_COUNT; i++) {
		const struct pb_check *c = pb_verification_check(f->v, (enum pb_check_id)i);

		for (size_t k = 0; k < c->findings_kept; k++)
			if (c->findings[k].weight != PB_VALID)
				assert_string_equal(c->findings[k].code, code);
	}
}

static inline int
start_crypto(void **state)
{
	(void)state;
	return pb_crypto_init(NULL) == PB_OK ? 0 : -1;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
