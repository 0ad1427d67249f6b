/*
 * Import: messages that stand in files already.  A file is one message; a
 * Maildir gives its cur/ and new/ with their flags; a directory gives its *.eml, and
 * what is below it, so a Maildir its folders too; "-" is one message on standard input.
 *
 * Nothing in a message makes it refused, and nothing is de-duplicated.  What
 * cannot be read is refused by name, and the rest goes on.
 */
#ifndef PB_CAPTURE_IMPORT_H
#define PB_CAPTURE_IMPORT_H

#include "core/world.h"
#include "record/intake.h"

struct pb_import;

/* What happens, as it happens; each may be NULL. */
struct pb_import_events {
	void *ctx;
	/* Durable under a signed checkpoint.  Answering other than PB_OK ends the import. */
	enum pb_status (*kept)(
	    void *ctx, const char *path, const struct pb_receipt *receipt, struct pb_error *err);
	/* Not kept: it could not be read, or it waited for a commit that failed. */
	void (*refused)(void *ctx, const char *path, const struct pb_error *why);
	/* Files in a directory that do not look like messages. */
	void (*skipped)(void *ctx, const char *path);
	void (*progress)(void *ctx, uint64_t messages, uint64_t bytes);
};

/*
 * origin: of the archive.  spill_dir: PB_LIMIT_SPILL.  direction: "received",
 * "sent", or NULL: not known.  Borrows world, events and direction.
 */
enum pb_status pb_import_new(const struct pb_world *world, const char *origin,
    const char *spill_dir, const char *direction, const struct pb_import_events *events,
    struct pb_import **ret_import, struct pb_error *err) PB_MUST_CHECK;

/* The callback to give to whoever makes the intake, with the import as its ctx. */
pb_acknowledged_fn pb_import_acknowledged;

/*
 * Import what stands at each path, then flush.  stdin_fd is read for "-".
 * PB_OK also when some files were refused; another status if the archive can take no
 * more, and then what was not kept has been reported as refused.
 */
enum pb_status pb_import_run(struct pb_import *import, const struct pb_intake *intake,
    char *const *paths, size_t count, int stdin_fd, struct pb_error *err) PB_MUST_CHECK;

void pb_import_free(struct pb_import *import);

#endif
