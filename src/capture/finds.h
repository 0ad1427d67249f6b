/* Where what is found goes: the sources push into it, the import and the survey take it. */
#ifndef PB_CAPTURE_FINDS_H
#define PB_CAPTURE_FINDS_H

#include "capture/origin.h"

/* What is met on the way that is no message itself. */
enum pb_met { PB_MET_DIRECTORY, PB_MET_MAILDIR, PB_MET_MBOX, PB_MET_ARCHIVE, PB_MET_COUNT };

/* How a file was found. */
enum pb_file_how {
	PB_FILE_FOUND, /* in a directory: it is a regular file, or was exchanged */
	PB_FILE_NAMED  /* by the user: it may be a pipe or a link */
};

/*
 * One thread calls these, message by message.  A status other than PB_OK ends everything: what is
 * wrong with one message or file alone is told by `refused`.
 */
struct pb_finds {
	void *ctx;
	/* A file that is one message: the taker reads it. */
	enum pb_status (*file)(void *ctx, const struct pb_message_origin *origin,
	    enum pb_file_how how, struct pb_error *err);
	/* A message in pieces: begin, then write and end, or cut.  *ret_wanted false: skip it. */
	enum pb_status (*begin)(void *ctx, const struct pb_message_origin *origin, bool *ret_wanted,
	    struct pb_error *err);
	enum pb_status (*write)(void *ctx, const void *data, size_t len, struct pb_error *err);
	/* origin: as in begin, with what became known since. */
	enum pb_status (*end)(
	    void *ctx, const struct pb_message_origin *origin, struct pb_error *err);
	/* What was begun cannot be read to its end: it is dropped.  `refused` follows. */
	void (*cut)(void *ctx);
	/* A message, or all that stands there, cannot be had. */
	enum pb_status (*refused)(void *ctx, const struct pb_message_origin *origin,
	    const struct pb_error *why, struct pb_error *err);
	/* No message, by its name or by what it is. */
	void (*skipped)(void *ctx, const struct pb_message_origin *origin);
	void (*met)(void *ctx, enum pb_met what);
};

#endif
