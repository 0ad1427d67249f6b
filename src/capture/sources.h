/* What a user names: files, directories, standard input.  What a path is, is found by its content.
 */
#ifndef PB_CAPTURE_SOURCES_H
#define PB_CAPTURE_SOURCES_H

#include "capture/finds.h"
#include "core/world.h"

struct pb_sources {
	char *const *path; /* "-": one message on stdin_fd */
	size_t count;
	int stdin_fd;
	const char *direction; /* "received", "sent", or NULL: by the mailboxes */
	bool piler;            /* pilerexport wrote them */
};

/* Hand out all of it, path by path.  What cannot be read is refused. */
enum pb_status pb_sources_find(const struct pb_files *files, const struct pb_sources *sources,
    const struct pb_finds *finds, struct pb_error *err) PB_MUST_CHECK;

#endif
