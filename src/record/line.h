/* What a line of a message does to its slices (FORMAT 1.4). */
#ifndef PB_RECORD_LINE_H
#define PB_RECORD_LINE_H

enum pb_line {
	PB_LINE_UNKNOWN,    /* more of the line is needed to say */
	PB_LINE_STAYS,      /* it goes on with the slice at hand */
	PB_LINE_CUTS,       /* a slice begins at it */
	PB_LINE_ENDS_HEADER /* it goes on with the slice at hand and is the empty line */
};

#endif
