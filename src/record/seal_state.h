/* A sealer from within: parts that come in, records that are held.  Of seal.c and seal_finish.c. */
#ifndef PB_RECORD_SEAL_STATE_H
#define PB_RECORD_SEAL_STATE_H

#include "core/limits.h"
#include "record/pack.h"
#include "record/seal.h"
#include "record/tally.h"

/* What is tried, for errors. */
#define PB_SEALING N_("seal a record")

/*
 * Where records wait until they are settled.  Half of it, and a record of PB_LIMIT_OPENED still
 * fits: enough of them that the lanes of a digest are full, of which a long part takes one alone.
 */
#define PB_SEALER_ROOM (2 * (PB_LIMIT_OPENED + PB_TABLE_MAX))

/* A record that is sealed but for its digests. */
struct pb_held {
	struct pb_sealed sealed;
	bool settled; /* it was large: they are there */
	size_t at;    /* where its parts stand in the room */
	unsigned sha256_count;
	uint8_t sha256[PB_LIMIT_PARTS][PB_DIGEST_LEN]; /* of its first parts */
	struct pb_table table;
};

/*
 * 1. r is not NULL exactly while a record is begun.
 * 2. The room holds the records that are held, then the parts of the one that is begun, unless it
 *    is large: then those went to the tally and the pack, as all that follows.
 */
struct pb_sealer {
	const struct pb_random *random;
	struct pb_part_sink sink;
	struct pb_pack *pack;
	struct pb_keep *keep; /* NULL: what is sealed is not kept */
	struct pb_secret *r;
	uint64_t len;         /* bytes of all parts so far */
	uint64_t message_len; /* of kinds 1 and 2 */
	uint64_t stated_len;  /* of kinds 1 and 2 when their digest was stated; UINT64_MAX: never */
	uint8_t stated[PB_DIGEST_LEN];
	unsigned sha256_count; /* of the first parts, computed beside that digest */
	uint8_t sha256[PB_LIMIT_PARTS][PB_DIGEST_LEN];
	struct pb_table table;
	bool large;
	struct pb_tally tally; /* of a large one */
	uint8_t *room;         /* PB_SEALER_ROOM; pages that nothing fills are never touched */
	size_t start;          /* where the record that is begun starts in it */
	size_t used;           /* where it, or the last that is held, ends */
	size_t held_count;
	struct pb_held held[PB_SEALER_HELD];
};

/* What stands behind `from` in the room is not needed any more. */
void pb_sealer_clear(struct pb_sealer *sealer, size_t from);
/* The record that is begun, if any. */
void pb_sealer_drop(struct pb_sealer *sealer);
/* That a record is begun, and takes so many parts and bytes more.  PB_EINVAL, PB_ELIMIT. */
enum pb_status pb_sealer_check(
    const struct pb_sealer *sealer, unsigned parts, size_t len, struct pb_error *err) PB_MUST_CHECK;

#endif
