#include "record/tally.h"

#include <string.h>

#include "core/buf.h"
#include "core/error.h"
#include "record/types.h"

enum pb_status
pb_tally_init(struct pb_tally *tally, struct pb_error *err)
{
	enum pb_status status;

	pb_lanes_init(&tally->lanes);
	if ((status = pb_digest_new(PB_DIGEST_H2, &tally->part, err)) != PB_OK)
		return status;
	if ((status = pb_digest_new(PB_DIGEST_SHA256, &tally->message, err)) != PB_OK)
		return status;
	return pb_expander_new(&tally->expander, err);
}

void
pb_tally_done(struct pb_tally *tally)
{
	pb_digest_free(tally->part);
	pb_digest_free(tally->message);
	pb_expander_free(tally->expander);
	tally->part = NULL;
	tally->message = NULL;
	tally->expander = NULL;
}

void
pb_tally_start(struct pb_tally *tally, struct pb_secret *r)
{
	uint8_t dropped[PB_H2_LEN];

	/* A record that was dropped half-way leaves its octets in the digests. */
	pb_digest_final(tally->part, dropped);
	pb_digest_final(tally->message, dropped);
	tally->r = r;
	tally->message_len = 0;
	tally->is_message = false;
	tally->table.count = 0;
}

static bool
in_message(const struct pb_tally *tally)
{
	return pb_part_kind_message(tally->table.kind[tally->table.count - 1]);
}

/* The part that passed ends: its p. */
static enum pb_status
end_part(struct pb_tally *tally, struct pb_error *err)
{
	uint8_t index = (uint8_t)(tally->table.count - 1);
	uint8_t salt[PB_SALT_LEN];
	uint8_t d[PB_H2_LEN];
	enum pb_status status;

	pb_digest_final(tally->part, d);
	if ((status = pb_commitment_salt(tally->expander, tally->r, index, salt, err)) != PB_OK)
		return status;
	pb_commitment_part(index, tally->table.kind[index], tally->table.len[index], salt, d,
	    tally->p + (size_t)index * PB_H2_LEN);
	pb_wipe(salt, sizeof(salt));
	return PB_OK;
}

enum pb_status
pb_tally_begin(struct pb_tally *tally, uint8_t kind, struct pb_error *err)
{
	enum pb_status status;

	pb_assert(tally->table.count < PB_LIMIT_PARTS);
	if (tally->table.count > 0 && (status = end_part(tally, err)) != PB_OK)
		return status;
	tally->table.kind[tally->table.count] = kind;
	tally->table.len[tally->table.count] = 0;
	tally->table.count++;
	if (in_message(tally) || kind == PB_PART_DIGEST)
		tally->is_message = true;
	return PB_OK;
}

void
pb_tally_write(struct pb_tally *tally, const void *data, size_t len)
{
	tally->table.len[tally->table.count - 1] += len;
	pb_digest_update(tally->part, data, len);
	if (in_message(tally)) {
		tally->message_len += len;
		pb_digest_update(tally->message, data, len);
	}
}

enum pb_status
pb_tally_message(const struct pb_tally *tally, uint8_t out[PB_DIGEST_LEN], struct pb_error *err)
{
	return pb_digest_peek(tally->message, out, err);
}

enum pb_status
pb_tally_finish(struct pb_tally *tally, uint8_t ret_commitment[PB_COMMITMENT_LEN],
    uint8_t ret_sha256[PB_DIGEST_LEN], struct pb_error *err)
{
	enum pb_status status;

	if ((status = end_part(tally, err)) != PB_OK)
		return status;
	pb_commitment_record(tally->p, tally->table.count, ret_commitment);
	pb_digest_final(tally->message, ret_sha256);
	if (!tally->is_message)
		memset(ret_sha256, 0, PB_DIGEST_LEN);
	return PB_OK;
}
