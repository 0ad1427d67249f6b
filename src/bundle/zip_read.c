#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/zip_format.h"
#include "core/error.h"

#define CHUNK 32768 /* octets of the central directory that are read at once */
#define NEAR 8192   /* octets from a local header on, where entries are short */

/*
 * What a walk holds: the central directory from front to back, and where the entry that comes
 * next must begin.  Every octet of the ZIP is compared with what is prescribed, but the bytes of
 * entries: those are checked by their CRC, by whoever reads them.
 */
struct pb_zip_reader {
	const struct pb_zip_bytes *bytes;
	struct pb_zip_end end;
	uint64_t seen;                  /* entries */
	uint64_t at;                    /* where the next local header stands */
	uint64_t next;                  /* where the next central header stands */
	char name[PB_ZIP_NAME_MAX + 1]; /* of the entry before */
	uint64_t chunk_at;              /* what `chunk` holds of the central directory */
	size_t chunk_len;
	uint8_t chunk[CHUNK];
	uint64_t near_at; /* what `near` holds of the entries */
	size_t near_len;
	uint8_t near[NEAR];
};

static enum pb_status
corrupt(struct pb_error *err, const char *why, const char *object)
{
	return pb_fail(err, PB_ECORRUPT, N_("read a ZIP"), why, "%s", object);
}

/* The end records are those that FORMAT 5.1 prescribes for what they state, and stand at the end.
 */
static enum pb_status
check_end(const struct pb_zip_reader *reader, const uint8_t *last, size_t len, struct pb_error *err)
{
	const struct pb_zip_end *end = &reader->end;
	uint64_t before = reader->bytes->len - len;
	uint8_t prescribed[PB_ZIP_END64_LEN];

	/* Their sum first: the encoding adds the two. */
	if (end->directory > before || end->directory_len != before - end->directory)
		return corrupt(
		    err, N_("the central directory does not stand right before its end"), "");
	if (pb_zip_end_encode(end, prescribed) != len || memcmp(last, prescribed, len) != 0)
		return corrupt(err, N_("the end of its directory is not as FORMAT 5.1 says"), "");
	if (end->count > end->directory_len / (PB_ZIP_CENTRAL_FIXED + 1))
		return corrupt(err, N_("it states more entries than its directory can hold"), "");
	return PB_OK;
}

static enum pb_status
read_end(struct pb_zip_reader *reader, struct pb_error *err)
{
	const struct pb_zip_bytes *bytes = reader->bytes;
	uint8_t last[PB_ZIP_END64_LEN];
	size_t len = PB_ZIP_END_LEN;
	enum pb_status status;

	if (bytes->len < PB_ZIP_END_LEN)
		return corrupt(err, N_("it is too short to be a ZIP"), "");
	status = bytes->read(bytes->ctx, bytes->len - len, last, len, err);
	if (status != PB_OK)
		return status;
	pb_zip_end_decode(last, &reader->end);
	if (pb_zip_end_wants64(last) && bytes->len >= PB_ZIP_END64_LEN) {
		len = PB_ZIP_END64_LEN;
		status = bytes->read(bytes->ctx, bytes->len - len, last, len, err);
		if (status != PB_OK)
			return status;
		pb_zip_end64_decode(last, &reader->end);
	}
	return check_end(reader, last, len, err);
}

enum pb_status
pb_zip_reader_new(
    const struct pb_zip_bytes *bytes, struct pb_zip_reader **ret_reader, struct pb_error *err)
{
	struct pb_zip_reader *reader = calloc(1, sizeof(*reader));
	enum pb_status status;

	if (reader == NULL)
		return pb_fail_memory(err, N_("read a ZIP"));
	reader->bytes = bytes;
	status = read_end(reader, err);
	if (status != PB_OK) {
		free(reader);
		return status;
	}
	pb_zip_reader_rewind(reader);
	*ret_reader = reader;
	return PB_OK;
}

void
pb_zip_reader_free(struct pb_zip_reader *reader)
{
	free(reader);
}

uint64_t
pb_zip_reader_count(const struct pb_zip_reader *reader)
{
	return reader->end.count;
}

void
pb_zip_reader_rewind(struct pb_zip_reader *reader)
{
	reader->seen = 0;
	reader->at = 0;
	reader->next = reader->end.directory;
	reader->name[0] = '\0';
}

