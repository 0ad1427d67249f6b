/* Collecting checks and findings into a struct pb_verification. */
#ifndef PB_VERIFY_VERIFICATION_H
#define PB_VERIFY_VERIFICATION_H

#include "log/note.h"
#include "probant/verify.h"

/* All checks begin as PB_NOT_APPLICABLE. */
enum pb_status pb_verification_new(
    struct pb_verification **ret_verification, struct pb_error *err) PB_MUST_CHECK;

/* One thing was looked at: the check becomes valid unless it is worse already. */
void pb_verification_looked(struct pb_verification *v, enum pb_check_id id);

/*
 * A finding: the check takes its weight if that is worse.  code and text are
 * literals; where is a printf format ("" for none), made terminal-safe.  Beyond
 * PB_LIMIT_FINDINGS a finding takes the place of a lighter one or is only counted,
 * so it cannot run out of memory and remarks cannot hide what makes a verdict.
 */
void pb_verification_find(struct pb_verification *v, enum pb_check_id id, enum pb_verdict weight,
    uint64_t seq, const char *code, const char *text, const char *where, ...) PB_PRINTF(7, 8);

/* text is a literal. */
void pb_verification_set_unique_view(struct pb_verification *v, const char *text);
void pb_verification_set_log(
    struct pb_verification *v, const char *origin, uint64_t records, uint64_t size);

/* The log key that record 0 states, right or wrong; NULL as long as it was not read. */
void pb_verification_set_log_key(struct pb_verification *v, const struct pb_note_verifier *log_key);
const struct pb_note_verifier *pb_verification_log_key(const struct pb_verification *v);

#endif
