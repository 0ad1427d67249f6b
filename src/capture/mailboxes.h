/*
 * The archive's own addresses: which messages were sent by it.  They stand in
 * private/mailboxes, one a line, in clear; nobody else's do (FORMAT 3.1).
 */
#ifndef PB_CAPTURE_MAILBOXES_H
#define PB_CAPTURE_MAILBOXES_H

#include <stdbool.h>

#include "core/buf.h"
#include "core/world.h"

struct pb_mailboxes {
	struct pb_buf lines; /* each ended by LF */
	size_t count;
};

#define PB_MAILBOXES_EMPTY ((struct pb_mailboxes){ .count = 0 })

/* PB_EINVAL: no address.  PB_ELIMIT: more than PB_LIMIT_MAILBOXES. */
enum pb_status pb_mailboxes_add(
    struct pb_mailboxes *mailboxes, const char *address, struct pb_error *err) PB_MUST_CHECK;

/* Those of the archive at dir, added; no file, none.  PB_EDATA: the file is no list of them. */
enum pb_status pb_mailboxes_load(struct pb_mailboxes *mailboxes, const struct pb_files *files,
    const char *dir, struct pb_error *err) PB_MUST_CHECK;

/* Make the file, durable.  PB_EEXIST. */
enum pb_status pb_mailboxes_save(const struct pb_mailboxes *mailboxes, const struct pb_files *files,
    const char *dir, struct pb_error *err) PB_MUST_CHECK;

bool pb_mailboxes_have(const struct pb_mailboxes *mailboxes, const char *address, size_t len);

void pb_mailboxes_done(struct pb_mailboxes *mailboxes);

#endif
