#include "archive/view_open.h"

#include <inttypes.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "record/types.h"
#include "vault/slot.h"

/* Of a buffer, from one message to the next: most are far shorter. */
#define OCTETS_KEPT ((size_t)2 * 1024 * 1024)

static const char OPENING[] = N_("open a record to index it");

static enum pb_status
differs(uint64_t seq, struct pb_error *err)
{
	(void)pb_fail(
	    err, PB_ECORRUPT, OPENING, N_("it is not what the log committed to"), "%" PRIu64, seq);
	return pb_fail_todo(err, PB_ECORRUPT,
	    N_("run `probant verify` to see what is hit, and look at the second copy"));
}

/* A slot of zeros: the secret was destroyed; whether the log says so is a verification's business.
 */
enum pb_status
pb_view_secret(const struct pb_frame *frame, struct pb_keyfile *keyfile,
    struct pb_secret *segment_key, uint64_t number, struct pb_secret **ret_r, struct pb_error *err)
{
	uint8_t slot[PB_SLOT_LEN];
	enum pb_status status;

	if (frame->tag == PB_FRAME_OPEN) {
		status = pb_secret_new(sizeof(frame->r), ret_r, err);
		if (status == PB_OK)
			memcpy(pb_secret_bytes(*ret_r), frame->r, sizeof(frame->r));
		return status;
	}
	status = pb_keyfile_read(keyfile, number, slot, err);
	if (status != PB_OK || pb_slot_state(slot, number) == PB_SLOT_EMPTY)
		return status;
	return pb_slot_decode(segment_key, number, slot, ret_r, err);
}

static enum pb_status
check_stored(const struct pb_view_record *record, struct pb_error *err)
{
	uint8_t digest[PB_DIGEST_LEN];
	enum pb_status status = pb_frames_payload_sha256(&record->frame, digest, err);

	if (status == PB_OK && memcmp(digest, record->leaf.payload_sha256, sizeof(digest)) != 0)
		status = differs(record->leaf.seq, err);
	return status;
}

/* ---- its parts ------------------------------------------------------------------------------ */

static enum pb_status
take_message(struct pb_view_record *record, struct pb_error *err)
{
	enum pb_status status;

	record->too_large = record->size > PB_LIMIT_VIEW_MESSAGE;
	if (!record->whole || record->too_large)
		return PB_OK;
	record->octets = pb_opened_message_at(record->opened);
	if (record->octets != NULL)
		return PB_OK;
	status = pb_opened_message(record->opened, PB_LIMIT_VIEW_MESSAGE, &record->copy, err);
	record->octets = record->copy.data;
	return status;
}

static enum pb_status
take_digest(struct pb_view_record *record, struct pb_error *err)
{
	struct pb_opened *opened = record->opened;
	uint8_t index = pb_opened_find(opened, PB_PART_DIGEST);
	enum pb_status status;

	pb_buf_clear(&record->part);
	if (index >= pb_opened_count(opened))
		return differs(record->leaf.seq, err);
	status = pb_opened_part(opened, index, PB_DIGEST_LEN, &record->part, err);
	if (status == PB_OK && record->part.len == PB_DIGEST_LEN)
		memcpy(record->sha256, record->part.data, PB_DIGEST_LEN);
	else if (status == PB_OK || status == PB_ELIMIT)
		status = differs(record->leaf.seq, err);
	return status;
}

/* What is no JSON leaves a row that says less. */
static enum pb_status
take_json(
    struct pb_view_record *record, uint8_t kind, struct pb_json **ret_json, struct pb_error *err)
{
	struct pb_opened *opened = record->opened;
	uint8_t index = pb_opened_find(opened, kind);
	enum pb_status status;

	pb_buf_clear(&record->part);
	if (index >= pb_opened_count(opened))
		return PB_OK;
	status = pb_opened_part(opened, index, PB_LIMIT_JSON, &record->part, err);
	if (status == PB_OK)
		status = pb_json_parse(record->part.data, record->part.len, ret_json, err);
	return status == PB_EDATA || status == PB_ELIMIT ? PB_OK : status;
}

static enum pb_status
take_parts(struct pb_view_record *record, struct pb_error *err)
{
	enum pb_status status = take_json(record, PB_PART_FACTS, &record->facts, err);

	if (status != PB_OK || !record->message)
		return status;
	if (record->leaf.type == PB_RECORD_MESSAGE)
		status = take_json(record, PB_PART_ENVELOPE, &record->envelope, err);
	if (status != PB_OK)
		return status;
	record->size = pb_opened_message_len(record->opened);
	status = take_digest(record, err);
	if (status == PB_OK)
		status = take_message(record, err);
	return status;
}

static enum pb_status
open_record(struct pb_view_record *record, struct pb_opener *opener, struct pb_error *err)
{
	const struct pb_payload *payload = &record->frame.payload;

	if (record->plain.keep != NULL)
		return pb_opener_adopt(
		    opener, payload, record->r, &record->plain, &record->opened, err);
	return pb_opener_open(opener, payload, record->r, &record->opened, err);
}

enum pb_status
pb_view_record_open(struct pb_view_record *record, struct pb_opener *opener,
    const struct pb_view_source *source, struct pb_kept *take_plain, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	pb_view_record_clear(record);
	if (take_plain != NULL) {
		record->plain = *take_plain;
		*take_plain = PB_KEPT_NOTHING;
	}
	record->frame = *source->frame;
	if (pb_leaf_decode(record->frame.leaf, &record->leaf) != PB_LEAF_SOUND)
		return differs(record->leaf.seq, err);
	record->message = pb_record_type_message(record->leaf.type);
	status = pb_view_secret(
	    &record->frame, source->keyfile, source->segment_key, source->slot, &record->r, err);
	if (status != PB_OK || record->r == NULL)
		return status;
	if (source->check)
		status = check_stored(record, err);
	if (status == PB_OK)
		status = open_record(record, opener, err);
	return status == PB_OK ? take_parts(record, err) : status;
}

void
pb_view_record_clear(struct pb_view_record *record)
{
	pb_opened_free(record->opened);
	record->opened = NULL;
	record->octets = NULL;
	pb_kept_done(&record->plain);
	pb_secret_free(record->r);
	record->r = NULL;
	pb_json_free(record->facts);
	record->facts = NULL;
	pb_json_free(record->envelope);
	record->envelope = NULL;
	pb_wipe(record->copy.data, record->copy.len);
	pb_buf_clear(&record->copy);
	if (record->copy.cap > OCTETS_KEPT)
		pb_buf_done(&record->copy);
	pb_buf_clear(&record->part);
	record->message = record->too_large = false;
	record->size = 0;
	memset(record->sha256, 0, sizeof(record->sha256));
}

void
pb_view_record_done(struct pb_view_record *record)
{
	pb_view_record_clear(record);
	pb_buf_done(&record->copy);
	pb_buf_done(&record->part);
}
