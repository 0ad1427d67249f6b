/*
 * A line of a single dot that CR LF does not enclose on both sides.  It ends nothing (RFC 5321
 * 2.3.8, 4.1.1.4), but there are servers that take it for the end of the data: to such a next hop
 * the rest would be commands, and mail that was never seen (CVE-2023-51764 and its like).
 */
#ifndef PB_DOORS_LONE_DOT_H
#define PB_DOORS_LONE_DOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pb_lone_dot_at {
	PB_LONE_DOT_LINE, /* behind CR LF, or nothing came */
	PB_LONE_DOT_INSIDE,
	PB_LONE_DOT_CR,      /* behind a CR */
	PB_LONE_DOT_ODD,     /* behind a bare LF */
	PB_LONE_DOT_DOT,     /* behind CR LF and a dot */
	PB_LONE_DOT_DOT_CR,  /* and a CR */
	PB_LONE_DOT_ODD_DOT, /* behind a bare CR or LF, and a dot */
	PB_LONE_DOT_FOUND
};

/* Go on with these octets, as they are on the wire.  Begins at PB_LONE_DOT_LINE; once found it
 * stays so. */
enum pb_lone_dot_at pb_lone_dot(enum pb_lone_dot_at at, const uint8_t *data, size_t len);

#endif
