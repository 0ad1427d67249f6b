#include "doctor/canary.h"

#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "net/stream.h"

#define WHAT N_("make a canary")
/* A door waits for its writer for a minute (doors/main.c). */
#define TIMEOUT_MS 90000

/* "Thu, 07 May 2026 00:42:00 +0000" (RFC 5322 3.3), out of "2026-05-07T00:42:00Z". */
static void
write_date(int64_t now_s, char out[40])
{
	static const char *const days[] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
		"Aug", "Sep", "Oct", "Nov", "Dec" };
	char text[21];
	unsigned month;

	pb_time_format(now_s, text);
	month = (unsigned)(text[5] - '0') * 10 + (unsigned)(text[6] - '0') - 1;
	(void)snprintf(out, 40, "%s, %.2s %s %.4s %.8s +0000", days[now_s / 86400 % 7], text + 8,
	    months[month % 12], text, text + 11);
}

static enum pb_status
write_text(struct pb_canary *canary, int64_t now_s)
{
	char date[40];

	write_date(now_s, date);
	return pb_buf_printf(&canary->text,
	    "From: Probant <" PB_CANARY_FROM ">\r\n"
	    "To: %s\r\n"
	    "Subject: Probant canary %s\r\n"
	    "Date: %s\r\n"
	    "Message-ID: <%s@canary.probant.invalid>\r\n"
	    "Probant-Canary: %s\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=us-ascii\r\n"
	    "\r\n"
	    "Nobody wrote this: `probant doctor --canary` sent it to see whether mail is kept.\r\n",
	    canary->recipient, canary->digits, date, canary->digits, canary->digits);
}

enum pb_status
pb_canary_make(const struct pb_world *world, const char *mailbox, struct pb_canary *ret_canary,
    struct pb_error *err)
{
	int64_t now_s = world->clock->now_us(world->clock->ctx) / 1000000;
	struct pb_canary canary = { .text = PB_BUF_EMPTY };
	uint8_t random[PB_CANARY_DIGITS / 2];
	int answer = world->random->fill(world->random->ctx, random, sizeof(random));

	if (answer != 0)
		return pb_fail_sys(err, answer, WHAT, "%s", "");
	pb_hex_encode(random, sizeof(random), canary.digits);
	(void)snprintf(canary.recipient, sizeof(canary.recipient), "%s%s",
	    mailbox[0] == '@' ? "canary" : "", mailbox);
	if (write_text(&canary, now_s) != PB_OK || pb_buf_text(&canary.text) == NULL) {
		pb_buf_done(&canary.text);
		return pb_fail_memory(err, WHAT);
	}
	pb_digest_sha256(canary.text.data, canary.text.len, canary.sha256);
	*ret_canary = canary;
	return PB_OK;
}

void
pb_canary_done(struct pb_canary *canary)
{
	pb_buf_done(&canary->text);
}

enum pb_status
pb_canary_bring(const struct pb_world *world, const struct pb_policy_door *door,
    const struct pb_canary *canary, struct pb_error *err)
{
	struct pb_stream *stream = NULL;
	enum pb_status status = pb_stream_connect(door->listen.path, door->listen.host,
	    door->listen.port, world->clock, TIMEOUT_MS, &stream, err);

	if (status == PB_OK && door->kind == PB_DOOR_MILTER)
		status = pb_canary_milter(stream, canary, err);
	else if (status == PB_OK)
		status = pb_canary_smtp(stream, door->kind == PB_DOOR_LMTP, canary, err);
	pb_stream_free(stream);
	return status;
}
