/*
 * Changing who can open an archive (FORMAT 1.5).  Each change is one commit: the record that
 * begins a new segment, which states the readers from then on and is enveloped to them.  What was
 * written before stays as it is; `past` hands its keys over to a reader who comes later.  A change
 * that was cut short is done again by the same call.
 */
#ifndef PB_KEYS_CHANGE_H
#define PB_KEYS_CHANGE_H

#include "archive/archive.h"
#include "archive/code.h"
#include "archive/readers.h"

#define PB_READER_ID_SIZE (2 * PB_READER_ID_MAX + 1)

/*
 * The holder of this certificate (PEM) becomes a reader: "reader", "recovery" or "heir".  past:
 * he is handed the keys of all segments so far, which the archive's own reader key opens
 * (PB_EACCESS: it does not, or there is none); he may be a reader already then, and else
 * that is PB_EEXIST.  PB_EDATA: no certificate for a reader.  PB_ELIMIT: too many readers.
 */
enum pb_status pb_reader_add(struct pb_archive *archive, const void *pem, size_t len,
    const char *role, bool past, char ret_id[PB_READER_ID_SIZE],
    struct pb_error *err) PB_MUST_CHECK;

/*
 * The same for a new key, which goes with its certificate to the new file `path`, under a code
 * that stands nowhere else.  PB_EEXIST: that name is taken.  On failure the file is removed, unless
 * it is not known whether the change lasts.
 */
enum pb_status pb_reader_add_new(struct pb_archive *archive, const char *path, const char *role,
    bool past, char ret_id[PB_READER_ID_SIZE], char ret_code[PB_CODE_SIZE],
    struct pb_error *err) PB_MUST_CHECK;

/*
 * From now on nothing is sealed for him; a key of his that is kept here is removed.  What
 * he could open he still can.  PB_ENOENT: no such reader.  PB_EINVAL: he is the last one, or the
 * last whose key opens something, and that key is kept here.
 */
enum pb_status pb_reader_remove(
    struct pb_archive *archive, const char *id, struct pb_error *err) PB_MUST_CHECK;

/*
 * A new key under a new passphrase takes the place of the one that is kept here, and is handed the
 * past.  Needs any reader's key that opens all of it.
 */
enum pb_status pb_reader_rotate(struct pb_archive *archive, const char *passphrase,
    size_t passphrase_len, char ret_id[PB_READER_ID_SIZE], struct pb_error *err) PB_MUST_CHECK;

/*
 * Another passphrase for the key that is kept in dir, and `key` is; the key stays, so whoever has a
 * copy of the file and the old passphrase has it too.  No record tells of it.  PB_ENOENT: that key
 * is not kept here.
 */
enum pb_status pb_reader_repass(const struct pb_world *world, const char *dir,
    const struct pb_reader_key *key, const char *passphrase, size_t passphrase_len,
    struct pb_error *err) PB_MUST_CHECK;

#endif
