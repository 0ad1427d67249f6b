/*
 * ZIPs for tests/flow/zip.sh, by the writer of bundles.
 *
 *     zip_make DIR     write DIR/small.zip, DIR/empty.zip, DIR/many.zip (70,000 entries) and
 *                      DIR/large.zip (beyond 4 GiB, almost all of it holes)
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bundle/zip.h"

#define MANY 70000U
/* Not 2^32 - 1 itself, which unzip 6.0 mixes up with the mark for a length in ZIP64. */
#define LARGE ((UINT64_C(1) << 32) + 1)
#define PIECE (1U << 20)

static _Noreturn void PB_PRINTF(1, 2) fail(const char *format, ...)
{
	va_list args;

	fputs("zip_make: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

static void
must(enum pb_status status, const char *what)
{
	if (status != PB_OK)
		fail("%s: %s", what, pb_status_name(status));
}

static int64_t
spool_pread(void *ctx, int fd, void *to, size_t len, uint64_t offset)
{
	ssize_t n = pread(fd, to, len, (off_t)offset);

	(void)ctx;
	return n < 0 ? -errno : n;
}

static int64_t
spool_pwrite(void *ctx, int fd, const void *from, size_t len, uint64_t offset)
{
	ssize_t n = pwrite(fd, from, len, (off_t)offset);

	(void)ctx;
	return n < 0 ? -errno : n;
}

/* A ZIP that is being written to a file. */
struct making {
	int fd;
	FILE *spool;
	struct pb_zip_sink sink;
	struct pb_files files;
	struct pb_zip_writer *writer;
	uint8_t zeros[PIECE];
};

/* Zeros of `zeros` become a hole. */
static enum pb_status
to_file(void *ctx, const void *data, size_t len, struct pb_error *err)
{
	const struct making *making = ctx;

	(void)err;
	if (data == making->zeros)
		return lseek(making->fd, (off_t)len, SEEK_CUR) < 0 ? PB_EIO : PB_OK;
	return write(making->fd, data, len) == (ssize_t)len ? PB_OK : PB_EIO;
}

static struct making *
begin(const char *dir, const char *name)
{
	struct making *making = calloc(1, sizeof(*making));
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (making == NULL)
		fail("no memory");
	making->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	making->spool = tmpfile();
	if (making->fd < 0 || making->spool == NULL)
		fail("cannot write %s", path);
	making->sink = (struct pb_zip_sink){ .ctx = making, .write = to_file };
	making->files = (struct pb_files){ .pread = spool_pread, .pwrite = spool_pwrite };
	must(pb_zip_writer_new(
		 &making->sink, &making->files, fileno(making->spool), &making->writer, NULL),
	    "a writer");
	return making;
}

static void
add(struct making *making, const char *name, const char *content)
{
	must(pb_zip_writer_entry(making->writer, name, content, strlen(content), NULL), name);
}

static void
add_zeros(struct making *making, const char *name, uint64_t len)
{
	uint32_t crc32 = 0;

	for (uint64_t left = len; left > 0; left -= left < PIECE ? left : PIECE)
		crc32 = pb_zip_crc32(crc32, making->zeros, left < PIECE ? (size_t)left : PIECE);
	must(pb_zip_writer_begin(making->writer, name, len, crc32, NULL), name);
	for (uint64_t left = len; left > 0; left -= left < PIECE ? left : PIECE)
		must(pb_zip_writer_data(
			 making->writer, making->zeros, left < PIECE ? (size_t)left : PIECE, NULL),
		    name);
}

static void
finish(struct making *making)
{
	must(pb_zip_writer_end(making->writer, NULL), "the end");
	pb_zip_writer_free(making->writer);
	fclose(making->spool);
	if (close(making->fd) != 0)
		fail("cannot write");
	free(making);
}

int
main(int argc, char **argv)
{
	struct making *making;
	char name[64];

	if (argc != 2)
		fail("usage: zip_make DIR");
	making = begin(argv[1], "small.zip");
	add(making, "README.txt", "A package that proves nothing.\n");
	add(making, "records/0/leaf.bin", "");
	add(making, "SHA256SUMS", "none\n");
	finish(making);

	finish(begin(argv[1], "empty.zip"));

	making = begin(argv[1], "many.zip");
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "records/%u/leaf.bin", i);
		add(making, name, name);
	}
	finish(making);

	making = begin(argv[1], "large.zip");
	add(making, "first", "first\n");
	add_zeros(making, "large", LARGE);
	add(making, "last", "last\n");
	finish(making);
	return 0;
}
