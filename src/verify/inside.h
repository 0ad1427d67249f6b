/*
 * One record by itself: is what is stored what the leaf states, and is what is
 * inside what it commits to?  Needs nothing of the log around it, so several are
 * looked at side by side.
 */
#ifndef PB_VERIFY_INSIDE_H
#define PB_VERIFY_INSIDE_H

#include "core/json.h"
#include "core/limits.h"
#include "crypto/lanes.h"
#include "record/leaf.h"
#include "record/opened.h"

/* What is wrong with it.  All false: nothing, as far as it was looked at. */
struct pb_inside {
	bool payload_wrong; /* not the stored payload that the leaf states; then not opened */
	bool opened;        /* its secret was at hand, and it was looked into */
	bool seal_wrong;    /* does not open under its secret; then nothing below is known */
	bool commitment_wrong;
	bool digest_missing; /* there is a message, or should be by the record's type */
	bool digest_twice;
	bool digest_wrong; /* of the message, as stated beside it, once */
	bool class_twice;
	bool envelope_twice;
	bool part_unknown;  /* of a kind outside the vocabulary */
	bool facts_missing; /* or there more than once */
	bool facts_malformed;
};

/*
 * What an anchor (FORMAT 2.2) or a key record (1.5) holds: its parts of kind 4, in order.  Within
 * PB_LIMIT_OBJECT each and PB_LIMIT_OBJECTS together; too_long: they are not, and are not all here.
 */
struct pb_inside_objects {
	size_t count;
	struct pb_buf object[PB_LIMIT_PARTS];
	bool too_long;
};

void pb_inside_objects_done(struct pb_inside_objects *objects);

/* What one thread needs to look, used again from record to record. */
struct pb_inside_tools {
	struct pb_opener *opener;
	struct pb_digest *sha256;
	struct pb_lanes lanes;
};

enum pb_status pb_inside_tools_init(
    struct pb_inside_tools *tools, const char *origin, struct pb_error *err) PB_MUST_CHECK;
void pb_inside_tools_done(struct pb_inside_tools *tools);

/*
 * r: the record's secret, or NULL if it is to stay closed.  ret_facts (may be NULL):
 * its facts, owned (pb_json_free), or NULL if it was not opened or has none that are
 * sound.  ret_objects (may be NULL): empty; the objects of a record of type 12 or 13 that was
 * opened, owned by the caller whatever is answered.  A status but PB_OK is about us, or the medium,
 * and never about the record.
 */
enum pb_status pb_inside_look(struct pb_inside_tools *tools, const struct pb_leaf *leaf,
    const struct pb_payload *payload, struct pb_secret *r, struct pb_inside *ret_inside,
    struct pb_json **ret_facts, struct pb_inside_objects *ret_objects,
    struct pb_error *err) PB_MUST_CHECK;

/* A record to look at among others, and what was found. */
struct pb_inside_record {
	const struct pb_leaf *leaf;
	const struct pb_buf *stored; /* its payload, of at most PB_INSIDE_PAYLOAD octets */
	const uint8_t *sha256;       /* of that; NULL: it is computed */
	struct pb_secret *r;
	struct pb_inside inside;
	enum pb_status status; /* of looking: as pb_inside_look answers */
	struct pb_error err;
};

#define PB_INSIDE_RECORDS PB_OPENER_RECORDS
#define PB_INSIDE_PAYLOAD (4 * 1024 * 1024)

/* The same of several, which takes less time than one after the other. */
void pb_inside_look_many(
    struct pb_inside_tools *tools, struct pb_inside_record *records, size_t count);

/*
 * Which parts a record has (FORMAT 1), by the kinds that are known.  all: no part of it is
 * withheld, so that what is not among them is not there.  Sets digest_missing to facts_missing.
 */
void pb_inside_parts(
    uint8_t type, const uint8_t *kinds, size_t count, bool all, struct pb_inside *inside);

/*
 * The octets of its facts: facts_malformed, or ret_facts (may be NULL; owned).  A status but
 * PB_OK is about us.
 */
enum pb_status pb_inside_facts(const void *data, size_t len, struct pb_inside *inside,
    struct pb_json **ret_facts, struct pb_error *err) PB_MUST_CHECK;

/* Nothing is wrong with it, as far as it was looked at; of part_unknown nobody can tell. */
bool pb_inside_sound(const struct pb_inside *inside);

/* Is a status about the evidence (a finding), or about us (to be answered)? */
static inline bool
pb_inside_unsound(enum pb_status status)
{
	return status == PB_ECORRUPT || status == PB_EDATA || status == PB_ELIMIT;
}

#endif
