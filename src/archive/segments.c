#include "archive/segments.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/authorities.h"
#include "archive/keyring.h"
#include "archive/paths.h"
#include "archive/readers.h"
#include "core/error.h"
#include "core/io.h"
#include "core/json.h"
#include "crypto/envelope.h"
#include "record/types.h"
#include "vault/frames.h"

#define CHUNK (256 * 1024)

/* ---- the segment before --------------------------------------------------------------------- */

/* SHA-256 of the first `len` bytes of a segment that this writer did not write. */
static enum pb_status
digest_file(struct pb_archive *a, const char *name, uint64_t len, uint8_t out[PB_DIGEST_LEN],
    struct pb_error *err)
{
	const struct pb_files *files = a->world->files;
	struct pb_digest *digest = NULL;
	char file[PB_SEGMENT_NAME_LEN + 8];
	uint8_t *chunk = malloc(CHUNK);
	struct pb_path path;
	enum pb_status status;
	uint64_t at = 0;
	int fd = -1;

	(void)snprintf(file, sizeof(file), "%s.seg", name);
	status = chunk == NULL ? pb_fail_memory(err, N_("begin a segment"))
			       : pb_path_make(&path, a->dir, PB_DIR_VAULT, file, err);
	if (status == PB_OK)
		status = pb_digest_new(PB_DIGEST_SHA256, &digest, err);
	if (status == PB_OK)
		status = pb_io_open_regular(files, path.text, O_RDONLY, &fd, NULL, err);
	while (status == PB_OK && at < len) {
		size_t step = len - at < CHUNK ? (size_t)(len - at) : CHUNK;

		status = pb_io_pread_exact(files, fd, path.text, chunk, step, at, err);
		if (status == PB_OK)
			pb_digest_update(digest, chunk, step);
		at += step;
	}
	if (status == PB_OK)
		pb_digest_final(digest, out);
	pb_io_close(files, &fd);
	pb_digest_free(digest);
	free(chunk);
	return status;
}

static enum pb_status
digest_before(struct pb_archive *a, uint8_t out[PB_DIGEST_LEN], struct pb_error *err)
{
	if (a->head.tree.size == 0)
		return PB_OK;
	if (a->append != NULL)
		return pb_append_sha256(a->append, out, err);
	return digest_file(a, a->head.segment, a->head.end, out, err);
}

/* ---- a new one, or the newest continued ----------------------------------------------------- */

static enum pb_status
begin(struct pb_archive *a, uint64_t now_s, struct pb_error *err)
{
	const struct pb_random *random = a->world->random;
	struct pb_segment_header header = { .first_seq = a->head.tree.size, .created_s = now_s };
	struct pb_append *append = NULL;
	struct pb_secret *key = NULL;
	uint8_t before[PB_DIGEST_LEN] = { 0 };
	enum pb_status status;
	int answer;

	memcpy(header.origin, a->origin, sizeof(header.origin));
	answer = random->fill(random->ctx, header.id, sizeof(header.id));
	if (answer < 0)
		return pb_fail_sys(err, answer, N_("draw random numbers"), "%s", "a segment's id");
	status = digest_before(a, before, err);
	if (status == PB_OK)
		status = pb_secret_random(random, PB_WRAP_KEY_LEN, &key, err);
	if (status == PB_OK)
		status = pb_envelope_seal(key, (const struct pb_reader *const *)a->reader,
		    a->reader_count, &header.cms, err);
	if (status == PB_OK) {
		struct pb_secret *take = key;

		key = NULL;
		status = pb_append_create(a->world->files, a->dir, &header, take, &append, err);
	}
	if (status == PB_OK) {
		if (a->closing != NULL && a->append != NULL)
			a->closing(a->watch_ctx, a);
		pb_append_close(a->append);
		a->append = append;
		a->append_created_s = now_s;
		memcpy(a->before_sha256, before, sizeof(before));
	}
	pb_secret_free(key);
	pb_segment_header_done(&header);
	return status;
}

