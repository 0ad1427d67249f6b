/* Passphrases, codes and PINs: from a file, or asked for on the terminal. */
#ifndef PB_CLI_ASKING_H
#define PB_CLI_ASKING_H

#include "cli/command.h"
#include "core/buf.h"

/* Which secret it is; the terminal's question names it, and what it opens. */
enum pb_asked {
	PB_ASKED_ARCHIVE, /* the passphrase of the reader key that an archive keeps */
	PB_ASKED_FILE,    /* the code or passphrase of a key in a file */
	PB_ASKED_SHEET,   /* the code of a recovery sheet */
	PB_ASKED_TOKEN    /* a token's PIN */
};

/*
 * --passphrase-file, PROBANT_PASSPHRASE_FILE, or the terminal.  Without its line end, in a buffer
 * to wipe.  of: the archive, the file or the token.
 */
enum pb_status pb_asking_secret(const struct pb_world *world, const struct pb_options *options,
    enum pb_asked asked, const char *of, struct pb_buf *secret, struct pb_error *err) PB_MUST_CHECK;

/*
 * A new passphrase for the reader key of an archive: from the file of `option`, else, for
 * --passphrase-file, from that of the environment, else the terminal asks twice, and again where
 * the two differ or it is too short, three times at most.  PB_EINVAL: it is too short, or they
 * still differ.
 */
enum pb_status pb_asking_new(const struct pb_world *world, const struct pb_options *options,
    enum pb_option option, const char *dir, struct pb_buf *passphrase,
    struct pb_error *err) PB_MUST_CHECK;

#endif
