#include "capture/mbox.h"

#include <string.h>
#include <strings.h>

#include "capture/postmark.h"
#include "capture/window.h"
#include "core/error.h"
#include "core/limits.h"

/* An empty line and a postmark: what must be at hand to say whether a message ends. */
#define AHEAD (PB_LIMIT_POSTMARK + 2)
#define NOWHERE UINT64_MAX

struct splitter {
	struct pb_window window;
	const struct pb_finds *finds;
	struct pb_message_origin origin;
	struct pb_mbox_place place;
	char postmark[PB_LIMIT_POSTMARK + 1];
	bool wanted;
	bool in_header;
	bool line_start;
	bool lengths;            /* every message so far ended where its Content-Length said */
	uint64_t content_length; /* NOWHERE: not stated */
	uint64_t until;          /* where it leads; NOWHERE: it is not believed */
};

/* ---- lines ---------------------------------------------------------------------------------- */

static size_t
empty_line_len(const uint8_t *data, size_t len)
{
	if (len > 0 && data[0] == '\n')
		return 1;
	return len > 1 && data[0] == '\r' && data[1] == '\n' ? 2 : 0;
}

/* Nothing follows, or a postmark does. */
static bool
ends(const uint8_t *data, size_t len, bool end_of_file)
{
	return (len == 0 && end_of_file) || pb_postmark_len(data, len, end_of_file) > 0;
}

/* The number of a Content-Length field; the first one of a message counts. */
static void
read_content_length(struct splitter *s, const uint8_t *data, size_t len)
{
	static const char name[] = "content-length:";
	size_t i = sizeof(name) - 1, digits = 0;
	uint64_t value = 0;

	if (s->content_length != NOWHERE || len < i ||
	    strncasecmp((const char *)data, name, i) != 0)
		return;
	while (i < len && (data[i] == ' ' || data[i] == '\t'))
		i++;
	for (; i < len && data[i] >= '0' && data[i] <= '9' && digits < 16; i++, digits++)
		value = value * 10 + (uint64_t)(data[i] - '0');
	while (i < len && (data[i] == ' ' || data[i] == '\t' || data[i] == '\r'))
		i++;
	if (digits > 0 && digits < 16 && i < len && data[i] == '\n')
		s->content_length = value;
}

static void
read_quoting(struct splitter *s, const uint8_t *data, size_t len)
{
	size_t depth = 0;

	while (depth < len && data[depth] == '>')
		depth++;
	if (depth == 0 || len - depth < 5 || memcmp(data + depth, "From ", 5) != 0)
		return;
	if (depth > 1)
		s->place.quoted = 2;
	else if (s->place.quoted == 0)
		s->place.quoted = 1;
}

/* Would a message that ends there end as 1 of the header asks? */
static enum pb_status
leads(struct splitter *s, uint64_t target, bool *ret_leads, struct pb_error *err)
{
	uint8_t around[1 + AHEAD]; /* the octet before, to know that a line ended there */
	enum pb_status status;
	bool can = false, end, right;
	size_t len = 0, empty;

	*ret_leads = false;
	status = pb_window_look(&s->window, target - 1, around, sizeof(around), &len, &can, err);
	if (status != PB_OK || !can || len == 0)
		return status;
	end = len < sizeof(around);
	len--;
	empty = empty_line_len(around + 1, len);
	right = (len == 0 && end) || (empty > 0 && ends(around + 1 + empty, len - empty, end));
	if (!right && around[0] == '\n')
		right = pb_postmark_len(around + 1, len, end) > 0;
	*ret_leads = right;
	return PB_OK;
}

/* ---- one message ---------------------------------------------------------------------------- */

/* Does the message end here, at the beginning of a line? */
static bool
ends_here(struct splitter *s)
{
	const uint8_t *data = pb_window_data(&s->window);
	size_t len = pb_window_len(&s->window), empty = empty_line_len(data, len);
	uint64_t offset = s->window.offset;

	s->place.separator = 0;
	if ((offset == s->place.offset || offset == s->until) &&
	    pb_postmark_len(data, len, s->window.end) > 0)
		return true;
	if (empty == 0 || !ends(data + empty, len - empty, s->window.end))
		return false;
	s->place.separator = (unsigned)empty;
	return true;
}

/*
 * What a line's beginning says; the header's last line says where the body ends.  Who writes such
 * lengths writes them into every message, over what its sender wrote; where one has none, another's
 * may be its sender's, who would have it swallow the messages behind it.
 */