/* The one that was kept while others might write, or as the reader's opens it. */
static enum pb_status
open_key(struct pb_archive *a, const struct pb_segment_header *header, struct pb_secret **ret_key,
    struct pb_error *err)
{
	if (a->kept_key != NULL && strcmp(a->kept_segment, a->head.segment) == 0) {
		*ret_key = a->kept_key;
		a->kept_key = NULL;
		return PB_OK;
	}
	if (a->key == NULL)
		return PB_EACCESS;
	return pb_envelope_open(
	    header->cms.data, header->cms.len, a->key, PB_WRAP_KEY_LEN, ret_key, err);
}

/* PB_EACCESS: no key at hand opens the newest segment. */
static enum pb_status
resume(struct pb_archive *a, struct pb_error *err)
{
	const struct pb_segment_header *header;
	struct pb_frames *frames = NULL;
	struct pb_secret *key = NULL;
	enum pb_status status;

	status = pb_frames_open(a->world->files, a->dir, a->head.segment, &frames, err);
	if (status != PB_OK)
		goto out;
	header = pb_frames_header(frames);
	status = open_key(a, header, &key, err);
	if (status != PB_OK)
		goto out;
	a->append_created_s = header->created_s;
	status = pb_append_continue(a->world->files, a->dir, a->head.segment, a->head.end,
	    a->head.segment_records, key, &a->append, err);
out:
	pb_frames_close(frames);
	return status;
}

static bool
closed(const struct pb_archive *a, uint64_t now_s)
{
	if (pb_append_slots(a->append) == 0)
		return false;
	return pb_append_end(a->append) >= PB_LIMIT_SEGMENT ||
	       (now_s > a->append_created_s &&
		   now_s - a->append_created_s >= PB_LIMIT_SEGMENT_AGE_S);
}

enum pb_status
pb_segments_ready(struct pb_archive *a, uint64_t now_s, struct pb_error *err)
{
	enum pb_status status;

	if (a->append == NULL && (a->key != NULL || a->kept_key != NULL) && a->head.tree.size > 0 &&
	    !a->renew) {
		status = resume(a, err);
		if (status != PB_OK && status != PB_EACCESS)
			return status;
	}
	if (a->append != NULL && !a->renew && !closed(a, now_s))
		return PB_OK;
	status = begin(a, now_s, err);
	if (status == PB_OK)
		a->renew = false;
	return status;
}

/* ---- the record that opens a segment -------------------------------------------------------- */

static enum pb_status
state_header(struct pb_archive *a, struct pb_json_writer *w, struct pb_error *err)
{
	struct pb_frames *frames = NULL;
	uint8_t h2[PB_H2_LEN];
	const struct pb_buf *json;
	enum pb_status status;

	/* From the file, so that what is stated is what stands there. */
	status = pb_frames_open(a->world->files, a->dir, pb_append_name(a->append), &frames, err);
	if (status != PB_OK)
		return status;
	json = pb_frames_header_json(frames);
	pb_digest_h2(json->data, json->len, h2);
	pb_json_object_begin(w, "header");
	pb_json_hex(w, "sha256", h2, PB_DIGEST_LEN);
	pb_json_hex(w, "sha3_256", h2 + PB_DIGEST_LEN, PB_DIGEST_LEN);
	pb_json_object_end(w);
	pb_frames_close(frames);
	return PB_OK;
}

static void
state_before(const struct pb_archive *a, struct pb_json_writer *w)
{
	if (a->head.tree.size == 0) {
		pb_json_null(w, "previous");
		return;
	}
	pb_json_object_begin(w, "previous");
	pb_json_text(w, "segment", a->head.segment);
	pb_json_u64(w, "length", a->head.end);
	pb_json_hex(w, "sha256", a->before_sha256, PB_DIGEST_LEN);
	pb_json_object_end(w);
}

