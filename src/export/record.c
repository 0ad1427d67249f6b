#include "export/record.h"

#include <inttypes.h>
#include <string.h>

#include "bundle/zip.h"
#include "core/error.h"
#include "core/limits.h"
#include "record/types.h"
#include "verify/inside.h"

static const char EXPORTING[] = N_("export a record");

void
pb_export_record_done(struct pb_export_record *record)
{
	pb_buf_wipe(&record->message);
	pb_buf_wipe(&record->bytes);
	pb_buf_done(&record->message);
	pb_buf_done(&record->bytes);
	pb_buf_done(&record->json);
	*record = PB_EXPORT_RECORD_EMPTY;
}

enum pb_status
pb_export_tools_init(struct pb_export_tools *tools, struct pb_error *err)
{
	enum pb_status status = pb_expander_new(&tools->expander, err);

	if (status == PB_OK)
		status = pb_digest_new(PB_DIGEST_H2, &tools->part, err);
	return status == PB_OK ? pb_digest_new(PB_DIGEST_SHA256, &tools->message, err) : status;
}

void
pb_export_tools_done(struct pb_export_tools *tools)
{
	pb_expander_free(tools->expander);
	pb_digest_free(tools->part);
	pb_digest_free(tools->message);
	*tools = (struct pb_export_tools){ .part = NULL };
}

uint64_t
pb_export_record_len(const struct pb_opened *opened)
{
	uint64_t len = 0;

	for (uint8_t i = 0; i < pb_opened_count(opened); i++)
		len += pb_opened_len(opened, i);
	return len;
}

/* ---- what is disclosed ---------------------------------------------------------------------- */

static bool
is_message(uint8_t kind)
{
	return kind == PB_PART_HEADER || kind == PB_PART_BODY;
}

/* Before the rule of the digest. */
static bool
wanted(const struct pb_export_choice *choice, uint8_t index, uint8_t kind)
{
	switch (choice->what) {
	case PB_DISCLOSE_ALL:
		return true;
	case PB_DISCLOSE_HEADERS:
		return kind == PB_PART_FACTS || kind == PB_PART_CLASS || kind == PB_PART_HEADER;
	case PB_DISCLOSE_FACTS:
		return kind == PB_PART_FACTS || kind == PB_PART_CLASS;
	default:
		return kind == PB_PART_FACTS || choice->parts[index / 8] >> index % 8 & 1;
	}
}

/*
 * The digest goes with all of kinds 1 and 2, and never without: it would let a part that is
 * withheld be guessed (FORMAT 1, kind 3).
 */
static void
disclose(const struct pb_opened *opened, const struct pb_export_choice *choice,
    struct pb_opening *opening)
{
	bool whole = true;

	opening->count = pb_opened_count(opened);
	for (uint8_t i = 0; i < opening->count; i++) {
		struct pb_opening_part *part = &opening->part[i];

		part->kind = pb_opened_kind(opened, i);
		part->len = pb_opened_len(opened, i);
		part->disclosed = wanted(choice, i, part->kind);
		whole = whole && (part->disclosed || !is_message(part->kind));
	}
	for (uint8_t i = 0; i < opening->count; i++)
		if (opening->part[i].kind == PB_PART_DIGEST)
			opening->part[i].disclosed = whole;
}

static struct pb_export_entry *
add_entry(struct pb_export_record *record, enum pb_package_kind kind, uint8_t part)
{
	struct pb_export_entry *entry = &record->entry[record->entry_count++];

	*entry =
	    (struct pb_export_entry){ .name = { .kind = kind, .seq = record->seq, .index = part },
		    .part = part };
	if (kind == PB_PACKAGE_MESSAGE)
		entry->name.index = 0;
	return entry;
}

