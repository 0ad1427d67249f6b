/* A canary as a client of SMTP (RFC 5321) or LMTP (RFC 2033) brings its mail. */
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "doctor/canary.h"
#include "net/stream.h"

#define WHAT N_("bring a canary to a door")

/* The last line of the reply, which begins with `code`; what else it says is the failure. */
static enum pb_status
expect(struct pb_stream *stream, const char *code, struct pb_error *err)
{
	const uint8_t *line;
	enum pb_status status;
	size_t len;

	do {
		status = pb_stream_line(stream, PB_LIMIT_SMTP_LINE, &line, &len, err);
		if (status == PB_EEND)
			return pb_fail(err, PB_EUNAVAIL, WHAT, N_("the door hung up"), "%s", "");
		if (status != PB_OK)
			return status;
	} while (len > 3 && line[3] == '-');
	while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
		len--;
	if (len < 3 || memcmp(line, code, 3) != 0)
		return pb_fail(err, PB_EUNAVAIL, WHAT, N_("the door does not take it"), "%.*s",
		    (int)len, (const char *)line);
	return PB_OK;
}

/* A line, and the reply to it. */
static enum pb_status
say(struct pb_stream *stream, const char *before, const char *between, const char *after,
    const char *code, struct pb_error *err)
{
	char line[512];
	int len = snprintf(line, sizeof(line), "%s%s%s\r\n", before, between, after);
	enum pb_status status = pb_stream_write(stream, line, (size_t)len, err);

	if (status == PB_OK)
		status = pb_stream_flush(stream, err);
	return status == PB_OK ? expect(stream, code, err) : status;
}

enum pb_status
pb_canary_smtp(
    struct pb_stream *stream, bool lmtp, const struct pb_canary *canary, struct pb_error *err)
{
	enum pb_status status = expect(stream, "220", err);

	if (status == PB_OK)
		status = say(stream, lmtp ? "LHLO" : "EHLO", " ", PB_CANARY_HOST, "250", err);
	if (status == PB_OK)
		status = say(stream, "MAIL FROM:<", PB_CANARY_FROM, ">", "250", err);
	if (status == PB_OK)
		status = say(stream, "RCPT TO:<", canary->recipient, ">", "250", err);
	if (status == PB_OK)
		status = say(stream, "DATA", "", "", "354", err);
	if (status == PB_OK)
		status = pb_stream_write(stream, canary->text.data, canary->text.len, err);
	if (status == PB_OK)
		status = say(stream, ".", "", "", "250", err);
	/* It is kept; whether the door says goodbye is its own affair. */
	return status;
}
