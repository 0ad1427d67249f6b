/*
 * One record of a bundle by itself: are its files what its opening says, is that what its leaf
 * commits to, and is its leaf where its proof says?  Needs nothing of the bundle around it, so
 * several are looked at side by side.
 */
#ifndef PB_VERIFY_BUNDLE_OPENING_H
#define PB_VERIFY_BUNDLE_OPENING_H

#include "bundle/statement.h"
#include "core/json.h"
#include "record/leaf.h"
#include "verify/bundle_entry.h"
#include "verify/inside.h"

/* message.eml or a part for each of 255, leaf.bin, opening.json, leaf.tlog-proof. */
#define PB_BUNDLE_RECORD_ENTRIES 260
struct pb_bundle_record {
	uint64_t seq;
	size_t count; /* entry, the last member, is defined up to here */
	struct pb_bundle_entry entry[PB_BUNDLE_RECORD_ENTRIES];
};

/* What is wrong.  All false: nothing. */
struct pb_bundle_faults {
	bool incomplete; /* leaf.bin, opening.json or leaf.tlog-proof is not there */
	bool opening_malformed;
	bool opening_seq;
	bool files_differ; /* not those that the opening discloses */
	bool leaf_malformed;
	bool leaf_seq;
	bool leaf_differs; /* from leaves.bin */
	bool proof_malformed;
	bool proof_index;
	bool proof_checkpoint; /* not the one of stamps/ that FORMAT 5.5 names */
	bool proof_wrong;
	bool facts_withheld;
	bool claim_wrong;    /* the manifest says otherwise what is disclosed */
	bool objects_differ; /* an anchor's facts name other objects than stamps/ holds */
};

struct pb_bundle_job {
	/* by the caller; and record, below */
	struct pb_zip_bytes bytes; /* of the package, or of `memory` */
	bool has_leaf;             /* of leaves.bin */
	uint8_t leaf[PB_LEAF_LEN];
	enum pb_disclosure claimed; /* of the manifest; PB_DISCLOSE_NONE: not asked */
	bool has_proof;             /* the checkpoint under which its proof should be */
	uint64_t size;
	uint8_t root[PB_DIGEST_LEN];
	struct pb_buf note;
	const struct pb_bundle_entry *object; /* parts of kind 4 that stand in stamps/; or NULL */
	size_t object_count;
	bool want_facts;
	/* of what is looked at aside: its octets, from `base` of the package on */
	struct pb_buf memory;
	uint64_t base;
	/* by the look */
	struct pb_bundle_faults faults;
	struct pb_inside inside;
	bool opened; /* the opening could be read */
	bool whole;  /* nothing is withheld */
	bool has_own;
	struct pb_leaf own; /* leaf.bin */
	enum pb_leaf_fault own_fault;
	uint8_t own_bytes[PB_LEAF_LEN];
	struct pb_json *facts; /* want_facts: owned, or NULL */
	enum pb_status status; /* of looking */
	struct pb_error err;

	struct pb_bundle_record record;
};

/* PB_OK whatever is wrong with the record; another status is about us, or the medium. */
enum pb_status pb_bundle_look(
    struct pb_bundle_tools *tools, struct pb_bundle_job *job, struct pb_error *err) PB_MUST_CHECK;

/* Of it: the files that the opening discloses, held against the commitment of the leaf. */
enum pb_status pb_bundle_look_at_content(
    struct pb_bundle_tools *tools, struct pb_bundle_job *job, struct pb_error *err) PB_MUST_CHECK;

/* Make the job ready for another record; pb_bundle_job_done releases it. */
void pb_bundle_job_clear(struct pb_bundle_job *job);
void pb_bundle_job_done(struct pb_bundle_job *job);

#endif
