/* The recovery sheet of an archive: made from a key file, and the key typed back in from it. */
#ifndef PB_KEYS_SHEET_H
#define PB_KEYS_SHEET_H

#include <stdbool.h>

#include "core/buf.h"
#include "core/world.h"
#include "crypto/reader.h"

/*
 * The sheet for the key in `pem`, which has its certificate beside it, as text or as HTML;
 * appended.  The key stays under its passphrase, and nobody is asked for it.  PB_EDATA: no such
 * key, or it is not under a passphrase.  PB_ENOENT: no reader of this archive.
 */
enum pb_status pb_sheet_make(const struct pb_world *world, const char *dir, const void *pem,
    size_t len, bool html, struct pb_buf *sheet, struct pb_error *err) PB_MUST_CHECK;

/*
 * What is typed, line by line.  pb_sheet_typed_line: as pb_typed_line; *ret_whole: that was the
 * last one.
 */
struct pb_sheet_typed {
	struct pb_buf octets; /* pb_buf_done */
	unsigned lines;       /* taken */
};
enum pb_status pb_sheet_typed_line(struct pb_sheet_typed *typed, const char *text, size_t len,
    bool *ret_whole, struct pb_error *err) PB_MUST_CHECK;

/*
 * The key file that the sheet was made from: its key, which `passphrase` opens, and the
 * certificate of that reader from dir; appended to ret_pem, and open in ret_key.  PB_EACCESS: wrong
 * passphrase.  PB_ENOENT: it is the key of no reader whose certificate is here.
 */
enum pb_status pb_sheet_restore(const struct pb_world *world, const char *dir,
    const struct pb_sheet_typed *typed, const char *passphrase, size_t passphrase_len,
    struct pb_buf *ret_pem, struct pb_reader_key **ret_key, struct pb_error *err) PB_MUST_CHECK;

#endif
