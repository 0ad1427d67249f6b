/* Records handed to the writer, and its answers. */
#include <errno.h>

#include "core/error.h"
#include "relay/connection.h"
#include "sys/handed.h"
#include "sys/local.h"

static const char HANDING[] = N_("hand a record to the writer");

/* A record as it is sent: packed once, sent as soon as there is room. */
struct parcel {
	bool packed;
	uint8_t head[PB_PACKET_SUBMIT_LEN];
	const void *payload; /* behind it, or NULL */
	size_t payload_len;
	int pass; /* the descriptor that holds it, or -1 */
	int own;  /* the same, if it is to be closed behind */
};

/* The items of one call.  PB_EEND: an item that is not answered. */
struct errand {
	struct pb_relay *relay;
	struct pb_relay_item *items;
	size_t count, sent, answered;
	uint64_t first_number;
	struct parcel parcel; /* items[sent] */
	enum pb_status failed;
	struct pb_error *err;
};

static void
settle(struct errand *e, struct pb_relay_item *item, enum pb_status status)
{
	item->status = status;
	e->answered++;
	if (e->failed == PB_OK)
		e->failed = status;
}

/* Where the error of an item goes: that of the first to fail is told. */
static struct pb_error *
err_of(struct errand *e)
{
	return e->failed == PB_OK ? e->err : NULL;
}

/* ---- to the writer ----------------------------------------------------------------------------
 */

static enum pb_status
pack(struct errand *e)
{
	const struct pb_relay_item *item = &e->items[e->sent];
	const struct pb_sealed *sealed = item->sealed;
	struct parcel *parcel = &e->parcel;
	enum pb_status status = PB_OK;

	*parcel = (struct parcel){ .pass = -1, .own = -1 };
	if (sealed->fd >= 0) {
		parcel->pass = sealed->fd;
	} else if (sealed->payload_len <= PB_PACKET_INLINE) {
		parcel->payload = sealed->memory.data;
		parcel->payload_len = sealed->memory.len;
	} else {
		status =
		    pb_handed_new(sealed->memory.data, sealed->memory.len, &parcel->own, err_of(e));
		parcel->pass = parcel->own;
	}
	if (status != PB_OK)
		return status;
	pb_packet_submit_encode(
	    sealed, e->first_number + e->sent, (uint32_t)item->archive, parcel->head);
	parcel->packed = true;
	return PB_OK;
}

static void
unpack(struct parcel *parcel)
{
	if (!parcel->packed)
		return;
	pb_local_close(&parcel->own);
	pb_wipe(parcel->head, sizeof(parcel->head)); /* the secret */
	parcel->packed = false;
}

/* The next item.  0, also if it could not be packed; -EAGAIN; or the connection's end. */
static int
send_next(struct errand *e)
{
	struct parcel *parcel = &e->parcel;
	enum pb_status status = PB_OK;
	int answer = 0;

	if (!parcel->packed)
		status = pack(e);
	if (status != PB_OK)
		settle(e, &e->items[e->sent], status);
	else
		answer = pb_local_send(e->relay->fd, parcel->head, sizeof(parcel->head),
		    parcel->payload, parcel->payload_len, parcel->pass);
	if (answer != 0)
		return answer;
	unpack(parcel);
	e->sent++;
	return 0;
}

/* ---- from the writer --------------------------------------------------------------------------
 */

/* false: it is no answer to any of these. */
static bool
take_reply(struct errand *e, const struct pb_reply *reply)
{
	uint64_t i = reply->number - e->first_number;
	struct pb_relay_item *item;

	if (i >= e->sent || e->items[i].status != PB_EEND)
		return false;
	item = &e->items[i];
	if (reply->status != PB_OK)
		(void)pb_fail(err_of(e), reply->status, HANDING, pb_refusal_why(reply->refusal),
		    "%s", pb_relay_archive_name(e->relay, item->archive));
	item->receipt = reply->receipt;
	settle(e, item, reply->status);
	return true;
}

/* All that came.  0; or the connection's end. */
static int
receive_all(struct errand *e)
{
	uint8_t packet[PB_PACKET_REPLY_LEN];
	struct pb_reply reply;
	int64_t len;
	int passed;

	while (e->answered < e->count) {
		len = pb_local_receive(e->relay->fd, packet, sizeof(packet), &passed);
		if (len == -EAGAIN)
			return 0;
		pb_local_close(&passed);
		if (len <= 0 || pb_packet_reply_decode(packet, (size_t)len, &reply) != PB_OK ||
		    !take_reply(e, &reply))
			return -EPIPE;
	}
	return 0;
}

/* ---- both -------------------------------------------------------------------------------------
 */

/* false: the writer is gone, or too slow. */
static bool
run(struct errand *e, int64_t deadline_us)
{
	int answer;

	while (e->answered < e->count) {
		bool room = e->sent < e->count && e->sent - e->answered < PB_LIMIT_RELAY_UNANSWERED;

		answer = room ? send_next(e) : -EAGAIN;
		if (answer == -EAGAIN) {
			if (!pb_relay_wait(e->relay, room ? POLLIN | POLLOUT : POLLIN, deadline_us))
				return false;
			answer = receive_all(e);
		}
		if (answer != 0)
			return false;
	}
	return true;
}

/* Is each for an archive that the writer told of, and whole? */
static bool
sound(const struct pb_relay *relay, const struct pb_relay_item *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct pb_sealed *sealed = items[i].sealed;

		if (items[i].archive >= relay->count || sealed->r == NULL ||
		    pb_secret_len(sealed->r) != PB_PACKET_R_LEN ||
		    (sealed->fd < 0 && sealed->memory.len != sealed->payload_len) ||
		    (sealed->fd >= 0 && sealed->payload_len <= PB_PACKET_INLINE))
			return false;
	}
	return true;
}

/* What the end of the connection left unknown. */
static enum pb_status
give_up(struct errand *e)
{
	pb_local_close(&e->relay->fd);
	for (size_t i = 0; i < e->count; i++)
		if (e->items[i].status == PB_EEND)
			e->items[i].status = PB_EUNAVAIL;
	if (e->failed != PB_OK)
		return e->failed;
	return pb_fail(e->err, PB_EUNAVAIL, HANDING,
	    N_("the writer ended, or did not answer in time"), "%s", "");
}

enum pb_status
pb_relay_commit(struct pb_relay *relay, struct pb_relay_item *items, size_t count,
    uint32_t timeout_ms, struct pb_error *err)
{
	struct errand e = { .relay = relay,
		.items = items,
		.count = count,
		.first_number = relay->next_number,
		.err = err };
	int64_t deadline_us = pb_relay_deadline(relay->clock, timeout_ms);
	enum pb_status status;

	for (size_t i = 0; i < count; i++)
		items[i].status = PB_EEND;
	if (relay->fd >= 0 && !sound(relay, items, count)) {
		for (size_t i = 0; i < count; i++)
			items[i].status = PB_EINVAL;
		return pb_fail(err, PB_EINVAL, HANDING,
		    N_("it is not whole, or for no archive that the writer told of"), "%s", "");
	}
	relay->next_number += count;
	if (relay->fd >= 0 && run(&e, deadline_us))
		status = e.failed;
	else
		status = give_up(&e);
	unpack(&e.parcel);
	return status;
}
