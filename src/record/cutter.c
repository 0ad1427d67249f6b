#include "record/cutter.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "record/boundary.h"
#include "record/header.h"
#include "record/types.h"

/*
 * Invariants between two calls:
 *
 *   1. every octet taken went to the sink or stands in held;
 *   2. held_len > 0 only if line_start: the octets of a line of which it is not
 *      yet known whether a slice begins at it;
 *   3. header_len < PB_LIMIT_HEADER while !in_body.
 */
struct pb_cutter {
	const struct pb_part_sink *sink;
	bool in_body;
	bool line_start;   /* the next octet, or the first held one, begins a line */
	bool ends_header;  /* the line at hand is the empty one */
	bool slice_due;    /* a slice begins with the next octet that goes out */
	unsigned slices;   /* begun, of the header or of the body */
	size_t header_len; /* octets of the header taken */
	struct pb_header header;
	struct pb_boundary boundary;
	size_t held_len;
	/*
	 * A boundary line, or a field's name, which may be as long as the header.
	 * Pages of it that nothing was ever held in take no memory.
	 */
	uint8_t held[PB_LIMIT_HEADER];
};

/* Held of a line of the body: one octet more shows that it is too long for a boundary line. */
#define BODY_HELD_MAX (PB_LIMIT_BOUNDARY_LINE + 1)

/* Ready for the first octet of a message. */
static void
reset(struct pb_cutter *c)
{
	c->in_body = false;
	c->line_start = true;
	c->ends_header = false;
	c->slice_due = true;
	c->slices = 0;
	c->header_len = 0;
	pb_header_init(&c->header);
	c->boundary.len = 0;
	c->held_len = 0;
}

enum pb_status
pb_cutter_new(const struct pb_part_sink *sink, struct pb_cutter **ret_cutter, struct pb_error *err)
{
	struct pb_cutter *c = malloc(sizeof(*c));

	if (c == NULL)
		return pb_fail_memory(err, N_("prepare to cut messages"));
	c->sink = sink;
	reset(c);
	*ret_cutter = c;
	return PB_OK;
}

void
pb_cutter_free(struct pb_cutter *cutter)
{
	free(cutter);
}

static enum pb_status
emit(struct pb_cutter *c, const uint8_t *data, size_t len, struct pb_error *err)
{
	enum pb_status status;

	if (len == 0)
		return PB_OK;
	if (c->slice_due) {
		status =
		    c->sink->begin(c->sink->ctx, c->in_body ? PB_PART_BODY : PB_PART_HEADER, err);
		if (status != PB_OK)
			return status;
		c->slice_due = false;
		c->slices++;
	}
	return c->sink->write(c->sink->ctx, data, len, err);
}

/* A slice begins here, unless the last one has begun, which is the rest. */
static void
cut(struct pb_cutter *c)
{
	if (c->slices < (c->in_body ? PB_LIMIT_BODY_SLICES : PB_LIMIT_HEADER_SLICES))
		c->slice_due = true;
}

static void
enter_body(struct pb_cutter *c)
{
	pb_header_boundary(&c->header, &c->boundary);
	c->in_body = true;
	c->line_start = true;
	c->ends_header = false;
	c->slice_due = true;
	c->slices = 0;
}

/*
 * What the line that begins with these octets does.  known: so many of them
 * were held, and did not settle it.  whole: no more of it will come.
 */
static enum pb_line
judge(struct pb_cutter *c, const uint8_t *data, size_t len, size_t known, bool whole)
{
	enum pb_line line;

	if (c->in_body)
		return pb_boundary_line(&c->boundary, data, len, whole);
	line = pb_header_line(&c->header, data, len, known, whole);
	c->ends_header = line == PB_LINE_ENDS_HEADER;
	return line;
}

/* Octets of the line at hand, on their way out. */
static void
note(struct pb_cutter *c, const uint8_t *data, size_t len)
{
	if (!c->in_body)
		pb_header_note(&c->header, data, len);
}

