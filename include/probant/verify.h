/*
 * What a verification answers: typed checks, each with a verdict and findings.
 *
 * A finding is not an error.  The call that verifies returns PB_OK when it
 * could look, whatever it saw.
 */
#ifndef PROBANT_VERIFY_H
#define PROBANT_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probant/status.h"

enum pb_verdict {
	PB_VALID = 0,
	PB_INVALID = 1,
	PB_INDETERMINATE = 2, /* something needed to judge is missing, or unknown to this version */
	PB_NOT_APPLICABLE = 3 /* this check was not asked for, or there was nothing to check */
};

/* In the order in which they are reported (files first, outside traces last). */
enum pb_check_id {
	PB_CHECK_FILES,       /* segments, headers, tiles: the store reads as FORMAT says, whole */
	PB_CHECK_SECRETS,     /* key slots: none rotted, none missing */
	PB_CHECK_PAYLOAD,     /* stored payloads against the leaves (SHA-256) */
	PB_CHECK_COMMITMENT,  /* opened records against the leaves (both hash families) */
	PB_CHECK_CHAIN,       /* seq, prev, the leaf's own form */
	PB_CHECK_TREE,        /* each checkpoint's root and head against the leaves */
	PB_CHECK_CHECKPOINT,  /* signatures of the log key */
	PB_CHECK_LOG_KEY,     /* the log key against the trust file: who */
	PB_CHECK_UNIQUE_VIEW, /* witnesses: that there is one history */
	PB_CHECK_CONSISTENCY, /* with the checkpoint that the other side holds (--against) */
	PB_CHECK_COUNT
};

/* seq of a finding that speaks of no record. */
#define PB_NO_SEQ UINT64_MAX

struct pb_finding {
	uint64_t seq;           /* the record, or PB_NO_SEQ */
	enum pb_verdict weight; /* PB_INVALID, PB_INDETERMINATE, or PB_VALID for a remark */
	const char *code;       /* a stable identifier: "payload_sha256" */
	const char *text;       /* an English sentence, key for gettext */
	char where[160];        /* file and offset, or ""; terminal-safe */
};

struct pb_check {
	enum pb_verdict verdict;
	uint64_t count;          /* things looked at */
	uint64_t findings_count; /* all, of which the first PB_LIMIT_FINDINGS are kept */
	const struct pb_finding *findings;
	size_t findings_kept;
};

struct pb_verification; /* owned by the caller of the verifying function */

/* The whole: invalid if a check is, else indeterminate if one is, else valid. */
PB_API enum pb_verdict pb_verification_verdict(const struct pb_verification *v);
PB_API const struct pb_check *pb_verification_check(
    const struct pb_verification *v, enum pb_check_id id);
/* How the uniqueness of the history is known: an English sentence, key for gettext. */
PB_API const char *pb_verification_unique_view(const struct pb_verification *v);
/* Records seen; their log's origin ("" if it could not be read) and its last signed size. */
PB_API uint64_t pb_verification_records(const struct pb_verification *v);
PB_API const char *pb_verification_origin(const struct pb_verification *v);
PB_API uint64_t pb_verification_size(const struct pb_verification *v);
PB_API void pb_verification_free(struct pb_verification *v);

/* "files", "secrets"...; "valid", "invalid", "indeterminate", "not_applicable". */
PB_API const char *pb_check_name(enum pb_check_id id);
PB_API const char *pb_verdict_name(enum pb_verdict verdict);

#endif
