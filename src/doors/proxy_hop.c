#include "doors/proxy_hop.h"

#include "core/error.h"

#define WHAT N_("call the next hop")

/* RFC 5321 4.5.3.2: how long a client waits: for what it asks, 5 minutes; for the final answer, 10.
 */
#define CONNECT_MS 30000
#define PATIENCE_MS 600000

static enum pb_status
connect_to(struct pb_proxy_hop *hop, struct pb_error *err)
{
	const struct pb_policy_address *to = hop->address;
	enum pb_status status;

	status = pb_stream_connect(
	    to->path, to->host, to->port, hop->clock, CONNECT_MS, &hop->stream, err);
	if (status == PB_OK)
		pb_stream_timeout(hop->stream, PATIENCE_MS);
	return status;
}

static enum pb_status
expect(struct pb_proxy_hop *hop, unsigned code, struct pb_error *err)
{
	enum pb_status status = pb_proxy_hop_answer(hop, err);

	if (status == PB_OK && hop->reply.code != code)
		status = pb_fail(
		    err, PB_EUNAVAIL, WHAT, N_("it takes no mail now"), "%u", hop->reply.code);
	return status;
}

enum pb_status
pb_proxy_hop_call(struct pb_proxy_hop *hop, struct pb_error *err)
{
	enum pb_status status;

	hop->reply.code = 0;
	status = connect_to(hop, err);
	if (status == PB_OK)
		status = expect(hop, 220, err);
	if (status == PB_OK && hop->hello.len > 0) {
		status = pb_proxy_hop_write(hop, hop->hello.data, hop->hello.len, err);
		if (status == PB_OK)
			status = expect(hop, 250, err);
	}
	if (status != PB_OK)
		pb_proxy_hop_hang_up(hop);
	return status;
}

enum pb_status
pb_proxy_hop_write(struct pb_proxy_hop *hop, const void *data, size_t len, struct pb_error *err)
{
	enum pb_status status = pb_stream_write(hop->stream, data, len, err);

	if (status != PB_OK)
		pb_proxy_hop_hang_up(hop);
	return status;
}

enum pb_status
pb_proxy_hop_answer(struct pb_proxy_hop *hop, struct pb_error *err)
{
	enum pb_status status = pb_stream_flush(hop->stream, err);

	if (status == PB_OK)
		status = pb_proxy_reply_read(hop->stream, &hop->reply, err);
	if (status != PB_OK)
		pb_proxy_hop_hang_up(hop);
	return status;
}

void
pb_proxy_hop_hang_up(struct pb_proxy_hop *hop)
{
	pb_stream_free(hop->stream);
	hop->stream = NULL;
}

void
pb_proxy_hop_done(struct pb_proxy_hop *hop)
{
	pb_proxy_hop_hang_up(hop);
	pb_buf_done(&hop->reply.text);
	pb_buf_done(&hop->hello);
}
