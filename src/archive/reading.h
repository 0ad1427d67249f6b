/*
 * Reading records with a reader key.  Everything shown was held against its
 * leaf first: the stored payload's digest, then the commitment.
 */
#ifndef PB_ARCHIVE_READING_H
#define PB_ARCHIVE_READING_H

#include "core/world.h"
#include "crypto/reader.h"
#include "record/leaf.h"
#include "record/opened.h"
#include "vault/frames.h"

struct pb_reading;

/* Over the vault as it stands now.  Borrows files and key. */
enum pb_status pb_reading_new(const struct pb_files *files, const char *dir,
    const struct pb_reader_key *key, struct pb_reading **ret_reading,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * Open record seq; *ret_opened is borrowed until the next call.  ret_sha256: of
 * the message (zeros for records without one).  Forward steps are cheap.
 * PB_ENOENT: no such record; PB_EACCESS: this key does not open its segment;
 * PB_ECORRUPT: it is not what its leaf commits to; PB_EDESTROYED: its secret is gone, and
 * *ret_leaf is set all the same.
 */
enum pb_status pb_reading_record(struct pb_reading *reading, uint64_t seq, struct pb_leaf *ret_leaf,
    struct pb_opened **ret_opened, uint8_t ret_sha256[PB_DIGEST_LEN],
    struct pb_error *err) PB_MUST_CHECK;

/*
 * What stands in the vault of record seq, not opened and not held against its leaf, for who
 * opens it elsewhere; borrowed until the next call.  Statuses as above.
 */
enum pb_status pb_reading_stored(struct pb_reading *reading, uint64_t seq, struct pb_leaf *ret_leaf,
    const struct pb_frame **ret_frame, struct pb_error *err) PB_MUST_CHECK;

/* The secret of the record that was reached last; borrowed until the next call. */
struct pb_secret *pb_reading_secret(const struct pb_reading *reading);

void pb_reading_free(struct pb_reading *reading);

#endif
