/*
 * A shared anchor: a checkpoint as an entry of a node's own log, whose checkpoint is what an
 * authority stamps (FORMAT 2.2).  Hashes alone lead from the one to the other.
 */
#ifndef PB_LOG_SHARED_H
#define PB_LOG_SHARED_H

#include "crypto/digest.h"
#include "log/note.h"

#define PB_SHARED_SALT_LEN 32

/* What an anchor's `event` (NULL: none) says that its token is over. */
enum pb_token_over { PB_TOKEN_NONE, PB_TOKEN_OVER_CHECKPOINT, PB_TOKEN_OVER_NODE };
enum pb_token_over pb_token_over(const char *event);

/* What the node's log shows of a checkpoint; without the salt it says nothing of it. */
void pb_shared_entry(const uint8_t salt[PB_SHARED_SALT_LEN], const void *checkpoint, size_t len,
    uint8_t out[PB_DIGEST_LEN]);

/* The objects of an anchor that are about this, as they stand there.  Borrowed. */
struct pb_shared {
	const void *checkpoint; /* the archive's */
	size_t checkpoint_len;
	const void *node; /* the node's checkpoint */
	size_t node_len;
	const void *salt;
	size_t salt_len;
	const void *proof; /* C2SP tlog-proof of the entry */
	size_t proof_len;
	const char *node_key; /* the node's verifier key; NULL: not at hand */
};

enum pb_shared_fault {
	PB_SHARED_GOOD,
	PB_SHARED_SALT,   /* not of its length */
	PB_SHARED_NODE,   /* the node's checkpoint is none */
	PB_SHARED_PROOF,  /* no proof, or one that ends with another checkpoint */
	PB_SHARED_ABSENT, /* the proof does not lead from this checkpoint to the node's root */
	PB_SHARED_KEY,    /* the node's key is none, or did not sign the node's checkpoint */
	PB_SHARED_FAULTS
};
/* A stable word, and a sentence. */
const char *pb_shared_fault_code(enum pb_shared_fault fault);
const char *pb_shared_fault_text(enum pb_shared_fault fault);

/* PB_OK whatever is wrong with them; PB_ENOMEM. */
enum pb_status pb_shared_check(const struct pb_shared *shared, enum pb_shared_fault *ret_fault,
    struct pb_error *err) PB_MUST_CHECK;

#endif
