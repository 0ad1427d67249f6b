#include "record/seal.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "record/pack.h"
#include "record/tally.h"
#include "record/types.h"

#define SECRET_LEN 32
/* Octets go through the digests and the pack in pieces that stay in the processor's cache. */
#define PIECE_LEN (64 * 1024)

/* r is not NULL exactly while a record is begun. */
struct pb_sealer {
	const struct pb_random *random;
	struct pb_part_sink sink;
	struct pb_pack *pack;
	struct pb_secret *r;
	uint64_t len; /* bytes of all parts so far */
	struct pb_tally tally;
};

static const char seal_what[] = N_("seal a record");

static void
drop(struct pb_sealer *s)
{
	pb_pack_drop(s->pack);
	pb_secret_free(s->r);
	s->r = NULL;
}

/* That a record is begun, and takes so many parts and bytes more. */
static enum pb_status
check_room(const struct pb_sealer *s, unsigned parts, size_t len, struct pb_error *err)
{
	unsigned count = s->tally.table.count + parts;
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

static enum pb_status
begin_part(void *ctx, uint8_t kind, struct pb_error *err)
{
	struct pb_sealer *s = ctx;
	enum pb_status status;

	if ((status = check_room(s, 1, 0, err)) == PB_OK)
		status = pb_tally_begin(&s->tally, kind, err);
	if (status != PB_OK)
		drop(s);
	return status;
}

static enum pb_status
write_part(void *ctx, const void *data, size_t len, struct pb_error *err)
{
	struct pb_sealer *s = ctx;
	const uint8_t *at = data;
	enum pb_status status;
	size_t n;

	if ((status = check_room(s, 0, len, err)) == PB_OK) {
		pb_assert(s->tally.table.count > 0);
		s->len += len;
	}
	for (; status == PB_OK && len > 0; at += n, len -= n) {
		n = len < PIECE_LEN ? len : PIECE_LEN;
		pb_tally_write(&s->tally, at, n);
		status = pb_pack_write(s->pack, at, n, err);
	}
	if (status != PB_OK)
		drop(s);
	return status;
}

enum pb_status
pb_sealer_new(const struct pb_files *files, const struct pb_random *random, const char *origin,
    const char *spill_dir, int level, struct pb_sealer **ret_sealer, struct pb_error *err)
{
	struct pb_sealer *s = calloc(1, sizeof(*s));
	enum pb_status status;

	if (s == NULL)
		return pb_fail_memory(err, N_("prepare to seal records"));
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
	if ((status = pb_secret_random(sealer->random, SECRET_LEN, &sealer->r, err)) != PB_OK)
		return status;
	if ((status = pb_pack_start(sealer->pack, sealer->r, err)) != PB_OK) {
		drop(sealer);
		return status;
	}
	pb_tally_start(&sealer->tally, sealer->r);
	sealer->len = 0;
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
	enum pb_status status;

	status = pb_tally_message(&sealer->tally, sha256, err);
	if (status != PB_OK) {
		drop(sealer);
		return status;
	}
	status = pb_sealer_part(sealer, PB_PART_DIGEST, sha256, sizeof(sha256), err);
	if (status == PB_OK)
		memcpy(ret_sha256, sha256, sizeof(sha256));
	return status;
}

uint64_t
pb_sealer_message_len(const struct pb_sealer *sealer)
{
	return sealer->tally.message_len;
}

/* All parts are in: the table, then the end of the payload. */
static enum pb_status
finish_payload(struct pb_sealer *s, struct pb_sealed *sealed, struct pb_error *err)
{
	uint8_t table[PB_TABLE_MAX];
	size_t len = pb_table_encode(&s->tally.table, table);
	enum pb_status status;

	if ((status = pb_pack_write(s->pack, table, len, err)) != PB_OK)
		return status;
	return pb_pack_finish(s->pack, sealed, err);
}

enum pb_status
pb_sealer_finish(
    struct pb_sealer *sealer, uint8_t type, struct pb_sealed *ret_sealed, struct pb_error *err)
{
	struct pb_sealed sealed = PB_SEALED_EMPTY;
	enum pb_status status;

	if ((status = check_room(sealer, 0, 0, err)) != PB_OK)
		return status;
	if (sealer->tally.table.count == 0) {
		status = pb_fail(err, PB_EINVAL, seal_what, N_("it has no parts"), "part");
		goto out;
	}
	status = pb_tally_finish(&sealer->tally, sealed.commitment, sealed.message_sha256, err);
	if (status != PB_OK)
		goto out;
	if ((status = finish_payload(sealer, &sealed, err)) != PB_OK)
		goto out;
	sealed.type = type;
	sealed.r = sealer->r;
	sealer->r = NULL;
	*ret_sealed = sealed;
	status = PB_OK;
out:
	drop(sealer);
	return status;
}
