#include "export/resume.h"

#include <stdlib.h>
#include <string.h>

#include "bundle/zip.h"
#include "core/cursor.h"
#include "core/error.h"
#include "core/io.h"
#include "core/json.h"

#define CHUNK ((size_t)64 * 1024)
#define STATE_MAX 4096
#define LOCAL_FIXED 30 /* bytes of a local header before its name */
#define ENTRIES (PB_LIMIT_PARTS + 4)

/* ---- the state ------------------------------------------------------------------------------ */

enum pb_status
pb_export_state_read(const struct pb_files *files, const char *path,
    struct pb_export_state *ret_state, struct pb_error *err)
{
	struct pb_export_state state;
	struct pb_buf text = PB_BUF_EMPTY;
	struct pb_json *json = NULL;
	enum pb_status status = pb_io_read_regular(files, path, STATE_MAX, &text, err);

	if (status == PB_OK)
		status = pb_json_parse(text.data, text.len, &json, err);
	if (status == PB_OK && (!pb_json_as_u64(pb_json_get(json, "export"), &state.export_seq) ||
				   !pb_json_as_u64(pb_json_get(json, "size"), &state.size) ||
				   !pb_json_as_hex(pb_json_get(json, "selection"), state.selection,
				       sizeof(state.selection))))
		status = pb_fail(err, PB_EDATA, N_("read the state of an export"),
		    N_("it is not as this program writes it"), "%s", path);
	state.unopened = false;
	(void)pb_json_as_bool(pb_json_get(json, "unopened"), &state.unopened);
	if (status == PB_OK)
		*ret_state = state;
	pb_json_free(json);
	pb_buf_done(&text);
	return status == PB_ELIMIT || status == PB_ECORRUPT ? PB_EDATA : status;
}

enum pb_status
pb_export_state_create(const struct pb_files *files, const char *path,
    const struct pb_export_state *state, struct pb_error *err)
{
	struct pb_buf text = PB_BUF_EMPTY;
	struct pb_json_writer w;
	enum pb_status status;

	pb_json_writer_init(&w, &text);
	pb_json_object_begin(&w, NULL);
	pb_json_u64(&w, "export", state->export_seq);
	pb_json_u64(&w, "size", state->size);
	pb_json_hex(&w, "selection", state->selection, sizeof(state->selection));
	if (state->unopened)
		pb_json_bool(&w, "unopened", true);
	pb_json_object_end(&w);
	status = pb_json_writer_status(&w) != PB_OK
		     ? pb_fail_memory(err, N_("remember an export"))
		     : pb_io_create_file(files, path, text.data, text.len, err);
	pb_buf_done(&text);
	return status;
}

/*
 * The manifest names all but the parts of PB_EXPORT_PARTS, which are in the rules, and what is
 * held.
 */
enum pb_status
pb_export_selection(const struct pb_export_plan *plan, const struct pb_export_options *options,
    uint8_t out[PB_DIGEST_LEN], struct pb_error *err)
{
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status = pb_manifest_encode(&plan->manifest, &text);

	if (status == PB_OK)
		status = pb_buf_append_u64(&text, options->rule_count);
	for (size_t i = 0; status == PB_OK && i < options->rule_count; i++) {
		const struct pb_export_rule *rule = &options->rule[i];

		status = pb_buf_append_u64(&text, rule->first);
		if (status == PB_OK)
			status = pb_buf_append_u64(&text, rule->last);
		if (status == PB_OK)
			status = pb_buf_append_u8(&text, (uint8_t)rule->what);
		if (status == PB_OK)
			status = pb_buf_append(&text, rule->parts, sizeof(rule->parts));
	}
	for (size_t i = 0; status == PB_OK && i < plan->held.count; i++)
		status = pb_buf_append_u64(&text, plan->held.size[i]);
	if (status == PB_OK)
		pb_digest_sha256(text.data, text.len, out);
	pb_buf_done(&text);
	return status == PB_OK ? PB_OK : pb_fail_memory(err, N_("remember an export"));
}

/* ---- the records ---------------------------------------------------------------------------- */

struct found {
	struct pb_package_name name;
	uint64_t data; /* offset of its bytes */
	uint64_t len;
	uint32_t crc32;
	uint8_t sha256[PB_DIGEST_LEN];
};

struct looking {
	struct pb_export *e;
	uint8_t *chunk;
	struct pb_digest *sha256;
	size_t count;
	struct found found[ENTRIES];
};

static uint32_t
little(const uint8_t *p, unsigned len)
{
	uint32_t value = 0;

	while (len-- > 0)
		value = value << 8 | p[len];
	return value;
}

/*
 * The local header at offset, as far as it says what stands behind it; it is written anew, so
 * the rest need not be looked at.  False: none, or one with a ZIP64 field: a record of that
 * size is made again.
 */
static bool
parse_local(const uint8_t *header, size_t len, struct found *found, size_t *ret_len)
{
	char name[PB_ZIP_NAME_MAX + 1];
	size_t name_len;

	if (len < LOCAL_FIXED || memcmp(header, "PK\3\4", 4) != 0)
		return false;
	name_len = little(header + 26, 2);
	if (name_len > PB_ZIP_NAME_MAX || len < LOCAL_FIXED + name_len ||
	    little(header + 28, 2) != 0)
		return false;
	memcpy(name, header + LOCAL_FIXED, name_len);
	name[name_len] = '\0';
	found->crc32 = little(header + 14, 4);
	found->len = little(header + 22, 4);
	*ret_len = LOCAL_FIXED + name_len;
	return pb_package_parse(name, &found->name);
}

