#include "record/seal.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "record/batch.h"
#include "record/pack.h"
#include "record/tally.h"
#include "record/types.h"

#define SECRET_LEN 32
/* Octets of a large record go through the digests and the pack in pieces that stay in the cache. */
#define PIECE_LEN (64 * 1024)
/*
 * Where records wait until they are settled.  Half of it, and a record of PB_LIMIT_OPENED still
 * fits: enough of them that the lanes of a digest are full, of which a long part takes one alone.
 */
#define ROOM_LEN (2 * (PB_LIMIT_OPENED + PB_TABLE_MAX))

/* A record that is sealed but for its digests. */
struct held {
	struct pb_sealed sealed;
	bool settled; /* it was large: they are there */
	size_t at;    /* where its parts stand in the room */
	unsigned sha256_count;
	uint8_t sha256[PB_LIMIT_PARTS][PB_DIGEST_LEN]; /* of its first parts */
	struct pb_table table;
};

/*
 * 1. r is not NULL exactly while a record is begun.
 * 2. The room holds the records that are held, then the parts of the one that is begun, unless it
 *    is large: then those went to the tally and the pack, as all that follows.
 */
struct pb_sealer {
	const struct pb_random *random;
	struct pb_part_sink sink;
	struct pb_pack *pack;
	struct pb_secret *r;
	uint64_t len;         /* bytes of all parts so far */
	uint64_t message_len; /* of kinds 1 and 2 */
	uint64_t stated_len;  /* of kinds 1 and 2 when their digest was stated; UINT64_MAX: never */
	uint8_t stated[PB_DIGEST_LEN];
	unsigned sha256_count; /* of the first parts, computed beside that digest */
	uint8_t sha256[PB_LIMIT_PARTS][PB_DIGEST_LEN];
	struct pb_table table;
	bool large;
	struct pb_tally tally; /* of a large one */
	uint8_t *room;         /* ROOM_LEN; pages that nothing fills are never touched */
	size_t start;          /* where the record that is begun starts in it */
	size_t used;           /* where it, or the last that is held, ends */
	size_t held_count;
	struct held held[PB_SEALER_HELD];
};

static const char seal_what[] = N_("seal a record");

/* What stands behind `from` in the room is not needed any more. */
static void
clear_room(struct pb_sealer *s, size_t from)
{
	pb_wipe(s->room + from, s->used - from);
	s->used = from;
}

static void
drop(struct pb_sealer *s)
{
	pb_pack_drop(s->pack);
	pb_secret_free(s->r);
	s->r = NULL;
	clear_room(s, s->start);
}

/* That a record is begun, and takes so many parts and bytes more. */
static enum pb_status
check_room(const struct pb_sealer *s, unsigned parts, size_t len, struct pb_error *err)
{
	unsigned count = s->table.count + parts;
	uint64_t taken = s->len + pb_table_len(count);

	if (s->r == NULL)
		return pb_fail(
		    err, PB_EINVAL, seal_what, N_("it was not begun, or dropped"), "part");
	if (count > PB_LIMIT_PARTS)
		return pb_fail(
		    err, PB_ELIMIT, seal_what, N_("it has too many parts"), "part %u", count);
	if (taken > PB_LIMIT_RECORD || len > PB_LIMIT_RECORD - taken)
		return pb_fail(err, PB_ELIMIT, seal_what, N_("it is too large"), "part %u", count);
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
	clear_room(s, s->start);
	s->large = true;
	return status;
}

static bool
fits(const struct pb_sealer *s, size_t len)
{
	return len <= PB_LIMIT_OPENED - s->len && len <= ROOM_LEN - PB_TABLE_MAX - s->used;
}

static bool
in_message(const struct pb_sealer *s)
{
	uint8_t kind = s->table.kind[s->table.count - 1];

	return kind == PB_PART_HEADER || kind == PB_PART_BODY;
}

