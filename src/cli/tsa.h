/* An authority's settings from the options, for `init --tsa` and `tsa add`. */
#ifndef PB_CLI_TSA_H
#define PB_CLI_TSA_H

#include "cli/command.h"
#include "core/buf.h"
#include "probant/stamp.h"

/*
 * false after an error was printed; ret_exit is the exit code then.  roots: the file
 * of --tsa-roots, which the settings borrow.
 */
bool pb_tsa_options(const struct pb_world *world, const struct pb_options *options,
    const char *name, const char *url, struct pb_buf *roots, struct pb_tsa_settings *ret_settings,
    enum pb_exit *ret_exit);

#endif
