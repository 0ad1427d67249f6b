/* The files of readers/ while the readers change. */
#ifndef PB_KEYS_FILE_H
#define PB_KEYS_FILE_H

#include "archive/archive.h"

/*
 * readers/<id>.pem holds this certificate, durably.  *ret_made: it was not there.  One of the same
 * id that stands there for a reader of earlier days is replaced.
 */
enum pb_status pb_reader_file_certificate(struct pb_archive *archive,
    const struct pb_reader *reader, bool *ret_made, struct pb_error *err) PB_MUST_CHECK;

/* readers/<id>.key: a private key under its passphrase, new. */
enum pb_status pb_reader_file_key(struct pb_archive *archive, const char *id,
    const struct pb_buf *pem, struct pb_error *err) PB_MUST_CHECK;

/* Is his private key kept here? */
bool pb_reader_file_is_kept(const struct pb_archive *archive, const char *id);

/*
 * PB_EINVAL: the readers who stay can't open all that is in the archive, so that the key that is
 * kept here may be the last one to open some of it.
 */
enum pb_status pb_reader_file_may_go(const struct pb_archive *archive,
    const struct pb_readers *staying, const char *id, struct pb_error *err) PB_MUST_CHECK;

/* His private key is no longer kept here, durably. */
enum pb_status pb_reader_file_destroy(
    struct pb_archive *archive, const char *id, struct pb_error *err) PB_MUST_CHECK;

/* A file of a change that was not made. */
void pb_reader_file_remove(struct pb_archive *archive, const char *id, const char *suffix);

#endif
