/* A recovery sheet typed in, line by line. */
#ifndef PB_CLI_TYPING_H
#define PB_CLI_TYPING_H

#include "cli/command.h"
#include "keys/sheet.h"

/*
 * Read the lines of standard input.  On a terminal each is asked for, and asked for again if it
 * is wrong; elsewhere the first wrong one is PB_EDATA, with its number.  PB_EEND: the input ended
 * before the sheet did.
 */
enum pb_status pb_typing_sheet(struct pb_sheet_typed *typed, struct pb_error *err) PB_MUST_CHECK;

/* The key that the sheet and the passphrase give; ret_pem (to be wiped) as pb_sheet_restore. */
enum pb_status pb_typing_key(const struct pb_world *world, const struct pb_options *options,
    const char *dir, struct pb_buf *ret_pem, struct pb_reader_key **ret_key,
    struct pb_error *err) PB_MUST_CHECK;

#endif
