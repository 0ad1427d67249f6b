/*
 * What the verification of a bundle remembers from entry to entry; for this room alone.
 *
 * Two passes over the directory: first the structure (names, their order), which leaves a table of
 * the entries outside records/; then, with what the exporter states at hand, the entries in
 * order, the lines of SHA256SUMS and the leaves of the range beside them.  Memory does not grow
 * with the number of records.
 */
#ifndef PB_VERIFY_BUNDLE_H
#define PB_VERIFY_BUNDLE_H

#include <pthread.h>

#include "bundle/file.h"
#include "bundle/package.h"
#include "bundle/statement.h"
#include "bundle/sums.h"
#include "bundle/zip.h"
#include "log/range.h"
#include "probant/bundle.h"
#include "verify/bundle_crew.h"
#include "verify/state.h"
#include "verify/tokens.h"

/* A token of stamps/, its entries in the table, and what its checkpoint states. */
struct pb_bundle_stamp {
	uint64_t size;
	uint64_t seq;
	size_t first; /* of its entries */
	size_t count;
	bool read;      /* the checkpoint is one, of this size */
	bool told;      /* the token was looked at */
	bool has_proof; /* that it grew into log/checkpoint: the entry is there */
	uint8_t root[PB_DIGEST_LEN];
	uint8_t head[PB_DIGEST_LEN];
};

/* SHA256SUMS, a line at a time. */
struct pb_bundle_sums {
	bool open; /* the line of the next entry is known to come next */
	uint64_t len, at;
	uint64_t data;   /* offset of it in the package */
	uint8_t *buffer; /* PB_BUNDLE_SUMS_BUFFER octets */
	size_t have, used;
	struct pb_digest *sha256;
};

/* leaves.bin, front to back. */
struct pb_bundle_leaves {
	bool open;
	uint64_t data;   /* offset of it in the package */
	uint64_t next;   /* seq of the leaf that comes next */
	uint64_t count;  /* leaves not walked yet */
	uint8_t *buffer; /* PB_BUNDLE_LEAVES_BUFFER octets */
	size_t have, used;
	size_t closed_run;    /* the first of closed.json that may hold `next` */
	size_t disclosed_run; /* the first of the manifest that may */
	size_t stamp;         /* the first whose size may be reached next */
};

/* What the opened records of type 8 say is destroyed. */
struct pb_bundle_destruction {
	uint64_t seq;
	struct pb_runs runs;
};
struct pb_bundle_destroyed {
	struct pb_bundle_destruction *by; /* ascending */
	size_t count, cap;
	struct pb_runs named; /* by any of them */
};

/* Octets of a file or of an entry of it, and their digests while others read them. */
struct pb_bundle_package {
	const struct pb_zip_bytes *bytes;
	pthread_t thread;
	bool running;
	bool done;
	enum pb_status status;
	struct pb_error err;
	uint8_t sha256[PB_DIGEST_LEN];
	uint32_t crc32;
};

/*
 * Invariants:
 * 1. `sound` entries of the package, from the first, are named and ordered as FORMAT 5.3
 *    says; what stands behind them is not walked.
 * 2. log.origin is that of log/checkpoint, or else of the manifest; the log key is record 0's.
 */
struct pb_bundle_state {
	struct pb_verification *v;
	const struct pb_bundle_check_options *options;
	struct pb_trust *trust;       /* NULL: none was given */
	struct pb_stamp_roots *roots; /* NULL: none were given */
	struct pb_verify_log_options log_options;
	struct pb_verify_state log; /* chain, key and held checkpoint, judged as an archive's are */

	struct pb_bundle_file file;
	struct pb_zip_reader *container;
	struct pb_zip_window window;
	struct pb_zip_bytes inside;
	const struct pb_zip_bytes *package; /* of the file, or inside */
	struct pb_zip_reader *zip;          /* of the package; NULL: it cannot be read */
	bool contained;
	uint32_t stated_crc32; /* of the package, in its container */
	char case_name[65];
	struct pb_buf token; /* the container's */
	struct pb_bundle_package digest;

	/* structure */
	struct pb_bundle_entry *entry; /* outside records/, in their order */
	size_t count, cap;
	size_t single[PB_PACKAGE_KIND_COUNT]; /* 1 + index of the entry of that kind, or 0 */
	uint64_t sound;
	bool broken; /* not all are sound */

