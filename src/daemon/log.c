#include "daemon/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* One write(2) for a line, so that those of several processes do not mix. */
#define LINE_LEN 1024

void
pb_log(const char *format, ...)
{
	char line[LINE_LEN];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	(void)fprintf(stderr, "probantd: %s\n", line);
}

void
pb_log_error(const char *about, const struct pb_error *err)
{
	const char *cause = err->cause != 0 ? strerror(err->cause) : pb_status_name(err->status);
	bool both = err->why != NULL && err->cause != 0;

	pb_log("%s%s%s: %s%s%s%s%s", about != NULL ? about : "", about != NULL ? ": " : "",
	    err->what != NULL ? err->what : pb_status_name(err->status), err->object,
	    err->object[0] != '\0' ? ": " : "", err->why != NULL ? err->why : cause,
	    both ? ": " : "", both ? cause : "");
}
