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

/* A token that was looked at; beyond PB_LIMIT_TOKENS_SEEN it is only forgotten. */
enum pb_status pb_verification_add_token(struct pb_verification *v,
    const struct pb_token_seen *token, struct pb_error *err) PB_MUST_CHECK;
/* The next span; beyond PB_LIMIT_INTERVALS it is only forgotten. */
enum pb_status pb_verification_add_interval(struct pb_verification *v,
    const struct pb_interval *interval, struct pb_error *err) PB_MUST_CHECK;
/* Distinct keys among the tokens that are valid, trusted and not local: authorities, not tokens. */
size_t pb_verification_authorities(const struct pb_verification *v);
/*
 * A token whose own certificate has ended is sustained by a later one that is trusted, not
 * local, sustained, and over a checkpoint of its size or more (FORMAT 2.2).
 */
void pb_verification_sustain(struct pb_verification *v);

/* To be filled in by who verifies a bundle; zeros before. */
struct pb_bundle_seen *pb_verification_bundle_seen(struct pb_verification *v);

#endif
