/* Within the room: what opener.c and opened.c share. */
#ifndef PB_RECORD_OPENER_H
#define PB_RECORD_OPENER_H

#include "record/opened.h"
#include "record/tally.h"
#include "record/unpack.h"

/* The record that is open.  payload is NULL when none is. */
struct pb_opened {
	struct pb_opener *opener;
	const struct pb_payload *payload;
	struct pb_secret *r;
	uint64_t total; /* bytes of parts and table */
	bool in_memory; /* all of them stand in the opener's plain */
	struct pb_table table;
};

struct pb_opener {
	struct pb_unpack *unpack;
	struct pb_opened opened;
	uint8_t *plain; /* PB_LIMIT_OPENED bytes: pages that no record fills are never touched */
	size_t plain_len;
	uint8_t *chunk; /* PB_OPENER_CHUNK bytes */
	bool chunk_used;
	size_t tail_len;
	uint8_t tail[PB_TABLE_MAX]; /* the last octets that came out: the table is in them */
	struct pb_tally tally;
};

#define PB_OPENER_CHUNK (128 * 1024)

/* The next octets of the record, to chunk; *ret_len 0 at the sound end. */
enum pb_status pb_opener_next(
    struct pb_opener *opener, size_t *ret_len, struct pb_error *err) PB_MUST_CHECK;

/* Overwrite what came out of a record. */
void pb_opener_wipe(struct pb_opener *opener);

#endif
