#include "record/cutter.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "record/boundary.h"
#include "record/field.h"
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
	bool last_line;    /* the line at hand is the empty one that ends the header */
	bool slice_due;    /* a slice begins with the next octet that goes out */
	unsigned slices;   /* begun, of the header or of the body */
	size_t header_len; /* octets of the header taken */
	enum pb_field_class class; /* of the field at hand */
	bool type_seen;    /* a Content-Type field began */
	bool in_type;      /* it is the field at hand */
	size_t type_skip;  /* octets of it to come, through its colon */
	size_t type_len;
	uint8_t type[PB_LIMIT_CONTENT_TYPE]; /* what stands behind its colon */
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

enum line { LINE_UNKNOWN, LINE_STAYS, LINE_CUTS };

/* Ready for the first octet of a message. */
static void
reset(struct pb_cutter *c)
{
	c->in_body = false;
	c->line_start = true;
	c->last_line = false;
	c->slice_due = true;
	c->slices = 0;
	c->header_len = 0;
	c->class = PB_FIELD_NONE;
	c->type_seen = false;
	c->in_type = false;
	c->type_skip = 0;
	c->type_len = 0;
	c->boundary.len = 0;
	c->held_len = 0;
}

enum pb_status
pb_cutter_new(const struct pb_part_sink *sink, struct pb_cutter **ret_cutter,
    struct pb_error *err)
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
		status = c->sink->begin(c->sink->ctx, c->in_body ? PB_PART_BODY : PB_PART_HEADER,
		    err);
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
	pb_boundary_parse(c->type, c->type_len, &c->boundary);
	c->in_body = true;
	c->line_start = true;
	c->last_line = false;
	c->slice_due = true;
	c->slices = 0;
	c->in_type = false;
}

/* A field begins here; colon: behind its name, or NULL. */
static enum line
judge_field(struct pb_cutter *c, const uint8_t *name, const uint8_t *colon)
{
	size_t len = colon == NULL ? 0 : (size_t)(colon - name);
	enum pb_field_class before = c->class;

	c->class = colon == NULL ? PB_FIELD_OTHER : pb_field_class(name, len);
	c->in_type = colon != NULL && !c->type_seen && pb_field_named(name, len, "content-type");
	if (c->in_type) {
		c->type_seen = true;
		c->type_skip = len + 1;
	}
	return c->class != before || c->class == PB_FIELD_RECEIVED ? LINE_CUTS : LINE_STAYS;
}

/* known: that many of the octets are neither a colon nor a line feed. */
static enum line
judge_header_line(struct pb_cutter *c, const uint8_t *line, size_t len, size_t known, bool whole)
{
	const uint8_t *feed, *colon;

	if (line[0] == ' ' || line[0] == '\t') {
		/* A continuation; with no field before it, it is one itself. */
		return c->class == PB_FIELD_NONE ? judge_field(c, line, NULL) : LINE_STAYS;
	}
	if (line[0] == '\r' && len == 1 && !whole)
		return LINE_UNKNOWN;
	if (line[0] == '\n' || (line[0] == '\r' && len > 1 && line[1] == '\n')) {
		c->last_line = true;
		c->in_type = false;
		return LINE_STAYS;
	}
	feed = memchr(line + known, '\n', len - known);
	colon = memchr(line + known, ':', (feed == NULL ? len : (size_t)(feed - line)) - known);
	if (feed == NULL && colon == NULL && !whole && pb_field_undecided(line, len))
		return LINE_UNKNOWN;
	return judge_field(c, line, colon);
}

/* What the line that begins with these octets does; whole: no more of it will come. */
static enum line
judge(struct pb_cutter *c, const uint8_t *line, size_t len, size_t known, bool whole)
{
	if (!c->in_body)
		return judge_header_line(c, line, len, known, whole);
	switch (pb_boundary_line(&c->boundary, line, len, whole)) {
	case PB_BOUNDARY_YES:
		return LINE_CUTS;
	case PB_BOUNDARY_UNKNOWN:
		return LINE_UNKNOWN;
	default:
		return LINE_STAYS;
	}
}

/* Octets of the field at hand: the value of the Content-Type is kept. */
static void
note(struct pb_cutter *c, const uint8_t *data, size_t len)
{
	size_t skip = len < c->type_skip ? len : c->type_skip;
	size_t room = sizeof(c->type) - c->type_len;

	if (!c->in_type)
		return;
	c->type_skip -= skip;
	len -= skip;
	if (len > room)
		len = room;
	memcpy(c->type + c->type_len, data + skip, len);
	c->type_len += len;
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
	enum line line;

	while (at < end && !in_last_slice(c)) {
		if (c->line_start) {
			line = judge(c, at, (size_t)(end - at), 0, false);
			if (line == LINE_UNKNOWN) {
				c->held_len = (size_t)(end - at);
				memcpy(c->held, at, c->held_len);
				end = at;
				break;
			}
			if (line == LINE_CUTS) {
				if ((status = emit(c, from, (size_t)(at - from), err)) != PB_OK)
					return status;
				from = at;
				cut(c);
			}
		}
		at = pass_line(c, at, end);
		if (c->last_line && c->line_start) {
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
	enum line line;

	if (more > 0)
		memcpy(c->held + held, data, more);
	line = judge(c, c->held, held + more, held, whole);
	if (line == LINE_UNKNOWN) {
		c->held_len += more;
		return PB_OK;
	}
	if (line == LINE_CUTS)
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
