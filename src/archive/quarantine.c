#include "archive/quarantine.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/paths.h"
#include "core/error.h"
#include "core/io.h"
#include "core/json.h"
#include "core/text.h"
#include "crypto/digest.h"
#include "vault/cut.h"
#include "vault/slot.h"

#define PENDING ".pending"
#define SUFFIX ".seg"
#define CHUNK (256 * 1024)
/* <segment>-<offset, 16>-<digest, 16>.seg.pending */
#define DIGITS 16
#define NAME_LEN (PB_SEGMENT_NAME_LEN + 1 + DIGITS + 1 + DIGITS)

/* ---- 1. copy -------------------------------------------------------------------------------- */

/* From `offset` to the end: its digest and length, and a copy to `out` unless that is -1. */
static enum pb_status
stream(const struct pb_files *files, int in, const char *from, uint64_t offset, int out,
    const char *to, uint8_t ret_h2[PB_H2_LEN], uint64_t *ret_len, struct pb_error *err)
{
	struct pb_digest *digest = NULL;
	uint8_t *chunk = malloc(CHUNK);
	enum pb_status status;
	uint64_t at = 0;
	size_t len;

	status = chunk == NULL ? pb_fail_memory(err, N_("copy a torn tail"))
			       : pb_digest_new(PB_DIGEST_H2, &digest, err);
	while (status == PB_OK) {
		status = pb_io_pread(files, in, from, chunk, CHUNK, offset + at, &len, err);
		if (status != PB_OK || len == 0)
			break;
		pb_digest_update(digest, chunk, len);
		if (out >= 0)
			status = pb_io_pwrite(files, out, to, chunk, len, at, err);
		at += len;
	}
	if (status == PB_OK) {
		pb_digest_final(digest, ret_h2);
		*ret_len = at;
	}
	pb_digest_free(digest);
	free(chunk);
	return status;
}

static enum pb_status
copy_bytes(const struct pb_files *files, const char *from, uint64_t offset, const char *to,
    uint8_t ret_h2[PB_H2_LEN], struct pb_error *err)
{
	enum pb_status status;
	int in = -1, out = -1;
	uint64_t len;

	status = pb_io_open_regular(files, from, O_RDONLY, &in, NULL, err);
	if (status == PB_OK)
		status = pb_io_open(files, to, O_RDWR | O_CREAT | O_TRUNC, 0600, &out, err);
	if (status == PB_OK)
		status = stream(files, in, from, offset, out, to, ret_h2, &len, err);
	if (status == PB_OK)
		status = pb_io_sync(files, out, to, err);
	pb_io_close(files, &in);
	pb_io_close(files, &out);
	return status;
}

static enum pb_status
copy_tail(const struct pb_files *files, const char *dir, const struct pb_tail *tail,
    const char *segment_path, struct pb_error *err)
{
	struct pb_path temporary, final, quarantine;
	char name[NAME_LEN + sizeof(SUFFIX PENDING)], hex[DIGITS + 1];
	uint8_t h2[PB_H2_LEN];
	enum pb_status status;
	int answer;

	status = pb_path_make(&temporary, dir, PB_DIR_TMP, "tail", err);
	if (status == PB_OK)
		status = pb_path_make(&quarantine, dir, PB_DIR_QUARANTINE, NULL, err);
	if (status == PB_OK)
		status = copy_bytes(files, segment_path, tail->offset, temporary.text, h2, err);
	if (status != PB_OK)
		return status;
	pb_hex_encode(h2, DIGITS / 2, hex);
	(void)snprintf(name, sizeof(name), "%s-%016" PRIx64 "-%s" SUFFIX PENDING, tail->segment,
	    tail->offset, hex);
	status = pb_path_make(&final, dir, PB_DIR_QUARANTINE, name, err);
	if (status != PB_OK)
		return status;
	answer = files->rename(files->ctx, temporary.text, final.text);
	if (answer < 0)
		return pb_fail_sys(
		    err, answer, N_("put a torn tail into quarantine"), "%s", final.text);
	return pb_io_sync_dir(files, quarantine.text, err);
}

/* ---- 2. cut --------------------------------------------------------------------------------- */

/*
 * Keep the first `keep` bytes, durably; wipe: the rest is zeroed first.  A missing file is cut.
 * What a link in a foreign archive leads to is not.
 */
static enum pb_status
cut(const struct pb_files *files, const char *path, uint64_t keep, bool wipe, struct pb_error *err)
{
	enum pb_status status;
	int fd = -1;

	status = pb_io_open_regular(files, path, O_RDWR | O_NOFOLLOW, &fd, NULL, err);
	if (status == PB_ENOENT)
		return PB_OK;
	if (status == PB_OK)
		status = pb_cut_file(files, fd, path, keep, wipe, err);
	pb_io_close(files, &fd);
	return status;
}

