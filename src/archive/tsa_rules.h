/* Within the authorities: what one's settings may be, and their configuration. */
#ifndef PB_ARCHIVE_TSA_RULES_H
#define PB_ARCHIVE_TSA_RULES_H

#include "archive/authorities.h"

/* NULL, or why these settings can be nobody's: a sentence. */
const char *pb_tsa_rules_hold(const struct pb_tsa *tsa);

/*
 * tsa->roots from tsa->pem.  Of the local one's certificates the root alone, which stands
 * last; of others all.  PB_EDATA; PB_ELIMIT: more than PB_LIMIT_TSA_ROOTS.
 */
enum pb_status pb_tsa_rules_roots(struct pb_tsa *tsa, struct pb_error *err) PB_MUST_CHECK;

/* tsa/authorities.json, into zeros.  PB_ENOENT; PB_ECORRUPT. */
enum pb_status pb_authorities_configuration(const struct pb_files *files, const char *dir,
    struct pb_authorities *authorities, struct pb_error *err) PB_MUST_CHECK;
/* PB_ECORRUPT, of a file of tsa/. */
enum pb_status pb_authorities_damaged(const char *path, struct pb_error *err);

#endif
