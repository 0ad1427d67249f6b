/*
 * A timestamp token held against what it is over and what the log says of it: findings in
 * PB_CHECK_TOKENS (what is wrong with it in itself) and PB_CHECK_AUTHORITIES (whose it is).
 * The same for an archive's anchors, a bundle's stamps and its container.
 */
#ifndef PB_VERIFY_TOKENS_H
#define PB_VERIFY_TOKENS_H

#include "core/json.h"
#include "stamp/check.h"
#include "verify/verification.h"

/* Where the octets of an object stand.  len 0: not at hand. */
struct pb_verify_object {
	const void *data;
	size_t len;
};

#define PB_VERIFY_REVOCATIONS 32 /* as struct pb_stamp_evidence takes */

/* Everything is borrowed; what is zero is not at hand. */
struct pb_verify_token {
	uint64_t seq;                  /* of the anchor; PB_NO_SEQ: the container's */
	uint64_t size;                 /* of the checkpoint; 0: the container's */
	const char *where;             /* of findings: file, offset; "" */
	struct pb_verify_object token; /* TimeStampResp or bare token, DER */
	/*
	 * What it is over: data, or, where `imprint` is not NULL, what that answers for the
	 * token's algorithm (a package too long for memory).
	 */
	struct pb_verify_object data;
	/*
	 * What the caller has found of it: PB_INVALID, say, if it is a checkpoint that is not
	 * this log's.  Then the token is not good, whatever it is in itself.
	 */
	enum pb_verdict data_verdict;
	void *imprint_ctx;
	/* May be asked twice. */
	enum pb_status (*imprint)(void *ctx, enum pb_stamp_hash hash,
	    uint8_t out[PB_STAMP_HASH_MAX], struct pb_error *err);
	/*
	 * A shared anchor's: then the token is over `node`, and these lead there from `data`; the
	 * node's key is in the facts.
	 */
	bool shared;
	struct pb_verify_object node, salt, proof;
	struct pb_verify_object request;
	struct pb_verify_object chain; /* PEM */
	struct {
		struct pb_verify_object der;
		bool ocsp;
	} revocation[PB_VERIFY_REVOCATIONS];
	size_t revocation_count;
	const struct pb_stamp_roots *roots; /* NULL: the verifier chose none */
	int64_t now_s;                      /* 0: not asked */
	bool exact;                         /* FORMAT 5.2 */
	const struct pb_json *facts; /* of the anchor; NULL: there are none to hold against */
};

/* What an anchor states (FORMAT 2.2): a gap is a claim of the log alone, but a whole one. */
enum pb_anchor_event {
	PB_ANCHOR_TIMESTAMP, /* shared or not */
	PB_ANCHOR_GAP,       /* its beginning or its end */
	PB_ANCHOR_GAP_MALFORMED,
	PB_ANCHOR_UNKNOWN
};
enum pb_anchor_event pb_anchor_event_read(const struct pb_json *facts);
/* What is said of the last two. */
extern const char pb_anchor_gap_text[];
extern const char pb_anchor_event_text[];

/* The list `objects` of an anchor's facts (FORMAT 2.2). */
struct pb_anchor_objects {
	size_t count;            /* parts of kind 4 */
	bool shared;             /* then parts 3 to 5 are node, salt and proof */
	bool has_chain;          /* then the next part */
	size_t revocation_count; /* the last ones */
	bool ocsp[PB_VERIFY_REVOCATIONS];
	bool too_many; /* more revocation data than this version looks at */
};
/* False: not such a list. */
bool pb_anchor_objects_read(const struct pb_json *facts, struct pb_anchor_objects *ret_objects);

/* What is known of a token then. */
struct pb_verify_token_outcome {
	bool read; /* it is a token; else only seen.seq and seen.size are known */
	enum pb_stamp_fault fault;
	/* As far as it can be told without roots; no fact contradicts it; over sound data. */
	bool good;
	bool has_accuracy;
	uint64_t accuracy_us;
	uint8_t root[32]; /* fingerprint of the chosen root that it leads to, or zeros */
	/*
	 * seen.trusted: it leads to a root that the verifier chose.  seen.local: its facts say
	 * so, or it states the policy of local authorities: never more trusted than either says.
	 */
	struct pb_token_seen seen;
};

/*
 * Check one token, add to v what is found, and the token to those seen.  Each counts as
 * looked at in both checks.  A token that leads to no chosen root is no finding here: whether
 * that matters depends on the others (pb_verify_authority_find).  PB_OK whatever it found;
 * another status is about us (PB_ENOMEM).
 */
enum pb_status pb_verify_token(struct pb_verification *v, const struct pb_verify_token *token,
    struct pb_verify_token_outcome *ret_outcome, struct pb_error *err) PB_MUST_CHECK;

/*
 * What is to be said of whole sets of tokens, in PB_CHECK_AUTHORITIES.  weight: what the set makes
 * of it.  count: how many tokens are meant.
 */
enum pb_verify_authority {
	PB_AUTHORITY_NO_ROOTS, /* the verifier chose none: whose clocks they are is not known */
	PB_AUTHORITY_UNKNOWN,  /* they lead to no root that the verifier chose */
	PB_AUTHORITY_LOCAL,    /* chosen, but local: times are claims, and prove no interval */
	PB_AUTHORITY_NONE      /* there is no token where one is needed */
};
void pb_verify_authority_find(struct pb_verification *v, enum pb_verify_authority what,
    enum pb_verdict weight, uint64_t seq, uint64_t count);

/* ---- proven intervals (FORMAT 2.2) ---------------------------------------------------------- */

struct pb_intervals;

/* For the records first..last; last: PB_NO_SEQ as long as it is not known. */
enum pb_status pb_intervals_new(uint64_t first, uint64_t last, struct pb_verification *v,
    struct pb_intervals **ret_intervals, struct pb_error *err) PB_MUST_CHECK;

/*
 * The next anchor, in order of seq.  Only one that is good, trusted and not local
 * counts; any may be given.  Spans that are settled by it go to v; one with after > before is a
 * finding (TOKENS, invalid).  An anchor without a seq of its own (PB_NO_SEQ) is not for here.
 */
enum pb_status pb_intervals_add(struct pb_intervals *intervals,
    const struct pb_verify_token_outcome *outcome, struct pb_error *err) PB_MUST_CHECK;

/* The leaf of record seq is not joined to those before it by prev: no anchor before it bounds it.
 */
enum pb_status pb_intervals_cut(
    struct pb_intervals *intervals, uint64_t seq, struct pb_error *err) PB_MUST_CHECK;

/*
 * All anchors were given: the spans that no token settles go to v too, up to record
 * `last`, and tokens that a later one sustains are marked so.  No span if no anchor counted.
 */
enum pb_status pb_intervals_end(
    struct pb_intervals *intervals, uint64_t last, struct pb_error *err) PB_MUST_CHECK;

void pb_intervals_free(struct pb_intervals *intervals); /* NULL is fine */

#endif