/* Octets of the central directory behind `next`. */
static uint64_t
directory_left(const struct pb_zip_reader *reader)
{
	return reader->end.directory + reader->end.directory_len - reader->next;
}

/* The next len octets of the central directory, which it has; borrowed until the next call. */
static enum pb_status
look(struct pb_zip_reader *reader, size_t len, const uint8_t **ret_octets, struct pb_error *err)
{
	uint64_t left = directory_left(reader);
	bool held = reader->next >= reader->chunk_at &&
		    reader->next - reader->chunk_at <= reader->chunk_len &&
		    reader->chunk_len - (reader->next - reader->chunk_at) >= len;

	pb_assert(len <= left && len <= CHUNK);
	if (!held) {
		size_t chunk_len = left < CHUNK ? (size_t)left : CHUNK;
		enum pb_status status;

		reader->chunk_len = 0;
		status = reader->bytes->read(
		    reader->bytes->ctx, reader->next, reader->chunk, chunk_len, err);
		if (status != PB_OK)
			return status;
		reader->chunk_at = reader->next;
		reader->chunk_len = chunk_len;
	}
	*ret_octets = reader->chunk + (reader->next - reader->chunk_at);
	return PB_OK;
}

/* The next central header, whole. */
static enum pb_status
look_header(
    struct pb_zip_reader *reader, const uint8_t **ret_header, size_t *ret_len, struct pb_error *err)
{
	uint64_t left = directory_left(reader);
	enum pb_status status;
	size_t len;

	if (left < PB_ZIP_CENTRAL_FIXED)
		return corrupt(err, N_("its directory ends before the last entry"), "");
	status = look(reader, PB_ZIP_CENTRAL_FIXED, ret_header, err);
	if (status != PB_OK)
		return status;
	len = pb_zip_central_len(*ret_header);
	if (len > PB_ZIP_CENTRAL_MAX || len > left)
		return corrupt(err, N_("an entry of its directory is too long"), "");
	*ret_len = len;
	return look(reader, len, ret_header, err);
}

/* "README" and "readme" would be one file where case does not count. */
static bool
same_name(const char *a, const char *b)
{
	for (; *a != '\0' && *b != '\0'; a++, b++) {
		char x = *a >= 'A' && *a <= 'Z' ? (char)(*a - 'A' + 'a') : *a;
		char y = *b >= 'A' && *b <= 'Z' ? (char)(*b - 'A' + 'a') : *b;

		if (x != y)
			return false;
	}
	return *a == *b;
}

/*
 * The next entry as its central header states it: that header is the one prescribed for a name,
 * length and CRC, and for an entry that stands right behind the one before.
 */
static enum pb_status
read_central(
    struct pb_zip_reader *reader, struct pb_zip_entry *entry, size_t *ret_len, struct pb_error *err)
{
	uint8_t prescribed[PB_ZIP_CENTRAL_MAX];
	const uint8_t *header;
	enum pb_status status;

	status = look_header(reader, &header, ret_len, err);
	if (status != PB_OK)
		return status;
	if (!pb_zip_central_decode(header, *ret_len, entry))
		return corrupt(err, N_("an entry has a name or a length that is not allowed"), "");
	entry->header = reader->at;
	if (pb_zip_central_encode(entry, prescribed) != *ret_len ||
	    memcmp(header, prescribed, *ret_len) != 0)
		return corrupt(err,
		    N_("an entry of its directory is not as FORMAT 5.1 says, or not in its place"),
		    entry->name);
	if (same_name(entry->name, reader->name))
		return corrupt(err, N_("two entries have one name"), entry->name);
	return PB_OK;
}

/*
 * The len octets of a local header at reader->at, which has `room` before the directory; borrowed
 * until the next call.  Behind a short entry stands the next header, which is read along.
 */
static enum pb_status
look_local(struct pb_zip_reader *reader, const struct pb_zip_entry *entry, size_t len,
    uint64_t room, const uint8_t **ret_octets, struct pb_error *err)
{
	bool held = reader->at >= reader->near_at &&
		    reader->at - reader->near_at <= reader->near_len &&
		    reader->near_len - (reader->at - reader->near_at) >= len;

	if (!held) {
		size_t want = entry->len < NEAR / 2 ? NEAR : len;
		enum pb_status status;

		reader->near_len = 0;
		want = want < room ? want : (size_t)room;
		status =
		    reader->bytes->read(reader->bytes->ctx, reader->at, reader->near, want, err);
		if (status != PB_OK)
			return status;
		reader->near_at = reader->at;
		reader->near_len = want;
	}
	*ret_octets = reader->near + (reader->at - reader->near_at);
	return PB_OK;
}

