#include "capture/container.h"

#include <stdlib.h>
#include <string.h>

#include "capture/look.h"
#include "capture/unpacker.h"
#include "core/error.h"
#include "core/limits.h"

struct pb_container {
	bool begun;        /* an entry is at hand */
	uint64_t expanded; /* octets that came out of it */
	struct pb_bytes bytes;
	size_t look_len, look_at;
	uint8_t look[PB_LOOK_LEN];
	struct pb_unpacker unpacker;
};

static const char READING[] = N_("read an archive");

/* ---- bombs ---------------------------------------------------------------------------------- */

/* By what was read of entries, and by what decompression made of the file. */
static enum pb_status
check_expansion(struct pb_container *c, struct pb_error *err)
{
	la_int64_t filtered = archive_filter_bytes(c->unpacker.archive, 0);
	uint64_t out =
	    filtered > 0 && (uint64_t)filtered > c->expanded ? (uint64_t)filtered : c->expanded;
	char where[sizeof(err->object)];

	if (out <= PB_LIMIT_EXPANSION_FREE || out / PB_LIMIT_EXPANSION <= c->unpacker.size)
		return PB_OK;
	pb_unpacker_where(&c->unpacker, where, sizeof(where));
	(void)pb_fail(err, PB_ELIMIT, READING,
	    N_("it becomes more than two hundred times its size"), "%s", where);
	return pb_fail_todo(
	    err, PB_ELIMIT, N_("if it is to be trusted, unpack it and import what comes out"));
}

static enum pb_status
read_entry(void *ctx, void *to, size_t len, size_t *ret_len, struct pb_error *err)
{
	struct pb_container *c = ctx;
	la_ssize_t answer;

	if (c->look_at < c->look_len) {
		*ret_len = len < c->look_len - c->look_at ? len : c->look_len - c->look_at;
		memcpy(to, c->look + c->look_at, *ret_len);
		c->look_at += *ret_len;
		return PB_OK;
	}
	do
		answer = archive_read_data(c->unpacker.archive, to, len);
	while (answer == ARCHIVE_RETRY);
	if (answer < 0)
		return pb_unpacker_fail(&c->unpacker, err);
	*ret_len = (size_t)answer;
	c->expanded += (uint64_t)answer;
	return check_expansion(c, err);
}

/*
 * What was not read of the entry.  libarchive passes over it by itself, at once where it is not
 * compressed; where it is, and that must be undone to find its end, it is looked at how much it
 * becomes.
 */
static enum pb_status
skip_rest(struct pb_container *c, struct pb_error *err)
{
	bool solid = pb_unpacker_filters(&c->unpacker) > 0 ||
		     pb_unpacker_is(&c->unpacker, ARCHIVE_FORMAT_7ZIP) ||
		     !archive_entry_size_is_set(c->unpacker.entry);
	uint8_t scratch[16 * 1024];
	la_ssize_t answer = 1;

	c->look_len = c->look_at = 0;
	while (solid && answer > 0) {
		answer = archive_read_data(c->unpacker.archive, scratch, sizeof(scratch));
		c->expanded += answer > 0 ? (uint64_t)answer : 0;
		if (check_expansion(c, err) != PB_OK)
			return PB_ELIMIT;
	}
	return PB_OK; /* what is damaged is told by the next header */
}

/*
 * A ZIP is read by its directory, as other programs do.  What that does not name would be passed
 * over unsaid: as a stream it must not have more entries.  If it can't be read so, it has none
 * more.
 */
static enum pb_status
check_directory(struct pb_container *c, struct pb_error *err)
{
	struct pb_unpacker *u = &c->unpacker;
	uint64_t named = u->count;
	enum pb_status status;

	pb_unpacker_close(u);
	status = pb_unpacker_open(u, u->files, u->fd, u->size, u->name, true, err);
	c->expanded = 0;
	while (status == PB_OK && u->count <= named) {
		status = pb_unpacker_next(u, err);
		if (status == PB_OK && u->count <= named)
			status = skip_rest(c, err);
	}
	if (status == PB_OK)
		return pb_fail(err, PB_EDATA, READING,
		    N_("it has entries that its directory does not name: they were not read"), "%s",
		    u->name);
	return status == PB_ECORRUPT ? PB_EEND : status;
}

/* ---- entries -------------------------------------------------------------------------------- */

