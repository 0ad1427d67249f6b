/*
 * Was the vault rolled back?  The catalog holds the checkpoint that stood over its rows, signed by
 * the log's own key: if the vault does not reach it, or shows another history at its size, an older
 * copy was put in the vault's place.  Nobody can make a damaged catalog say that of a sound vault,
 * since a changed checkpoint has no signature.
 */
#ifndef PB_ARCHIVE_ROLLBACK_H
#define PB_ARCHIVE_ROLLBACK_H

#include "archive/archive.h"

/*
 * The same without a lock, for `status`: *ret_back.  Nothing is written.  PB_OK also where nobody
 * can tell.
 */
enum pb_status pb_rollback_look(const struct pb_files *files, const char *dir,
    const struct pb_note_verifier *verifier, const struct pb_head *head, bool *ret_back,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * On opening, when the head is found and before anything is cut off or written.  PB_ECORRUPT: it
 * was.  PB_OK also where the catalog tells nothing: it is not there, or damaged.
 */
enum pb_status pb_rollback_check(
    const struct pb_archive *archive, struct pb_error *err) PB_MUST_CHECK;

/*
 * The operator decides to go on with the older vault.  The catalog's checkpoint is laid down in the
 * file `rollback`, durable, and the catalog removed; who opens next writes it into the log.
 * PB_EINVAL: there is nothing to be accepted.  The archive's lock is taken meanwhile.
 */
enum pb_status pb_rollback_accept(
    const struct pb_world *world, const char *dir, struct pb_error *err) PB_MUST_CHECK;

/*
 * Does the vault continue the log that this checkpoint is of?  *ret_same is false, too, where the
 * log's key did not sign it.
 */
enum pb_status pb_rollback_beside(const struct pb_files *files, const char *dir,
    const struct pb_note_verifier *verifier, const struct pb_buf *note, bool *ret_same,
    struct pb_error *err) PB_MUST_CHECK;

/* On opening: what was accepted becomes a record (FORMAT 1.5, roll-back accepted). */
enum pb_status pb_rollback_record(struct pb_archive *archive, struct pb_error *err) PB_MUST_CHECK;

#endif
