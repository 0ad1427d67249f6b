/* Records sealed: what they commit to and how they are stored, many at a time. */
#include <string.h>

#include "core/error.h"
#include "record/batch.h"
#include "record/seal_state.h"
#include "record/types.h"

/* ---- the end of a record -------------------------------------------------------------------- */

/* SHA-256 of the message, for the acknowledgement; zeros if there is none. */
static void
state_message(struct pb_sealer *s, uint8_t out[PB_DIGEST_LEN])
{
	bool message = false;

	for (uint8_t i = 0; i < s->table.count; i++)
		message |=
		    pb_part_kind_message(s->table.kind[i]) || s->table.kind[i] == PB_PART_DIGEST;
	if (message && s->stated_len == s->message_len)
		memcpy(out, s->stated, PB_DIGEST_LEN);
	else if (message)
		pb_batch_message(&s->tally, &s->table, s->room + s->start, s->sha256, out);
}

static enum pb_status
finish_large(struct pb_sealer *s, struct pb_sealed *sealed, struct pb_error *err)
{
	uint8_t table[PB_TABLE_MAX];
	size_t len = pb_table_encode(&s->table, table);
	enum pb_status status;

	status = pb_tally_finish(&s->tally, sealed->commitment, sealed->message_sha256, err);
	if (status == PB_OK)
		status = pb_pack_write(s->pack, table, len, err);
	if (status == PB_OK)
		status = pb_pack_finish(s->pack, sealed, err);
	return status;
}

/* The room has kept place for the table. */
static enum pb_status
finish_small(struct pb_sealer *s, struct pb_sealed *sealed, struct pb_error *err)
{
	enum pb_status status;

	state_message(s, sealed->message_sha256);
	s->used += pb_table_encode(&s->table, s->room + s->used);
	status = pb_pack_whole(s->pack, s->r, s->room + s->start, s->used - s->start, sealed, err);
	if (status == PB_OK)
		sealed->plain = pb_keep_copy(s->keep, s->room + s->start, s->used - s->start);
	return status;
}

/* The record that is begun, sealed but for its digests; or dropped. */
static enum pb_status
end_record(struct pb_sealer *s, uint8_t type, struct pb_held *held, struct pb_error *err)
{
	struct pb_sealed sealed = PB_SEALED_EMPTY;
	enum pb_status status;

	if ((status = pb_sealer_check(s, 0, 0, err)) != PB_OK)
		return status;
	if (s->table.count == 0)
		status = pb_fail(err, PB_EINVAL, PB_SEALING, N_("it has no parts"), "part");
	else if (s->large)
		status = finish_large(s, &sealed, err);
	else
		status = finish_small(s, &sealed, err);
	if (status != PB_OK) {
		pb_sealer_drop(s);
		return status;
	}
	sealed.type = type;
	sealed.r = s->r;
	s->r = NULL;
	held->sealed = sealed;
	held->settled = s->large;
	held->at = s->start;
	held->sha256_count = s->sha256_count;
	memcpy(held->sha256, s->sha256, s->sha256_count * sizeof(s->sha256[0]));
	held->table = s->table;
	return PB_OK;
}

/* SHA-256 of the payloads that are in memory, as they are stored. */
static void
digest_payloads(const struct pb_sealer *s, struct pb_held *held, size_t count)
{
	struct pb_lanes_input input[PB_SEALER_HELD] = { { NULL, 0, NULL } };
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		struct pb_sealed *sealed = &held[i].sealed;

		if (!held[i].settled && sealed->fd < 0)
			input[n++] = (struct pb_lanes_input){ sealed->memory.data,
				sealed->memory.len, sealed->payload_sha256 };
	}
	pb_lanes_sha256(&s->tally.lanes, input, n);
}

/* What these commit to, and how they are stored.  On failure they are released. */
static enum pb_status
settle(struct pb_sealer *s, struct pb_held *held, size_t count, struct pb_error *err)
{
	struct pb_batch_record record[PB_SEALER_HELD];
	enum pb_status status;
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (!held[i].settled)
			record[n++] = (struct pb_batch_record){ .table = &held[i].table,
				.parts = s->room + held[i].at,
				.r = held[i].sealed.r,
				.sha256 = (const uint8_t(*)[PB_DIGEST_LEN])held[i].sha256,
				.sha256_count = held[i].sha256_count };
	digest_payloads(s, held, count);
	status = pb_batch_commitments(&s->tally, record, n, err);
	n = 0;
	for (size_t i = 0; i < count; i++) {
		if (status != PB_OK)
			pb_sealed_done(&held[i].sealed);
		else if (!held[i].settled)
			memcpy(
			    held[i].sealed.commitment, record[n++].commitment, PB_COMMITMENT_LEN);
	}
	return status;
}

enum pb_status
pb_sealer_finish(
    struct pb_sealer *sealer, uint8_t type, struct pb_sealed *ret_sealed, struct pb_error *err)
{
	struct pb_held held;
	enum pb_status status = end_record(sealer, type, &held, err);

	if (status != PB_OK)
		return status;
	status = settle(sealer, &held, 1, err);
	pb_sealer_clear(sealer, sealer->start);
	if (status == PB_OK)
		*ret_sealed = held.sealed;
	return status;
}

enum pb_status
pb_sealer_state(struct pb_sealer *sealer, uint8_t type, const struct pb_buf *facts,
    const struct pb_buf *envelope, struct pb_sealed *ret_sealed, struct pb_error *err)
{
	enum pb_status status = pb_sealer_start(sealer, err);

	if (status == PB_OK)
		status = pb_sealer_part(sealer, PB_PART_FACTS, facts->data, facts->len, err);
	if (status == PB_OK && envelope != NULL)
		status =
		    pb_sealer_part(sealer, PB_PART_ENVELOPE, envelope->data, envelope->len, err);
	return status == PB_OK ? pb_sealer_finish(sealer, type, ret_sealed, err) : status;
}

/* ---- several -------------------------------------------------------------------------------- */

bool
pb_sealer_full(const struct pb_sealer *sealer)
{
	return sealer->held_count == PB_SEALER_HELD || sealer->used > PB_SEALER_ROOM / 2;
}

enum pb_status
pb_sealer_hold(struct pb_sealer *sealer, uint8_t type, struct pb_error *err)
{
	enum pb_status status;

	pb_assert(sealer->held_count < PB_SEALER_HELD);
	status = end_record(sealer, type, &sealer->held[sealer->held_count], err);
	if (status != PB_OK)
		return status;
	sealer->held_count++;
	sealer->start = sealer->used;
	return PB_OK;
}

enum pb_status
pb_sealer_settle(struct pb_sealer *sealer, struct pb_sealed ret_sealed[PB_SEALER_HELD],
    size_t *ret_count, struct pb_error *err)
{
	size_t count = sealer->held_count;
	enum pb_status status;

	pb_assert(sealer->r == NULL);
	status = settle(sealer, sealer->held, count, err);
	sealer->held_count = 0;
	sealer->start = 0;
	pb_sealer_clear(sealer, 0);
	if (status != PB_OK)
		return status;
	for (size_t i = 0; i < count; i++)
		ret_sealed[i] = sealer->held[i].sealed;
	*ret_count = count;
	return PB_OK;
}
