#include "anchor/record.h"

#include "core/error.h"
#include "core/json.h"
#include "record/types.h"

/* ---- a token -------------------------------------------------------------------------------- */

static void
state_objects(const struct pb_answer *answer, struct pb_json_writer *w)
{
	size_t i;

	pb_json_array_begin(w, "objects");
	pb_json_text(w, NULL, "checkpoint");
	pb_json_text(w, NULL, "request");
	pb_json_text(w, NULL, "reply");
	if (answer->entry != NULL) {
		pb_json_text(w, NULL, "node");
		pb_json_text(w, NULL, "salt");
		pb_json_text(w, NULL, "proof");
	}
	if (answer->chain.len > 0)
		pb_json_text(w, NULL, "chain");
	for (i = 0; i < answer->revocation_count; i++)
		pb_json_text(w, NULL, answer->revocation[i].ocsp ? "ocsp" : "crl");
	pb_json_array_end(w);
}

static void
state_token(const struct pb_answer *answer, uint64_t size, struct pb_json_writer *w)
{
	const struct pb_token_info *info = pb_token_info(answer->token);

	pb_json_object_begin(w, NULL);
	pb_json_text(w, "event", answer->entry != NULL ? "shared_timestamp" : "timestamp");
	pb_json_u64(w, "size", size);
	state_objects(answer, w);
	if (answer->entry != NULL)
		pb_json_text(w, "node", answer->entry->key);
	pb_json_text(w, "tsa", answer->tsa->name);
	pb_json_bool(w, "local", answer->tsa->local);
	pb_json_hex(w, "key", answer->verdict.key, sizeof(answer->verdict.key));
	pb_json_text(w, "gen_time", info->gen_time);
	if (info->has_accuracy)
		pb_json_u64(w, "accuracy_us", info->accuracy_us);
	pb_json_text(w, "policy", info->policy);
	pb_json_text(w, "serial", info->serial);
	pb_json_text(w, "hash", pb_stamp_hash_name(info->hash));
	pb_json_u64(w, "before_us", answer->before_us < 0 ? 0 : (uint64_t)answer->before_us);
	pb_json_u64(w, "after_us", answer->after_us < 0 ? 0 : (uint64_t)answer->after_us);
	pb_json_text(w, "qualified", info->qualified ? "stated" : "no");
	pb_json_object_end(w);
}

static enum pb_status
put_object(struct pb_sealer *sealer, const struct pb_buf *object, struct pb_error *err)
{
	return pb_sealer_part(sealer, PB_PART_OBJECT, object->data, object->len, err);
}

/* What leads from the checkpoint to what was stamped. */
static enum pb_status
put_entry(struct pb_sealer *sealer, const struct pb_anchor_entry *entry, struct pb_error *err)
{
	enum pb_status status = put_object(sealer, entry->node, err);

	if (status == PB_OK)
		status =
		    pb_sealer_part(sealer, PB_PART_OBJECT, entry->salt, sizeof(entry->salt), err);
	return status == PB_OK ? put_object(sealer, &entry->proof, err) : status;
}

/* In the order that the facts state; the facts behind them (FORMAT 1). */
static enum pb_status
put_objects(struct pb_sealer *sealer, const struct pb_answer *answer,
    const struct pb_buf *checkpoint, struct pb_error *err)
{
	enum pb_status status = put_object(sealer, checkpoint, err);
	size_t i;

	if (status == PB_OK)
		status = put_object(sealer, &answer->request, err);
	if (status == PB_OK)
		status = put_object(sealer, &answer->reply, err);
	if (status == PB_OK && answer->entry != NULL)
		status = put_entry(sealer, answer->entry, err);
	if (status == PB_OK && answer->chain.len > 0)
		status = put_object(sealer, &answer->chain, err);
	for (i = 0; status == PB_OK && i < answer->revocation_count; i++)
		status = put_object(sealer, &answer->revocation[i].der, err);
	return status;
}

static enum pb_status
finish(struct pb_sealer *sealer, const struct pb_json_writer *w, struct pb_sealed *ret_sealed,
    struct pb_error *err)
{
	enum pb_status status = PB_OK;

	if (pb_json_writer_status(w) != PB_OK)
		return pb_fail_memory(err, N_("record a timestamp"));
	status = pb_sealer_part(sealer, PB_PART_FACTS, w->buf->data, w->buf->len, err);
	if (status == PB_OK)
		status = pb_sealer_finish(sealer, PB_RECORD_ANCHOR, ret_sealed, err);
	return status;
}

enum pb_status
pb_anchor_record_token(struct pb_sealer *sealer, const struct pb_answer *answer, uint64_t size,
    const struct pb_buf *checkpoint, struct pb_sealed *ret_sealed, struct pb_error *err)
{
	struct pb_buf facts = PB_BUF_EMPTY;
	struct pb_json_writer w;
	enum pb_status status;

	pb_json_writer_init(&w, &facts);
	state_token(answer, size, &w);
	status = pb_sealer_start(sealer, err);
	if (status == PB_OK)
		status = put_objects(sealer, answer, checkpoint, err);
	if (status == PB_OK)
		status = finish(sealer, &w, ret_sealed, err);
	pb_buf_done(&facts);
	return status;
}

/* ---- a gap ---------------------------------------------------------------------------------- */

enum pb_status
pb_anchor_record_gap(struct pb_sealer *sealer, uint64_t size, uint64_t since_s,
    const struct pb_anchor_failure *failure, size_t count, struct pb_sealed *ret_sealed,
    struct pb_error *err)
{
	struct pb_buf facts = PB_BUF_EMPTY;
	struct pb_json_writer w;
	enum pb_status status;
	size_t i;

	pb_json_writer_init(&w, &facts);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "event", "timestamp_gap");
	pb_json_u64(&w, "size", size);
	pb_json_u64(&w, "since_s", since_s);
	pb_json_array_begin(&w, "failures");
	for (i = 0; i < count; i++) {
		pb_json_object_begin(&w, NULL);
		pb_json_text(&w, "tsa", failure[i].tsa);
		pb_json_text(&w, "reason", failure[i].reason);
		pb_json_object_end(&w);
	}
	pb_json_array_end(&w);
	pb_json_object_end(&w);
	status = pb_sealer_start(sealer, err);
	if (status == PB_OK)
		status = finish(sealer, &w, ret_sealed, err);
	pb_buf_done(&facts);
	return status;
}

enum pb_status
pb_anchor_record_gap_end(
    struct pb_sealer *sealer, uint64_t since_s, struct pb_sealed *ret_sealed, struct pb_error *err)
{
	struct pb_buf facts = PB_BUF_EMPTY;
	struct pb_json_writer w;
	enum pb_status status;

	pb_json_writer_init(&w, &facts);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "event", "timestamp_gap_end");
	pb_json_u64(&w, "since_s", since_s);
	pb_json_object_end(&w);
	status = pb_sealer_start(sealer, err);
	if (status == PB_OK)
		status = finish(sealer, &w, ret_sealed, err);
	pb_buf_done(&facts);
	return status;
}
