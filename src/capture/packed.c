#include "capture/packed.h"

#include <string.h>

#include "capture/container.h"
#include "capture/file.h"
#include "capture/look.h"
#include "capture/maildir.h"
#include "capture/mbox.h"
#include "core/error.h"

struct unpacking {
	struct pb_container *container;
	const struct pb_finds *finds;
	struct pb_message_origin origin;
	struct pb_packed_place place;
};

static const char READING[] = N_("read an archive");

/* The last name of an entry, and the directory before it if that is of a Maildir. */
static const char *
tell_maildir(struct unpacking *u)
{
	const char *path = u->place.entry != NULL ? u->place.entry : "";
	const char *slash = strrchr(path, '/'), *dir = slash;
	const char *name = slash != NULL ? slash + 1 : path;

	u->origin.maildir = u->origin.flags = NULL;
	if (slash == NULL)
		return name;
	while (dir > path && dir[-1] != '/')
		dir--;
	if (slash - dir != 3)
		return name;
	if (memcmp(dir, "cur", 3) == 0)
		u->origin.maildir = "cur";
	else if (memcmp(dir, "new", 3) == 0)
		u->origin.maildir = "new";
	if (u->origin.maildir != NULL)
		u->origin.flags = pb_maildir_flags(name);
	return name;
}

static enum pb_status
refuse(struct unpacking *u, const struct pb_error *why, struct pb_error *err)
{
	return u->finds->refused(u->finds->ctx, &u->origin, why, err);
}

static enum pb_status
refuse_entry(struct unpacking *u, enum pb_status status, const char *reason, struct pb_error *err)
{
	struct pb_error why = { 0 };
	char where[sizeof(why.object)];

	pb_container_where(u->container, where, sizeof(where));
	(void)pb_fail(&why, status, READING, reason, "%s", where);
	return refuse(u, &why, err);
}

/* A file of the archive: what it is, its name and then its content say. */
static enum pb_status
find_in_file(struct unpacking *u, struct pb_error *err)
{
	bool single = u->place.entry == NULL;
	const struct pb_bytes *bytes = pb_container_bytes(u->container);
	struct pb_error why = { 0 };
	const uint8_t *data;
	enum pb_look look;
	const char *name = tell_maildir(u);
	size_t len;

	if (u->origin.maildir != NULL || pb_file_is_eml(name))
		return pb_file_stream(bytes, &u->origin, u->finds, err);
	if (pb_container_look(u->container, &data, &len, &why) != PB_OK)
		return refuse(u, &why, err);
	look = pb_look(data, len);
	if (look == PB_LOOK_MBOX) {
		u->finds->met(u->finds->ctx, PB_MET_MBOX);
		return pb_mbox_split(bytes, &u->origin, u->finds, err);
	}
	if (single && pb_look_field(data, len))
		return pb_file_stream(bytes, &u->origin, u->finds, err);
	if (look == PB_LOOK_PACKED)
		return refuse_entry(
		    u, PB_EDATA, N_("an archive within an archive is not opened"), err);
	if (single)
		return refuse_entry(u, PB_EDATA, N_("what is compressed there is no mail"), err);
	if (!pb_maildir_mark(name, len))
		u->finds->skipped(u->finds->ctx, &u->origin);
	return PB_OK;
}

static enum pb_status
find_in_entry(struct unpacking *u, enum pb_entry_kind kind, struct pb_error *err)
{
	switch (kind) {
	case PB_ENTRY_DIRECTORY:
		return PB_OK;
	case PB_ENTRY_OTHER:
		u->finds->skipped(u->finds->ctx, &u->origin);
		return PB_OK;
	case PB_ENTRY_NAMELESS:
		return refuse_entry(
		    u, PB_ELIMIT, N_("an entry's path is too long, or cannot be read"), err);
	case PB_ENTRY_ENCRYPTED:
		return refuse_entry(u, PB_EDATA, N_("an entry is encrypted"), err);
	default:
		return find_in_file(u, err);
	}
}

enum pb_status
pb_packed_find(const struct pb_files *files, int fd, const struct pb_message_origin *origin,
    const struct pb_finds *finds, bool *ret_plain, struct pb_error *err)
{
	struct unpacking u = { .finds = finds, .origin = *origin };
	enum pb_entry_kind kind = PB_ENTRY_FILE;
	struct pb_error why = { 0 };
	enum pb_status status = PB_OK, read;

	*ret_plain = false;
	read = pb_container_open(files, fd, origin->file_size, origin->path, &u.container, &why);
	while (status == PB_OK && read == PB_OK) {
		read = pb_container_next(u.container, &u.place, &kind, &why);
		if (read != PB_OK)
			break;
		u.origin = *origin;
		u.origin.packed = &u.place;
		*ret_plain =
		    u.place.entry == NULL && kind == PB_ENTRY_FILE && u.place.filter[0] == NULL;
		if (*ret_plain)
			break;
		if (u.place.number == 0)
			finds->met(finds->ctx, PB_MET_ARCHIVE);
		status = find_in_entry(&u, kind, err);
	}
	if (status == PB_OK && read != PB_OK && read != PB_EEND)
		status = finds->refused(finds->ctx, origin, &why, err);
	pb_container_free(u.container);
	return status;
}
