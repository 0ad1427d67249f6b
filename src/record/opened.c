#include "record/opened.h"

#include <string.h>

#include "core/error.h"
#include "record/batch.h"
#include "record/opener.h"
#include "record/types.h"
#include "record/walk.h"

static const char read_what[] = N_("read an opened record");

void
pb_opened_free(struct pb_opened *opened)
{
	struct pb_opener *o;

	if (opened == NULL)
		return;
	o = opened->opener;
	pb_assert(opened->payload != NULL);
	opened->payload = NULL;
	if (--o->open > 0) {
		if (opened->in_memory && !opened->lent)
			pb_wipe(o->plain + opened->at, (size_t)opened->total);
		return;
	}
	pb_opener_wipe(o, 0);
	o->count = 0;
}

uint8_t
pb_opened_count(const struct pb_opened *opened)
{
	return opened->table.count;
}

uint8_t
pb_opened_kind(const struct pb_opened *opened, uint8_t index)
{
	pb_assert(index < opened->table.count);
	return opened->table.kind[index];
}

uint64_t
pb_opened_len(const struct pb_opened *opened, uint8_t index)
{
	pb_assert(index < opened->table.count);
	return opened->table.len[index];
}

uint64_t
pb_opened_message_len(const struct pb_opened *opened)
{
	const struct pb_table *table = &opened->table;
	uint64_t len = 0;

	for (uint8_t i = 0; i < table->count; i++)
		if (pb_part_kind_message(table->kind[i]))
			len += table->len[i];
	return len;
}

uint8_t
pb_opened_find(const struct pb_opened *opened, uint8_t kind)
{
	uint8_t i = 0;

	while (i < opened->table.count && opened->table.kind[i] != kind)
		i++;
	return i;
}

/* Another look at a record that is not in memory. */
static enum pb_status
look_again(struct pb_opened *opened, struct pb_walk *walk, struct pb_error *err)
{
	struct pb_opener *o = opened->opener;
	enum pb_status status;
	size_t len;

	if ((status = pb_unpack_start(o->unpack, opened->payload, opened->r, err)) != PB_OK)
		return status;
	while (!pb_walk_ended(walk)) {
		if ((status = pb_opener_next(o, &len, err)) != PB_OK)
			return status;
		if (len == 0)
			return pb_fail(err, PB_ECORRUPT, read_what,
			    N_("it changed since it was opened"), "payload of %llu bytes",
			    (unsigned long long)opened->payload->len);
		if ((status = pb_walk_on(walk, o->chunk, len, err)) != PB_OK)
			return status;
	}
	return pb_unpack_rest(o->unpack, err);
}

enum pb_status
pb_opened_stream(struct pb_opened *opened, uint8_t first, uint8_t last,
    const struct pb_part_sink *sink, struct pb_error *err)
{
	struct pb_walk walk;
	enum pb_status status;

	pb_assert(first <= last && last < opened->table.count);
	pb_walk_init(&walk, &opened->table, first, last, sink);
	if (opened->in_memory)
		return pb_walk_on(&walk, opened->data, opened->total, err);
	status = look_again(opened, &walk, err);
	pb_opener_wipe(opened->opener, opened->opener->plain_len);
	return status;
}

static enum pb_status
gather_begin(void *ctx, uint8_t kind, struct pb_error *err)
{
	(void)ctx;
	(void)kind;
	(void)err;
	return PB_OK;
}

static enum pb_status
gather_write(void *ctx, const void *data, size_t len, struct pb_error *err)
{
	return pb_buf_append(ctx, data, len) == PB_OK ? PB_OK : pb_fail_memory(err, read_what);
}

enum pb_status
pb_opened_part(
    struct pb_opened *opened, uint8_t index, size_t max, struct pb_buf *buf, struct pb_error *err)
{
	struct pb_buf part = PB_BUF_EMPTY;
	const struct pb_part_sink sink = { &part, gather_begin, gather_write };
	enum pb_status status;

