#include "record/batch.h"

#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/error.h"
#include "record/types.h"

/*
 * Of all records, one behind the other: for each part the octets that its p is H2 of; for each
 * record those that its commitment is H2 of, in which the p stand.
 */
struct batch {
	size_t parts;
	size_t whole_len;
	uint8_t (*part)[PB_COMMITMENT_PART_LEN];
	uint8_t *whole;
	/* For SHA-256 and SHA3-256: room for each part, and for each message. */
	struct pb_lanes_input *sha256, *sha3;
	size_t sha256_count, sha3_count;
};

static size_t
whole_len(const struct pb_batch_record *record)
{
	return PB_COMMITMENT_HEAD_LEN + (size_t)record->table->count * PB_H2_LEN;
}

static void
done(struct batch *batch)
{
	/* Salts, and digests of parts, which would let a withheld part be guessed. */
	if (batch->part != NULL)
		pb_wipe(batch->part, batch->parts * sizeof(batch->part[0]));
	free(batch->part);
	free(batch->whole);
	free(batch->sha256);
	free(batch->sha3);
}

static enum pb_status
init(struct batch *batch, const struct pb_batch_record *records, size_t count, struct pb_error *err)
{
	*batch = (struct batch){ .parts = 0 };
	for (size_t i = 0; i < count; i++) {
		pb_assert(records[i].table->count > 0);
		batch->parts += records[i].table->count;
		batch->whole_len += whole_len(&records[i]);
	}
	batch->part = calloc(batch->parts, sizeof(batch->part[0]));
	batch->whole = calloc(1, batch->whole_len);
	batch->sha256 = calloc(batch->parts + count, sizeof(batch->sha256[0]));
	batch->sha3 = calloc(batch->parts, sizeof(batch->sha3[0]));
	if (batch->part != NULL && batch->whole != NULL && batch->sha256 != NULL &&
	    batch->sha3 != NULL)
		return PB_OK;
	done(batch);
	return pb_fail_memory(err, N_("compute what a record commits to"));
}

/* What was gathered, the long ones first, so that the lanes are full to the end. */
static void
digest_all(struct batch *batch, const struct pb_lanes *lanes)
{
	pb_lanes_sort(batch->sha256, batch->sha256_count);
	pb_lanes_sort(batch->sha3, batch->sha3_count);
	pb_lanes_sha256(lanes, batch->sha256, batch->sha256_count);
	pb_lanes_sha3_256(lanes, batch->sha3, batch->sha3_count);
	batch->sha256_count = 0;
	batch->sha3_count = 0;
}

/* out: both digests, one behind the other. */
static void
add(struct batch *batch, const uint8_t *data, size_t len, uint8_t out[PB_H2_LEN])
{
	batch->sha256[batch->sha256_count++] = (struct pb_lanes_input){ data, len, out };
	batch->sha3[batch->sha3_count++] =
	    (struct pb_lanes_input){ data, len, out + PB_DIGEST_LEN };
}

/* ---- messages ------------------------------------------------------------------------------- */

static bool
message_run(const struct pb_table *table, const uint8_t *parts, struct pb_lanes_input *input)
{
	input->data = pb_table_message(table, parts, &input->len);
	return input->data != NULL;
}

static void
message_scattered(struct pb_digest *digest, const struct pb_table *table, const uint8_t *parts,
    uint8_t out[PB_DIGEST_LEN])
{
	pb_digest_final(digest, out);
	for (unsigned i = 0; i < table->count; parts += table->len[i++])
		if (pb_part_kind_message(table->kind[i]))
			pb_digest_update(digest, parts, (size_t)table->len[i]);
	pb_digest_final(digest, out);
}

void
pb_batch_message(struct pb_tally *tally, const struct pb_table *table, const uint8_t *parts,
    uint8_t (*ret_sha256)[PB_DIGEST_LEN], uint8_t ret_message[PB_DIGEST_LEN])
{
	struct pb_lanes_input input[PB_LIMIT_PARTS + 1];
	const uint8_t *at = parts;
	size_t count = 0;

	input[count].out = ret_message;
	if (message_run(table, parts, &input[count]))
		count++;
	else
		message_scattered(tally->message, table, parts, ret_message);
	for (unsigned i = 0; i < table->count; at += table->len[i++])
		input[count++] =
		    (struct pb_lanes_input){ at, (size_t)table->len[i], ret_sha256[i] };
	pb_lanes_sort(input, count);
	pb_lanes_sha256(&tally->lanes, input, count);
}

