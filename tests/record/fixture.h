/* What the tests of this room share: sinks that remember, files in memory, payloads to read. */
#ifndef PB_TEST_RECORD_FIXTURE_H
#define PB_TEST_RECORD_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/limits.h"
#include "core/text.h"
#include "core/world.h"
#include "crypto/crypto.h"
#include "crypto/secret.h"
#include "lib/memory.h"
#include "lib/world.h"
#include "record/opened.h"
#include "record/parts.h"
#include "record/seal.h"
#include "record/types.h"

#define CASES(table) (sizeof(table) / sizeof((table)[0]))
#define ORIGIN "cabinet-exemple.example/2026/0badcafe"
#define SECRET_LEN 32
#define LEVEL 3

static inline int
start_crypto(void **state)
{
	(void)state;
	return pb_crypto_init(NULL) == PB_OK ? 0 : -1;
}

/* ---- parts that are remembered ---- */

struct parts {
	unsigned count;
	uint8_t kind[PB_LIMIT_PARTS];
	struct pb_buf bytes[PB_LIMIT_PARTS];
	unsigned calls;   /* of the sink so far */
	unsigned fail_at; /* 1-based number of the call that fails; 0: none */
};

static inline enum pb_status
parts_call(struct parts *parts, struct pb_error *err)
{
	if (++parts->calls == parts->fail_at)
		return pb_fail(err, PB_EUNAVAIL, "test", "it was asked to fail", "sink");
	return PB_OK;
}

static inline enum pb_status
parts_begin(void *ctx, uint8_t kind, struct pb_error *err)
{
	struct parts *parts = ctx;

	assert_true(parts->count < PB_LIMIT_PARTS);
	parts->kind[parts->count++] = kind;
	return parts_call(parts, err);
}

static inline enum pb_status
parts_write(void *ctx, const void *data, size_t len, struct pb_error *err)
{
	struct parts *parts = ctx;

	assert_true(parts->count > 0);
	assert_int_equal(pb_buf_append(&parts->bytes[parts->count - 1], data, len), PB_OK);
	return parts_call(parts, err);
}

static inline struct pb_part_sink
parts_sink(struct parts *parts)
{
	return (struct pb_part_sink){ parts, parts_begin, parts_write };
}

static inline void
parts_clear(struct parts *parts)
{
	for (unsigned i = 0; i < parts->count; i++)
		pb_buf_done(&parts->bytes[i]);
	*parts = (struct parts){ 0 };
}

static inline void
assert_same_parts(const struct parts *a, const struct parts *b)
{
	assert_int_equal(a->count, b->count);
	for (unsigned i = 0; i < a->count; i++) {
		assert_int_equal(a->kind[i], b->kind[i]);
		assert_int_equal(a->bytes[i].len, b->bytes[i].len);
		if (a->bytes[i].len > 0)
			assert_memory_equal(a->bytes[i].data, b->bytes[i].data, a->bytes[i].len);
	}
}

static inline void
parts_add(struct parts *parts, uint8_t kind, const void *data, size_t len)
{
	assert_int_equal(parts_begin(parts, kind, NULL), PB_OK);
	assert_int_equal(pb_buf_append(&parts->bytes[parts->count - 1], data, len), PB_OK);
}

/* ---- files without a name, in memory ---- */

#define UNNAMED_MAX 4

struct unnamed_files {
	struct pb_buf data[UNNAMED_MAX];
	bool open[UNNAMED_MAX];
	struct pb_files table;
};

static inline int
unnamed_open(void *ctx, const char *dir)
{
	struct unnamed_files *files = ctx;

	assert_string_equal(dir, "spill");
	for (int fd = 0; fd < UNNAMED_MAX; fd++) {
		if (!files->open[fd]) {
			files->open[fd] = true;
			return fd;
		}
	}
	return -EMFILE;
}

static inline int
unnamed_close(void *ctx, int fd)
{
	struct unnamed_files *files = ctx;

	assert_true(files->open[fd]);
	files->open[fd] = false;
	pb_buf_done(&files->data[fd]);
	return 0;
}

