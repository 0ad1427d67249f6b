/* The fields of a message's header as the cutter tells them apart (FORMAT 1.4). */
#ifndef PB_RECORD_FIELD_H
#define PB_RECORD_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fields that follow each other and are of one class share a slice; each Received stands alone. */
enum pb_field_class {
	PB_FIELD_NONE, /* before the first field */
	PB_FIELD_OTHER,
	PB_FIELD_TRACE, /* Date, Message-ID and their like: dates and identifiers */
	PB_FIELD_RECEIVED
};

/* name: the octets before the colon, white space behind the name included.  Case does not count. */
enum pb_field_class pb_field_class(const uint8_t *name, size_t len);

/*
 * Whether a line that begins with these octets, among them no colon, may still
 * be a field of a class other than PB_FIELD_OTHER, or the Content-Type.
 */
bool pb_field_undecided(const uint8_t *line, size_t len);

/* Whether that is the name of the field; lower: in lower case. */
bool pb_field_named(const uint8_t *name, size_t len, const char *lower);

/* Whether data begins with these letters in either case; lower: in lower case. */
bool pb_field_begins(const uint8_t *data, size_t len, const char *lower);

#endif