	/* statements */
	bool has_manifest, has_closed, has_proof, has_checkpoint, has_range;
	struct pb_manifest manifest;
	struct pb_closed_run *closed;
	size_t closed_count;
	struct pb_range_proof proof;
	struct pb_buf checkpoint_bytes;
	struct pb_note *note; /* of checkpoint_bytes */
	struct pb_checkpoint checkpoint;
	bool checkpoint_stamped; /* a stamp is over those octets */
	uint64_t first, last, size;
	struct pb_bundle_stamp *stamp;   /* ascending by size, then seq */
	struct pb_bundle_stamp **by_seq; /* the same, ascending by seq */
	size_t stamp_count;

	/* the walk */
	struct pb_bundle_sums sums;
	struct pb_bundle_leaves leaves;
	struct pb_range_walk walk;
	struct pb_bundle_tools tools;
	struct pb_bundle_crew *crew; /* NULL: everything is looked at here */
	struct pb_bundle_job job;    /* of the record at hand */
	struct pb_bundle_entry object[PB_BUNDLE_RECORD_ENTRIES]; /* of the anchor at hand */
	struct pb_buf proof_note; /* the checkpoint that the next leaf.tlog-proof ends with */
	size_t proof_stamp;       /* of which stamp; stamp_count: of none */
	struct pb_bundle_destroyed destroyed;
	bool has_export_key;
	struct pb_note_verifier export_key;
	uint64_t records, octets;

	/* tokens */
	struct pb_intervals *intervals;
	uint64_t tokens_over_size, trusted_over_size, local;
	struct pb_verify_token_outcome container_outcome;
	bool first_anchored; /* the range begins with an anchor whose token is good */
};

/* A finding; where: an entry's name or "". */
void pb_bundle_find(struct pb_bundle_state *state, enum pb_check_id id, enum pb_verdict weight,
    uint64_t seq, const char *code, const char *text, const char *where);
/* The same, at an entry. */
void pb_bundle_find_at(struct pb_bundle_state *state, enum pb_check_id id, enum pb_verdict weight,
    uint64_t seq, const char *code, const char *text, const struct pb_package_name *name);

/* ---- bundle_read.c: octets ------------------------------------------------------------------ */

/*
 * A whole entry of the table, appended; its CRC and sum are the walk's business.  PB_ENOENT: it
 * is longer than max, and that was found.
 */
enum pb_status pb_bundle_read(struct pb_bundle_state *state, const struct pb_bundle_entry *entry,
    size_t max, struct pb_buf *buf, struct pb_error *err) PB_MUST_CHECK;
/* The one entry of that kind; PB_ENOENT: there is none. */
enum pb_status pb_bundle_read_single(struct pb_bundle_state *state, enum pb_package_kind kind,
    size_t max, struct pb_buf *buf, struct pb_error *err) PB_MUST_CHECK;

/* ---- bundle_container.c, bundle_package.c --------------------------------------------------- */

/* Container or bare package?  Leaves state->zip, or NULL if no package can be read. */
enum pb_status pb_bundle_container(
    struct pb_bundle_state *state, struct pb_error *err) PB_MUST_CHECK;
/* What the container's token says, when the rest is read. */
enum pb_status pb_bundle_container_end(
    struct pb_bundle_state *state, struct pb_error *err) PB_MUST_CHECK;

/* SHA-256 of the package, in a thread of its own if one is allowed. */
void pb_bundle_package_start(struct pb_bundle_state *state);
enum pb_status pb_bundle_package_sha256(
    struct pb_bundle_state *state, struct pb_error *err) PB_MUST_CHECK;
/* By another algorithm. */
enum pb_status pb_bundle_package_imprint(struct pb_bundle_state *state, enum pb_stamp_hash hash,
    uint8_t out[PB_STAMP_HASH_MAX], struct pb_error *err) PB_MUST_CHECK;
void pb_bundle_package_join(struct pb_bundle_state *state);

/* ---- bundle_structure.c, bundle_statements.c ------------------------------------------------ */

