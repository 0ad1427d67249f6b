#include "doors/milter_packet.h"

#include "core/error.h"
#include "core/limits.h"

#define WHAT N_("talk with an MTA")

/* How long it is as far as that is known: its length, then all. */
static enum pb_status
known_len(const struct pb_buf *packet, size_t *ret_len, struct pb_error *err)
{
	uint32_t len;

	*ret_len = PB_MILTER_LETTER;
	if (packet->len < PB_MILTER_LETTER)
		return PB_OK;
	len = pb_get_u32(packet->data);
	if (len == 0)
		return pb_fail(err, PB_EDATA, WHAT, N_("a packet is empty"), "%s", "");
	if (len > PB_LIMIT_MILTER_PACKET)
		return pb_fail(err, PB_ELIMIT, WHAT, N_("a packet is too long"), "%u octets", len);
	*ret_len += len;
	return PB_OK;
}

enum pb_status
pb_milter_packet_gather(struct pb_buf *packet, const uint8_t **at, const uint8_t *stop,
    bool *ret_whole, struct pb_error *err)
{
	enum pb_status status;
	size_t len, n;

	for (;;) {
		status = known_len(packet, &len, err);
		if (status != PB_OK)
			return status;
		n = len - packet->len;
		if (n == 0 || *at == stop)
			break;
		if (n > (size_t)(stop - *at))
			n = (size_t)(stop - *at);
		if (pb_buf_append(packet, *at, n) != PB_OK)
			return pb_fail_memory(err, WHAT);
		*at += n;
	}
	*ret_whole = n == 0;
	return PB_OK;
}

enum pb_status
pb_milter_packet_append(
    struct pb_buf *to, uint8_t letter, const void *data, size_t len, struct pb_error *err)
{
	if (pb_buf_append_u32(to, (uint32_t)len + 1) != PB_OK ||
	    pb_buf_append_u8(to, letter) != PB_OK || pb_buf_append(to, data, len) != PB_OK)
		return pb_fail_memory(err, WHAT);
	return PB_OK;
}
