/* What the programs say to a person: errors, in the language of the locale. */
#ifndef PB_CLI_SAY_H
#define PB_CLI_SAY_H

#include <libintl.h>
#include <stddef.h>

#include "core/error.h"

#define _(text) gettext(text)

/* sysexits.h, and the verdicts of `verify` below them. */
enum pb_exit {
	PB_EXIT_OK = 0,
	PB_EXIT_INVALID = 1,
	PB_EXIT_CONCERN = 1, /* of what looks at how things stand: something needs attention */
	PB_EXIT_INDETERMINATE = 2,
	PB_EXIT_USAGE = 64,
	PB_EXIT_DATA = 65,
	PB_EXIT_NOINPUT = 66,
	PB_EXIT_UNAVAILABLE = 69,
	PB_EXIT_SOFTWARE = 70,
	PB_EXIT_OSERR = 71,
	PB_EXIT_CANTCREATE = 73,
	PB_EXIT_IO = 74,
	PB_EXIT_TRYAGAIN = 75,
	PB_EXIT_NOPERMISSION = 77
};

/* Set the locale and find the message catalogue: beside the program, or where it was installed. */
void pb_say_init(void);

/* One line on stderr: what was tried, on what, why it failed, what to do. */
void pb_say_error(const struct pb_error *err);

/* A command line that can't be used. */
void pb_say_usage(const char *why, const char *what);

/* The same of a word that is none; near: what may be meant, behind `prefix`, or NULL. */
void pb_say_unknown(const char *why, const char *what, const char *prefix, const char *near);

/* The exit code that a failure ends a command with. */
enum pb_exit pb_say_exit(enum pb_status status);

/* The same facts in one sentence of English, for JSON: bounded, NUL-terminated. */
void pb_say_reason(const struct pb_error *err, char *out, size_t size);

#endif