enum pb_status pb_bundle_structure(
    struct pb_bundle_state *state, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_bundle_statements(
    struct pb_bundle_state *state, struct pb_error *err) PB_MUST_CHECK;

/* ---- bundle_sums.c -------------------------------------------------------------------------- */

enum pb_status pb_bundle_sums_begin(
    struct pb_bundle_state *state, struct pb_error *err) PB_MUST_CHECK;
/* The line of the next entry, as far as there is one. */
enum pb_status pb_bundle_sums_next(struct pb_bundle_state *state, struct pb_bundle_entry *entry,
    struct pb_error *err) PB_MUST_CHECK;
/* Nothing may be left; then the note. */
enum pb_status pb_bundle_sums_end(
    struct pb_bundle_state *state, struct pb_error *err) PB_MUST_CHECK;

/* ---- bundle_leaves.c: the range ------------------------------------------------------------- */

enum pb_status pb_bundle_leaves_begin(
    struct pb_bundle_state *state, struct pb_error *err) PB_MUST_CHECK;
/* Leaves before seq are of records that are not opened here. */
enum pb_status pb_bundle_leaves_skip(
    struct pb_bundle_state *state, uint64_t seq, struct pb_error *err) PB_MUST_CHECK;
/* The leaf of the opened record that comes next, if it is in the range. */
enum pb_status pb_bundle_leaves_take(
    struct pb_bundle_state *state, struct pb_bundle_job *job, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_bundle_leaves_end(
    struct pb_bundle_state *state, struct pb_error *err) PB_MUST_CHECK;
/* FORMAT 5.3: a record of that type is opened whole. */
bool pb_bundle_must_be_open(uint8_t type);

/* ---- bundle_walk.c, bundle_report.c --------------------------------------------------------- */

enum pb_status pb_bundle_walk(struct pb_bundle_state *state, struct pb_error *err) PB_MUST_CHECK;
/* What a look at a record found. */
void pb_bundle_report(struct pb_bundle_state *state, const struct pb_bundle_job *job);
void pb_bundle_report_entry(struct pb_bundle_state *state, const struct pb_bundle_entry *entry);
/* What record 0 states: the log's key, and that of its bundles. */
void pb_bundle_founding(struct pb_bundle_state *state, const struct pb_bundle_job *job);

/* ---- bundle_stamps.c, bundle_tokens.c: stamps/ ----------------------------------------------- */

/* Gather stamps/ from the table, read their checkpoints, then log/consistency/. */
enum pb_status pb_bundle_stamps(struct pb_bundle_state *state, struct pb_error *err) PB_MUST_CHECK;
/* log/consistency/, for them and for what the other side holds (bundle_consistency.c). */
enum pb_status pb_bundle_consistency(
    struct pb_bundle_state *state, struct pb_error *err) PB_MUST_CHECK;
/* The stamp of that anchor; NULL: there is none. */
struct pb_bundle_stamp *pb_bundle_stamp_of(struct pb_bundle_state *state, uint64_t seq);
/* The one entry of that kind of a stamp, or NULL. */
const struct pb_bundle_entry *pb_bundle_stamp_entry(const struct pb_bundle_state *state,
    const struct pb_bundle_stamp *stamp, enum pb_package_kind kind);
/* Any of the files that a shared anchor alone has. */
bool pb_bundle_stamp_is_shared(
    const struct pb_bundle_state *state, const struct pb_bundle_stamp *stamp);
/* An anchor of the range was looked at: its token, if it has one. */
enum pb_status pb_bundle_anchor(struct pb_bundle_state *state, const struct pb_bundle_job *job,
    struct pb_error *err) PB_MUST_CHECK;
/* The tokens whose anchor is not in the range; then what is to be said of all. */
enum pb_status pb_bundle_stamps_end(
    struct pb_bundle_state *state, struct pb_error *err) PB_MUST_CHECK;

/* ---- bundle_destroyed.c: records that can be opened by nobody -------------------------------- */

/* A record of type 8 of the range was looked at. */
enum pb_status pb_bundle_destruction(struct pb_bundle_state *state, const struct pb_bundle_job *job,
    struct pb_error *err) PB_MUST_CHECK;
/* A leaf of the range, and the run of closed.json that it is in (may be NULL). */
void pb_bundle_destroyed_leaf(struct pb_bundle_state *state, const struct pb_closed_run *run,
    const struct pb_leaf *leaf, uint64_t seq);
/* All records were looked at: is what closed.json says so? */
void pb_bundle_destroyed_end(struct pb_bundle_state *state);
void pb_bundle_destroyed_done(struct pb_bundle_destroyed *destroyed);

/* ---- bundle_held.c: log key, one history ---------------------------------------------------- */

/* The tree and chain at a size that the range reaches. */
void pb_bundle_reach(struct pb_bundle_state *state, uint64_t size);
enum pb_status pb_bundle_history(struct pb_bundle_state *state, struct pb_error *err) PB_MUST_CHECK;

#endif
