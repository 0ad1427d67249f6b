/*
 * The index of one segment: which words stand in which of its records, in sealed shelves, and a
 * table of what is sorted and filtered by (FORMAT 6.3).  Pure: octets in, octets out.
 */
#ifndef PB_INDEX_SHELVES_H
#define PB_INDEX_SHELVES_H

#include "core/buf.h"
#include "core/world.h"
#include "crypto/secret.h"

enum pb_index_field {
	PB_INDEX_BODY = 1, /* words of text parts */
	PB_INDEX_FROM = 2, /* From, Sender */
	PB_INDEX_TO = 3,   /* To, Cc, Bcc */
	PB_INDEX_SUBJECT = 4,
	PB_INDEX_MSGID = 5,     /* Message-ID, whole, beside its words */
	PB_INDEX_ATTACHMENT = 6 /* names, types */
};
#define PB_INDEX_FIELDS 7 /* one more than the last */

/* The state of a record whose words are in the index: as enum pb_view_state has it. */
#define PB_INDEX_STATE_MADE 1

/* Of one record: what it was made of, sorted and filtered by. */
struct pb_index_row {
	uint8_t type;      /* of the record */
	uint8_t state;     /* enum pb_view_state; 0: no message, or destroyed */
	uint8_t direction; /* pb_index_direction; 0 not known */
	uint8_t source;    /* pb_index_source; 0 not known */
	bool has_date;
	bool cut;        /* some of its words are not here: beyond a limit, here or of its view */
	bool bodyless;   /* words of its body were not to be here */
	int64_t date_s;  /* of its Date field, UTC */
	uint64_t time_s; /* of its leaf */
	uint64_t size;   /* octets of the message */
};

/* The numbers of the facts' "direction" and "source" (FORMAT 6.3); 0: NULL, or not one of them. */
uint8_t pb_index_direction(const char *direction);
uint8_t pb_index_source(const char *source);

/* ---- writing -------------------------------------------------------------------------------- */

struct pb_index_builder;

/* Of a segment that begins with first_seq.  origin and stem are bound to what is sealed. */
enum pb_status pb_index_builder_new(const char *origin, const char *stem, uint64_t first_seq,
    struct pb_index_builder **ret_builder, struct pb_error *err) PB_MUST_CHECK;
void pb_index_builder_free(struct pb_index_builder *builder);

/* The next record: rows come in order of seq, without gaps.  PB_ELIMIT: PB_LIMIT_INDEX_ROWS. */
enum pb_status pb_index_builder_row(struct pb_index_builder *builder,
    const struct pb_index_row *row, struct pb_error *err) PB_MUST_CHECK;

/*
 * Words of the record that was given last; may be called again for the same field.  text: UTF-8, or
 * what is left of it: octets that are none part words.  What is beyond the limits of an index is
 * left out, and the row becomes `cut`.
 */
enum pb_status pb_index_builder_text(struct pb_index_builder *builder, enum pb_index_field field,
    const void *text, size_t len, struct pb_error *err) PB_MUST_CHECK;

/* Take up a former index of the same segment, so that only later records must be added.  Before any
 * row.  Every octet of it is checked.  PB_ECORRUPT: it is damaged; PB_EACCESS: another key.  After
 * a failure the builder is of no use. */
enum pb_status pb_index_builder_load(struct pb_index_builder *builder, const void *file, size_t len,
    struct pb_secret *index_key, struct pb_error *err) PB_MUST_CHECK;

/* Take these records out: their words, dates and sizes (rows become state 0, and keep only what
 * their leaf says: type and time).  A seq that is not here yet is passed over. */
enum pb_status pb_index_builder_forget(struct pb_index_builder *builder, const uint64_t *seq,
    size_t count, struct pb_error *err) PB_MUST_CHECK;

uint64_t pb_index_builder_count(const struct pb_index_builder *builder); /* rows so far */

/* Were all words of bodies taken, or none, as that says? */
bool pb_index_builder_fits(const struct pb_index_builder *builder, bool bodies);

/* The whole file, appended.  index_key: 32 fresh random octets, used for this file alone. */
enum pb_status pb_index_builder_write(const struct pb_index_builder *builder,
    struct pb_secret *index_key, struct pb_buf *file, struct pb_error *err) PB_MUST_CHECK;

/* ---- reading -------------------------------------------------------------------------------- */

struct pb_index;

/*
 * An index file, opened by its key: its head and table are read and checked, shelves when they are
 * needed.  Borrows files and index_key; fd stays the caller's and must live as long.  PB_ECORRUPT:
 * it is damaged, or not of this segment; PB_EACCESS: another key.
 */
enum pb_status pb_index_open(const struct pb_files *files, int fd, const char *origin,
    const char *stem, struct pb_secret *index_key, struct pb_index **ret_index,
    struct pb_error *err) PB_MUST_CHECK;
void pb_index_free(struct pb_index *index);

/* The file is open under this number now; -1: not at all, and shelves can't be read.  So many
 * indexes need no descriptor each. */
void pb_index_use(struct pb_index *index, int fd);

uint64_t pb_index_first(const struct pb_index *index); /* seq */
uint64_t pb_index_count(const struct pb_index *index); /* records covered, from first on */

/* Borrowed; NULL for a seq that is not covered. */
const struct pb_index_row *pb_index_row(const struct pb_index *index, uint64_t seq);

#endif
