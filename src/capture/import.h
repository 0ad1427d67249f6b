/*
 * Import: messages that stand in files already.  A file is one message, as every *.eml is, an mbox,
 * or an archive of mail; a Maildir gives its cur/ and new/ with their flags; a directory gives its
 * *.eml, its mboxes and archives, and what is below it, so a Maildir its folders too; "-" is one
 * message on standard input, where something has to come in.
 *
 *     sources -> finds -> crew: cut, seal, on all cores -> in their order to the intake -> receipts
 *
 * Nothing in a message makes it refused, and nothing is de-duplicated.  What
 * cannot be read is refused by name, and the rest goes on.
 */
#ifndef PB_CAPTURE_IMPORT_H
#define PB_CAPTURE_IMPORT_H

#include "capture/journal.h"
#include "capture/mailboxes.h"
#include "capture/sources.h"
#include "core/world.h"
#include "record/intake.h"

struct pb_import;

/* What is spoken of: a file, or a message in it. */
struct pb_import_item {
	const char *path;  /* "-": standard input */
	const char *entry; /* in an archive; or NULL */
	bool in_mbox;
	uint64_t offset; /* in the mbox */
	bool odd;        /* kept, but it does not begin as mail does (capture/look.h) */
};

/* What happens, as it happens, on the thread that runs the import; each may be NULL. */
struct pb_import_events {
	void *ctx;
	/* Durable under a signed checkpoint.  second: its bytes were imported before.  Answering
	 * other than PB_OK ends the import. */
	enum pb_status (*kept)(void *ctx, const struct pb_import_item *item,
	    const struct pb_receipt *receipt, bool second, struct pb_error *err);
	/* Not kept: it could not be read, or it waited for a commit that failed. */
	void (*refused)(void *ctx, const struct pb_import_item *item, const struct pb_error *why);
	/* What does not look like a message: files in a directory, entries of an archive. */
	void (*skipped)(void *ctx, const struct pb_import_item *item);
	/* Not kept again: a former import had these bytes from there acknowledged. */
	void (*known)(void *ctx, const struct pb_import_item *item);
	void (*progress)(void *ctx, uint64_t messages, uint64_t bytes);
	/* By a survey: it would be kept, odd as it is. */
	void (*odd)(void *ctx, const struct pb_import_item *item);
	/* Asked before each message: true ends the import there (PB_EEND). */
	bool (*stop)(void *ctx);
};

/* All is borrowed. */
struct pb_import_options {
	const char *origin;                   /* of the archive */
	const char *spill_dir;                /* PB_LIMIT_SPILL */
	const struct pb_mailboxes *mailboxes; /* NULL, or none: not known */
	struct pb_journal *journal;           /* NULL: none is kept */
	bool resume;                          /* pass over what the journal knows */
	unsigned threads;                     /* beside the caller, who works too */
	struct pb_keep *keep; /* where what is sealed is kept; NULL: it is not.  Borrowed */
};

/* Borrows world and events. */
enum pb_status pb_import_new(const struct pb_world *world, const struct pb_import_options *options,
    const struct pb_import_events *events, struct pb_import **ret_import,
    struct pb_error *err) PB_MUST_CHECK;

/* The callback to give to whoever makes the intake, with the import as its ctx. */
pb_acknowledged_fn pb_import_acknowledged;

/*
 * Import what the sources give, then flush.  PB_OK also when some files were refused; another
 * status if the archive can take no more, and then what was not kept has been reported as refused.
 * PB_EEND: asked to stop; what had been read of files is kept, and of the rest nothing is reported.
 */
enum pb_status pb_import_run(struct pb_import *import, const struct pb_intake *intake,
    const struct pb_sources *sources, struct pb_error *err) PB_MUST_CHECK;

void pb_import_free(struct pb_import *import);

#endif
