/* What the tests of bundles share: ZIPs in memory, written and walked. */
#ifndef PB_TEST_BUNDLE_FIXTURE_H
#define PB_TEST_BUNDLE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/zip.h"
#include "core/buf.h"

#define CASES(table) (sizeof(table) / sizeof((table)[0]))

/* A file in memory, as far as a spool needs one; its fd is any number. */
static inline int64_t
memory_pwrite(void *ctx, int fd, const void *from, size_t len, uint64_t offset)
{
	struct pb_buf *buf = ctx;

	(void)fd;
	assert_int_equal(offset, buf->len);
	assert_int_equal(pb_buf_append(buf, from, len), PB_OK);
	return (int64_t)len;
}

static inline int64_t
memory_pread(void *ctx, int fd, void *to, size_t len, uint64_t offset)
{
	struct pb_buf *buf = ctx;

	(void)fd;
	if (offset >= buf->len)
		return 0;
	if (len > buf->len - offset)
		len = buf->len - (size_t)offset;
	memcpy(to, buf->data + offset, len);
	return (int64_t)len;
}

static inline struct pb_files
memory_files(struct pb_buf *spool)
{
	return (struct pb_files){ .ctx = spool, .pread = memory_pread, .pwrite = memory_pwrite };
}

static inline enum pb_status
sink_append(void *ctx, const void *data, size_t len, struct pb_error *err)
{
	(void)err;
	return pb_buf_append(ctx, data, len);
}

/* A read beyond the end is a mistake of the reader: it knows the length. */
static inline enum pb_status
buf_read(void *ctx, uint64_t offset, void *to, size_t len, struct pb_error *err)
{
	const struct pb_buf *buf = ctx;

	(void)err;
	assert_true(offset <= buf->len && len <= buf->len - offset);
	memcpy(to, buf->data + offset, len);
	return PB_OK;
}

static inline struct pb_zip_bytes
bytes_of(struct pb_buf *zip)
{
	return (struct pb_zip_bytes){ .ctx = zip, .len = zip->len, .read = buf_read };
}

/* Walk everything, each entry's bytes read; PB_OK if all of it is sound. */
static inline enum pb_status
walk(const struct pb_zip_bytes *bytes, size_t max, struct pb_error *err)
{
	struct pb_zip_reader *reader = NULL;
	struct pb_buf content = PB_BUF_EMPTY;
	struct pb_zip_entry entry;
	enum pb_status status;

	status = pb_zip_reader_new(bytes, &reader, err);
	while (status == PB_OK) {
		status = pb_zip_reader_next(reader, &entry, err);
		pb_buf_clear(&content);
		if (status == PB_OK)
			status = pb_zip_reader_whole(reader, &entry, max, &content, err);
	}
	pb_buf_done(&content);
	pb_zip_reader_free(reader);
	return status == PB_EEND ? PB_OK : status;
}

static inline enum pb_status
judge(struct pb_buf *zip)
{
	struct pb_zip_bytes bytes = bytes_of(zip);

	return walk(&bytes, 1 << 20, NULL);
}

/* A ZIP of these names; the content of each is "content of <name>". */
static inline struct pb_buf
write_zip(const char *const *names, size_t count)
{
	struct pb_buf zip = PB_BUF_EMPTY, spool = PB_BUF_EMPTY;
	const struct pb_zip_sink sink = { .ctx = &zip, .write = sink_append };
	const struct pb_files files = memory_files(&spool);
	struct pb_zip_writer *writer = NULL;
	char content[256];

	assert_int_equal(pb_zip_writer_new(&sink, &files, 3, &writer, NULL), PB_OK);
	for (size_t i = 0; i < count; i++) {
		int len = snprintf(content, sizeof(content), "content of %s", names[i]);

		assert_int_equal(
		    pb_zip_writer_entry(writer, names[i], content, (size_t)len, NULL), PB_OK);
	}
	assert_int_equal(pb_zip_writer_end(writer, NULL), PB_OK);
	assert_int_equal(pb_zip_writer_offset(writer), zip.len);
	pb_zip_writer_free(writer);
	pb_buf_done(&spool);
	return zip;
}

#endif
