/* A round of observations: what was looked at and is stated of it, and how that is committed. */
#ifndef PB_ARCHIVE_OBSERVE_ROUND_H
#define PB_ARCHIVE_OBSERVE_ROUND_H

#include "archive/said.h"
#include "record/seal.h"

#define PB_ROUND PB_SEALER_HELD

struct pb_round {
	struct pb_archive *archive;
	struct pb_catalog *catalog;
	struct pb_said *said;
	struct pb_sealed sealed[PB_ROUND];
	size_t count;
	struct pb_buf looked;     /* uint64_t: records that were looked at */
	struct pb_buf rows;       /* struct pb_observed: what is stated of them */
	size_t rows_of[PB_ROUND]; /* how long `rows` is behind each */
	struct pb_buf facts, envelope;
};

/* NULL: memory ran out. */
struct pb_round *pb_round_new(struct pb_archive *archive, struct pb_catalog *catalog);
void pb_round_free(struct pb_round *round);

/* What a writer before left in the middle, if nothing is unknown of it any more. */
enum pb_status pb_round_take_up(struct pb_round *round, struct pb_error *err) PB_MUST_CHECK;
/* What was sealed is committed, and what was looked at is due no more. */
enum pb_status pb_round_carry_out(struct pb_round *round, struct pb_error *err) PB_MUST_CHECK;

#endif
