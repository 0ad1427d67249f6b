/*
 * private/ on its way out of the machine: a tar of its files, as the content of a CMS for the
 * readers (FORMAT 3.3, 7.1).  `openssl cms -decrypt | tar x` opens it.
 */
#ifndef PB_COPIES_PRIVATE_H
#define PB_COPIES_PRIVATE_H

#include "crypto/envelope.h"

/* Sealed, appended to cms; ret_len: octets of the tar.  PB_ENOENT: there is no private/. */
enum pb_status pb_private_seal(const struct pb_files *files, const char *dir,
    const struct pb_reader *const *readers, size_t count, struct pb_buf *cms, uint64_t *ret_len,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * Opened, into new files of <dir>/private.  PB_EACCESS: this key is none of its readers';
 * PB_ECORRUPT: it is not what was sealed.
 */
enum pb_status pb_private_open(const struct pb_files *files, const char *dir,
    const struct pb_buf *cms, uint64_t len, const struct pb_reader_key *key,
    struct pb_error *err) PB_MUST_CHECK;

#endif