static enum pb_status
state_founding(const struct pb_archive *a, struct pb_json_writer *w, struct pb_error *err)
{
	const struct pb_founding *founding = a->founding;
	struct pb_buf vkey = PB_BUF_EMPTY;
	uint8_t fingerprint[PB_DIGEST_LEN];
	const char *text;
	size_t i;

	pb_assert(founding != NULL);
	if (pb_note_verifier_format(&a->verifier, &vkey) != PB_OK ||
	    (text = pb_buf_text(&vkey)) == NULL) {
		pb_buf_done(&vkey);
		return pb_fail_memory(err, N_("state the log key"));
	}
	pb_json_u64(w, "format", 1);
	pb_json_text(w, "origin", a->origin);
	pb_json_text(w, "verifier_key", text);
	pb_json_array_begin(w, "readers");
	for (i = 0; i < founding->count; i++) {
		pb_reader_fingerprint(founding->reader[i], fingerprint);
		pb_json_object_begin(w, NULL);
		pb_json_text(w, "id", pb_reader_id(founding->reader[i]));
		pb_json_hex(w, "sha256", fingerprint, sizeof(fingerprint));
		pb_json_text(w, "role", founding->role[i]);
		pb_json_object_end(w);
	}
	pb_json_array_end(w);
	pb_json_text(w, "recovery", founding->recovery);
	pb_json_text(w, "export_key", founding->export_key);
	pb_authorities_state(founding->authorities, w);
	pb_json_text(w, "software", "probant " PROBANT_VERSION);
	pb_buf_done(&vkey);
	return PB_OK;
}

/* The readers, once they are not those of record 0; and what a new one is handed (FORMAT 1.5). */
static void
state_readers(const struct pb_archive *a, struct pb_json_writer *w)
{
	if (a->readers == NULL || !a->readers->restated)
		return;
	pb_readers_write(a->readers, w);
	if (a->handover == NULL)
		return;
	pb_json_object_begin(w, "past");
	pb_json_array_begin(w, "readers");
	pb_json_text(w, NULL, a->handover->id);
	pb_json_array_end(w);
	pb_json_u64(w, "segments", a->handover->segments);
	pb_json_object_end(w);
}

/* The objects stand before the facts (FORMAT 1). */
static enum pb_status
seal_handover(const struct pb_archive *a, struct pb_sealer *sealer, struct pb_error *err)
{
	const size_t most = PB_LIMIT_OBJECT / PB_HANDED_LEN * PB_HANDED_LEN;
	const struct pb_handover *handover = a->handover;
	enum pb_status status;

	if (handover == NULL)
		return PB_OK;
	status = pb_sealer_part(sealer, PB_PART_OBJECT, handover->cms.data, handover->cms.len, err);
	for (size_t at = 0; status == PB_OK && at < handover->entries.len; at += most) {
		size_t left = handover->entries.len - at;

		status = pb_sealer_part(sealer, PB_PART_OBJECT, handover->entries.data + at,
		    left < most ? left : most, err);
	}
	return status;
}

enum pb_status
pb_segments_opening_record(struct pb_archive *a, struct pb_sealed *ret_sealed, struct pb_error *err)
{
	struct pb_buf facts = PB_BUF_EMPTY;
	struct pb_sealer *sealer = NULL;
	struct pb_json_writer w;
	enum pb_status status;

	pb_json_writer_init(&w, &facts);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "event", "segment");
	pb_json_text(&w, "segment", pb_append_name(a->append));
	status = state_header(a, &w, err);
	if (status != PB_OK)
		goto out;
	state_before(a, &w);
	if (a->head.tree.size == 0)
		status = state_founding(a, &w, err);
	else
		state_readers(a, &w);
	pb_json_object_end(&w);
	if (status == PB_OK && pb_json_writer_status(&w) != PB_OK)
		status = pb_fail_memory(err, N_("begin a segment"));
	if (status == PB_OK)
		status = pb_archive_sealer(a, &sealer, err);
	if (status == PB_OK)
		status = pb_sealer_start(sealer, err);
	if (status == PB_OK)
		status = seal_handover(a, sealer, err);
	if (status == PB_OK)
		status = pb_sealer_part(sealer, PB_PART_FACTS, facts.data, facts.len, err);
	if (status == PB_OK)
		status = pb_sealer_finish(sealer, PB_RECORD_KEY, ret_sealed, err);
out:
	pb_buf_done(&facts);
	return status;
}