/* ---- commitments ---------------------------------------------------------------------------- */

/* d_i of every part of a record goes to its place behind the head in part[]. */
static enum pb_status
take_parts(struct batch *batch, struct pb_tally *tally, const struct pb_batch_record *record,
    uint8_t (*part)[PB_COMMITMENT_PART_LEN], struct pb_error *err)
{
	const struct pb_table *table = record->table;
	const uint8_t *data = record->parts;
	uint8_t salt[PB_SALT_LEN];
	enum pb_status status = pb_expander_key(tally->expander, record->r, err);

	for (uint8_t i = 0; status == PB_OK && i < table->count; data += table->len[i++]) {
		uint8_t *d = part[i] + PB_COMMITMENT_PART_LEN - PB_H2_LEN;
		size_t len = (size_t)table->len[i];

		status = pb_commitment_salt_next(tally->expander, i, salt, err);
		if (status != PB_OK)
			break;
		pb_commitment_part_head(i, table->kind[i], len, salt, part[i]);
		add(batch, data, len, d);
		if (i < record->sha256_count) {
			batch->sha256_count--;
			memcpy(d, record->sha256[i], PB_DIGEST_LEN);
		}
	}
	pb_wipe(salt, sizeof(salt));
	return status;
}

static void
take_message(struct batch *batch, struct pb_tally *tally, const struct pb_batch_record *record)
{
	struct pb_lanes_input *input = &batch->sha256[batch->sha256_count];

	if (record->message == NULL)
		return;
	input->out = record->message;
	if (message_run(record->table, record->parts, input))
		batch->sha256_count++;
	else
		message_scattered(tally->message, record->table, record->parts, record->message);
}

/* p_i of every part goes to its place in what its record commits to. */
static void
join_parts(struct batch *batch, const struct pb_batch_record *records, size_t count)
{
	uint8_t *whole = batch->whole;
	size_t at = 0;

	for (size_t i = 0; i < count; i++) {
		pb_commitment_record_head(records[i].table->count, whole);
		whole += PB_COMMITMENT_HEAD_LEN;
		for (uint8_t k = 0; k < records[i].table->count; k++, whole += PB_H2_LEN)
			add(batch, batch->part[at++], PB_COMMITMENT_PART_LEN, whole);
	}
}

static void
join_records(struct batch *batch, struct pb_batch_record *records, size_t count)
{
	const uint8_t *whole = batch->whole;

	for (size_t i = 0; i < count; i++) {
		add(batch, whole, whole_len(&records[i]), records[i].commitment);
		whole += whole_len(&records[i]);
	}
}

enum pb_status
pb_batch_commitments(
    struct pb_tally *tally, struct pb_batch_record *records, size_t count, struct pb_error *err)
{
	struct batch batch;
	enum pb_status status;
	size_t at = 0;

	if (count == 0)
		return PB_OK;
	status = init(&batch, records, count, err);
	if (status != PB_OK)
		return status;
	for (size_t i = 0; status == PB_OK && i < count; at += records[i++].table->count) {
		status = take_parts(&batch, tally, &records[i], &batch.part[at], err);
		take_message(&batch, tally, &records[i]);
	}
	if (status == PB_OK) {
		digest_all(&batch, &tally->lanes);
		join_parts(&batch, records, count);
		digest_all(&batch, &tally->lanes);
		join_records(&batch, records, count);
		digest_all(&batch, &tally->lanes);
	}
	done(&batch);
	return status;
}

/* ---- digests -------------------------------------------------------------------------------- */

static void
take_digests(struct batch *batch, const struct pb_batch_record *record)
{
	const struct pb_table *table = record->table;
	const uint8_t *data = record->parts;

	for (uint8_t i = 0; i < table->count; data += table->len[i++])
		add(batch, data, (size_t)table->len[i], record->digests[i]);
}

enum pb_status
pb_batch_digests(struct pb_tally *tally, const struct pb_batch_record *records, size_t count,
    struct pb_error *err)
{
	struct batch batch;
	enum pb_status status;

	if (count == 0)
		return PB_OK;
	status = init(&batch, records, count, err);
	if (status != PB_OK)
		return status;
	for (size_t i = 0; i < count; i++) {
		take_digests(&batch, &records[i]);
		take_message(&batch, tally, &records[i]);
	}
	digest_all(&batch, &tally->lanes);
	done(&batch);
	return PB_OK;
}
