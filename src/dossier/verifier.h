/*
 * Within the room: VERIFIER.txt, how a bundle is checked by hand (FORMAT 5.6).
 *
 * Explanations in French, then in English; commands once.  Lines of commands, and no others,
 * begin with four spaces: joined they are one script for a POSIX shell under `set -eu`, which
 * stops at the first thing that does not agree.  tests/flow/verifier_txt.sh runs it.
 */
#ifndef PB_DOSSIER_VERIFIER_H
#define PB_DOSSIER_VERIFIER_H

/* Each ends with NULL.  Between the first two stands the line that sets CASE. */
extern const char *const pb_verifier_begin[];
extern const char *const pb_verifier_files[];
extern const char *const pb_verifier_log[];

#endif
