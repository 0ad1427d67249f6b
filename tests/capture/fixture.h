/* Messages in files, and an archive that only remembers what it was handed. */
#ifndef PB_TEST_CAPTURE_FIXTURE_H
#define PB_TEST_CAPTURE_FIXTURE_H

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
#include <sys/stat.h>
#include <unistd.h>

#include "capture/import.h"
#include "capture/message.h"
#include "core/error.h"
#include "core/io.h"
#include "core/json.h"
#include "core/limits.h"
#include "crypto/crypto.h"
#include "lib/world.h"
#include "probant/archive.h"
#include "record/opened.h"
#include "record/types.h"

#define UNUSED __attribute__((unused))
#define ORIGIN "tilleuls.example/essai/01234567"
#define NOON_US 1778083320000000LL
#define MAX 64

/* What the events of an import said, one path a line. */
struct heard {
	struct pb_buf kept, refused, skipped, known;
	size_t second;
	enum pb_status answer; /* of kept */
	size_t stop_after;     /* so many were handed in; 0: never */
	uint64_t messages;
};

struct fixture {
	char *dir;
	struct test_clock clock;
	struct test_random random;
	struct test_faulty_files faulty;
	struct pb_world world;
	struct heard heard;
	/* The archive's side. */
	struct pb_intake intake;
	pb_acknowledged_fn *acknowledged;
	void *acknowledged_ctx;
	struct pb_sealed sealed[MAX];
	void *cookie[MAX];
	size_t count;       /* handed in */
	size_t told;        /* acknowledged */
	size_t group;       /* commit when so many wait; 0: at flush alone */
	size_t fail_commit; /* the nth commit fails; 0: none */
	size_t commits;
	char path[600];
	struct pb_import_options options; /* of the next import, but for its origin and spill */
	bool piler, by_addresses;
};

static UNUSED const char *
at(struct fixture *f, const char *name)
{
	(void)snprintf(f->path, sizeof(f->path), "%s/%s", f->dir, name);
	return f->path;
}

static UNUSED void
put(struct fixture *f, const char *name, const void *data, size_t len)
{
	int fd = open(at(f, name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	(void)close(fd);
}

static UNUSED void
put_text(struct fixture *f, const char *name, const char *text)
{
	put(f, name, text, strlen(text));
}

static UNUSED void
make_dir(struct fixture *f, const char *name)
{
	assert_int_equal(mkdir(at(f, name), 0700), 0);
}

static UNUSED int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_int_equal(pb_crypto_init(NULL), PB_OK);
	f->dir = test_directory();
	test_clock_init(&f->clock, NOON_US);
	test_random_init(&f->random, 5);
	test_faulty_files_init(&f->faulty, pb_sys_world()->files);
	f->world.files = &f->faulty.table;
	f->world.clock = &f->clock.table;
	f->world.random = &f->random.table;
	*state = f;
	return 0;
}

static UNUSED int
tear_down(void **state)
{
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < f->count; i++)
		pb_sealed_done(&f->sealed[i]);
	pb_buf_done(&f->heard.kept);
	pb_buf_done(&f->heard.refused);
	pb_buf_done(&f->heard.skipped);
	pb_buf_done(&f->heard.known);
	test_directory_remove(f->dir);
	free(f);
	return 0;
}

/* ---- looking into what was sealed ----------------------------------------------------------- */

static UNUSED enum pb_status
read_sealed(void *ctx, uint64_t offset, void *to, size_t len, struct pb_error *err)
{
	return pb_sealed_read(ctx, offset, to, len, err);
}

struct collecting {
	struct pb_buf *message;
	bool pass;
};

static UNUSED enum pb_status
collect_begin(void *ctx, uint8_t kind, struct pb_error *err)
{
	struct collecting *collecting = ctx;

	(void)err;
	collecting->pass = kind == PB_PART_HEADER || kind == PB_PART_BODY;
	return PB_OK;
}

static UNUSED enum pb_status
collect_write(void *ctx, const void *data, size_t len, struct pb_error *err)
{
	struct collecting *collecting = ctx;

	(void)err;
	return collecting->pass ? pb_buf_append(collecting->message, data, len) : PB_OK;
}

/* The message, its facts and its envelope out of a sealed record; each may be NULL. */
static UNUSED void
open_sealed(
    struct pb_sealed *sealed, struct pb_buf *message, struct pb_buf *facts, struct pb_buf *envelope)
{
	const struct pb_payload payload = { sealed, sealed->payload_len, read_sealed };
	struct collecting collecting = { .message = message };
	const struct pb_part_sink sink = { &collecting, collect_begin, collect_write };
	struct pb_opener *opener = NULL;
	struct pb_opened *opened = NULL;

	assert_int_equal(pb_opener_new(ORIGIN, &opener, NULL), PB_OK);
	assert_int_equal(pb_opener_open(opener, &payload, sealed->r, &opened, NULL), PB_OK);
	if (message != NULL)
		assert_int_equal(pb_opened_stream(opened, 0, (uint8_t)(pb_opened_count(opened) - 1),
				     &sink, NULL),
		    PB_OK);
	if (facts != NULL)
		assert_int_equal(pb_opened_part(opened, pb_opened_find(opened, PB_PART_FACTS),
				     10000, facts, NULL),
		    PB_OK);
	if (envelope != NULL)
		assert_int_equal(pb_opened_part(opened, pb_opened_find(opened, PB_PART_ENVELOPE),
				     10000, envelope, NULL),
		    PB_OK);
	pb_opened_free(opened);
	pb_opener_free(opener);
}

