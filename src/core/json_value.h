/* A parsed JSON value, within the reader: json_scan.c, json_parse.c, json_read.c. */
#ifndef PB_CORE_JSON_VALUE_H
#define PB_CORE_JSON_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pb_json_kind {
	PB_JSON_NULL,
	PB_JSON_BOOL,
	PB_JSON_WHOLE, /* an integer without sign */
	PB_JSON_OTHER, /* any other number: negative, or with a fraction or an exponent */
	PB_JSON_STRING,
	PB_JSON_ARRAY,
	PB_JSON_OBJECT
};

struct pb_json {
	char *key; /* of a member, owned; else NULL */
	union {
		bool truth;
		uint64_t whole;
		struct {
			char *text; /* owned; a NUL that len does not count stands behind it */
			size_t len; /* bytes */
		} string;
		struct {
			struct pb_json *items; /* owned; room for the next power of two */
			size_t count;
		} list; /* of an array, or an object's members */
	} as;
	enum pb_json_kind kind;
};

#endif