/* Its bytes are there, and their CRC is right. */
static enum pb_status
sum_entry(struct looking *looking, struct found *found, bool *ret_whole, struct pb_error *err)
{
	const struct pb_export *e = looking->e;
	enum pb_status status = PB_OK;
	uint32_t crc32 = 0;
	uint64_t at = 0;
	size_t got = 1;

	while (status == PB_OK && at < found->len && got > 0) {
		uint64_t left = found->len - at;

		status =
		    pb_io_pread(e->archive->world->files, e->fd, e->partial.text, looking->chunk,
			left < CHUNK ? (size_t)left : CHUNK, e->base + found->data + at, &got, err);
		if (status != PB_OK)
			return status;
		pb_digest_update(looking->sha256, looking->chunk, got);
		crc32 = pb_zip_crc32(crc32, looking->chunk, got);
		at += got;
	}
	pb_digest_final(looking->sha256, found->sha256);
	*ret_whole = at == found->len && crc32 == found->crc32;
	return PB_OK;
}

/* The next entry of record seq, which stands in its order.  *ret_whole false: it does not. */
static enum pb_status
look_entry(
    struct looking *looking, uint64_t seq, uint64_t offset, bool *ret_whole, struct pb_error *err)
{
	const struct pb_export *e = looking->e;
	struct found *found = &looking->found[looking->count];
	size_t got, len;
	enum pb_status status;

	*ret_whole = false;
	status = pb_io_pread(e->archive->world->files, e->fd, e->partial.text, looking->chunk,
	    LOCAL_FIXED + PB_ZIP_NAME_MAX, e->base + offset, &got, err);
	if (status != PB_OK || !parse_local(looking->chunk, got, found, &len) ||
	    found->name.seq != seq || found->name.kind < PB_PACKAGE_MESSAGE ||
	    found->name.kind > PB_PACKAGE_LEAF_PROOF ||
	    (looking->count > 0 && pb_package_compare(&found[-1].name, &found->name) >= 0))
		return status;
	found->data = offset + len;
	status = sum_entry(looking, found, ret_whole, err);
	if (status == PB_OK && *ret_whole)
		looking->count++;
	return status;
}

static bool
has_leaf(const struct looking *looking, const uint8_t leaf[PB_LEAF_LEN])
{
	uint8_t sha256[PB_DIGEST_LEN];

	pb_digest_sha256(leaf, PB_LEAF_LEN, sha256);
	for (size_t i = 0; i < looking->count; i++)
		if (looking->found[i].name.kind == PB_PACKAGE_LEAF)
			return memcmp(looking->found[i].sha256, sha256, sizeof(sha256)) == 0;
	return false;
}

static enum pb_status
take_entry(struct looking *looking, const struct found *found, struct pb_error *err)
{
	struct pb_export *e = looking->e;
	enum pb_status status;
	uint64_t at = 0;

	status = pb_export_package_begin(
	    e->package, &found->name, found->len, found->crc32, found->sha256, err);
	while (status == PB_OK && at < found->len) {
		uint64_t left = found->len - at;
		size_t len = left < CHUNK ? (size_t)left : CHUNK;

		status = pb_io_pread_exact(e->archive->world->files, e->fd, e->partial.text,
		    looking->chunk, len, e->base + found->data + at, err);
		if (status == PB_OK)
			status = pb_export_package_present(e->package, looking->chunk, len, err);
		at += len;
	}
	return status;
}

enum pb_status
pb_export_resume_record(struct pb_export *e, uint64_t seq, const uint8_t leaf[PB_LEAF_LEN],
    bool *ret_present, struct pb_error *err)
{
	struct looking *looking = calloc(1, sizeof(*looking));
	uint64_t offset = pb_export_package_offset(e->package);
	bool whole = true, ended = false;
	enum pb_status status;

	if (looking == NULL || (looking->chunk = malloc(CHUNK)) == NULL) {
		status = pb_fail_memory(err, N_("go on with an export"));
		goto out;
	}
	looking->e = e;
	status = pb_digest_new(PB_DIGEST_SHA256, &looking->sha256, err);
	while (status == PB_OK && whole && !ended && looking->count < ENTRIES) {
		status = look_entry(looking, seq, offset, &whole, err);
		if (status == PB_OK && whole) {
			const struct found *last = &looking->found[looking->count - 1];

			offset = last->data + last->len;
			ended = last->name.kind == PB_PACKAGE_LEAF_PROOF;
		}
	}
	ended = ended && has_leaf(looking, leaf);
	for (size_t i = 0; status == PB_OK && ended && i < looking->count; i++)
		status = take_entry(looking, &looking->found[i], err);
	if (status == PB_OK)
		*ret_present = ended;
out:
	if (looking != NULL) {
		pb_digest_free(looking->sha256);
		free(looking->chunk);
	}
	free(looking);
	return status;
}
