#include "verify/inside.h"

#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "record/types.h"

#define CHUNK (64 * 1024)

enum pb_status
pb_inside_tools_init(struct pb_inside_tools *tools, const char *origin, struct pb_error *err)
{
	struct pb_inside_tools made = { 0 };
	enum pb_status status = pb_opener_new(origin, &made.opener, err);

	if (status == PB_OK)
		status = pb_digest_new(PB_DIGEST_SHA256, &made.sha256, err);
	if (status != PB_OK) {
		pb_inside_tools_done(&made);
		return status;
	}
	pb_lanes_init(&made.lanes);
	*tools = made;
	return PB_OK;
}

void
pb_inside_tools_done(struct pb_inside_tools *tools)
{
	pb_opener_free(tools->opener);
	pb_digest_free(tools->sha256);
	*tools = (struct pb_inside_tools){ 0 };
}

/* ---- as stored ------------------------------------------------------------------------------ */

static enum pb_status
digest(struct pb_digest *sha256, const struct pb_payload *payload, uint8_t out[PB_DIGEST_LEN],
    struct pb_error *err)
{
	uint8_t chunk[CHUNK];
	enum pb_status status = PB_OK;

	for (uint64_t at = 0; status == PB_OK && at < payload->len; at += CHUNK) {
		uint64_t left = payload->len - at;
		size_t len = left < CHUNK ? (size_t)left : CHUNK;

		status = payload->read(payload->ctx, at, chunk, len, err);
		if (status == PB_OK)
			pb_digest_update(sha256, chunk, len);
	}
	pb_digest_final(sha256, out);
	return status;
}

static enum pb_status
look_at_payload(struct pb_inside_tools *tools, const struct pb_leaf *leaf,
    const struct pb_payload *payload, struct pb_inside *inside, struct pb_error *err)
{
	uint8_t computed[PB_DIGEST_LEN];
	enum pb_status status = digest(tools->sha256, payload, computed, err);

	if (status != PB_OK && !pb_inside_unsound(status))
		return status;
	inside->payload_wrong =
	    status != PB_OK || memcmp(computed, leaf->payload_sha256, PB_DIGEST_LEN) != 0;
	return PB_OK;
}

/* ---- opened --------------------------------------------------------------------------------- */

static void
judge_commitment(
    const struct pb_leaf *leaf, const struct pb_opened_sums *sums, struct pb_inside *inside)
{
	inside->commitment_wrong =
	    memcmp(sums->commitment, leaf->commitment, PB_COMMITMENT_LEN) != 0;
	inside->digest_wrong = !sums->digest_right;
}

static enum pb_status
look_at_commitment(const struct pb_leaf *leaf, struct pb_opened *opened, struct pb_inside *inside,
    struct pb_error *err)
{
	struct pb_opened_sums sums;
	enum pb_status status = pb_opened_commitments(&opened, 1, &sums, err);

	if (status == PB_OK)
		status = sums.status;
	if (status == PB_OK)
		judge_commitment(leaf, &sums, inside);
	return status;
}

/* An empty message is nothing but its digest. */
void
pb_inside_parts(
    uint8_t type, const uint8_t *kinds, size_t count, bool all, struct pb_inside *inside)
{
	unsigned parts[PB_PART_ENVELOPE + 1] = { 0 };
	bool message = pb_record_type_message(type);

	for (size_t i = 0; i < count; i++) {
		if (pb_part_kind_known(kinds[i]))
			parts[kinds[i]]++;
		else
			inside->part_unknown = true;
	}
	message |= parts[PB_PART_HEADER] > 0 || parts[PB_PART_BODY] > 0;
	inside->digest_missing = all && message && parts[PB_PART_DIGEST] == 0;
	inside->digest_twice = parts[PB_PART_DIGEST] > 1;
	inside->digest_wrong &= !inside->digest_twice;
	inside->class_twice = parts[PB_PART_CLASS] > 1;
	inside->envelope_twice = parts[PB_PART_ENVELOPE] > 1;
	inside->facts_missing = parts[PB_PART_FACTS] > 1 || (all && parts[PB_PART_FACTS] == 0);
}

static void
look_at_parts(const struct pb_leaf *leaf, const struct pb_opened *opened, struct pb_inside *inside)
{
	uint8_t kinds[PB_LIMIT_PARTS];

	for (unsigned i = 0; i < pb_opened_count(opened); i++)
		kinds[i] = pb_opened_kind(opened, (uint8_t)i);
	pb_inside_parts(leaf->type, kinds, pb_opened_count(opened), true, inside);
}

