/* What is known of a message beside its bytes, by whoever found it. */
#ifndef PB_CAPTURE_ORIGIN_H
#define PB_CAPTURE_ORIGIN_H

#include <stdbool.h>

#include "core/buf.h"
#include "core/json.h"

#define PB_FILTERS_MAX 4

/* Where in an mbox a message stood.  What an mbox writer quoted stays quoted. */
struct pb_mbox_place {
	const char *postmark; /* the line before it, without its end: octets from outside */
	uint64_t offset;      /* of the message, in the mbox */
	uint64_t length;
	unsigned separator;  /* octets of the empty line behind it, which is the mbox's: 0, 1, 2 */
	bool content_length; /* it ends where its Content-Length says */
	unsigned quoted; /* most ">" before a "From " at the beginning of a body's line: 0, 1, 2 */
};

/* Where in an archive. */
struct pb_packed_place {
	const char *entry;                  /* its path there: octets from outside */
	uint64_t number;                    /* of the entry, from 0 */
	const char *format;                 /* "tar", "zip", "7z", "cpio", "single" */
	const char *filter[PB_FILTERS_MAX]; /* "gzip", ...: outermost first; NULL: no more */
};

/* NULL where it is not known.  All is borrowed. */
struct pb_message_origin {
	const char *direction; /* "received", "sent" */
	const char *path;      /* as given; octets from outside */
	const char *maildir;   /* "new", "cur" */
	const char *flags;     /* the letters behind ":2," of a Maildir name */
	const char *piler;     /* its path in the tree that pilerexport wrote */
	const struct pb_packed_place *packed;
	const struct pb_mbox_place *mbox;
	uint64_t file_size;  /* of the file at `path` */
	int64_t modified_us; /* and when it was changed last */
};

/* A copy that owns its texts. */
struct pb_origin_copy {
	struct pb_message_origin origin;
	struct pb_packed_place packed;
	struct pb_mbox_place mbox;
	char *texts;
};

#define PB_ORIGIN_COPY_EMPTY ((struct pb_origin_copy){ .texts = NULL })

/* Into an empty one.  PB_ENOMEM leaves it empty.  A filled one must not be moved in memory. */
enum pb_status pb_origin_copy(struct pb_origin_copy *copy, const struct pb_message_origin *origin,
    struct pb_error *err) PB_MUST_CHECK;
void pb_origin_copy_done(struct pb_origin_copy *copy);

/* The members of facts that tell where a message was found, and the envelope (FORMAT 1.5). */
void pb_origin_state_facts(const struct pb_message_origin *origin, struct pb_json_writer *w);
void pb_origin_state_envelope(const struct pb_message_origin *origin, struct pb_json_writer *w);

#endif
