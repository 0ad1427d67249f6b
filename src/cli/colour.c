#include "cli/colour.h"

#include <string.h>

#include "sys/process.h"
#include "sys/terminal.h"

static bool
has_colours(int fd)
{
	const char *none = pb_process_environment("NO_COLOR"); /* no-color.org: set and not empty */
	const char *terminal = pb_process_environment("TERM");

	return pb_terminal_is(fd) && (none == NULL || *none == '\0') && terminal != NULL &&
	       strcmp(terminal, "dumb") != 0;
}

const char *
pb_colour_on(int fd, enum pb_colour colour)
{
	/* ECMA-48 8.3.117; never black or white, which may be the background. */
	static const char *const select[] = { [PB_COLOUR_NONE] = "",
		[PB_COLOUR_GOOD] = "\033[32m",
		[PB_COLOUR_BAD] = "\033[1;31m",
		[PB_COLOUR_OPEN] = "\033[33m",
		[PB_COLOUR_STRONG] = "\033[1m" };

	return has_colours(fd) ? select[colour] : "";
}

const char *
pb_colour_off(int fd, enum pb_colour colour)
{
	return colour != PB_COLOUR_NONE && has_colours(fd) ? "\033[0m" : "";
}
