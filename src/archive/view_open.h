/* Opening the records of one segment, one after the other, to view them. */
#ifndef PB_ARCHIVE_VIEW_OPEN_H
#define PB_ARCHIVE_VIEW_OPEN_H

#include "core/buf.h"
#include "core/json.h"
#include "crypto/secret.h"
#include "record/leaf.h"
#include "record/opened.h"
#include "vault/frames.h"
#include "vault/keyfile.h"

/* A record as a view is made of it.  Begins as zeros. */
struct pb_view_record {
	struct pb_frame frame;
	struct pb_leaf leaf;
	struct pb_secret *r;      /* NULL: destroyed */
	struct pb_json *facts;    /* may be NULL */
	struct pb_json *envelope; /* of a message on its way; may be NULL */
	bool message;
	bool too_large; /* octets is NULL */
	uint64_t size;
	uint8_t sha256[PB_DIGEST_LEN];
	struct pb_kept plain;     /* what was sealed, if it was at hand */
	bool whole;               /* set by the caller: the octets are wanted */
	const uint8_t *octets;    /* of the message, `size` of them, until the record is cleared */
	struct pb_opened *opened; /* in which they stand; NULL: they stand in `copy` */
	struct pb_buf copy, part; /* kept from record to record; `part`: of no message its facts */
};

/* Where a record stands, all borrowed. */
struct pb_view_source {
	const struct pb_frame *frame;
	struct pb_keyfile *keyfile;
	struct pb_secret *segment_key;
	uint64_t slot; /* its secret's */
	bool check;    /* hold what is stored against the leaf first */
};

/*
 * Read a record.  take_plain: what this process sealed as it, taken over; nothing, or NULL: it is
 * opened.  PB_OK also if its secret was destroyed.  PB_ECORRUPT: it is damaged; then leaf and
 * message are set all the same.
 */
enum pb_status pb_view_record_open(struct pb_view_record *record, struct pb_opener *opener,
    const struct pb_view_source *source, struct pb_kept *take_plain,
    struct pb_error *err) PB_MUST_CHECK;

/* The secret of the record in `frame` alone; NULL: it was destroyed.  PB_ECORRUPT. */
enum pb_status pb_view_secret(const struct pb_frame *frame, struct pb_keyfile *keyfile,
    struct pb_secret *segment_key, uint64_t slot, struct pb_secret **ret_r,
    struct pb_error *err) PB_MUST_CHECK;

/* Forget the record, before its opener and its frames are closed; the buffers are wiped and kept.
 */
void pb_view_record_clear(struct pb_view_record *record);
void pb_view_record_done(struct pb_view_record *record);

#endif
