/*
 * One file.  Named *.eml it is one message, byte for byte; what another is, its content tells: an
 * mbox, an archive of mail, or a message, which is what is left.
 */
#ifndef PB_CAPTURE_FILE_H
#define PB_CAPTURE_FILE_H

#include "capture/bytes.h"
#include "capture/finds.h"
#include "core/world.h"

/*
 * Look at the file at origin->path, no *.eml, and hand out what is in it.  named: by the user;
 * then it is a message if it is nothing else.  Else it was found in a directory: it is passed over
 * if it is nothing else.
 */
enum pb_status pb_file_find(const struct pb_files *files, const struct pb_message_origin *origin,
    bool named, const struct pb_finds *finds, struct pb_error *err) PB_MUST_CHECK;

/* One message, as it streams. */
enum pb_status pb_file_stream(const struct pb_bytes *bytes, const struct pb_message_origin *origin,
    const struct pb_finds *finds, struct pb_error *err) PB_MUST_CHECK;

/* Its last name is "*.eml", without regard to case. */
bool pb_file_is_eml(const char *path);

#endif
