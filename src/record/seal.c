#include "record/seal_state.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "record/batch.h"
#include "record/types.h"

#define SECRET_LEN 32
/* Octets of a large record go through the digests and the pack in pieces that stay in the cache. */
#define PIECE_LEN (64 * 1024)

void
pb_sealer_clear(struct pb_sealer *s, size_t from)
{
	pb_wipe(s->room + from, s->used - from);
	s->used = from;
}

void
pb_sealer_drop(struct pb_sealer *s)
{
	pb_pack_drop(s->pack);
	pb_secret_free(s->r);
	s->r = NULL;
	pb_sealer_clear(s, s->start);
}

enum pb_status
pb_sealer_check(const struct pb_sealer *s, unsigned parts, size_t len, struct pb_error *err)
{
	unsigned count = s->table.count + parts;
	uint64_t taken = s->len + pb_table_len(count);

	if (s->r == NULL)
		return pb_fail(
		    err, PB_EINVAL, PB_SEALING, N_("it was not begun, or dropped"), "part");
	if (count > PB_LIMIT_PARTS)
		return pb_fail(
		    err, PB_ELIMIT, PB_SEALING, N_("it has too many parts"), "part %u", count);
	if (taken > PB_LIMIT_RECORD || len > PB_LIMIT_RECORD - taken)
		return pb_fail(err, PB_ELIMIT, PB_SEALING, N_("it is too large"), "part %u", count);
	return PB_OK;
}

/* ---- parts ---------------------------------------------------------------------------------- */

/* Octets of the part that began last, of a large record. */
static enum pb_status
pass(struct pb_sealer *s, const uint8_t *at, size_t len, struct pb_error *err)
{
	enum pb_status status = PB_OK;
	size_t n;

	for (; status == PB_OK && len > 0; at += n, len -= n) {
		n = len < PIECE_LEN ? len : PIECE_LEN;
		pb_tally_write(&s->tally, at, n);
		status = pb_pack_write(s->pack, at, n, err);
	}
	return status;
}

/* The record is large: what the room holds of it passes as all that follows will. */
static enum pb_status
outgrow(struct pb_sealer *s, struct pb_error *err)
{
	const uint8_t *at = s->room + s->start;
	enum pb_status status = pb_pack_start(s->pack, s->r, err);

	pb_tally_start(&s->tally, s->r);
	for (uint8_t i = 0; status == PB_OK && i < s->table.count; i++) {
		status = pb_tally_begin(&s->tally, s->table.kind[i], err);
		if (status == PB_OK)
			status = pass(s, at, (size_t)s->table.len[i], err);
		at += s->table.len[i];
	}
	pb_sealer_clear(s, s->start);
	s->large = true;
	return status;
}

static bool
fits(const struct pb_sealer *s, size_t len)
{
	return len <= PB_LIMIT_OPENED - s->len && len <= PB_SEALER_ROOM - PB_TABLE_MAX - s->used;
}

static bool
in_message(const struct pb_sealer *s)
{
	return pb_part_kind_message(s->table.kind[s->table.count - 1]);
}

static enum pb_status
begin_part(void *ctx, uint8_t kind, struct pb_error *err)
{
	struct pb_sealer *s = ctx;
	enum pb_status status;

	if ((status = pb_sealer_check(s, 1, 0, err)) == PB_OK && s->large)
		status = pb_tally_begin(&s->tally, kind, err);
	if (status != PB_OK) {
		pb_sealer_drop(s);
		return status;
	}
	s->table.kind[s->table.count] = kind;
	s->table.len[s->table.count] = 0;
	s->table.count++;
	return PB_OK;
}

static enum pb_status
write_part(void *ctx, const void *data, size_t len, struct pb_error *err)
{
	struct pb_sealer *s = ctx;
	enum pb_status status;

	status = pb_sealer_check(s, 0, len, err);
	pb_assert(status != PB_OK || s->table.count > 0);
	if (status == PB_OK && !s->large && !fits(s, len))
		status = outgrow(s, err);
	if (status == PB_OK && s->large)
		status = pass(s, data, len, err);
	if (status != PB_OK) {
		pb_sealer_drop(s);
		return status;
	}
	if (!s->large && len > 0)
		memcpy(s->room + s->used, data, len);
	if (!s->large)
		s->used += len;
	s->len += len;
	s->table.len[s->table.count - 1] += len;
	if (in_message(s))
		s->message_len += len;
	return PB_OK;
}

