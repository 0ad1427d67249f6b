#include "record/opener.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"

static const char open_what[] = N_("open a record");

enum pb_status
pb_opener_new(const char *origin, struct pb_opener **ret_opener, struct pb_error *err)
{
	struct pb_opener *o = calloc(1, sizeof(*o));
	enum pb_status status;

	if (o == NULL)
		return pb_fail_memory(err, open_what);
	o->plain = malloc(PB_OPENER_ROOM);
	o->chunk = malloc(PB_OPENER_CHUNK);
	if (o->plain == NULL || o->chunk == NULL) {
		status = pb_fail_memory(err, open_what);
		goto out;
	}
	if ((status = pb_tally_init(&o->tally, err)) != PB_OK)
		goto out;
	if ((status = pb_unpack_new(origin, &o->unpack, err)) != PB_OK)
		goto out;
	*ret_opener = o;
	o = NULL;
	status = PB_OK;
out:
	pb_opener_free(o);
	return status;
}

void
pb_opener_free(struct pb_opener *opener)
{
	if (opener == NULL)
		return;
	pb_opener_wipe(opener, 0);
	pb_unpack_free(opener->unpack);
	pb_tally_done(&opener->tally);
	free(opener->plain);
	free(opener->chunk);
	free(opener);
}

void
pb_opener_wipe(struct pb_opener *opener, size_t keep)
{
	pb_wipe(opener->plain + keep, opener->plain_len - keep);
	opener->plain_len = keep;
	if (opener->chunk_used)
		pb_wipe(opener->chunk, PB_OPENER_CHUNK);
	opener->chunk_used = false;
	pb_wipe(opener->tail, opener->tail_len);
	opener->tail_len = 0;
}

enum pb_status
pb_opener_next(struct pb_opener *opener, size_t *ret_len, struct pb_error *err)
{
	opener->chunk_used = true;
	return pb_unpack_next(opener->unpack, opener->chunk, PB_OPENER_CHUNK, ret_len, err);
}

/* These octets come last, as far as is known yet. */
static void
keep_tail(struct pb_opener *o, const uint8_t *data, size_t len)
{
	size_t keep = o->tail_len;

	if (len > sizeof(o->tail)) {
		data += len - sizeof(o->tail);
		len = sizeof(o->tail);
	}
	if (keep > sizeof(o->tail) - len)
		keep = sizeof(o->tail) - len;
	memmove(o->tail, o->tail + o->tail_len - keep, keep);
	memcpy(o->tail + keep, data, len);
	o->tail_len = keep + len;
}

/* As much of the record as plain holds, behind those that are open. */
static enum pb_status
fill_plain(struct pb_opener *o, size_t at, bool *ret_ended, struct pb_error *err)
{
	size_t room = PB_OPENER_ROOM - at;
	size_t end = at + (room < PB_LIMIT_OPENED ? room : PB_LIMIT_OPENED);
	enum pb_status status;
	size_t len = 1;

	while (len > 0 && o->plain_len < end) {
		status = pb_unpack_next(
		    o->unpack, o->plain + o->plain_len, end - o->plain_len, &len, err);
		if (status != PB_OK) {
			/* How much came out before it failed is not told. */
			o->plain_len = end;
			return status;
		}
		o->plain_len += len;
	}
	keep_tail(o, o->plain + at, o->plain_len - at);
	*ret_ended = len == 0;
	return PB_OK;
}

/* tail: its last octets. */
static enum pb_status
find_parts(struct pb_opened *opened, const uint8_t *tail, size_t len, struct pb_error *err)
{
	if (pb_table_decode(tail, len, opened->total, &opened->table))
		return PB_OK;
	return pb_fail(err, PB_ECORRUPT, open_what, N_("its table does not account for every byte"),
	    "payload of %llu bytes", (unsigned long long)opened->payload->len);
}

/* The first look: to the end, for the tag, the size and the table. */
static enum pb_status
look(struct pb_opened *opened, struct pb_error *err)
{
	struct pb_opener *o = opened->opener;
	enum pb_status status;
	bool ended;
	size_t len;

	if ((status = fill_plain(o, opened->at, &ended, err)) != PB_OK)
		return status;
	opened->total = o->plain_len - opened->at;
	opened->in_memory = true;
	while (!ended) {
		if ((status = pb_opener_next(o, &len, err)) != PB_OK)
			return status;
		ended = len == 0;
		opened->in_memory &= ended;
		opened->total += len;
		keep_tail(o, o->chunk, len);
	}
	return find_parts(opened, o->tail, o->tail_len, err);
}

bool
pb_opener_full(const struct pb_opener *opener)
{
	return opener->count == PB_OPENER_RECORDS || opener->plain_len > PB_OPENER_ROOM / 2;
}

enum pb_status
pb_opener_open(struct pb_opener *opener, const struct pb_payload *payload, struct pb_secret *r,
    struct pb_opened **ret_opened, struct pb_error *err)
{
	struct pb_opened *opened = &opener->opened[opener->count];
	enum pb_status status;

	pb_assert(opener->count < PB_OPENER_RECORDS);
	if ((status = pb_unpack_start(opener->unpack, payload, r, err)) != PB_OK)
		return status;
	opened->opener = opener;
	opened->payload = payload;
	opened->r = r;
	opened->at = opener->plain_len;
	opened->data = opener->plain + opened->at;
	opened->lent = false;
	opener->tail_len = 0;
	if ((status = look(opened, err)) != PB_OK || !opened->in_memory)
		pb_opener_wipe(opener, opened->at);
	if (status != PB_OK) {
		opened->payload = NULL;
		return status;
	}
	opener->count++;
	opener->open++;
	*ret_opened = opened;
	return PB_OK;
}

enum pb_status
pb_opener_adopt(struct pb_opener *opener, const struct pb_payload *payload, struct pb_secret *r,
    const struct pb_kept *plain, struct pb_opened **ret_opened, struct pb_error *err)
{
	struct pb_opened *opened = &opener->opened[opener->count];
	size_t tail = plain->len < PB_TABLE_MAX ? plain->len : PB_TABLE_MAX;
	enum pb_status status;

	pb_assert(opener->count < PB_OPENER_RECORDS);
	*opened = (struct pb_opened){ .opener = opener,
		.payload = payload,
		.r = r,
		.total = plain->len,
		.in_memory = true,
		.lent = true,
		.data = plain->data };
	status = find_parts(opened, plain->data + plain->len - tail, tail, err);
	if (status != PB_OK) {
		opened->payload = NULL;
		return status;
	}
	opener->count++;
	opener->open++;
	*ret_opened = opened;
	return PB_OK;
}
