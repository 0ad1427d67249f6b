/*
 * ZIP of stored entries, every octet prescribed (FORMAT 5.1): a writer and the reader that
 * accounts for each octet.  One encoding of headers serves both: the reader encodes what an
 * entry should look like, and compares.
 */
#ifndef PB_BUNDLE_ZIP_H
#define PB_BUNDLE_ZIP_H

#include <stdbool.h>

#include "core/buf.h"
#include "core/world.h"

#define PB_ZIP_NAME_MAX 200

struct pb_zip_entry {
	char name[PB_ZIP_NAME_MAX + 1];
	uint64_t len; /* bytes */
	uint32_t crc32;
	uint64_t header; /* offset of its local header */
	uint64_t data;   /* offset of its bytes */
};

/* FORMAT 5.1, last point. */
bool pb_zip_name_valid(const char *name, size_t len);

/* CRC-32 of ISO 3309, continued from crc (0 at the beginning). */
uint32_t pb_zip_crc32(uint32_t crc, const void *data, size_t len);

/* ---- writing -------------------------------------------------------------------------------- */

/* Where octets go: front to back, nothing patched. */
struct pb_zip_sink {
	void *ctx;
	enum pb_status (*write)(void *ctx, const void *data, size_t len, struct pb_error *err);
};

struct pb_zip_writer;

/*
 * spool: an unnamed file for the central directory (read and written by offset, through files),
 * since it grows with the number of entries and memory does not.  Borrows all.
 */
enum pb_status pb_zip_writer_new(const struct pb_zip_sink *sink, const struct pb_files *files,
    int spool, struct pb_zip_writer **ret_writer, struct pb_error *err) PB_MUST_CHECK;
/* len and crc32 are promises: pb_zip_writer_end panics if they are not kept. */
enum pb_status pb_zip_writer_begin(struct pb_zip_writer *writer, const char *name, uint64_t len,
    uint32_t crc32, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_zip_writer_data(
    struct pb_zip_writer *writer, const void *data, size_t len, struct pb_error *err) PB_MUST_CHECK;
/* A whole small entry. */
enum pb_status pb_zip_writer_entry(struct pb_zip_writer *writer, const char *name, const void *data,
    size_t len, struct pb_error *err) PB_MUST_CHECK;
/* Octets written so far, headers included. */
/* The entry that was begun is what was promised, for bytes that come from elsewhere. */
bool pb_zip_writer_kept(const struct pb_zip_writer *writer);
uint64_t pb_zip_writer_offset(const struct pb_zip_writer *writer);
/* Central directory and end records. */
enum pb_status pb_zip_writer_end(struct pb_zip_writer *writer, struct pb_error *err) PB_MUST_CHECK;
void pb_zip_writer_free(struct pb_zip_writer *writer); /* NULL is fine */

/* ---- reading -------------------------------------------------------------------------------- */

/* A run of octets that can be read anywhere: a file, or an entry of one. */
struct pb_zip_bytes {
	void *ctx;
	uint64_t len;
	enum pb_status (*read)(
	    void *ctx, uint64_t offset, void *to, size_t len, struct pb_error *err);
};

struct pb_zip_reader;

/*
 * Find the end records and the central directory.  PB_ECORRUPT: they are not as FORMAT
 * 5.1 says (err->why says what).  Borrows bytes.
 */
enum pb_status pb_zip_reader_new(const struct pb_zip_bytes *bytes,
    struct pb_zip_reader **ret_reader, struct pb_error *err) PB_MUST_CHECK;
uint64_t pb_zip_reader_count(const struct pb_zip_reader *reader); /* entries, as stated */
/*
 * The next entry, in order, its local header compared octet for octet with what the central one
 * prescribes, and standing right behind the entry before.  PB_EEND: all were seen, and no octet is
 * left between them and the central directory.  PB_ECORRUPT.  The CRC is for who reads the bytes.
 */
enum pb_status pb_zip_reader_next(struct pb_zip_reader *reader, struct pb_zip_entry *ret_entry,
    struct pb_error *err) PB_MUST_CHECK;
/* From the first entry again. */
void pb_zip_reader_rewind(struct pb_zip_reader *reader);
/* Bytes of an entry. */
enum pb_status pb_zip_reader_read(const struct pb_zip_reader *reader,
    const struct pb_zip_entry *entry, uint64_t offset, void *to, size_t len,
    struct pb_error *err) PB_MUST_CHECK;
/* A whole entry of at most max bytes, its CRC checked (PB_ECORRUPT), appended.  PB_ELIMIT. */
enum pb_status pb_zip_reader_whole(const struct pb_zip_reader *reader,
    const struct pb_zip_entry *entry, size_t max, struct pb_buf *buf,
    struct pb_error *err) PB_MUST_CHECK;
/* The entry as bytes, for a ZIP inside: borrows reader; ctx storage is *ret_window. */
struct pb_zip_window {
	const struct pb_zip_reader *reader;
	struct pb_zip_entry entry;
};
void pb_zip_window(const struct pb_zip_reader *reader, const struct pb_zip_entry *entry,
    struct pb_zip_window *ret_window, struct pb_zip_bytes *ret_bytes);
void pb_zip_reader_free(struct pb_zip_reader *reader); /* NULL is fine */

#endif
