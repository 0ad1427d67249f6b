#include "doors/proxy_reply.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "core/cursor.h"
#include "core/error.h"
#include "core/limits.h"
#include "core/text.h"

#define WHAT N_("read a reply of the next hop")

/* Of a line of a reply (RFC 5321 4.2: Reply-line); 0: it is none. */
static unsigned
code_of(const uint8_t *line, size_t len, bool *ret_last)
{
	unsigned code = 0;

	if (len < 4 || memchr(" -\r\n", line[3], 4) == NULL)
		return 0;
	for (size_t i = 0; i < 3; i++) {
		if (line[i] < '0' || line[i] > '9')
			return 0;
		code = code * 10 + (unsigned)(line[i] - '0');
	}
	*ret_last = line[3] != '-';
	return code >= 200 && code < 600 ? code : 0;
}

enum pb_status
pb_proxy_reply_read(struct pb_stream *hop, struct pb_proxy_reply *reply, struct pb_error *err)
{
	enum pb_status status = PB_OK;
	const uint8_t *line;
	bool last = false;
	unsigned code = 0;
	size_t len;

	pb_buf_clear(&reply->text);
	while (status == PB_OK && !last) {
		status = pb_stream_line(hop, PB_LIMIT_SMTP_LINE, &line, &len, err);
		if (status != PB_OK)
			break;
		code = code_of(line, len, &last);
		if (code == 0 || (reply->text.len > 0 && code != reply->code))
			status = pb_fail(err, PB_EDATA, WHAT, N_("it is no reply of SMTP"), "%s",
			    pb_stream_peer(hop));
		else if (len > PB_LIMIT_SMTP_REPLY - reply->text.len)
			status = pb_fail(
			    err, PB_ELIMIT, WHAT, N_("it is too long"), "%s", pb_stream_peer(hop));
		else if (pb_buf_append(&reply->text, line, len) != PB_OK)
			status = pb_fail_memory(err, WHAT);
		reply->code = code;
	}
	if (status != PB_OK) {
		pb_buf_clear(&reply->text);
		reply->code = 0;
	}
	return status;
}

/* ---- EHLO ----------------------------------------------------------------------------------- */

/*
 * What changes neither who speaks nor what their octets mean, or is understood here.  STARTTLS and
 * AUTH would hide from the proxy what it is to keep; XCLIENT begins the session anew as another's;
 * an extension that is not known may do any of it.
 */
static bool
is_understood(const char *keyword, size_t len)
{
	static const char *const understood[] = { "PIPELINING", "8BITMIME", "SMTPUTF8", "DSN",
		"SIZE", "XFORWARD", "ENHANCEDSTATUSCODES", "CHUNKING" };

	for (size_t i = 0; i < sizeof(understood) / sizeof(understood[0]); i++)
		if (strlen(understood[i]) == len && strncasecmp(understood[i], keyword, len) == 0)
			return true;
	return false;
}

/* How long the keyword is with which the extension in a line behind its code begins. */
static size_t
keyword_len(const char *line, size_t len)
{
	size_t keyword = 0;

	while (keyword < len && memchr(" \r\n", line[keyword], 3) == NULL)
		keyword++;
	return keyword;
}

bool
pb_proxy_reply_offers(const struct pb_proxy_reply *reply, const char *keyword)
{
	struct pb_cursor c;
	const char *line;
	size_t len;

	pb_cursor_init(&c, reply->text.data, reply->text.len);
	(void)pb_cursor_line(&c, &len);
	while (pb_cursor_left(&c) > 0) {
		line = pb_cursor_line(&c, &len);
		if (len > 4 && keyword_len(line + 4, len - 4) == strlen(keyword) &&
		    strncasecmp(line + 4, keyword, strlen(keyword)) == 0)
			return true;
	}
	return false;
}

/* The smaller of the next hop's SIZE and ours; 0, or none, is no limit (RFC 1870 section 3). */
static enum pb_status
write_size(const char *value, size_t len, uint64_t max_message, struct pb_buf *out)
{
	uint64_t size = 0;

	if (!pb_decimal_parse(value, len, &size) || size == 0 || size > max_message)
		size = max_message;
	return pb_buf_printf(out, "250-SIZE %llu\r\n", (unsigned long long)size);
}

/* A line behind the first, without its LF. */
static enum pb_status
filter_line(const char *line, size_t len, uint64_t max_message, struct pb_buf *out)
{
	size_t keyword;

	while (len > 0 && line[len - 1] == '\r')
		len--;
	if (len < 4)
		return PB_OK;
	line += 4;
	len -= 4;
	keyword = keyword_len(line, len);
	if (!is_understood(line, keyword))
		return PB_OK;
	if (keyword == 4 && strncasecmp(line, "SIZE", 4) == 0)
		return write_size(line + 5, len > 5 ? len - 5 : 0, max_message, out);
	return pb_buf_printf(out, "250-%.*s\r\n", (int)len, line);
}

enum pb_status
pb_proxy_reply_filter(struct pb_proxy_reply *reply, uint64_t max_message, struct pb_error *err)
{
	struct pb_buf out = PB_BUF_EMPTY;
	enum pb_status status;
	struct pb_cursor c;
	size_t len, last = 0;
	const char *line;

	pb_cursor_init(&c, reply->text.data, reply->text.len);
	line = pb_cursor_line(&c, &len);
	status = pb_buf_append(&out, line, len);
	if (status == PB_OK)
		status = pb_buf_append_u8(&out, '\n');
	while (status == PB_OK && pb_cursor_left(&c) > 0) {
		size_t before = out.len;

		line = pb_cursor_line(&c, &len);
		status = filter_line(line, len, max_message, &out);
		if (out.len > before)
			last = before;
	}
	if (status != PB_OK) {
		pb_buf_done(&out);
		return pb_fail_memory(err, WHAT);
	}
	if (out.data[last + 3] == '-')
		out.data[last + 3] = ' ';
	pb_buf_done(&reply->text);
	reply->text = out;
	return PB_OK;
}
