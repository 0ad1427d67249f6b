/* The boundary of a multipart message: where it is declared, and its lines (FORMAT 1.4). */
#ifndef PB_RECORD_BOUNDARY_H
#define PB_RECORD_BOUNDARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/limits.h"
#include "record/line.h"

struct pb_boundary {
	size_t len;                               /* of the delimiter; 0: there is no boundary */
	uint8_t delimiter[2 + PB_LIMIT_BOUNDARY]; /* "--" and the boundary */
};

/*
 * The boundary that a Content-Type field declares.  value: the first octets
 * behind its colon, of which PB_LIMIT_CONTENT_TYPE count.
 */
void pb_boundary_parse(const uint8_t *value, size_t len, struct pb_boundary *ret_boundary);

/*
 * What the line of the body that begins with these octets (len >= 1) does: a
 * boundary line cuts.  whole: the input ends with them.  PB_LINE_UNKNOWN is
 * never answered when more than PB_LIMIT_BOUNDARY_LINE are at hand.
 */
enum pb_line pb_boundary_line(
    const struct pb_boundary *boundary, const uint8_t *line, size_t len, bool whole);

#endif
