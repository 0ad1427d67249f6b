/* Octets of some charset as UTF-8. */
#ifndef PB_MIME_CHARSET_H
#define PB_MIME_CHARSET_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Appends the octets as UTF-8.  charset: as a message names it; NULL if it names none.  What the
 * charset does not explain, or all of it if nobody knows the charset, is UTF-8 where it is well
 * formed, and windows-1252 octet by octet where not (FORMAT 6.1).
 */
void pb_charset_decode(GString *to, const char *charset, const uint8_t *data, size_t len);

/*
 * The converters that may be needed, opened once and held: the C library reads their tables from
 * files, and later there are no files.  Those that the machine lacks are left out.
 */
struct pb_charsets;
struct pb_charsets *pb_charsets_open(void);
void pb_charsets_close(struct pb_charsets *charsets);

#endif