	if (pb_opened_len(opened, index) > max)
		return pb_fail(err, PB_ELIMIT, read_what, N_("one of its parts is too long"),
		    "part %u", index);
	/* Reserved, so that no copy is left behind where the buffer moves as it grows. */
	if (pb_buf_reserve(&part, (size_t)opened->table.len[index]) != PB_OK ||
	    pb_buf_reserve(buf, (size_t)opened->table.len[index]) != PB_OK)
		status = pb_fail_memory(err, read_what);
	else
		status = pb_opened_stream(opened, index, index, &sink, err);
	if (status == PB_OK && pb_buf_append(buf, part.data, part.len) != PB_OK)
		status = pb_fail_memory(err, read_what);
	pb_buf_wipe(&part);
	pb_buf_done(&part);
	return status;
}

/* Header and body, as they stand one behind the other. */
struct joining {
	struct pb_buf *message;
	bool wanted;
};

static enum pb_status
join_begin(void *ctx, uint8_t kind, struct pb_error *err)
{
	struct joining *joining = ctx;

	(void)err;
	joining->wanted = pb_part_kind_message(kind);
	return PB_OK;
}

static enum pb_status
join_write(void *ctx, const void *data, size_t len, struct pb_error *err)
{
	const struct joining *joining = ctx;

	if (!joining->wanted || pb_buf_append(joining->message, data, len) == PB_OK)
		return PB_OK;
	return pb_fail_memory(err, read_what);
}

enum pb_status
pb_opened_message(struct pb_opened *opened, size_t max, struct pb_buf *buf, struct pb_error *err)
{
	struct joining joining = { .message = buf };
	const struct pb_part_sink sink = { &joining, join_begin, join_write };
	uint64_t len = pb_opened_message_len(opened);
	size_t before = buf->len;
	enum pb_status status;

	if (len > max)
		return pb_fail(err, PB_ELIMIT, read_what, N_("the message is too long"), "%llu",
		    (unsigned long long)len);
	if (pb_buf_reserve(buf, (size_t)len) != PB_OK)
		return pb_fail_memory(err, read_what);
	status = pb_opened_stream(opened, 0, (uint8_t)(opened->table.count - 1), &sink, err);
	if (status != PB_OK) {
		pb_wipe(buf->data + before, buf->len - before);
		buf->len = before;
	}
	return status;
}

const uint8_t *
pb_opened_message_at(const struct pb_opened *opened)
{
	size_t len;

	if (!opened->in_memory)
		return NULL;
	return pb_table_message(&opened->table, opened->data, &len);
}

/* Counting again: the parts pass by the tally; what the digest part says is kept for the end. */
struct recount {
	struct pb_tally *tally;
	bool in_digest;
	size_t digest_len;
	uint8_t digest[PB_DIGEST_LEN];
};

static enum pb_status
recount_begin(void *ctx, uint8_t kind, struct pb_error *err)
{
	struct recount *recount = ctx;

	recount->in_digest = kind == PB_PART_DIGEST;
	return pb_tally_begin(recount->tally, kind, err);
}

static enum pb_status
recount_write(void *ctx, const void *data, size_t len, struct pb_error *err)
{
	struct recount *recount = ctx;
	size_t room = sizeof(recount->digest) - recount->digest_len;

	(void)err;
	pb_tally_write(recount->tally, data, len);
	if (recount->in_digest) {
		memcpy(recount->digest + recount->digest_len, data, len < room ? len : room);
		recount->digest_len += len < room ? len : room;
	}
	return PB_OK;
}

/* Whether the record has no digest part, or exactly one, whose octets these are, and it is this. */
static bool
digest_right(const struct pb_opened *opened, const uint8_t *digest, const uint8_t *sha256)
{
	unsigned digests = 0;
	bool right = true;

	for (uint8_t i = 0; i < opened->table.count; i++) {
		if (opened->table.kind[i] != PB_PART_DIGEST)
			continue;
		digests++;
		right = opened->table.len[i] == PB_DIGEST_LEN &&
			memcmp(digest, sha256, PB_DIGEST_LEN) == 0;
	}
	return digests <= 1 && right;
}