const struct pb_part_sink *
pb_sealer_sink(struct pb_sealer *sealer)
{
	return &sealer->sink;
}

enum pb_status
pb_sealer_part(
    struct pb_sealer *sealer, uint8_t kind, const void *data, size_t len, struct pb_error *err)
{
	enum pb_status status = begin_part(sealer, kind, err);

	return status == PB_OK ? write_part(sealer, data, len, err) : status;
}

enum pb_status
pb_sealer_digest(struct pb_sealer *sealer, uint8_t ret_sha256[PB_DIGEST_LEN], struct pb_error *err)
{
	uint8_t sha256[PB_DIGEST_LEN];
	enum pb_status status = pb_sealer_check(sealer, 1, PB_DIGEST_LEN, err);

	if (status == PB_OK && sealer->large)
		status = pb_tally_message(&sealer->tally, sha256, err);
	if (status != PB_OK) {
		pb_sealer_drop(sealer);
		return status;
	}
	if (!sealer->large) {
		pb_batch_message(&sealer->tally, &sealer->table, sealer->room + sealer->start,
		    sealer->sha256, sha256);
		sealer->sha256_count = sealer->table.count;
	}
	memcpy(sealer->stated, sha256, sizeof(sha256));
	sealer->stated_len = sealer->message_len;
	status = pb_sealer_part(sealer, PB_PART_DIGEST, sha256, sizeof(sha256), err);
	if (status == PB_OK)
		memcpy(ret_sha256, sha256, sizeof(sha256));
	return status;
}

uint64_t
pb_sealer_message_len(const struct pb_sealer *sealer)
{
	return sealer->message_len;
}

/* ---- life ----------------------------------------------------------------------------------- */

enum pb_status
pb_sealer_new(const struct pb_files *files, const struct pb_random *random, const char *origin,
    const char *spill_dir, int level, struct pb_sealer **ret_sealer, struct pb_error *err)
{
	struct pb_sealer *s = calloc(1, sizeof(*s));
	enum pb_status status;

	if (s == NULL || (s->room = malloc(PB_SEALER_ROOM)) == NULL) {
		free(s);
		return pb_fail_memory(err, N_("prepare to seal records"));
	}
	s->random = random;
	s->sink = (struct pb_part_sink){ s, begin_part, write_part };
	if ((status = pb_tally_init(&s->tally, err)) != PB_OK)
		goto out;
	if ((status = pb_pack_new(files, origin, spill_dir, level, &s->pack, err)) != PB_OK)
		goto out;
	*ret_sealer = s;
	s = NULL;
	status = PB_OK;
out:
	pb_sealer_free(s);
	return status;
}

void
pb_sealer_keep(struct pb_sealer *sealer, struct pb_keep *keep)
{
	sealer->keep = keep;
}

void
pb_sealer_free(struct pb_sealer *sealer)
{
	if (sealer == NULL)
		return;
	for (size_t i = 0; i < sealer->held_count; i++)
		pb_sealed_done(&sealer->held[i].sealed);
	pb_sealer_clear(sealer, 0);
	pb_wipe(sealer->sha256, sizeof(sealer->sha256));
	pb_wipe(sealer->held, sizeof(sealer->held));
	free(sealer->room);
	pb_pack_free(sealer->pack);
	pb_secret_free(sealer->r);
	pb_tally_done(&sealer->tally);
	free(sealer);
}

enum pb_status
pb_sealer_start(struct pb_sealer *sealer, struct pb_error *err)
{
	enum pb_status status;

	pb_sealer_drop(sealer);
	status = pb_secret_random(sealer->random, SECRET_LEN, &sealer->r, err);
	if (status != PB_OK)
		return status;
	sealer->len = 0;
	sealer->message_len = 0;
	sealer->stated_len = UINT64_MAX;
	sealer->sha256_count = 0;
	sealer->table.count = 0;
	sealer->large = false;
	return PB_OK;
}
