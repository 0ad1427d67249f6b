/*
 * The octets behind DATA as they stream: where the message ends, and its dots unstuffed (RFC 5321
 * 4.5.2).  Only CR LF ends a line here (2.3.8): a bare LF, a bare CR and a NUL belong to the
 * message, and "LF . LF", "LF . CR LF" and their like end nothing, so that nothing is smuggled.
 */
#ifndef PB_DOORS_DOT_H
#define PB_DOORS_DOT_H

#include <stddef.h>
#include <stdint.h>

enum pb_dot_at {
	PB_DOT_LINE_START, /* nothing since CR LF */
	PB_DOT_INSIDE,
	PB_DOT_CR,         /* a CR */
	PB_DOT_STUFFED,    /* a dot at the beginning of a line, taken away */
	PB_DOT_STUFFED_CR, /* a CR behind it, held back */
	PB_DOT_END         /* CR LF . CR LF; what comes now is none of it */
};

/* Read freely. */
struct pb_dot {
	enum pb_dot_at at;
};

void pb_dot_init(struct pb_dot *dot);

/*
 * Go on with `data`, len > 0, not at PB_DOT_END.  Answers how many of its octets are done with,
 * perhaps none, and a run of the message in ret_run, perhaps empty.  Call it again with what is
 * left.
 */
size_t pb_dot_next(
    struct pb_dot *dot, const uint8_t *data, size_t len, const uint8_t **ret_run, size_t *ret_len);

#endif
