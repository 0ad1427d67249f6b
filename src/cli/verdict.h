/* A verification's verdict, printed for a person or as JSON. */
#ifndef PB_CLI_VERDICT_H
#define PB_CLI_VERDICT_H

#include "cli/say.h"
#include "probant/verify.h"

/* Prints on stdout; the exit code is the verdict's. */
enum pb_exit pb_verdict_print(const struct pb_verification *v, bool json);

#endif