enum pb_status
pb_inside_facts(const void *data, size_t len, struct pb_inside *inside, struct pb_json **ret_facts,
    struct pb_error *err)
{
	struct pb_json *facts = NULL;
	enum pb_status status = pb_json_parse(data, len, &facts, err);

	if (pb_inside_unsound(status) || (status == PB_OK && !pb_json_is_object(facts))) {
		inside->facts_malformed = true;
		status = PB_OK;
	}
	if (status == PB_OK && !inside->facts_malformed && ret_facts != NULL) {
		*ret_facts = facts;
		facts = NULL;
	}
	pb_json_free(facts);
	return status;
}

static enum pb_status
look_at_facts(struct pb_opened *opened, struct pb_inside *inside, struct pb_json **ret_facts,
    struct pb_error *err)
{
	struct pb_buf bytes = PB_BUF_EMPTY;
	uint8_t index = pb_opened_find(opened, PB_PART_FACTS);
	enum pb_status status = pb_opened_part(opened, index, PB_LIMIT_JSON, &bytes, err);

	if (status == PB_OK) {
		status = pb_inside_facts(bytes.data, bytes.len, inside, ret_facts, err);
	} else if (pb_inside_unsound(status)) {
		inside->facts_malformed = true;
		status = PB_OK;
	}
	pb_buf_wipe(&bytes);
	pb_buf_done(&bytes);
	return status;
}

void
pb_inside_objects_done(struct pb_inside_objects *objects)
{
	for (size_t i = 0; i < objects->count; i++)
		pb_buf_done(&objects->object[i]);
	objects->count = 0;
}

/* Each within its limit, and all together. */
static enum pb_status
look_at_objects(struct pb_opened *opened, struct pb_inside_objects *objects, struct pb_error *err)
{
	uint64_t room = PB_LIMIT_OBJECTS;

	for (unsigned i = 0; i < pb_opened_count(opened); i++) {
		uint64_t len = pb_opened_len(opened, (uint8_t)i);
		enum pb_status status;

		if (pb_opened_kind(opened, (uint8_t)i) != PB_PART_OBJECT)
			continue;
		if (len > PB_LIMIT_OBJECT || len > room) {
			objects->too_long = true;
			return PB_OK;
		}
		room -= len;
		status = pb_opened_part(
		    opened, (uint8_t)i, PB_LIMIT_OBJECT, &objects->object[objects->count++], err);
		if (status != PB_OK)
			return status;
	}
	return PB_OK;
}

/* It was opened, or not, and its commitment computed, or not. */
static enum pb_status
conclude(const struct pb_leaf *leaf, struct pb_opened *opened, enum pb_status status,
    struct pb_inside *inside, struct pb_json **ret_facts, struct pb_error *err)
{
	if (pb_inside_unsound(status)) {
		inside->seal_wrong = true;
		return PB_OK;
	}
	if (status != PB_OK)
		return status;
	look_at_parts(leaf, opened, inside);
	return inside->facts_missing ? PB_OK : look_at_facts(opened, inside, ret_facts, err);
}

static enum pb_status
look_inside(struct pb_inside_tools *tools, const struct pb_leaf *leaf,
    const struct pb_payload *payload, struct pb_secret *r, struct pb_inside *inside,
    struct pb_json **ret_facts, struct pb_inside_objects *ret_objects, struct pb_error *err)
{
	struct pb_opened *opened = NULL;
	enum pb_status status;

	inside->opened = true;
	status = pb_opener_open(tools->opener, payload, r, &opened, err);
	if (status == PB_OK)
		status = look_at_commitment(leaf, opened, inside, err);
	if (status == PB_OK && ret_objects != NULL &&
	    (leaf->type == PB_RECORD_ANCHOR || leaf->type == PB_RECORD_KEY))
		status = look_at_objects(opened, ret_objects, err);
	status = conclude(leaf, opened, status, inside, ret_facts, err);
	pb_opened_free(opened);
	return status;
}

enum pb_status
pb_inside_look(struct pb_inside_tools *tools, const struct pb_leaf *leaf,
    const struct pb_payload *payload, struct pb_secret *r, struct pb_inside *ret_inside,
    struct pb_json **ret_facts, struct pb_inside_objects *ret_objects, struct pb_error *err)
{
	struct pb_inside inside = { 0 };
	struct pb_json *facts = NULL;
	enum pb_status status = look_at_payload(tools, leaf, payload, &inside, err);

