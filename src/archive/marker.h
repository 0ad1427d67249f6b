/* The marks of a message (FORMAT 6.2): what it is called, and speaks of, under the machine's key.
 */
#ifndef PB_ARCHIVE_MARKER_H
#define PB_ARCHIVE_MARKER_H

#include "catalog/marks.h"
#include "core/json.h"
#include "crypto/digest.h"
#include "crypto/secret.h"

/* What one thread makes marks with. */
struct pb_marker;

/* Borrows key, 32 octets. */
enum pb_status pb_marker_new(
    struct pb_secret *key, struct pb_marker **ret_marker, struct pb_error *err) PB_MUST_CHECK;
void pb_marker_free(struct pb_marker *marker); /* wipes; NULL is fine */

/* What is known of it; borrowed. */
struct pb_marker_message {
	uint64_t seq;
	bool imported;
	const uint8_t *sha256;          /* of the message */
	const struct pb_json *view;     /* FORMAT 6.1; NULL: there is none */
	const struct pb_json *envelope; /* FORMAT 1.5; NULL: there is none */
};

enum pb_status pb_marker_mark(struct pb_marker *marker, const struct pb_marker_message *message,
    struct pb_marks *ret_marks, struct pb_error *err) PB_MUST_CHECK;

#endif