/* Go on behind the end of the line at hand, or to the end of the data. */
static const uint8_t *
pass_line(struct pb_cutter *c, const uint8_t *at, const uint8_t *end)
{
	const uint8_t *feed = memchr(at, '\n', (size_t)(end - at));
	const uint8_t *next = feed == NULL ? end : feed + 1;

	note(c, at, (size_t)(next - at));
	c->line_start = feed != NULL;
	return next;
}

/* Whether no slice can begin any more in what remains of the message. */
static bool
in_last_slice(const struct pb_cutter *c)
{
	return c->in_body && (c->boundary.len == 0 || c->slices == PB_LIMIT_BODY_SLICES);
}

static enum pb_status
scan(struct pb_cutter *c, const uint8_t *data, size_t len, struct pb_error *err)
{
	const uint8_t *from = data, *at = data, *end = data + len;
	enum pb_status status;
	enum pb_line line;

	while (at < end && !in_last_slice(c)) {
		if (c->line_start) {
			line = judge(c, at, (size_t)(end - at), 0, false);
			if (line == PB_LINE_UNKNOWN) {
				c->held_len = (size_t)(end - at);
				memcpy(c->held, at, c->held_len);
				end = at;
				break;
			}
			if (line == PB_LINE_CUTS) {
				if ((status = emit(c, from, (size_t)(at - from), err)) != PB_OK)
					return status;
				from = at;
				cut(c);
			}
		}
		at = pass_line(c, at, end);
		if (c->ends_header && c->line_start) {
			if ((status = emit(c, from, (size_t)(at - from), err)) != PB_OK)
				return status;
			from = at;
			enter_body(c);
		}
	}
	return emit(c, from, (size_t)(end - from), err);
}

/*
 * Judge the held line with the octets that follow it.  If that is enough, it
 * goes out and those that follow remain to be scanned, in the same line.
 */
static enum pb_status
settle(struct pb_cutter *c, const uint8_t *data, size_t len, bool whole, struct pb_error *err)
{
	size_t held = c->held_len;
	size_t room = (c->in_body ? BODY_HELD_MAX : sizeof(c->held)) - held;
	size_t more = len < room ? len : room;
	enum pb_line line;

	if (more > 0)
		memcpy(c->held + held, data, more);
	line = judge(c, c->held, held + more, held, whole);
	if (line == PB_LINE_UNKNOWN) {
		c->held_len += more;
		return PB_OK;
	}
	if (line == PB_LINE_CUTS)
		cut(c);
	c->held_len = 0;
	c->line_start = false;
	note(c, c->held, held);
	return emit(c, c->held, held, err);
}

/* Octets that all belong to the header or may all belong to the body. */
static enum pb_status
take(struct pb_cutter *c, const uint8_t *data, size_t len, struct pb_error *err)
{
	enum pb_status status;

	if (c->held_len > 0) {
		if ((status = settle(c, data, len, false, err)) != PB_OK || c->held_len > 0)
			return status;
	}
	return scan(c, data, len, err);
}

/* The header is as long as it may be: the rest is body. */
static enum pb_status
end_long_header(struct pb_cutter *c, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	if (c->held_len > 0)
		status = settle(c, NULL, 0, true, err);
	enter_body(c);
	return status;
}

enum pb_status
pb_cutter_write(struct pb_cutter *cutter, const void *data, size_t len, struct pb_error *err)
{
	const uint8_t *at = data;
	enum pb_status status = PB_OK;
	size_t n;

	while (len > 0 && status == PB_OK) {
		n = len;
		if (!cutter->in_body && n > PB_LIMIT_HEADER - cutter->header_len)
			n = PB_LIMIT_HEADER - cutter->header_len;
		status = take(cutter, at, n, err);
		if (!cutter->in_body) {
			cutter->header_len += n;
			if (status == PB_OK && cutter->header_len == PB_LIMIT_HEADER)
				status = end_long_header(cutter, err);
		}
		at += n;
		len -= n;
	}
	if (status != PB_OK)
		reset(cutter);
	return status;
}

enum pb_status
pb_cutter_finish(struct pb_cutter *cutter, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	if (cutter->held_len > 0)
		status = settle(cutter, NULL, 0, true, err);
	reset(cutter);
	return status;
}