static enum pb_entry_kind
kind_of(struct pb_container *c, const char *path)
{
	struct archive_entry *entry = c->unpacker.entry;
	const char *link = archive_entry_hardlink(entry);
	bool empty = !archive_entry_size_is_set(entry) || archive_entry_size(entry) == 0;

	if (archive_entry_filetype(entry) == AE_IFDIR)
		return PB_ENTRY_DIRECTORY;
	if (path == NULL || strlen(path) >= PB_LIMIT_PATH)
		return PB_ENTRY_NAMELESS;
	if (archive_entry_filetype(entry) != AE_IFREG && archive_entry_filetype(entry) != 0)
		return PB_ENTRY_OTHER;
	/* A hard link: its octets stand at another entry; cpio has them at the last of the names.
	 */
	if (link != NULL && empty)
		return PB_ENTRY_OTHER;
	if (pb_unpacker_is(&c->unpacker, ARCHIVE_FORMAT_CPIO) && empty &&
	    archive_entry_nlink(entry) > 1)
		return PB_ENTRY_OTHER;
	return archive_entry_is_encrypted(entry) ? PB_ENTRY_ENCRYPTED : PB_ENTRY_FILE;
}

enum pb_status
pb_container_next(struct pb_container *container, struct pb_packed_place *ret_place,
    enum pb_entry_kind *ret_kind, struct pb_error *err)
{
	struct pb_container *c = container;
	struct pb_unpacker *u = &c->unpacker;
	struct pb_packed_place place = { .number = u->count };
	enum pb_status status = c->begun ? skip_rest(c, err) : PB_OK;
	bool single;
	int i;

	c->begun = true;
	if (status == PB_OK)
		status = pb_unpacker_next(u, err);
	if (status == PB_EEND && pb_unpacker_is(u, ARCHIVE_FORMAT_ZIP))
		status = check_directory(c, err);
	if (status != PB_OK)
		return status;
	if (u->count > PB_LIMIT_ENTRIES)
		return pb_fail(
		    err, PB_ELIMIT, READING, N_("it has too many entries"), "%s", u->name);
	if (check_expansion(c, err) != PB_OK)
		return PB_ELIMIT;
	place.format = pb_unpacker_format(u);
	/* A single file has no path of its own; libarchive calls it "data". */
	single = pb_unpacker_is(u, ARCHIVE_FORMAT_RAW);
	place.entry = single ? NULL : pb_unpacker_path(u);
	*ret_kind = single ? PB_ENTRY_FILE : kind_of(c, place.entry);
	if (*ret_kind == PB_ENTRY_NAMELESS)
		place.entry = NULL;
	for (i = 0; i < pb_unpacker_filters(u) && i < PB_FILTERS_MAX; i++)
		place.filter[i] = pb_unpacker_filter(u, i);
	*ret_place = place;
	return PB_OK;
}

enum pb_status
pb_container_look(
    struct pb_container *container, const uint8_t **ret_data, size_t *ret_len, struct pb_error *err)
{
	struct pb_container *c = container;
	enum pb_status status = PB_OK;
	size_t len = 0, n = 1;

	c->look_len = c->look_at = 0;
	while (status == PB_OK && n > 0 && len < sizeof(c->look)) {
		status = read_entry(c, c->look + len, sizeof(c->look) - len, &n, err);
		if (status == PB_OK)
			len += n;
	}
	c->look_len = len;
	*ret_data = c->look;
	*ret_len = len;
	return status;
}

void
pb_container_where(struct pb_container *container, char *out, size_t size)
{
	pb_unpacker_where(&container->unpacker, out, size);
}

const struct pb_bytes *
pb_container_bytes(struct pb_container *container)
{
	return &container->bytes;
}

enum pb_status
pb_container_open(const struct pb_files *files, int fd, uint64_t size, const char *name,
    struct pb_container **ret_container, struct pb_error *err)
{
	struct pb_container *c = calloc(1, sizeof(*c));
	enum pb_status status;

	if (c == NULL)
		return pb_fail_memory(err, READING);
	c->bytes = (struct pb_bytes){ c, read_entry, NULL };
	status = pb_unpacker_open(&c->unpacker, files, fd, size, name, false, err);
	if (status != PB_OK) {
		pb_container_free(c);
		return status;
	}
	*ret_container = c;
	return PB_OK;
}

void
pb_container_free(struct pb_container *container)
{
	if (container == NULL)
		return;
	pb_unpacker_close(&container->unpacker);
	pb_wipe(container->look, sizeof(container->look));
	free(container);
}
