#include "capture/journal_file.h"

#include <string.h>

#include "core/error.h"
#include "core/io.h"

#define HEAD_LEN PB_IMPORTS_HEAD_LEN
#define KEY_LEN PB_IMPORTS_KEY_LEN
#define ENTRY_LEN PB_IMPORTS_ENTRY_LEN

static const char NOTING[] = N_("note what is imported");

uint64_t
pb_journal_place_of(uint64_t entry)
{
	return HEAD_LEN + entry * ENTRY_LEN;
}

enum pb_status
pb_journal_write_head(struct pb_journal *j, struct pb_error *err)
{
	uint8_t head[HEAD_LEN] = { 0 };
	enum pb_status status;

	memcpy(head, PB_IMPORTS_MAGIC, 8);
	pb_put_u64(head + 8, j->settled);
	pb_put_u64(head + 16, j->size);
	memcpy(head + 24, j->last, KEY_LEN);
	status = pb_journal_key_head(&j->key, head, head + PB_IMPORTS_MAC_AT, err);
	if (status != PB_OK)
		return status;
	j->moved = false;
	return pb_io_pwrite(j->files, j->fd, j->path, head, sizeof(head), 0, err);
}

enum pb_status
pb_journal_settle(struct pb_journal *j, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	if (!j->moved)
		return PB_OK;
	status = pb_io_pread_exact(
	    j->files, j->fd, j->path, j->last, KEY_LEN, pb_journal_place_of(j->settled - 1), err);
	return status == PB_OK ? pb_journal_write_head(j, err) : status;
}

enum pb_status
pb_journal_cut_to(struct pb_journal *j, uint64_t count, struct pb_error *err)
{
	int answer = j->files->truncate(j->files->ctx, j->fd, pb_journal_place_of(count));

	if (answer < 0)
		return pb_fail_sys(err, answer, NOTING, "%s", j->path);
	j->count = count;
	return PB_OK;
}

enum pb_status
pb_journal_begin_anew(struct pb_journal *j, uint64_t size, struct pb_error *err)
{
	enum pb_status status = pb_journal_cut_to(j, 0, err);

	j->settled = 0;
	j->size = size;
	memset(j->last, 0, sizeof(j->last));
	return status == PB_OK ? pb_journal_write_head(j, err) : status;
}

enum pb_status
pb_journal_disbelieve(struct pb_journal *j, uint64_t size, struct pb_error *err)
{
	j->disbelieved = true;
	return pb_journal_begin_anew(j, size, err);
}

static enum pb_status
is_sound(struct pb_journal *j, const uint8_t head[HEAD_LEN], bool *ret_sound, struct pb_error *err)
{
	uint8_t mac[KEY_LEN];
	enum pb_status status = pb_journal_key_head(&j->key, head, mac, err);

	if (status == PB_OK)
		*ret_sound = memcmp(head, PB_IMPORTS_MAGIC, 8) == 0 &&
			     memcmp(head + PB_IMPORTS_MAC_AT, mac, KEY_LEN) == 0;
	return status;
}

/* The last settled entry is of the record that the head names, or of one that was destroyed. */
static enum pb_status
ends_rightly(struct pb_journal *j, bool *ret_sound, struct pb_error *err)
{
	static const uint8_t destroyed[ENTRY_LEN];
	uint8_t entry[ENTRY_LEN];
	enum pb_status status;

	*ret_sound = j->settled <= j->count && j->size > 0;
	if (!*ret_sound || j->settled == 0)
		return PB_OK;
	status = pb_io_pread_exact(j->files, j->fd, j->path, entry, sizeof(entry),
	    pb_journal_place_of(j->settled - 1), err);
	if (status == PB_OK)
		*ret_sound = memcmp(entry, j->last, KEY_LEN) == 0 ||
			     memcmp(entry, destroyed, sizeof(entry)) == 0;
	return status;
}

enum pb_status
pb_journal_read_head(struct pb_journal *j, bool *ret_sound, size_t *ret_len, struct pb_error *err)
{
	struct pb_file_info info;
	uint8_t head[HEAD_LEN];
	enum pb_status status;
	size_t len;
	int answer = j->files->stat_fd(j->files->ctx, j->fd, &info);

	if (answer < 0)
		return pb_fail_sys(err, answer, NOTING, "%s", j->path);
	status = pb_io_pread(j->files, j->fd, j->path, head, sizeof(head), 0, &len, err);
	if (status != PB_OK)
		return status;
	*ret_len = len;
	*ret_sound = false;
	if (len == sizeof(head))
		status = is_sound(j, head, ret_sound, err);
	if (status != PB_OK || !*ret_sound)
		return status;
	j->settled = pb_get_u64(head + 8);
	j->size = pb_get_u64(head + 16);
	memcpy(j->last, head + 24, KEY_LEN);
	j->count = (info.size - HEAD_LEN) / ENTRY_LEN;
	return ends_rightly(j, ret_sound, err);
}