static inline int64_t
unnamed_pread(void *ctx, int fd, void *to, size_t len, uint64_t offset)
{
	struct unnamed_files *files = ctx;
	struct pb_buf *data = &files->data[fd];

	assert_true(files->open[fd]);
	if (offset >= data->len)
		return 0;
	if (len > data->len - offset)
		len = data->len - offset;
	memcpy(to, data->data + offset, len);
	return (int64_t)len;
}

static inline int64_t
unnamed_pwrite(void *ctx, int fd, const void *from, size_t len, uint64_t offset)
{
	struct unnamed_files *files = ctx;

	assert_true(files->open[fd]);
	assert_int_equal(offset, files->data[fd].len);
	if (pb_buf_append(&files->data[fd], from, len) != PB_OK)
		return -ENOMEM;
	return (int64_t)len;
}

static inline void
unnamed_init(struct unnamed_files *files)
{
	*files = (struct unnamed_files){ .table = { .ctx = files,
					     .open_unnamed = unnamed_open,
					     .close = unnamed_close,
					     .pread = unnamed_pread,
					     .pwrite = unnamed_pwrite } };
}

static inline void
assert_none_open(const struct unnamed_files *files)
{
	for (int fd = 0; fd < UNNAMED_MAX; fd++)
		assert_false(files->open[fd]);
}

/* ---- octets ---- */

/* len octets that zstd can't compress, the same for the same seed. */
static inline struct pb_buf
noise(size_t len, uint64_t seed)
{
	struct pb_buf buf = PB_BUF_EMPTY;
	struct test_random random;

	test_random_init(&random, seed);
	assert_int_equal(pb_buf_reserve(&buf, len + 1), PB_OK);
	assert_int_equal(random.table.fill(random.table.ctx, buf.data, len), 0);
	buf.len = len;
	return buf;
}

/* ---- sealing and opening ---- */

static inline struct pb_sealer *
new_sealer(const struct pb_files *files, struct test_random *random)
{
	struct pb_sealer *sealer = NULL;

	assert_int_equal(
	    pb_sealer_new(files, &random->table, ORIGIN, "spill", LEVEL, &sealer, NULL), PB_OK);
	return sealer;
}

static inline enum pb_status
push_parts(struct pb_sealer *sealer, const struct parts *parts, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	for (unsigned i = 0; i < parts->count && status == PB_OK; i++)
		status = pb_sealer_part(
		    sealer, parts->kind[i], parts->bytes[i].data, parts->bytes[i].len, err);
	return status;
}

static inline struct pb_sealed
seal_parts(struct pb_sealer *sealer, const struct parts *parts)
{
	struct pb_sealed sealed = PB_SEALED_EMPTY;

	assert_int_equal(pb_sealer_start(sealer, NULL), PB_OK);
	assert_int_equal(push_parts(sealer, parts, NULL), PB_OK);
	assert_int_equal(pb_sealer_finish(sealer, PB_RECORD_IMPORTED, &sealed, NULL), PB_OK);
	return sealed;
}

static inline enum pb_status
read_sealed(void *ctx, uint64_t offset, void *to, size_t len, struct pb_error *err)
{
	return pb_sealed_read(ctx, offset, to, len, err);
}

static inline struct pb_payload
payload_of(struct pb_sealed *sealed)
{
	return (struct pb_payload){ sealed, sealed->payload_len, read_sealed };
}

static inline enum pb_status
read_buf(void *ctx, uint64_t offset, void *to, size_t len, struct pb_error *err)
{
	const struct pb_buf *buf = ctx;

	(void)err;
	assert_true(offset <= buf->len && len <= buf->len - offset);
	if (len > 0)
		memcpy(to, buf->data + offset, len);
	return PB_OK;
}

static inline struct pb_payload
payload_in(struct pb_buf *buf)
{
	return (struct pb_payload){ buf, buf->len, read_buf };
}

static inline struct pb_opener *
new_opener(const char *origin)
{
	struct pb_opener *opener = NULL;

	assert_int_equal(pb_opener_new(origin, &opener, NULL), PB_OK);
	return opener;
}

#endif
