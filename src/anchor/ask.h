/*
 * Asking an authority for a token: request, exchange, reply checked in full, and the
 * certificates and revocation data of the day.  Nothing is written but how it answered
 * (tsa/<name>.state).
 */
#ifndef PB_ANCHOR_ASK_H
#define PB_ANCHOR_ASK_H

#include "archive/archive.h"
#include "archive/authorities.h"
#include "core/world.h"
#include "log/shared.h"
#include "stamp/check.h"
#include "stamp/token.h"

/* A checkpoint in the log of a node, whose own one an authority stamped (FORMAT 2.2). */
struct pb_anchor_entry {
	const char *key;           /* the node's; borrowed */
	const struct pb_buf *node; /* its checkpoint; borrowed */
	uint8_t salt[PB_SHARED_SALT_LEN];
	struct pb_buf proof;
};

/* A good answer.  Everything is owned, unless another owns it; pb_answer_done. */
struct pb_answer {
	const struct pb_tsa *tsa; /* who gave it; borrowed of the authorities */
	bool borrowed;            /* one answer for many */
	const struct pb_anchor_entry
	    *entry;            /* it is over this one's node; NULL: it is not shared */
	struct pb_buf request; /* DER, as it was sent */
	struct pb_buf reply;   /* DER, as it was received: a TimeStampResp */
	struct pb_token *token;
	struct pb_stamp_verdict verdict;
	struct pb_buf chain; /* PEM: the signer first (FORMAT 2.2); may be empty */
	struct {
		struct pb_buf der;
		bool ocsp;
	} revocation[PB_LIMIT_LISTS];
	size_t revocation_count;
	int64_t before_us; /* local clock when the request left */
	int64_t after_us;  /* and when the reply was there */
};

#define PB_ANSWER_EMPTY ((struct pb_answer){ .tsa = NULL })
void pb_answer_done(struct pb_answer *answer);

/* It was not asked, or what failed is of this machine: nothing is remembered of it. */
#define PB_ASK_NO_NETWORK "no_network"
#define PB_ASK_FAILED_HERE "failed_here"

/* Why an answer was not good: a word of FORMAT 2.2, for records and state. */
struct pb_ask_failure {
	char reason[32];
	struct pb_error error;
};

/*
 * Ask one authority for a token over `imprint`, made with its own hash (tsa->hash).  local: its
 * key in the archive signs, and http is not needed.  Issuers that are missing are fetched, and
 * with `lists` the revocation lists of the day, as far as they can be; their failure is none.
 * All of it takes no longer than the authority's timeout.
 * PB_EUNAVAIL: no good answer, ret_failure says why; another status is about us.
 */
enum pb_status pb_ask(const struct pb_world *world, const char *dir, const struct pb_http *http,
    struct pb_tsa *tsa, const uint8_t *imprint, bool lists, struct pb_answer *ret_answer,
    struct pb_ask_failure *ret_failure, struct pb_error *err) PB_MUST_CHECK;

/* Imprints of one thing, by enum pb_stamp_hash; NULL where it was not made. */
struct pb_imprints {
	const uint8_t *of[3];
};

/* Does an authority of the archive want this hash?  So that no other need be made. */
bool pb_ask_wants(const struct pb_authorities *authorities, enum pb_stamp_hash hash);

/*
 * One good token over a thing, from the first authority that answers well: external ones in
 * their order, the local one only where it is alone, since its clock is no substitute for theirs.
 * Back-off is not looked at: a person waits.  PB_EUNAVAIL: none.  *ret_answer->tsa->roots leads
 * the token to its root (pb_stamp_exact).  refused (zeros before) learns who was asked in vain.
 */
struct pb_refusals {
	struct pb_error error[PB_LIMIT_TSAS]; /* `object` begins with its name */
	size_t count;
};
enum pb_status pb_ask_any(const struct pb_world *world, const char *dir, const struct pb_http *http,
    struct pb_authorities *authorities, const struct pb_imprints *imprints,
    struct pb_answer *ret_answer, struct pb_refusals *refused, struct pb_error *err) PB_MUST_CHECK;

/* Would pb_ask_any wait for the network? */
bool pb_ask_any_goes_out(const struct pb_authorities *authorities, const struct pb_http *http);

#endif
