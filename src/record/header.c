#include "record/header.h"

#include <string.h>

void
pb_header_init(struct pb_header *header)
{
	header->class = PB_FIELD_NONE;
	header->type_seen = false;
	header->in_type = false;
	header->type_skip = 0;
	header->type_len = 0;
}

/* A field begins here; colon: behind its name, or NULL. */
static enum pb_line
judge_field(struct pb_header *header, const uint8_t *name, const uint8_t *colon)
{
	size_t len = colon == NULL ? 0 : (size_t)(colon - name);
	enum pb_field_class before = header->class;

	header->class = colon == NULL ? PB_FIELD_OTHER : pb_field_class(name, len);
	header->in_type =
	    colon != NULL && !header->type_seen && pb_field_named(name, len, "content-type");
	if (header->in_type) {
		header->type_seen = true;
		header->type_skip = len + 1;
	}
	if (header->class == before && header->class != PB_FIELD_RECEIVED)
		return PB_LINE_STAYS;
	return PB_LINE_CUTS;
}

enum pb_line
pb_header_line(struct pb_header *header, const uint8_t *line, size_t len, size_t known, bool whole)
{
	const uint8_t *feed, *colon;

	if (line[0] == ' ' || line[0] == '\t') {
		/* A continuation; with no field before it, it is one itself. */
		if (header->class == PB_FIELD_NONE)
			return judge_field(header, line, NULL);
		return PB_LINE_STAYS;
	}
	if (line[0] == '\r' && len == 1 && !whole)
		return PB_LINE_UNKNOWN;
	if (line[0] == '\n' || (line[0] == '\r' && len > 1 && line[1] == '\n')) {
		header->in_type = false;
		return PB_LINE_ENDS_HEADER;
	}
	feed = memchr(line + known, '\n', len - known);
	colon = memchr(line + known, ':', (feed == NULL ? len : (size_t)(feed - line)) - known);
	if (feed == NULL && colon == NULL && !whole && pb_field_undecided(line, len))
		return PB_LINE_UNKNOWN;
	return judge_field(header, line, colon);
}

void
pb_header_note(struct pb_header *header, const uint8_t *data, size_t len)
{
	size_t skip = len < header->type_skip ? len : header->type_skip;
	size_t room = sizeof(header->type) - header->type_len;

	if (!header->in_type)
		return;
	header->type_skip -= skip;
	len -= skip;
	if (len > room)
		len = room;
	memcpy(header->type + header->type_len, data + skip, len);
	header->type_len += len;
}

void
pb_header_boundary(const struct pb_header *header, struct pb_boundary *ret_boundary)
{
	pb_boundary_parse(header->type, header->type_len, ret_boundary);
}
