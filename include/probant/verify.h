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
	PB_CHECK_FILES,   /* archive or bundle reads as FORMAT says, whole */
	PB_CHECK_SECRETS, /* key slots: none rotted, none missing; archives alone */
	PB_CHECK_PAYLOAD, /* stored payloads against the leaves; a bundle's files against SHA256SUMS
			   */
	PB_CHECK_COMMITMENT,  /* opened records against the leaves (both hash families) */
	PB_CHECK_CHAIN,       /* seq, prev, the leaf's own form */
	PB_CHECK_TREE,        /* each checkpoint's root and head against the leaves; proofs */
	PB_CHECK_CHECKPOINT,  /* signatures of the log key */
	PB_CHECK_LOG_KEY,     /* the log key against the trust file: who */
	PB_CHECK_TOKENS,      /* RFC 3161 tokens, in themselves */
	PB_CHECK_AUTHORITIES, /* the authorities behind them, against the verifier's roots */
	PB_CHECK_RANGE,       /* every record of the range is opened or closed; bundles alone */
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
	char where[160];        /* file and offset, another log's origin, or ""; terminal-safe */
};

struct pb_check {
	enum pb_verdict verdict;
	uint64_t count;          /* things looked at */
	uint64_t findings_count; /* all, of which the first PB_LIMIT_FINDINGS are kept */
	const struct pb_finding *findings;
	size_t findings_kept;
};

/*
 * What authorities' clocks prove of records first..last: they entered this log between
 * after and before (FORMAT 2.2).  µs since 1970; INT64_MIN, INT64_MAX: not bounded on that side.
 */
struct pb_interval {
	uint64_t first;
	uint64_t last;
	int64_t after_us;
	int64_t before_us;
	char after_tsa[128]; /* "" if not bounded; terminal-safe */
	char before_tsa[128];
	bool accuracy_stated; /* by both tokens */
	bool qualified;       /* both tokens state so; not confirmed by a trusted list */
};

/* A token that was looked at. */
struct pb_token_seen {
	uint64_t seq;  /* of its anchor; PB_NO_SEQ: the container's */
	uint64_t size; /* of the checkpoint; 0 for the container's */
	int64_t gen_time_us;
	char gen_time[40];
	char tsa[128];
	uint8_t key[32];         /* SHA-256 of its SubjectPublicKeyInfo: one key, one authority */
	enum pb_verdict verdict; /* of the token in itself */
	bool trusted;            /* leads to a root that the verifier chose */
	bool local;              /* of a local authority: its time is a claim */
	bool sustained;
	bool qualified; /* states so */
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

/* Ascending, one after the other; the first PB_LIMIT_INTERVALS are kept. */
PB_API size_t pb_verification_intervals(
    const struct pb_verification *v, const struct pb_interval **ret_interval);
PB_API size_t pb_verification_tokens(
    const struct pb_verification *v, const struct pb_token_seen **ret_token);

/* What a bundle is about; all zero for an archive. */
struct pb_bundle_seen {
	bool bundle;
	char case_name[65];
	uint64_t first; /* the range */
	uint64_t last;
	uint64_t opened; /* records of the range: whole or in part */
	uint64_t whole;
	uint64_t closed;
	uint64_t opened_messages; /* of these, those that are messages */
	uint64_t closed_messages;
	uint8_t root[32]; /* of log/checkpoint */
	uint8_t package_sha256[32];
	uint64_t package_len;
	bool contained; /* in a container */
};
PB_API const struct pb_bundle_seen *pb_verification_bundle(const struct pb_verification *v);
PB_API void pb_verification_free(struct pb_verification *v);

/* "files", "secrets"...; "valid", "invalid", "indeterminate", "not_applicable". */
PB_API const char *pb_check_name(enum pb_check_id id);
PB_API const char *pb_verdict_name(enum pb_verdict verdict);

#endif