static enum pb_status
read_line_start(struct splitter *s, bool *ret_ends, struct pb_error *err)
{
	const uint8_t *data = pb_window_data(&s->window);
	size_t len = pb_window_len(&s->window), empty = empty_line_len(data, len);
	uint64_t target = s->window.offset + empty + s->content_length;
	enum pb_status status = PB_OK;
	bool believed = false;

	*ret_ends = false;
	if (s->until != NOWHERE && s->window.offset < s->until) {
		read_quoting(s, data, len);
		return PB_OK;
	}
	if (s->in_header && empty > 0) {
		s->in_header = false;
		if (s->lengths && s->content_length != NOWHERE)
			status = leads(s, target, &believed, err);
		if (status != PB_OK || believed) {
			s->until = target;
			return status;
		}
	}
	if (s->in_header)
		read_content_length(s, data, len);
	else
		read_quoting(s, data, len);
	*ret_ends = ends_here(s);
	return PB_OK;
}

/* The rest of the line, and the lines behind it of which the first octet says that none matters. */
static size_t
dull_len(const uint8_t *data, size_t len)
{
	const uint8_t *at = data, *end = data + len;

	while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		at++;
		if (at == end || memchr("\n\r>FCc", *at, 6) != NULL)
			return (size_t)(at - data);
	}
	return len;
}

static enum pb_status
write_lines(struct splitter *s, struct pb_error *err)
{
	const uint8_t *data = pb_window_data(&s->window);
	size_t len = pb_window_len(&s->window);
	enum pb_status status = PB_OK;

	if (s->until != NOWHERE && len > s->until - s->window.offset)
		len = (size_t)(s->until - s->window.offset);
	len = dull_len(data, len);
	s->line_start = data[len - 1] == '\n';
	if (s->wanted)
		status = s->finds->write(s->finds->ctx, data, len, err);
	s->place.length += len;
	pb_window_pass(&s->window, len);
	s->line_start = s->line_start || s->window.offset == s->until;
	return status;
}

/* From the postmark to the next; *ret_read false: it could not be read, and why says so. */
static enum pb_status
copy_message(struct splitter *s, bool *ret_read, struct pb_error *why, struct pb_error *err)
{
	enum pb_status status = PB_OK;
	bool over = false;

	*ret_read = true;
	while (status == PB_OK) {
		if (pb_window_fill(&s->window, AHEAD, why) != PB_OK ||
		    (s->line_start && read_line_start(s, &over, why) != PB_OK)) {
			*ret_read = false;
			return PB_OK;
		}
		if (over || pb_window_len(&s->window) == 0)
			return PB_OK;
		status = write_lines(s, err);
	}
	return status;
}

static void
take_postmark(struct splitter *s)
{
	const uint8_t *data = pb_window_data(&s->window);
	size_t len = pb_postmark_len(data, pb_window_len(&s->window), s->window.end), text = len;

	pb_assert(len > 0);
	if (text > 0 && data[text - 1] == '\n')
		text--;
	if (text > 0 && data[text - 1] == '\r')
		text--;
	memcpy(s->postmark, data, text);
	s->postmark[text] = '\0';
	pb_window_pass(&s->window, len);
	s->place = (struct pb_mbox_place){ .postmark = s->postmark, .offset = s->window.offset };
	s->in_header = s->line_start = true;
	s->content_length = s->until = NOWHERE;
}

static enum pb_status
split_message(struct splitter *s, bool *ret_read, struct pb_error *err)
{
	struct pb_error why = { 0 };
	enum pb_status status;

	take_postmark(s);
	status = s->finds->begin(s->finds->ctx, &s->origin, &s->wanted, err);
	if (status == PB_OK)
		status = copy_message(s, ret_read, &why, err);
	if (status != PB_OK)
		return status;
	s->place.content_length = s->lengths = s->until != NOWHERE;
	if (!*ret_read) {
		if (s->wanted)
			s->finds->cut(s->finds->ctx);
		return s->finds->refused(s->finds->ctx, &s->origin, &why, err);
	}
	pb_window_pass(&s->window, s->place.separator);
	return s->wanted ? s->finds->end(s->finds->ctx, &s->origin, err) : PB_OK;
}

enum pb_status
pb_mbox_split(const struct pb_bytes *bytes, const struct pb_message_origin *origin,
    const struct pb_finds *finds, struct pb_error *err)
{
	struct splitter s = {
		.window = { .bytes = bytes }, .finds = finds, .origin = *origin, .lengths = true
	};
	struct pb_error why = { 0 };
	enum pb_status status = PB_OK;
	bool read = true;

	s.origin.mbox = &s.place;
	while (status == PB_OK && read) {
		if (pb_window_fill(&s.window, AHEAD, &why) != PB_OK) {
			status = finds->refused(finds->ctx, origin, &why, err);
			break;
		}
		if (pb_window_len(&s.window) == 0)
			break;
		status = split_message(&s, &read, err);
	}
	pb_window_done(&s.window);
	pb_wipe(s.postmark, sizeof(s.postmark));
	return status;
}
