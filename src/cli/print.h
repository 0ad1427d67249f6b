/* Printing on stdout. */
#ifndef PB_CLI_PRINT_H
#define PB_CLI_PRINT_H

#include "core/buf.h"
#include "core/json.h"

/* The finished JSON document and a line end.  Without memory nothing is printed, stdout fails. */
void pb_print_json(const struct pb_json_writer *w);

/* Octets from outside, made safe for a terminal, without a line end. */
void pb_print_safe(const void *data, size_t len);

/* `text` in lines of at most `width` columns, each begun by `indent` spaces. */
void pb_print_wrapped(const char *text, unsigned indent, unsigned width);

/* So many records behind a label: messages, and what the archive records of itself. */
void pb_print_records(const char *label, uint64_t messages, uint64_t others);

/* The width to wrap at on stdout: its terminal's; elsewhere a line stays whole, for grep. */
unsigned pb_print_width(void);

/* "2026-05-06T17:42:00Z" */
void pb_print_time(uint64_t time_s);

#endif
