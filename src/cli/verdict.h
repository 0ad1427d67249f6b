/* A verification's verdict, printed for a person or as JSON. */
#ifndef PB_CLI_VERDICT_H
#define PB_CLI_VERDICT_H

#include "cli/say.h"
#include "probant/verify.h"

/* Prints on stdout; the exit code is the verdict's. */
enum pb_exit pb_verdict_print(const struct pb_verification *v, bool json);

/* What a check found: the first of each kind in full, of the others how many and which records. */
void pb_verdict_print_findings(const struct pb_check *check);

/* The same as one JSON document. */
void pb_verdict_print_json(const struct pb_verification *v);

/* A sign beside each word: nothing is said by colour alone. */
const char *pb_verdict_sign(enum pb_verdict verdict);
/* What a check asks; key for gettext. */
const char *pb_verdict_title(const struct pb_verification *v, enum pb_check_id id);

#endif
