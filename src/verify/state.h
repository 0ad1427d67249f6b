/* What the verification of a log remembers from item to item; for this room alone. */
#ifndef PB_VERIFY_STATE_H
#define PB_VERIFY_STATE_H

#include "core/json.h"
#include "core/limits.h"
#include "core/runs.h"
#include "crypto/reader.h"
#include "log/checkpoint.h"
#include "log/tree.h"
#include "record/types.h"
#include "verify/crew.h"
#include "verify/inside.h"
#include "verify/log.h"
#include "verify/tokens.h"
#include "verify/verification.h"

#define PB_VERIFY_NAME_MAX 64

/* Who can open: key ids in hex, sorted. */
struct pb_verify_readers {
	size_t count;
	char id[PB_LIMIT_READERS][2 * PB_READER_ID_MAX + 1];
};

/* The segment at hand, until its first record has been held against it. */
struct pb_verify_segment {
	bool begun;  /* one was seen */
	bool stated; /* its first record was seen */
	char name[PB_VERIFY_NAME_MAX];
	uint8_t header_h2[PB_H2_LEN];
	bool has_first_seq;
	uint64_t first_seq;
	bool has_previous;
	char previous[PB_VERIFY_NAME_MAX];
	uint64_t previous_len;
	uint8_t previous_sha256[PB_DIGEST_LEN];
	bool has_recipients;
	struct pb_verify_readers recipients;
};

/* A checkpoint that somebody holds, and what our tree was at its size. */
struct pb_verify_held {
	bool given;
	struct pb_note *note; /* owned; NULL if it could not be read */
	struct pb_checkpoint checkpoint;
	bool reached;
	uint8_t root[PB_DIGEST_LEN];
	uint8_t head[PB_DIGEST_LEN];
};

/* What is to be said of a held checkpoint. */
enum pb_verify_holding {
	PB_HOLDING_CONSISTENT,
	PB_HOLDING_OTHER_LOG,
	PB_HOLDING_NOT_SIGNED,
	PB_HOLDING_NEWER, /* it covers more than there is */
	PB_HOLDING_DIFFERS,
	PB_HOLDING_UNKNOWN, /* damage stands before its size: our tree there is not known */
	PB_HOLDING_COUNT
};

/* What the log was when a commit ended. */
struct pb_verify_commit {
	uint64_t size;
	uint8_t root[PB_DIGEST_LEN];
	uint8_t head[PB_DIGEST_LEN];
};

/*
 * A ring of the last PB_LIMIT_COMMITS_KEPT commits whose checkpoint agrees with the records before
 * it; sizes ascend from commit[oldest] on.
 */
struct pb_verify_commits {
	struct pb_verify_commit *commit;
	size_t count;
	size_t cap;
	size_t oldest;
	uint64_t forgotten; /* commits below this size are no longer here */
};

/* What all anchors together tell. */
struct pb_verify_anchors {
	struct pb_intervals *intervals;
	uint64_t tokens; /* that could be read */
	/* those over the largest size */
	uint64_t newest_size;
	uint64_t newest_seq;
	bool newest_trusted;
	uint64_t strangers; /* that lead to no chosen root */
	uint64_t first_stranger;
	uint64_t local; /* of a local authority that the verifier chose */
	uint64_t first_local;
};

/* Secrets that are gone, and those that should be. */
struct pb_verify_destroyed {
	struct pb_runs content; /* sealed records of types that can be destroyed */
	struct pb_runs gone;    /* sealed records whose slot is zeros */
	struct pb_runs kept;    /* ... and whose slot is not */
	struct pb_runs named;   /* by records of type 8 */
	struct pb_runs newest;  /* ... of the commit at hand */
	uint64_t covered;       /* when it began */
	struct pb_buf segments; /* where each begins, to say where a slot stands */
};

/*
 * Invariants:
 * 1. next_seq is the number that the next leaf must have, prev what it must
 *    state, unless `lost`: then damage hides how many records are missing.
 * 2. tree holds every leaf seen; broken: some before were not seen, so
 *    its root says nothing.
 * 3. covered <= records; the records behind it stand under no checkpoint yet.
 */
struct pb_verify_state {
	struct pb_verification *v;                   /* borrowed */
	const struct pb_verify_log_options *options; /* borrowed */

	char origin[PB_LIMIT_ORIGIN + 1]; /* of the first segment; "" before it */
	struct pb_inside_tools tools;     /* opener: for that origin; NULL before it */
	struct pb_verify_crew *crew;      /* NULL: everything is looked at here */

	uint64_t records;
	uint64_t next_seq;
	uint8_t prev[PB_DIGEST_LEN];
	uint64_t time_s; /* of the last leaf */
	bool lost;
	struct pb_tree tree;
	bool broken;
	uint64_t unopened; /* records that could have been opened with a key */