/* message.eml first, if there is one, then the other parts that stand in files. */
static void
list_entries(struct pb_export_record *record, bool elsewhere)
{
	const struct pb_opening *opening = &record->opening;
	bool whole = pb_opening_whole(opening);
	struct pb_export_entry *message;

	record->entry_count = 0;
	message = whole ? add_entry(record, PB_PACKAGE_MESSAGE, 0) : NULL;
	for (uint8_t i = 0; i < opening->count; i++) {
		const struct pb_opening_part *part = &opening->part[i];

		if (!part->disclosed || (elsewhere && part->kind == PB_PART_OBJECT))
			continue;
		if (whole && is_message(part->kind))
			message->len += part->len;
		else
			add_entry(record, PB_PACKAGE_PART, i)->len = part->len;
	}
}

/* ---- one pass ------------------------------------------------------------------------------- */

struct pass {
	struct pb_export_tools *tools;
	struct pb_export_record *record;
	struct pb_secret *r;
	struct pb_export_entry *entry;           /* that the part at hand goes to; NULL: none */
	unsigned next;                           /* index of the part that comes next */
	const struct pb_opened_digests *digests; /* computed beforehand, or NULL */
	size_t digest_len;
	uint8_t digest[PB_DIGEST_LEN]; /* what the digest part says */
	struct pb_buf facts;
};

/* Its H2 gives p_i (FORMAT 1.2); and the half of it that is SHA-256, the sum of its file. */
static enum pb_status
end_part(struct pass *pass, struct pb_error *err)
{
	struct pb_opening_part *part;
	uint8_t salt[PB_SALT_LEN], d[PB_H2_LEN];
	enum pb_status status;

	if (pass->next == 0)
		return PB_OK;
	part = &pass->record->opening.part[pass->next - 1];
	if (pass->digests != NULL)
		memcpy(d, pass->digests->part[pass->next - 1], sizeof(d));
	else
		pb_digest_final(pass->tools->part, d);
	status = pb_commitment_salt(
	    pass->tools->expander, pass->r, (uint8_t)(pass->next - 1), salt, err);
	if (status != PB_OK)
		return status;
	pb_commitment_part((uint8_t)(pass->next - 1), part->kind, part->len, salt, d, part->p);
	if (part->disclosed)
		memcpy(part->salt, salt, sizeof(salt));
	if (pass->entry != NULL && pass->entry->name.kind == PB_PACKAGE_PART)
		memcpy(pass->entry->sha256, d, PB_DIGEST_LEN);
	pass->entry = NULL;
	pb_wipe(salt, sizeof(salt));
	return PB_OK;
}

static struct pb_export_entry *
entry_of(struct pb_export_record *record, unsigned index)
{
	const struct pb_opening_part *part = &record->opening.part[index];

	for (size_t i = 0; i < record->entry_count; i++) {
		struct pb_export_entry *entry = &record->entry[i];

		if (entry->name.kind == PB_PACKAGE_MESSAGE ? is_message(part->kind)
							   : entry->part == index)
			return entry;
	}
	return NULL;
}

static enum pb_status
begin(void *ctx, uint8_t kind, struct pb_error *err)
{
	struct pass *pass = ctx;
	enum pb_status status = end_part(pass, err);

	(void)kind;
	if (status != PB_OK)
		return status;
	pass->entry = entry_of(pass->record, pass->next++);
	if (pass->entry != NULL && pass->entry->name.kind == PB_PACKAGE_PART)
		pass->entry->at = pass->record->bytes.len;
	return PB_OK;
}

static enum pb_status
keep_bytes(struct pass *pass, const void *data, size_t len, struct pb_error *err)
{
	struct pb_export_record *record = pass->record;
	struct pb_buf *to =
	    pass->entry->name.kind == PB_PACKAGE_MESSAGE ? &record->message : &record->bytes;

	if (!record->kept)
		return PB_OK;
	return pb_buf_append(to, data, len) == PB_OK ? PB_OK : pb_fail_memory(err, EXPORTING);
}

