/*
 * libarchive over a file of the world's file table: which formats and compressions it may know,
 * its entries one after the other, and what it says of them.
 */
#ifndef PB_CAPTURE_UNPACKER_H
#define PB_CAPTURE_UNPACKER_H

#include <locale.h>
#include <stdbool.h>

#include <archive.h>
#include <archive_entry.h>

#include "core/world.h"
#include "probant/status.h"

#define PB_UNPACKER_CHUNK (256 * 1024)

/* Read freely. */
struct pb_unpacker {
	const struct pb_files *files;
	const char *name; /* borrowed */
	int fd;
	uint64_t size;   /* of the file */
	uint64_t offset; /* of the next octet that libarchive is given */
	uint64_t count;  /* entries so far */
	struct archive *archive;
	struct archive_entry *entry; /* the one at hand */
	locale_t utf8;               /* in which names become octets: UTF-8, whatever the user's */
	struct pb_error failed;      /* reading the file failed */
	uint8_t chunk[PB_UNPACKER_CHUNK];
};

/*
 * fd and name are borrowed.  Whatever is answered, close it; it stays where it is until then.
 * stream: a ZIP is read by its local headers, whatever its directory says; nothing else is known.
 */
enum pb_status pb_unpacker_open(struct pb_unpacker *unpacker, const struct pb_files *files, int fd,
    uint64_t size, const char *name, bool stream, struct pb_error *err) PB_MUST_CHECK;
void pb_unpacker_close(struct pb_unpacker *unpacker);

/* The next entry; PB_EEND. */
enum pb_status pb_unpacker_next(struct pb_unpacker *unpacker, struct pb_error *err) PB_MUST_CHECK;

/* Its path in octets, until the next; NULL: it cannot be had. */
const char *pb_unpacker_path(struct pb_unpacker *unpacker);

/* "tar", "zip", "7z", "cpio"; "single": no archive. */
bool pb_unpacker_is(const struct pb_unpacker *unpacker, int format);
const char *pb_unpacker_format(const struct pb_unpacker *unpacker);

/* The compressions around the format; number 0 is that of the file. */
int pb_unpacker_filters(const struct pb_unpacker *unpacker);
const char *pb_unpacker_filter(const struct pb_unpacker *unpacker, int number);

/* "mail.tar: a.eml", "mail.tar, behind entry 3": how errors name it; a long path is cut. */
void pb_unpacker_where(struct pb_unpacker *unpacker, char *out, size_t size);

/* Why libarchive stopped: the file could not be read, no memory, or what it says, PB_ECORRUPT. */
enum pb_status pb_unpacker_fail(struct pb_unpacker *unpacker, struct pb_error *err);

#endif