static enum pb_status
begin_part(void *ctx, uint8_t kind, struct pb_error *err)
{
	struct pb_sealer *s = ctx;
	enum pb_status status;

	if ((status = check_room(s, 1, 0, err)) == PB_OK && s->large)
		status = pb_tally_begin(&s->tally, kind, err);
	if (status != PB_OK) {
		drop(s);
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

	status = check_room(s, 0, len, err);
	pb_assert(status != PB_OK || s->table.count > 0);
	if (status == PB_OK && !s->large && !fits(s, len))
		status = outgrow(s, err);
	if (status == PB_OK && s->large)
		status = pass(s, data, len, err);
	if (status != PB_OK) {
		drop(s);
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
	enum pb_status status = check_room(sealer, 1, PB_DIGEST_LEN, err);

	if (status == PB_OK && sealer->large)
		status = pb_tally_message(&sealer->tally, sha256, err);
	if (status != PB_OK) {
		drop(sealer);
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

/* ---- the end of a record -------------------------------------------------------------------- */

/* SHA-256 of the message, for the acknowledgement; zeros if there is none. */
static void
state_message(struct pb_sealer *s, uint8_t out[PB_DIGEST_LEN])
{
	bool message = false;

	for (uint8_t i = 0; i < s->table.count; i++)
		message |= s->table.kind[i] == PB_PART_HEADER || s->table.kind[i] == PB_PART_BODY ||
			   s->table.kind[i] == PB_PART_DIGEST;
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
	state_message(s, sealed->message_sha256);
	s->used += pb_table_encode(&s->table, s->room + s->used);
	return pb_pack_whole(s->pack, s->r, s->room + s->start, s->used - s->start, sealed, err);
}

/* The record that is begun, sealed but for its digests; or dropped. */
static enum pb_status
end_record(struct pb_sealer *s, uint8_t type, struct held *held, struct pb_error *err)
{
	struct pb_sealed sealed = PB_SEALED_EMPTY;
	enum pb_status status;

	if ((status = check_room(s, 0, 0, err)) != PB_OK)
		return status;
	if (s->table.count == 0)
		status = pb_fail(err, PB_EINVAL, seal_what, N_("it has no parts"), "part");
	else if (s->large)
		status = finish_large(s, &sealed, err);
	else
		status = finish_small(s, &sealed, err);
	if (status != PB_OK) {
		drop(s);
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
digest_payloads(const struct pb_sealer *s, struct held *held, size_t count)
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
settle(struct pb_sealer *s, struct held *held, size_t count, struct pb_error *err)
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
	struct held held;
	enum pb_status status = end_record(sealer, type, &held, err);

	if (status != PB_OK)
		return status;
	status = settle(sealer, &held, 1, err);
	clear_room(sealer, sealer->start);
	if (status == PB_OK)
		*ret_sealed = held.sealed;
	return status;
}

/* ---- several -------------------------------------------------------------------------------- */

bool
pb_sealer_full(const struct pb_sealer *sealer)
{
	return sealer->held_count == PB_SEALER_HELD || sealer->used > ROOM_LEN / 2;
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
	clear_room(sealer, 0);
	if (status != PB_OK)
		return status;
	for (size_t i = 0; i < count; i++)
		ret_sealed[i] = sealer->held[i].sealed;
	*ret_count = count;
	return PB_OK;
}

/* ---- life ----------------------------------------------------------------------------------- */

enum pb_status
pb_sealer_new(const struct pb_files *files, const struct pb_random *random, const char *origin,
    const char *spill_dir, int level, struct pb_sealer **ret_sealer, struct pb_error *err)
{
	struct pb_sealer *s = calloc(1, sizeof(*s));
	enum pb_status status;

	if (s == NULL || (s->room = malloc(ROOM_LEN)) == NULL) {
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
pb_sealer_free(struct pb_sealer *sealer)
{
	if (sealer == NULL)
		return;
	for (size_t i = 0; i < sealer->held_count; i++)
		pb_sealed_done(&sealer->held[i].sealed);
	clear_room(sealer, 0);
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

	drop(sealer);
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
