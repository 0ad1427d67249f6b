#include "export/logged.h"

#include <stdlib.h>
#include <string.h>

#include "archive/commit.h"
#include "archive/walk.h"
#include "core/error.h"
#include "core/json.h"
#include "record/types.h"

static const char LOGGING[] = N_("record an export");

/* ---- writing -------------------------------------------------------------------------------- */

enum pb_status
pb_export_facts(const struct pb_manifest *manifest, struct pb_buf *json)
{
	struct pb_json_writer w;

	pb_json_writer_init(&w, json);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "event", "export");
	pb_json_array_begin(&w, "range");
	pb_json_u64(&w, NULL, manifest->first);
	pb_json_u64(&w, NULL, manifest->last);
	pb_json_array_end(&w);
	pb_json_u64(&w, "size", manifest->size);
	pb_json_array_begin(&w, "disclosed");
	for (size_t i = 0; i < manifest->run_count; i++) {
		const struct pb_disclosed_run *run = &manifest->run[i];

		pb_json_object_begin(&w, NULL);
		pb_json_u64(&w, "first", run->first);
		pb_json_u64(&w, "last", run->last);
		pb_json_text(&w, "what", pb_disclosure_name(run->what));
		pb_json_object_end(&w);
	}
	pb_json_array_end(&w);
	pb_json_object_end(&w);
	return pb_json_writer_status(&w);
}

static enum pb_status
write_envelope(const struct pb_manifest *manifest, struct pb_buf *json)
{
	struct pb_json_writer w;

	pb_json_writer_init(&w, json);
	pb_json_object_begin(&w, NULL);
	pb_json_octets(&w, "case", manifest->case_name, strlen(manifest->case_name));
	if (manifest->recipient.len > 0)
		pb_json_octets(&w, "recipient", manifest->recipient.data, manifest->recipient.len);
	pb_json_object_end(&w);
	return pb_json_writer_status(&w);
}

enum pb_status
pb_export_log_begin(struct pb_archive *archive, const struct pb_manifest *manifest,
    uint64_t *ret_seq, struct pb_error *err)
{
	struct pb_buf facts = PB_BUF_EMPTY, envelope = PB_BUF_EMPTY;
	enum pb_status status;

	if (pb_export_facts(manifest, &facts) != PB_OK ||
	    write_envelope(manifest, &envelope) != PB_OK)
		status = pb_fail_memory(err, LOGGING);
	else
		status =
		    pb_commit_own(archive, PB_RECORD_MANAGEMENT, &facts, &envelope, ret_seq, err);
	pb_buf_done(&facts);
	pb_buf_done(&envelope);
	return status;
}

static void
write_file(struct pb_json_writer *w, const char *key, const struct pb_export_file *file)
{
	pb_json_object_begin(w, key);
	pb_json_u64(w, "length", file->len);
	pb_json_hex(w, "sha256", file->sha256, sizeof(file->sha256));
	pb_json_object_end(w);
}

enum pb_status
pb_export_log_end(struct pb_archive *archive, uint64_t export_seq,
    const struct pb_export_file *package, const struct pb_export_file *container,
    struct pb_error *err)
{
	struct pb_buf facts = PB_BUF_EMPTY;
	struct pb_json_writer w;
	enum pb_status status;

	pb_json_writer_init(&w, &facts);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "event", "exported");
	pb_json_u64(&w, "export", export_seq);
	write_file(&w, "package", package);
	if (container != NULL)
		write_file(&w, "container", container);
	pb_json_object_end(&w);
	status = pb_json_writer_status(&w) != PB_OK
		     ? pb_fail_memory(err, LOGGING)
		     : pb_commit_own(archive, PB_RECORD_MANAGEMENT, &facts, NULL, NULL, err);
	pb_buf_done(&facts);
	return status;
}

/* ---- reading -------------------------------------------------------------------------------- */

/* The facts of a record of type 4; PB_ENOENT for another. */
static enum pb_status
read_facts(struct pb_reading *reading, uint64_t seq, struct pb_buf *facts, struct pb_error *err)
{
	uint8_t sha256[PB_DIGEST_LEN], index;
	struct pb_opened *opened;
	struct pb_leaf leaf;
	enum pb_status status = pb_reading_record(reading, seq, &leaf, &opened, sha256, err);

	if (status != PB_OK)
		return status;
	index = pb_opened_find(opened, PB_PART_FACTS);
	if (leaf.type != PB_RECORD_MANAGEMENT || index == pb_opened_count(opened))
		return PB_ENOENT;
	return pb_opened_part(opened, index, PB_LIMIT_JSON, facts, err);
}