static enum pb_status
remove_file(const struct pb_files *files, const char *dir, const char *room, const char *path,
    struct pb_error *err)
{
	struct pb_path parent;
	enum pb_status status = pb_path_make(&parent, dir, room, NULL, err);
	int answer;

	if (status != PB_OK)
		return status;
	answer = files->unlink(files->ctx, path);
	if (answer < 0)
		return pb_fail_sys(err, answer, N_("remove an unused file"), "%s", path);
	return pb_io_sync_dir(files, parent.text, err);
}

enum pb_status
pb_quarantine_tail(
    const struct pb_files *files, const char *dir, const struct pb_tail *tail, struct pb_error *err)
{
	char file[PB_SEGMENT_NAME_LEN + 8];
	struct pb_path segment;
	enum pb_status status;

	(void)snprintf(file, sizeof(file), "%s" SUFFIX, tail->segment);
	status = pb_path_make(&segment, dir, PB_DIR_VAULT, file, err);
	if (status == PB_OK)
		status = copy_tail(files, dir, tail, segment.text, err);
	if (status != PB_OK)
		return status;
	if (tail->offset == 0)
		return remove_file(files, dir, PB_DIR_VAULT, segment.text, err);
	return cut(files, segment.text, tail->offset, false, err);
}

enum pb_status
pb_quarantine_slots(const struct pb_files *files, const char *dir, const char *segment,
    uint64_t records, struct pb_error *err)
{
	char file[PB_SEGMENT_NAME_LEN + 8];
	struct pb_path keys;
	enum pb_status status;

	(void)snprintf(file, sizeof(file), "%s.key", segment);
	status = pb_path_make(&keys, dir, PB_DIR_KEYS, file, err);
	if (status == PB_OK)
		status = cut(files, keys.text, (records + 1) * PB_SLOT_LEN, true, err);
	return status;
}

/* ---- key files without a segment ------------------------------------------------------------ */

struct orphans {
	char (*names)[PB_SEGMENT_NAME_LEN + 1];
	size_t count;
	uint64_t size;
	char found[PB_SEGMENT_NAME_LEN + 8];
};

static int
find_orphan(void *arg, const char *file)
{
	struct orphans *orphans = arg;
	uint8_t id[PB_SEGMENT_ID_LEN];
	uint64_t first_seq;
	size_t i;

	if (!pb_segment_name_parse(file, ".key", &first_seq, id) || first_seq != orphans->size)
		return 0;
	for (i = 0; i < orphans->count; i++)
		if (strncmp(orphans->names[i], file, PB_SEGMENT_NAME_LEN) == 0)
			return 0;
	(void)snprintf(orphans->found, sizeof(orphans->found), "%s", file);
	return 1;
}

/* More secrets than one commit has were acknowledged once: their segment is lost, not unfinished.
 */
static enum pb_status
check_orphan(const struct pb_files *files, const char *path, struct pb_error *err)
{
	struct pb_file_info info;
	int answer = files->stat(files->ctx, path, false, &info);

	if (answer < 0)
		return pb_fail_sys(err, answer, N_("look at a key file"), "%s", path);
	if (info.size <= (1 + PB_LIMIT_GROUP_RECORDS + 2) * PB_SLOT_LEN)
		return PB_OK;
	(void)pb_fail(err, PB_ECORRUPT, N_("look at a key file"),
	    N_("it holds the secrets of a segment that is missing"), "%s", path);
	return pb_fail_todo(err, PB_ECORRUPT,
	    N_("bring the newest segment back into vault/ from a copy; nothing is written before"));
}

enum pb_status
pb_quarantine_orphans(const struct pb_files *files, const char *dir,
    char (*names)[PB_SEGMENT_NAME_LEN + 1], size_t count, uint64_t size, struct pb_error *err)
{
	struct orphans orphans = { .names = names, .count = count, .size = size };
	struct pb_path keys, file;
	enum pb_status status = pb_path_make(&keys, dir, PB_DIR_KEYS, NULL, err);
	int answer;

	while (status == PB_OK) {
		answer = files->list(files->ctx, keys.text, find_orphan, &orphans);
		if (answer < 0)
			return pb_fail_sys(err, answer, N_("list key files"), "%s", keys.text);
		if (answer == 0)
			return PB_OK;
		status = pb_path_make(&file, dir, PB_DIR_KEYS, orphans.found, err);
		if (status == PB_OK)
			status = check_orphan(files, file.text, err);
		if (status == PB_OK)
			status = cut(files, file.text, 0, true, err);
		if (status == PB_OK)
			status = remove_file(files, dir, PB_DIR_KEYS, file.text, err);
	}
	return status;
}

/* ---- what is not recorded yet --------------------------------------------------------------- */

