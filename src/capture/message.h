/* One message on its way in: read, cut, sealed, with its facts and envelope (FORMAT 1). */
#ifndef PB_CAPTURE_MESSAGE_H
#define PB_CAPTURE_MESSAGE_H

#include "core/world.h"
#include "record/seal.h"

/* What is known of a message beside its bytes; NULL where it is not known. */
struct pb_message_origin {
	const char *direction; /* "received", "sent" */
	const char *path;      /* as given; octets from outside */
	const char *maildir;   /* "new", "cur" */
	const char *flags;     /* the letters behind ":2," of a Maildir name */
};

struct pb_message_maker;

/* Borrows world; sealed bytes over PB_LIMIT_SPILL wait in spill_dir.  One thread. */
enum pb_status pb_message_maker_new(const struct pb_world *world, const char *origin,
    const char *spill_dir, struct pb_message_maker **ret_maker, struct pb_error *err) PB_MUST_CHECK;

/*
 * Read fd to its end and seal it as one imported message.  Whatever its bytes
 * are, they are kept; PB_EIO and the like: they could not be read; PB_ELIMIT:
 * more than PB_LIMIT_RECORD.
 */
enum pb_status pb_message_make(struct pb_message_maker *maker, int fd,
    const struct pb_message_origin *origin, struct pb_sealed *ret_sealed,
    struct pb_error *err) PB_MUST_CHECK;

void pb_message_maker_free(struct pb_message_maker *maker);

#endif
