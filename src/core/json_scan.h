/*
 * The words of a JSON text, one after the other, within json_parse.c.
 *
 * The whole text was seen to be UTF-8 before.  On failure `at` is the place.
 */
#ifndef PB_CORE_JSON_SCAN_H
#define PB_CORE_JSON_SCAN_H

#include "core/json_value.h"
#include "probant/status.h"

struct pb_json_scan {
	const uint8_t *start;
	const uint8_t *at;
	const uint8_t *end;
	size_t values; /* so far */
};

/* Go over this octet, or this word, if it stands there. */
bool pb_json_scan_take(struct pb_json_scan *p, uint8_t octet);
bool pb_json_scan_word(struct pb_json_scan *p, const char *word);

void pb_json_scan_space(struct pb_json_scan *p);

/* RFC 8259 section 6.  Sets value's kind; the number itself if it is a whole one. */
enum pb_status pb_json_scan_number(struct pb_json_scan *p, struct pb_json *value) PB_MUST_CHECK;

/*
 * RFC 8259 section 7, from quote to quote: the text, NUL-terminated, free with
 * free(), and its length.  PB_EDATA, PB_ENOMEM.
 */
enum pb_status pb_json_scan_string(
    struct pb_json_scan *p, char **ret_text, size_t *ret_len) PB_MUST_CHECK;

#endif