static enum pb_status
pass_bytes(void *ctx, const void *data, size_t len, struct pb_error *err)
{
	struct pass *pass = ctx;
	uint8_t kind = pass->record->opening.part[pass->next - 1].kind;
	size_t room = sizeof(pass->digest) - pass->digest_len;

	if (pass->digests == NULL)
		pb_digest_update(pass->tools->part, data, len);
	if (pass->digests == NULL && is_message(kind))
		pb_digest_update(pass->tools->message, data, len);
	if (kind == PB_PART_DIGEST) {
		memcpy(pass->digest + pass->digest_len, data, len < room ? len : room);
		pass->digest_len += len < room ? len : room;
	}
	if (kind == PB_PART_FACTS && pass->facts.len <= PB_LIMIT_JSON &&
	    pb_buf_append(&pass->facts, data, len) != PB_OK)
		return pb_fail_memory(err, EXPORTING);
	if (pass->entry == NULL)
		return PB_OK;
	pass->entry->crc32 = pb_zip_crc32(pass->entry->crc32, data, len);
	return keep_bytes(pass, data, len, err);
}

/* ---- held against the leaf ------------------------------------------------------------------ */

static enum pb_status
differs(uint64_t seq, struct pb_error *err)
{
	(void)pb_fail(err, PB_ECORRUPT, EXPORTING, N_("it is not what the log committed to"),
	    "%" PRIu64, seq);
	return pb_fail_todo(err, PB_ECORRUPT,
	    N_("run `probant verify` to see what is hit, and look at the second copy"));
}

static bool
digest_right(const struct pass *pass, const uint8_t sha256[PB_DIGEST_LEN])
{
	const struct pb_opening *opening = &pass->record->opening;
	unsigned digests = 0;
	bool right = true;

	for (uint8_t i = 0; i < opening->count; i++) {
		if (opening->part[i].kind != PB_PART_DIGEST)
			continue;
		digests++;
		right = opening->part[i].len == PB_DIGEST_LEN &&
			memcmp(pass->digest, sha256, PB_DIGEST_LEN) == 0;
	}
	return digests <= 1 && right;
}

/* Has it the parts that FORMAT 4.3 wants of it?  No bundle would be sound otherwise. */
static enum pb_status
look_at_form(
    const struct pass *pass, const struct pb_leaf *leaf, bool *ret_sound, struct pb_error *err)
{
	const struct pb_opening *opening = &pass->record->opening;
	struct pb_inside inside = { 0 };
	uint8_t kinds[PB_LIMIT_PARTS];
	enum pb_status status = PB_OK;

	for (size_t i = 0; i < opening->count; i++)
		kinds[i] = opening->part[i].kind;
	pb_inside_parts(leaf->type, kinds, opening->count, true, &inside);
	if (!inside.facts_missing)
		status = pb_inside_facts(pass->facts.data, pass->facts.len, &inside, NULL, err);
	*ret_sound = pb_inside_sound(&inside);
	return status;
}

static enum pb_status
finish(struct pass *pass, const struct pb_leaf *leaf, struct pb_error *err)
{
	struct pb_export_record *record = pass->record;
	uint8_t commitment[PB_COMMITMENT_LEN], sha256[PB_DIGEST_LEN];
	enum pb_status status = end_part(pass, err);
	bool sound = false;

	if (pass->digests != NULL)
		memcpy(sha256, pass->digests->message, sizeof(sha256));
	else
		pb_digest_final(pass->tools->message, sha256);
	if (status == PB_OK)
		status = look_at_form(pass, leaf, &sound, err);
	if (status != PB_OK)
		return status;
	pb_opening_commitment(&record->opening, commitment);
	if (memcmp(commitment, leaf->commitment, sizeof(commitment)) != 0 || !sound ||
	    !digest_right(pass, sha256))
		return differs(leaf->seq, err);
	/* The SHA-256 of kinds 1 and 2 joined is that of message.eml. */
	if (record->entry_count > 0 && record->entry[0].name.kind == PB_PACKAGE_MESSAGE)
		memcpy(record->entry[0].sha256, sha256, PB_DIGEST_LEN);
	pb_buf_clear(&record->json);
	if (pb_opening_encode(&record->opening, &record->json) != PB_OK)
		return pb_fail_memory(err, EXPORTING);
	record->json_crc32 = pb_zip_crc32(0, record->json.data, record->json.len);
	pb_digest_sha256(record->json.data, record->json.len, record->json_sha256);
	return PB_OK;
}