/* All of it passes by the tally, in pieces. */
static enum pb_status
recount(struct pb_opened *opened, struct pb_opened_sums *sums, struct pb_error *err)
{
	struct recount recount = { .tally = &opened->opener->tally };
	const struct pb_part_sink sink = { &recount, recount_begin, recount_write };
	enum pb_status status;

	pb_tally_start(recount.tally, opened->r);
	status = pb_opened_stream(opened, 0, (uint8_t)(opened->table.count - 1), &sink, err);
	if (status == PB_OK)
		status = pb_tally_finish(recount.tally, sums->commitment, sums->sha256, err);
	if (status == PB_OK)
		sums->digest_right = digest_right(opened, recount.digest, sums->sha256);
	return status;
}

/* What a record in memory says of its message, and whether that is so; sums->sha256 is computed. */
static void
look_at_message(const struct pb_opened *opened, struct pb_opened_sums *sums)
{
	const struct pb_table *table = &opened->table;
	const uint8_t *at = opened->data;
	const uint8_t *digest = NULL;
	bool message = false;

	for (uint8_t i = 0; i < table->count; at += table->len[i++]) {
		message |= pb_part_kind_message(table->kind[i]);
		if (table->kind[i] == PB_PART_DIGEST)
			digest = at;
	}
	sums->digest_right = digest_right(opened, digest, sums->sha256);
	if (!message && digest == NULL)
		memset(sums->sha256, 0, sizeof(sums->sha256));
}

enum pb_status
pb_opened_commitments(struct pb_opened *const *opened, size_t count,
    struct pb_opened_sums *ret_sums, struct pb_error *err)
{
	struct pb_batch_record record[PB_OPENER_RECORDS];
	enum pb_status status;
	size_t n = 0;

	pb_assert(count <= PB_OPENER_RECORDS);
	if (count == 0)
		return PB_OK;
	for (size_t i = 0; i < count; i++) {
		if (!opened[i]->in_memory)
			continue;
		record[n++] = (struct pb_batch_record){ .table = &opened[i]->table,
			.parts = opened[i]->data,
			.r = opened[i]->r,
			.message = ret_sums[i].sha256 };
	}
	status = pb_batch_commitments(&opened[0]->opener->tally, record, n, err);
	if (status != PB_OK)
		return status;
	n = 0;
	for (size_t i = 0; i < count; i++) {
		ret_sums[i].status = PB_OK;
		if (!opened[i]->in_memory) {
			ret_sums[i].status = recount(opened[i], &ret_sums[i], err);
			continue;
		}
		memcpy(ret_sums[i].commitment, record[n++].commitment, PB_COMMITMENT_LEN);
		look_at_message(opened[i], &ret_sums[i]);
	}
	return PB_OK;
}

enum pb_status
pb_opened_commitment(struct pb_opened *opened, uint8_t ret_commitment[PB_COMMITMENT_LEN],
    bool *ret_digest_right, uint8_t ret_sha256[PB_DIGEST_LEN], struct pb_error *err)
{
	struct pb_opened_sums sums;
	enum pb_status status = pb_opened_commitments(&opened, 1, &sums, err);

	if (status == PB_OK)
		status = sums.status;
	if (status != PB_OK)
		return status;
	memcpy(ret_commitment, sums.commitment, sizeof(sums.commitment));
	memcpy(ret_sha256, sums.sha256, sizeof(sums.sha256));
	*ret_digest_right = sums.digest_right;
	return PB_OK;
}

enum pb_status
pb_opened_digests(struct pb_opened *const *opened, size_t count,
    struct pb_opened_digests *ret_digests, struct pb_error *err)
{
	struct pb_batch_record record[PB_OPENER_RECORDS];
	size_t n = 0;

	pb_assert(count <= PB_OPENER_RECORDS);
	if (count == 0)
		return PB_OK;
	for (size_t i = 0; i < count; i++) {
		ret_digests[i].computed = opened[i]->in_memory;
		if (!opened[i]->in_memory)
			continue;
		record[n++] = (struct pb_batch_record){ .table = &opened[i]->table,
			.parts = opened[i]->data,
			.message = ret_digests[i].message,
			.digests = ret_digests[i].part };
	}
	return pb_batch_digests(&opened[0]->opener->tally, record, n, err);
}