/* ---- the archive's side --------------------------------------------------------------------- */

static UNUSED enum pb_status
fake_flush(void *ctx, struct pb_error *err)
{
	struct fixture *f = ctx;
	enum pb_status told = PB_OK;

	if (f->told == f->count)
		return PB_OK;
	if (++f->commits == f->fail_commit) {
		while (f->count > f->told)
			pb_sealed_done(&f->sealed[--f->count]);
		return pb_fail(err, PB_ENOSPC, N_("commit"), N_("no space"), "%s", "archive");
	}
	for (; f->told < f->count; f->told++) {
		struct pb_receipt receipt = { .seq = 100 + f->told };
		enum pb_status answer;

		memcpy(receipt.message_sha256, f->sealed[f->told].message_sha256, PB_DIGEST_LEN);
		answer = f->acknowledged(f->acknowledged_ctx, f->cookie[f->told], &receipt, err);
		if (told == PB_OK)
			told = answer;
	}
	return told;
}

static UNUSED enum pb_status
fake_submit(void *ctx, struct pb_sealed *take_sealed, void *cookie, struct pb_error *err)
{
	struct fixture *f = ctx;

	assert_true(f->count < MAX);
	f->sealed[f->count] = *take_sealed;
	f->cookie[f->count++] = cookie;
	*take_sealed = PB_SEALED_EMPTY;
	return f->group > 0 && f->count - f->told >= f->group ? fake_flush(f, err) : PB_OK;
}

/* ---- an import ------------------------------------------------------------------------------ */

/* "file", "file!entry", "file@offset in the mbox". */
static UNUSED void
hear(struct fixture *f, struct pb_buf *buf, const struct pb_import_item *item)
{
	size_t len = strlen(f->dir);
	const char *path = item->path;

	assert_int_equal(
	    pb_buf_printf(buf, "%s", strncmp(path, f->dir, len) == 0 ? path + len + 1 : path),
	    PB_OK);
	if (item->entry != NULL)
		assert_int_equal(pb_buf_printf(buf, "!%s", item->entry), PB_OK);
	if (item->in_mbox)
		assert_int_equal(
		    pb_buf_printf(buf, "@%llu", (unsigned long long)item->offset), PB_OK);
	assert_int_equal(pb_buf_append(buf, "\n", 1), PB_OK);
}

static UNUSED enum pb_status
on_kept(void *ctx, const struct pb_import_item *item, const struct pb_receipt *receipt, bool second,
    struct pb_error *err)
{
	struct fixture *f = ctx;

	assert_true(receipt->seq >= 100);
	hear(f, &f->heard.kept, item);
	f->heard.second += second;
	return f->heard.answer == PB_OK
		   ? PB_OK
		   : pb_fail(err, f->heard.answer, N_("tell"), N_("nobody listens"), "%s", "x");
}

static UNUSED void
on_refused(void *ctx, const struct pb_import_item *item, const struct pb_error *why)
{
	struct fixture *f = ctx;

	assert_non_null(why->what);
	assert_int_not_equal(why->status, PB_OK);
	hear(f, &f->heard.refused, item);
}

static UNUSED void
on_skipped(void *ctx, const struct pb_import_item *item)
{
	struct fixture *f = ctx;

	hear(f, &f->heard.skipped, item);
}

static UNUSED void
on_known(void *ctx, const struct pb_import_item *item)
{
	struct fixture *f = ctx;

	hear(f, &f->heard.known, item);
}

static UNUSED void
on_progress(void *ctx, uint64_t messages, uint64_t bytes)
{
	struct fixture *f = ctx;

	(void)bytes;
	assert_true(messages > f->heard.messages);
	f->heard.messages = messages;
}

static UNUSED bool
on_stop(void *ctx)
{
	struct fixture *f = ctx;

	return f->heard.stop_after > 0 && f->count >= f->heard.stop_after;
}

/* Import the names (relative to f->dir, or "-"), ended by NULL. */
static UNUSED enum pb_status
import_from(struct fixture *f, int stdin_fd, const char *const *names, struct pb_error *err)
{
	const struct pb_import_events events = { f, on_kept, on_refused, on_skipped, on_known,
		on_progress, NULL, on_stop };
	struct pb_import_options options = f->options;
	struct pb_import *import = NULL;
	struct pb_sources sources;
	char *paths[16];
	enum pb_status status;
	size_t count, i;

	for (count = 0; names[count] != NULL; count++)
		paths[count] = strcmp(names[count], "-") == 0 ? strdup("-")
							      : pb_path_join(f->dir, names[count]);
	options.origin = ORIGIN;
	options.spill_dir = f->dir;
	assert_int_equal(pb_import_new(&f->world, &options, &events, &import, NULL), PB_OK);
	sources = (struct pb_sources){ paths, count, stdin_fd, f->by_addresses ? NULL : "received",
		f->piler };
	f->intake = (struct pb_intake){ f, fake_submit, fake_flush };
	f->acknowledged = pb_import_acknowledged;
	f->acknowledged_ctx = import;
	status = pb_import_run(import, &f->intake, &sources, err);
	pb_import_free(import);
	for (i = 0; i < count; i++)
		free(paths[i]);
	return status;
}

#define IMPORT(f, ...) import_from(f, -1, (const char *const[]){ __VA_ARGS__, NULL }, NULL)

static UNUSED void
assert_heard(struct pb_buf *buf, const char *expected)
{
	assert_string_equal(buf->len > 0 ? pb_buf_text(buf) : "", expected);
}

#endif
