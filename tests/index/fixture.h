/* What the tests of this room share: words of a text, indexes in memory. */
#ifndef PB_TEST_INDEX_FIXTURE_H
#define PB_TEST_INDEX_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/io.h"
#include "core/limits.h"
#include "crypto/crypto.h"
#include "index/query.h"
#include "index/words.h"
#include "lib/world.h"

#define CASES(table) (sizeof(table) / sizeof((table)[0]))
#define ORIGIN "cabinet.exemple/0a1b2c3d"
#define STEM "0000000000000007-0102030405060708"
#define FIRST 7

static inline int
start_crypto(void **state)
{
	(void)state;
	return pb_crypto_init(NULL) == PB_OK ? 0 : -1;
}

static inline struct pb_secret *
make_key(uint64_t seed)
{
	struct pb_secret *key = NULL;
	struct test_random random;

	test_random_init(&random, seed);
	assert_int_equal(pb_secret_random(&random.table, 32, &key, NULL), PB_OK);
	return key;
}

static inline struct pb_index_builder *
make_builder(void)
{
	struct pb_index_builder *builder = NULL;

	assert_int_equal(pb_index_builder_new(ORIGIN, STEM, FIRST, &builder, NULL), PB_OK);
	return builder;
}

/* An imported message of which the words are known. */
static inline struct pb_index_row
make_row(int64_t date_s)
{
	return (struct pb_index_row){ .type = 15,
		.state = PB_INDEX_STATE_MADE,
		.direction = 1,
		.source = 1,
		.has_date = true,
		.date_s = date_s,
		.time_s = 1778083200,
		.size = 1000 };
}

static inline void
add_row(struct pb_index_builder *builder, const struct pb_index_row *row)
{
	assert_int_equal(pb_index_builder_row(builder, row, NULL), PB_OK);
}

static inline void
add_text(struct pb_index_builder *builder, enum pb_index_field field, const char *text)
{
	assert_int_equal(pb_index_builder_text(builder, field, text, strlen(text), NULL), PB_OK);
}

static inline void
add_message(struct pb_index_builder *builder, const char *body)
{
	struct pb_index_row row = make_row(1778000000);

	add_row(builder, &row);
	add_text(builder, PB_INDEX_BODY, body);
}

static inline void
write_index(const struct pb_index_builder *builder, struct pb_secret *key, struct pb_buf *file)
{
	assert_int_equal(pb_index_builder_write(builder, key, file, NULL), PB_OK);
}

/* A disk with the file, opened. */
struct stored {
	struct test_powercut *disk;
	const struct pb_files *files;
	int fd;
	struct pb_index *index;
};

static inline enum pb_status
open_index(struct stored *stored, const void *file, size_t len, struct pb_secret *key,
    const char *origin, const char *stem)
{
	stored->disk = test_powercut_new();
	stored->files = test_powercut_files(stored->disk);
	stored->index = NULL;
	assert_int_equal(pb_io_create_file(stored->files, "index.idx", file, len, NULL), PB_OK);
	assert_int_equal(
	    pb_io_open(stored->files, "index.idx", O_RDONLY, 0, &stored->fd, NULL), PB_OK);
	return pb_index_open(stored->files, stored->fd, origin, stem, key, &stored->index, NULL);
}

static inline void
close_index(struct stored *stored)
{
	pb_index_free(stored->index);
	pb_io_close(stored->files, &stored->fd);
	test_powercut_free(stored->disk);
}

/* The seqs that match, as text: "7 9? ", with a question mark what is unsure; or the status. */
static inline const char *
ask(struct pb_index *index, const char *text, char *out, size_t size)
{
	struct pb_buf matches = PB_BUF_EMPTY;
	struct pb_query *query = NULL;
	const struct pb_match *match;
	enum pb_status status;
	size_t len = 0;

	assert_int_equal(pb_query_parse(text, &query, NULL), PB_OK);
	status = pb_query_run(query, index, &matches, NULL);
	match = (const struct pb_match *)(const void *)matches.data;
	out[0] = '\0';
	if (status != PB_OK)
		(void)snprintf(out, size, "%s", pb_status_name(status));
	for (size_t i = 0; i < matches.len / sizeof(*match) && len < size; i++)
		len += (size_t)snprintf(out + len, size - len, "%llu%s ",
		    (unsigned long long)match[i].seq, match[i].unsure ? "?" : "");
	pb_buf_done(&matches);
	pb_query_free(query);
	return out;
}

#define assert_asked(index, query, expected)                                                       \
	do {                                                                                       \
		char asked_out[4096];                                                              \
		assert_string_equal(ask(index, query, asked_out, sizeof(asked_out)), expected);    \
	} while (0)

#endif