	if (status == PB_OK && !inside.payload_wrong && r != NULL)
		status = look_inside(tools, leaf, payload, r, &inside,
		    ret_facts != NULL ? &facts : NULL, ret_objects, err);
	if (status != PB_OK)
		return status;
	*ret_inside = inside;
	if (ret_facts != NULL)
		*ret_facts = facts;
	return PB_OK;
}

bool
pb_inside_sound(const struct pb_inside *inside)
{
	return !inside->payload_wrong && !inside->seal_wrong && !inside->commitment_wrong &&
	       !inside->digest_missing && !inside->digest_twice && !inside->digest_wrong &&
	       !inside->class_twice && !inside->envelope_twice && !inside->facts_missing &&
	       !inside->facts_malformed;
}

/* ---- several -------------------------------------------------------------------------------- */

static enum pb_status
read_stored(void *ctx, uint64_t offset, void *to, size_t len, struct pb_error *err)
{
	const struct pb_buf *stored = ctx;

	if (offset > stored->len || len > stored->len - offset)
		return pb_fail(err, PB_ECORRUPT, N_("read a payload"),
		    N_("more was asked of it than it holds"), "%s", "");
	memcpy(to, stored->data + offset, len);
	return PB_OK;
}

/* Records that are open beside each other until their commitments are computed. */
struct open_records {
	size_t count;
	struct pb_inside_record *record[PB_INSIDE_RECORDS];
	struct pb_opened *opened[PB_INSIDE_RECORDS];
	struct pb_payload payload[PB_INSIDE_RECORDS];
};

static void
close_all(struct open_records *open)
{
	struct pb_opened_sums sums[PB_INSIDE_RECORDS];
	struct pb_error err = { .status = PB_OK };
	enum pb_status status = pb_opened_commitments(open->opened, open->count, sums, &err);

	for (size_t i = 0; i < open->count; i++) {
		struct pb_inside_record *record = open->record[i];
		enum pb_status own = status != PB_OK ? status : sums[i].status;

		record->err = err;
		if (own == PB_OK)
			judge_commitment(record->leaf, &sums[i], &record->inside);
		record->status = conclude(
		    record->leaf, open->opened[i], own, &record->inside, NULL, &record->err);
		pb_opened_free(open->opened[i]);
	}
	open->count = 0;
}

static void
open_one(struct pb_inside_tools *tools, struct open_records *open, struct pb_inside_record *record)
{
	struct pb_payload *payload = &open->payload[open->count];
	struct pb_opened *opened = NULL;
	enum pb_status status;

	record->inside.opened = true;
	*payload = (struct pb_payload){ (void *)(uintptr_t)record->stored, record->stored->len,
		read_stored };
	status = pb_opener_open(tools->opener, payload, record->r, &opened, &record->err);
	if (status != PB_OK) {
		record->status =
		    conclude(record->leaf, NULL, status, &record->inside, NULL, &record->err);
		return;
	}
	open->record[open->count] = record;
	open->opened[open->count++] = opened;
	if (pb_opener_full(tools->opener))
		close_all(open);
}

static void
look_at_payloads(const struct pb_lanes *lanes, struct pb_inside_record *records, size_t count)
{
	uint8_t computed[PB_INSIDE_RECORDS][PB_DIGEST_LEN];
	struct pb_lanes_input input[PB_INSIDE_RECORDS] = { { NULL, 0, NULL } };
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (records[i].sha256 == NULL)
			input[n++] = (struct pb_lanes_input){ records[i].stored->data,
				records[i].stored->len, computed[i] };
	pb_lanes_sha256(lanes, input, n);
	for (size_t i = 0; i < count; i++)
		records[i].inside.payload_wrong =
		    memcmp(records[i].sha256 != NULL ? records[i].sha256 : computed[i],
			records[i].leaf->payload_sha256, PB_DIGEST_LEN) != 0;
}

void
pb_inside_look_many(struct pb_inside_tools *tools, struct pb_inside_record *records, size_t count)
{
	struct open_records open = { .count = 0 };

	pb_assert(count > 0 && count <= PB_INSIDE_RECORDS);
	for (size_t i = 0; i < count; i++) {
		records[i].inside = (struct pb_inside){ 0 };
		records[i].status = PB_OK;
		records[i].err = (struct pb_error){ .status = PB_OK };
	}
	look_at_payloads(&tools->lanes, records, count);
	for (size_t i = 0; i < count; i++)
		if (!records[i].inside.payload_wrong && records[i].r != NULL)
			open_one(tools, &open, &records[i]);
	close_all(&open);
}