enum pb_status
pb_export_log_holds(struct pb_reading *reading, uint64_t seq, const struct pb_manifest *manifest,
    bool *ret_holds, struct pb_error *err)
{
	struct pb_buf stands = PB_BUF_EMPTY, wanted = PB_BUF_EMPTY;
	enum pb_status status = read_facts(reading, seq, &stands, err);

	if (status == PB_OK && pb_export_facts(manifest, &wanted) != PB_OK)
		status = pb_fail_memory(err, LOGGING);
	if (status == PB_OK || status == PB_ENOENT) {
		*ret_holds = status == PB_OK && stands.len == wanted.len &&
			     memcmp(stands.data, wanted.data, wanted.len) == 0;
		status = PB_OK;
	}
	pb_buf_done(&stands);
	pb_buf_done(&wanted);
	return status;
}

/* "exported" of this package? */
static bool
tells_of(const struct pb_json *facts, const struct pb_export_file *package, uint64_t *ret_seq)
{
	const char *event = pb_json_string(pb_json_get(facts, "event"));
	const struct pb_json *file = pb_json_get(facts, "package");
	uint8_t sha256[PB_DIGEST_LEN];
	uint64_t len, seq;

	if (event == NULL || strcmp(event, "exported") != 0 ||
	    !pb_json_as_u64(pb_json_get(file, "length"), &len) || len != package->len ||
	    !pb_json_as_hex(pb_json_get(file, "sha256"), sha256, sizeof(sha256)) ||
	    memcmp(sha256, package->sha256, sizeof(sha256)) != 0 ||
	    !pb_json_as_u64(pb_json_get(facts, "export"), &seq))
		return false;
	*ret_seq = seq;
	return true;
}

static enum pb_status
look_at(struct pb_reading *reading, uint64_t seq, const struct pb_export_file *package,
    uint64_t *ret_export_seq, struct pb_error *err)
{
	struct pb_buf facts = PB_BUF_EMPTY;
	struct pb_json *json = NULL;
	enum pb_status status = read_facts(reading, seq, &facts, err);

	if (status == PB_OK)
		status = pb_json_parse(facts.data, facts.len, &json, err);
	if (status == PB_OK && !tells_of(json, package, ret_export_seq))
		status = PB_ENOENT;
	pb_json_free(json);
	pb_buf_done(&facts);
	/* One that is damaged, or not ours to read, is not the one that is looked for. */
	return status == PB_ECORRUPT || status == PB_EDATA || status == PB_ELIMIT ||
		       status == PB_EACCESS
		   ? PB_ENOENT
		   : status;
}

/* The seqs of the records of type 4, which are few. */
static enum pb_status
list_management(struct pb_archive *archive, struct pb_buf *seqs, struct pb_error *err)
{
	struct pb_walk *walk = NULL;
	struct pb_frame frame;
	struct pb_leaf leaf;
	enum pb_status status = pb_walk_new(archive->world->files, archive->dir, &walk, err);
	uint64_t seq, slot;

	for (seq = 0; status == PB_OK && seq < archive->head.tree.size; seq++) {
		status = pb_walk_record(walk, seq, &frame, &slot, err);
		if (status != PB_OK)
			break;
		(void)pb_leaf_decode(frame.leaf, &leaf);
		if (leaf.type == PB_RECORD_MANAGEMENT &&
		    pb_buf_append(seqs, &seq, sizeof(seq)) != PB_OK)
			status = pb_fail_memory(err, LOGGING);
	}
	pb_walk_free(walk);
	return status;
}

enum pb_status
pb_export_log_find(struct pb_archive *archive, const struct pb_export_file *package,
    uint64_t *ret_export_seq, struct pb_error *err)
{
	struct pb_reading *reading = NULL;
	struct pb_buf seqs = PB_BUF_EMPTY;
	enum pb_status status = list_management(archive, &seqs, err);
	size_t i = seqs.len / sizeof(uint64_t);

	if (status == PB_OK)
		status = pb_reading_new(
		    archive->world->files, archive->dir, archive->key, &reading, err);
	if (status == PB_OK)
		status = PB_ENOENT;
	while (status == PB_ENOENT && i > 0) {
		uint64_t seq;

		memcpy(&seq, seqs.data + --i * sizeof(seq), sizeof(seq));
		status = look_at(reading, seq, package, ret_export_seq, err);
	}
	if (status == PB_ENOENT)
		status = pb_fail(err, PB_ENOENT, N_("find an export in the log"),
		    N_("this archive has not exported that package"), "%s", archive->dir);
	pb_reading_free(reading);
	pb_buf_done(&seqs);
	return status;
}
