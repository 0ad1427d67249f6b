/* The mail in an archive: its *.eml, its Maildirs, its mboxes. */
#ifndef PB_CAPTURE_PACKED_H
#define PB_CAPTURE_PACKED_H

#include "capture/finds.h"
#include "core/world.h"

/*
 * Hand out what is in the archive in fd, a regular file at origin->path.  *ret_plain: it is no
 * archive, whatever it begins with, and nothing was handed out.  Whatever came whole is handed
 * out; the rest is refused by name.  An archive in an archive is refused.
 */
enum pb_status pb_packed_find(const struct pb_files *files, int fd,
    const struct pb_message_origin *origin, const struct pb_finds *finds, bool *ret_plain,
    struct pb_error *err) PB_MUST_CHECK;

#endif
