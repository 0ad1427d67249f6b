/*
 * The header of a message, line by line, as the cutter needs it (FORMAT 1.4):
 * where a slice may begin, where the header ends, which boundary it declares.
 */
#ifndef PB_RECORD_HEADER_H
#define PB_RECORD_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/limits.h"
#include "record/boundary.h"
#include "record/field.h"
#include "record/line.h"

struct pb_header {
	enum pb_field_class class; /* of the field at hand */
	bool type_seen;            /* a Content-Type field began */
	bool in_type;              /* it is the field at hand */
	size_t type_skip;          /* octets of it to come, through its colon */
	size_t type_len;
	uint8_t type[PB_LIMIT_CONTENT_TYPE]; /* what stands behind its colon */
};

void pb_header_init(struct pb_header *header);

/*
 * Judge the line that begins with these octets (len >= 1), of which the first
 * `known` are neither a colon nor a line feed.  whole: no more of it will come,
 * and PB_LINE_UNKNOWN is not answered.
 */
enum pb_line pb_header_line(
    struct pb_header *header, const uint8_t *line, size_t len, size_t known, bool whole);

/* The octets of the lines judged, in order, once: the value of the Content-Type is kept. */
void pb_header_note(struct pb_header *header, const uint8_t *data, size_t len);

/* What the header, now at its end, declared. */
void pb_header_boundary(const struct pb_header *header, struct pb_boundary *ret_boundary);

#endif