struct pending {
	char *name;
	size_t size;
};

/* <segment>-<offset>-<digest>.seg.pending: what a record states of it is read from the name. */
static bool
is_pending(const char *file)
{
	static const char digits[] = "0123456789abcdef";
	char segment[PB_SEGMENT_NAME_LEN + 1] = "";
	const char *offset = file + PB_SEGMENT_NAME_LEN + 1, *digest = offset + DIGITS + 1;
	uint8_t id[PB_SEGMENT_ID_LEN];
	uint64_t first_seq;

	if (strlen(file) != NAME_LEN + strlen(SUFFIX PENDING))
		return false;
	memcpy(segment, file, PB_SEGMENT_NAME_LEN);
	return pb_segment_name_parse(segment, "", &first_seq, id) && offset[-1] == '-' &&
	       strspn(offset, digits) == DIGITS && digest[-1] == '-' &&
	       strspn(digest, digits) == DIGITS && strcmp(digest + DIGITS, SUFFIX PENDING) == 0;
}

static int
find_pending(void *arg, const char *file)
{
	struct pending *pending = arg;
	size_t len = strlen(file);

	if (!is_pending(file) || len >= pending->size)
		return 0;
	memcpy(pending->name, file, len + 1);
	return 1;
}

/* {"event":"torn_tail","segment":...,"offset":N,"length":N,"sha256":...,"sha3_256":...} */
static enum pb_status
state_facts(const struct pb_files *files, const char *path, const char *name, struct pb_buf *facts,
    struct pb_error *err)
{
	char segment[PB_SEGMENT_NAME_LEN + 1] = "";
	struct pb_json_writer w;
	uint8_t h2[PB_H2_LEN];
	enum pb_status status;
	uint64_t len = 0;
	int fd = -1;

	status = pb_io_open_regular(files, path, O_RDONLY, &fd, NULL, err);
	if (status == PB_OK)
		status = stream(files, fd, path, 0, -1, NULL, h2, &len, err);
	pb_io_close(files, &fd);
	if (status != PB_OK)
		return status;
	memcpy(segment, name, PB_SEGMENT_NAME_LEN);
	pb_json_writer_init(&w, facts);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "event", "torn_tail");
	pb_json_text(&w, "segment", segment);
	pb_json_u64(&w, "offset", strtoull(name + PB_SEGMENT_NAME_LEN + 1, NULL, 16));
	pb_json_u64(&w, "length", len);
	pb_json_hex(&w, "sha256", h2, PB_DIGEST_LEN);
	pb_json_hex(&w, "sha3_256", h2 + PB_DIGEST_LEN, PB_DIGEST_LEN);
	pb_json_object_end(&w);
	if (pb_json_writer_status(&w) != PB_OK)
		return pb_fail_memory(err, N_("state a torn tail"));
	return PB_OK;
}

enum pb_status
pb_quarantine_pending(const struct pb_files *files, const char *dir, char ret_name[160],
    struct pb_buf *facts, struct pb_error *err)
{
	struct pending pending = { .name = ret_name, .size = 160 };
	struct pb_path quarantine, file;
	enum pb_status status = pb_path_make(&quarantine, dir, PB_DIR_QUARANTINE, NULL, err);
	int answer;

	if (status != PB_OK)
		return status;
	answer = files->list(files->ctx, quarantine.text, find_pending, &pending);
	if (answer < 0)
		return pb_fail_sys(err, answer, N_("list the quarantine"), "%s", quarantine.text);
	if (answer == 0)
		return PB_EEND;
	status = pb_path_make(&file, dir, PB_DIR_QUARANTINE, ret_name, err);
	if (status == PB_OK)
		status = state_facts(files, file.text, ret_name, facts, err);
	return status;
}

enum pb_status
pb_quarantine_recorded(
    const struct pb_files *files, const char *dir, const char *name, struct pb_error *err)
{
	struct pb_path quarantine, from, to;
	char recorded[NAME_LEN + sizeof(SUFFIX)];
	enum pb_status status;
	int answer;

	(void)snprintf(recorded, sizeof(recorded), "%.*s", (int)(NAME_LEN + strlen(SUFFIX)), name);
	status = pb_path_make(&quarantine, dir, PB_DIR_QUARANTINE, NULL, err);
	if (status == PB_OK)
		status = pb_path_make(&from, dir, PB_DIR_QUARANTINE, name, err);
	if (status == PB_OK)
		status = pb_path_make(&to, dir, PB_DIR_QUARANTINE, recorded, err);
	if (status != PB_OK)
		return status;
	answer = files->rename(files->ctx, from.text, to.text);
	if (answer < 0)
		return pb_fail_sys(err, answer, N_("note a torn tail as recorded"), "%s", to.text);
	return pb_io_sync_dir(files, quarantine.text, err);
}