	bool founded; /* record 0 was read */
	bool has_readers;
	struct pb_verify_readers readers; /* in force */
	bool restated;                    /* a segment behind the first stated them */
	struct pb_verify_segment segment;
	struct pb_buf first_seqs; /* u64 each: of the segments before the one at hand */

	uint64_t covered;
	uint64_t signed_size; /* of the last checkpoint that holds in every respect */
	struct pb_buf newest; /* its note */

	struct pb_verify_commits commits;
	struct pb_verify_anchors anchors;
	struct pb_verify_destroyed destroyed;

	struct pb_verify_held against;
	struct pb_verify_held published;
};

/* offset of an item that is a whole file. */
#define PB_VERIFY_NO_OFFSET UINT64_MAX

/* A finding at the item. */
void pb_verify_find(struct pb_verify_state *state, const struct pb_source_item *item,
    enum pb_check_id id, enum pb_verdict weight, uint64_t seq, const char *code, const char *text);

/* ---- segment.c: headers -------------------------------------------------------------------- */

enum pb_status pb_verify_segment_begin(struct pb_verify_state *state,
    const struct pb_source_item *item, struct pb_error *err) PB_MUST_CHECK;
/* No more records come into the segment at hand. */
void pb_verify_segment_end(struct pb_verify_state *state);

/* ---- leaf.c: form, seq, prev, time ---------------------------------------------------------- */

/* The form of a leaf by itself, which it tells to ret_leaf. */
void pb_verify_leaf_form(
    struct pb_verify_state *state, const struct pb_source_item *item, struct pb_leaf *ret_leaf);
/* The same, and its seq, prev and time.  *ret_joined: it stands behind what those before it are. */
void pb_verify_leaf_chain(struct pb_verify_state *state, const struct pb_source_item *item,
    struct pb_leaf *ret_leaf, bool *ret_joined);
/* The same, how it is stored too, and append it to the tree. */
enum pb_status pb_verify_leaf(struct pb_verify_state *state, const struct pb_source_item *item,
    struct pb_leaf *ret_leaf, struct pb_error *err) PB_MUST_CHECK;
/* Records may be missing here. */
void pb_verify_leaf_lost(struct pb_verify_state *state, const struct pb_source_item *item);

/* ---- record.c: what is stored, what is inside ----------------------------------------------- */

/* A record in all respects: its leaf first, then by itself, then as a statement. */
enum pb_status pb_verify_record(struct pb_verify_state *state, const struct pb_source_item *item,
    struct pb_error *err) PB_MUST_CHECK;
/* What was found inside a record, however it was opened. */
void pb_verify_inside(struct pb_verify_state *state, const struct pb_source_item *item,
    uint64_t seq, const struct pb_inside *inside);
/* Wait for the records that are looked at side by side. */
enum pb_status pb_verify_record_flush(
    struct pb_verify_state *state, struct pb_error *err) PB_MUST_CHECK;
/* Remark what could not be opened. */
void pb_verify_record_end(struct pb_verify_state *state);

/* ---- statement.c, founding.c, readers.c, handover.c: what key records say
 * ------------------------------- */

/* Hold the first record of a segment against its header, and the other key records apart. */
void pb_verify_statement(struct pb_verify_state *state, const struct pb_source_item *item,
    const struct pb_leaf *leaf, const struct pb_json *facts);
/* The objects of a key record that stands open: the earlier keys that it hands over. */
enum pb_status pb_verify_handover(struct pb_verify_state *state, const struct pb_source_item *item,
    uint64_t seq, const struct pb_json *facts, const struct pb_inside_objects *objects,
    struct pb_error *err) PB_MUST_CHECK;
/* Record 0: origin, log key, readers. */
void pb_verify_founding(
    struct pb_verify_state *state, const struct pb_source_item *item, const struct pb_json *facts);

/*
 * The key under <origin>/export that record 0 states (FORMAT 5.4).  *ret_stated: it states
 * one.  False: what it states is no such key.
 */
bool pb_verify_export_key(const struct pb_json *facts, const char *origin, bool *ret_stated,
    struct pb_note_verifier *ret_key);

/* The ids in a JSON array of {"id": ...}; false if it is not such a list, or an id comes twice. */
bool pb_verify_readers_stated(const struct pb_json *list, struct pb_verify_readers *ret_readers);
/* The recipients of a CMS envelope.  PB_ECORRUPT as pb_envelope_recipients, or one comes twice. */
enum pb_status pb_verify_readers_of(const struct pb_buf *cms, struct pb_verify_readers *ret_readers,
    struct pb_error *err) PB_MUST_CHECK;