/* Reserved, so that no copy is left behind where a buffer moves as it grows. */
static enum pb_status
make_room(struct pb_export_record *record, struct pb_error *err)
{
	size_t message = 0, bytes = 0;

	for (size_t i = 0; i < record->entry_count; i++) {
		if (record->entry[i].name.kind == PB_PACKAGE_MESSAGE)
			message += (size_t)record->entry[i].len;
		else
			bytes += (size_t)record->entry[i].len;
	}
	pb_buf_clear(&record->message);
	pb_buf_clear(&record->bytes);
	if (record->kept && (pb_buf_reserve(&record->message, message) != PB_OK ||
				pb_buf_reserve(&record->bytes, bytes) != PB_OK))
		return pb_fail_memory(err, EXPORTING);
	return PB_OK;
}

enum pb_status
pb_export_record_make(struct pb_export_tools *tools, const struct pb_leaf *leaf,
    struct pb_opened *opened, struct pb_secret *r, const struct pb_opened_digests *digests,
    const struct pb_export_choice *choice, bool elsewhere, bool keep,
    struct pb_export_record *record, struct pb_error *err)
{
	struct pass pass = { .tools = tools, .record = record, .r = r };
	const struct pb_part_sink sink = { &pass, begin, pass_bytes };
	uint8_t rest[PB_H2_LEN];
	enum pb_status status;

	record->seq = leaf->seq;
	record->opening.seq = leaf->seq;
	record->kept = keep;
	disclose(opened, choice, &record->opening);
	list_entries(record, elsewhere);
	/* Whatever became of the record before, its octets are not part of this one. */
	pb_digest_final(tools->part, rest);
	pb_digest_final(tools->message, rest);
	pass.digests = digests != NULL && digests->computed ? digests : NULL;
	status = make_room(record, err);
	if (status == PB_OK)
		status =
		    pb_opened_stream(opened, 0, (uint8_t)(pb_opened_count(opened) - 1), &sink, err);
	if (status == PB_OK)
		status = finish(&pass, leaf, err);
	pb_buf_wipe(&pass.facts);
	pb_buf_done(&pass.facts);
	return status;
}

/* ---- again, for one entry ------------------------------------------------------------------- */

static enum pb_status
ignore_begin(void *ctx, uint8_t kind, struct pb_error *err)
{
	(void)ctx;
	(void)kind;
	(void)err;
	return PB_OK;
}

enum pb_status
pb_export_record_stream(struct pb_opened *opened, const struct pb_export_entry *entry,
    const struct pb_export_flow *flow, struct pb_error *err)
{
	const struct pb_part_sink sink = { flow->ctx, ignore_begin, flow->write };
	enum pb_status status = PB_OK;
	unsigned first = 0, last, count = pb_opened_count(opened);

	if (entry->name.kind == PB_PACKAGE_PART)
		return pb_opened_stream(opened, entry->part, entry->part, &sink, err);
	/* Parts of a message stand together, so that this is one run, and one decryption. */
	while (status == PB_OK && first < count) {
		for (last = first;
		     last < count && is_message(pb_opened_kind(opened, (uint8_t)last));)
			last++;
		if (last > first)
			status = pb_opened_stream(
			    opened, (uint8_t)first, (uint8_t)(last - 1), &sink, err);
		first = last + 1;
	}
	return status;
}
