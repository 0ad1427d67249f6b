/* Within the room: what opener.c and opened.c share. */
#ifndef PB_RECORD_OPENER_H
#define PB_RECORD_OPENER_H

#include "record/opened.h"
#include "record/tally.h"
#include "record/unpack.h"

/* A record that is open.  payload is NULL when it is not. */
struct pb_opened {
	struct pb_opener *opener;
	const struct pb_payload *payload;
	struct pb_secret *r;
	uint64_t total; /* bytes of parts and table */
	bool in_memory; /* all of them stand at `data` */
	bool lent;      /* by the caller; else they are in the opener's plain, from `at` on */
	const uint8_t *data;
	size_t at;
	struct pb_table table;
};

struct pb_opener {
	struct pb_unpack *unpack;
	/* The first `count` were opened; when none of them is open any more, count is 0. */
	struct pb_opened opened[PB_OPENER_RECORDS];
	size_t count, open;
	uint8_t *plain; /* PB_OPENER_ROOM bytes: pages that no record fills are never touched */
	size_t plain_len;
	uint8_t *chunk; /* PB_OPENER_CHUNK bytes */
	bool chunk_used;
	size_t tail_len;
	uint8_t tail[PB_TABLE_MAX]; /* the last octets that came out: the table is in them */
	struct pb_tally tally;
};

/* Half of it may be taken, and a record of PB_LIMIT_OPENED still fits. */
#define PB_OPENER_ROOM ((size_t)2 * PB_LIMIT_OPENED)
#define PB_OPENER_CHUNK (128 * 1024)

/* The next octets of the record, to chunk; *ret_len 0 at the sound end. */
enum pb_status pb_opener_next(
    struct pb_opener *opener, size_t *ret_len, struct pb_error *err) PB_MUST_CHECK;

/* Overwrite what came out of a record, and does not stand in plain before `keep`. */
void pb_opener_wipe(struct pb_opener *opener, size_t keep);

#endif