/* Room for one more; false if there is none, or this is no id. */
bool pb_verify_readers_add(struct pb_verify_readers *readers, const char *id, size_t len);
/* So that two lists of the same readers are equal; false if it is empty, or one comes twice. */
bool pb_verify_readers_sort(struct pb_verify_readers *readers);
bool pb_verify_readers_same(const struct pb_verify_readers *a, const struct pb_verify_readers *b);

/* ---- checkpoint.c: root, head, signature ---------------------------------------------------- */

enum pb_status pb_verify_checkpoint(struct pb_verify_state *state,
    const struct pb_source_item *item, struct pb_error *err) PB_MUST_CHECK;
/* Is it of this log, signed by its key?  PB_INDETERMINATE: memory ran out.  But PB_VALID is found.
 */
enum pb_verdict pb_verify_checkpoint_signature(struct pb_verify_state *state,
    const struct pb_source_item *item, const struct pb_note *note,
    const struct pb_checkpoint *checkpoint, uint64_t seq);
/* The records since the last checkpoint stay without one. */
void pb_verify_checkpoint_end(struct pb_verify_state *state);

/* ---- commits.c: what the log was ------------------------------------------------------------- */

/* A checkpoint agrees with the records before it. */
enum pb_status pb_verify_commits_add(struct pb_verify_commits *commits,
    const struct pb_checkpoint *checkpoint, struct pb_error *err) PB_MUST_CHECK;
/* The commit of that size; NULL: none is remembered. */
const struct pb_verify_commit *pb_verify_commits_find(
    const struct pb_verify_commits *commits, uint64_t size);
void pb_verify_commits_done(struct pb_verify_commits *commits);

/* ---- anchor.c: timestamps over checkpoints --------------------------------------------------- */

enum pb_status pb_verify_anchors_init(
    struct pb_verify_state *state, struct pb_error *err) PB_MUST_CHECK;
/* A record of type 12 that stands open and is what the leaf has committed to. */
enum pb_status pb_verify_anchor(struct pb_verify_state *state, const struct pb_source_item *item,
    const struct pb_leaf *leaf, const struct pb_json *facts,
    const struct pb_inside_objects *objects, struct pb_error *err) PB_MUST_CHECK;
/* All were seen: whose clocks they are, and the proven intervals. */
enum pb_status pb_verify_anchors_end(
    struct pb_verify_state *state, struct pb_error *err) PB_MUST_CHECK;
void pb_verify_anchors_done(struct pb_verify_state *state);

/* ---- destroyed.c: secrets that are gone ------------------------------------------------------ */

/* A record, whose leaf was judged: has it a secret? */
enum pb_status pb_verify_destroyed_take(struct pb_verify_state *state,
    const struct pb_source_item *item, const struct pb_leaf *leaf,
    struct pb_error *err) PB_MUST_CHECK;
/* A record of type 8 that stands open and is what the leaf has committed to. */
enum pb_status pb_verify_destruction(struct pb_verify_state *state,
    const struct pb_source_item *item, const struct pb_leaf *leaf, const struct pb_json *facts,
    struct pb_error *err) PB_MUST_CHECK;
void pb_verify_destroyed_end(struct pb_verify_state *state);
void pb_verify_destroyed_done(struct pb_verify_destroyed *destroyed);

/* ---- held.c: checkpoints that others hold --------------------------------------------------- */

/* PB_EDATA, PB_ELIMIT: not a checkpoint; it counts as given all the same. */
enum pb_status pb_verify_held_read(
    struct pb_verify_held *held, const void *data, size_t len, struct pb_error *err) PB_MUST_CHECK;
/* The tree has grown, or begins: remember it if this is the size that is asked for. */
void pb_verify_held_reach(struct pb_verify_state *state, struct pb_verify_held *held);
/* At the end of the log, for one that was read. */
enum pb_verify_holding pb_verify_held_judge(
    const struct pb_verify_state *state, const struct pb_verify_held *held);
void pb_verify_held_done(struct pb_verify_held *held);

/* ---- trust.c: who signed -------------------------------------------------------------------- */

void pb_verify_trust(struct pb_verify_state *state);

/* ---- history.c: whether others saw the same ------------------------------------------------- */

enum pb_status pb_verify_history(struct pb_verify_state *state, struct pb_error *err) PB_MUST_CHECK;
/*
 * What is to be said of it.  consistent: with the checkpoint that the other side holds;
 * contradicted: by it.
 */
void pb_verify_unique_view(
    struct pb_verify_state *state, bool consistent, bool contradicted, enum pb_trust_quorum quorum);

#endif