/* The local header is the one prescribed, and the entry ends before the central directory. */
static enum pb_status
read_local(struct pb_zip_reader *reader, struct pb_zip_entry *entry, struct pb_error *err)
{
	uint8_t prescribed[PB_ZIP_LOCAL_MAX];
	size_t len = pb_zip_local_encode(entry, prescribed);
	uint64_t room = reader->end.directory - reader->at;
	const uint8_t *local;
	enum pb_status status;

	if (len > room || entry->len > room - len)
		return corrupt(err, N_("an entry reaches into the directory"), entry->name);
	status = look_local(reader, entry, len, room, &local, err);
	if (status != PB_OK)
		return status;
	if (memcmp(local, prescribed, len) != 0)
		return corrupt(
		    err, N_("the header of an entry is not what the directory says"), entry->name);
	entry->data = reader->at + len;
	return PB_OK;
}

enum pb_status
pb_zip_reader_next(
    struct pb_zip_reader *reader, struct pb_zip_entry *ret_entry, struct pb_error *err)
{
	struct pb_zip_entry entry;
	enum pb_status status;
	size_t len = 0;

	if (reader->seen == reader->end.count) {
		if (reader->at != reader->end.directory)
			return corrupt(err, N_("bytes stand behind the last entry"), "");
		if (directory_left(reader) > 0)
			return corrupt(err, N_("its directory has more than its end states"), "");
		return PB_EEND;
	}
	status = read_central(reader, &entry, &len, err);
	if (status == PB_OK)
		status = read_local(reader, &entry, err);
	if (status != PB_OK)
		return status;
	reader->seen++;
	reader->next += len;
	reader->at = entry.data + entry.len;
	memcpy(reader->name, entry.name, sizeof(reader->name));
	*ret_entry = entry;
	return PB_OK;
}

enum pb_status
pb_zip_reader_read(const struct pb_zip_reader *reader, const struct pb_zip_entry *entry,
    uint64_t offset, void *to, size_t len, struct pb_error *err)
{
	pb_assert(offset <= entry->len && len <= entry->len - offset);
	return reader->bytes->read(reader->bytes->ctx, entry->data + offset, to, len, err);
}

enum pb_status
pb_zip_reader_whole(const struct pb_zip_reader *reader, const struct pb_zip_entry *entry,
    size_t max, struct pb_buf *buf, struct pb_error *err)
{
	enum pb_status status;
	size_t len;

	if (entry->len > max)
		return pb_fail(err, PB_ELIMIT, N_("read a ZIP"), N_("an entry is too long"),
		    "%s: %" PRIu64 " bytes", entry->name, entry->len);
	len = (size_t)entry->len;
	if (pb_buf_reserve(buf, len) != PB_OK)
		return pb_fail_memory(err, N_("read a ZIP"));
	if (len > 0) {
		status = pb_zip_reader_read(reader, entry, 0, buf->data + buf->len, len, err);
		if (status != PB_OK)
			return status;
	}
	if (pb_zip_crc32(0, len > 0 ? buf->data + buf->len : NULL, len) != entry->crc32)
		return corrupt(
		    err, N_("the bytes of an entry are not those of its CRC"), entry->name);
	buf->len += len;
	return PB_OK;
}

static enum pb_status
read_window(void *ctx, uint64_t offset, void *to, size_t len, struct pb_error *err)
{
	const struct pb_zip_window *window = ctx;

	return pb_zip_reader_read(window->reader, &window->entry, offset, to, len, err);
}

void
pb_zip_window(const struct pb_zip_reader *reader, const struct pb_zip_entry *entry,
    struct pb_zip_window *ret_window, struct pb_zip_bytes *ret_bytes)
{
	*ret_window = (struct pb_zip_window){ .reader = reader, .entry = *entry };
	*ret_bytes =
	    (struct pb_zip_bytes){ .ctx = ret_window, .len = entry->len, .read = read_window };
}
