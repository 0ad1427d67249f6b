/* Colours, where a person looks at a terminal and did not ask for none (NO_COLOR, TERM=dumb). */
#ifndef PB_CLI_COLOUR_H
#define PB_CLI_COLOUR_H

enum pb_colour { PB_COLOUR_NONE, PB_COLOUR_GOOD, PB_COLOUR_BAD, PB_COLOUR_OPEN, PB_COLOUR_STRONG };

/* What to write before and behind the coloured words on fd; "" where it has no colours. */
const char *pb_colour_on(int fd, enum pb_colour colour);
const char *pb_colour_off(int fd, enum pb_colour colour);

#endif
