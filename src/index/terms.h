/*
 * The words of a segment as they are gathered: each with the rows it stands in.  A term's key is
 * the folded word and one octet more, the field; so keys in order of octets are words in their
 * order, and fields within a word.
 */
#ifndef PB_INDEX_TERMS_H
#define PB_INDEX_TERMS_H

#include <stdbool.h>

#include "core/buf.h"

#define PB_TERM_KEY_MAX 255

/* Most words stand in a few messages: their rows need no memory of their own. */
#define PB_TERM_INLINE 8

struct pb_term {
	uint32_t key;  /* where it stands in keys */
	uint32_t last; /* row */
	uint32_t len;  /* octets of postings */
	uint32_t cap;
	union {
		uint8_t here[PB_TERM_INLINE];
		uint8_t *there;
	} rows; /* differences from row to row, varints; the first from row -1 */
	uint8_t key_len;
};

struct pb_terms {
	struct pb_term *term;
	size_t count, cap;
	uint32_t *slot; /* 0: free, else number + 1 of a term */
	size_t slots;   /* a power of two */
	struct pb_buf keys;
	size_t postings; /* octets of all */
	uint64_t
	    seed; /* not known to who writes the messages, so that he can't choose keys that meet */
};

void pb_terms_init(struct pb_terms *terms, uint64_t seed);
void pb_terms_done(struct pb_terms *terms);

/* A term to be added. */
struct pb_terms_key {
	uint64_t hash; /* by pb_terms_near */
	uint8_t len;
	uint8_t octets[PB_TERM_KEY_MAX];
};

/*
 * Before they are added: what memory will be asked for where they are looked up is asked for of
 * all of them at once, since waiting for it is most of the work.
 */
void pb_terms_near(const struct pb_terms *terms, struct pb_terms_key *keys, size_t count);

/* The term stands in that row too; rows come in their order.  ret_new: it did not before.
 * PB_ELIMIT: there is no room for more (PB_LIMIT_INDEX_TERMS, _KEYS, _POSTINGS); PB_ENOMEM. */
enum pb_status pb_terms_add(struct pb_terms *terms, const struct pb_terms_key *key, uint32_t row,
    bool *ret_new) PB_MUST_CHECK;

/* A whole list, of a term that is not there yet.  PB_ECORRUPT: it is there; PB_ELIMIT, PB_ENOMEM.
 */
enum pb_status pb_terms_load(struct pb_terms *terms, const void *key, size_t key_len,
    const uint8_t *rows, size_t len, uint32_t last) PB_MUST_CHECK;

/* Take rows out: gone[row / 8] has bit row % 8. */
void pb_terms_forget(struct pb_terms *terms, const uint8_t *gone, size_t gone_len);

static inline const uint8_t *
pb_term_rows(const struct pb_term *term)
{
	return term->cap == 0 ? term->rows.here : term->rows.there;
}

/* The numbers of all terms in the order of their keys; free(). */
enum pb_status pb_terms_sorted(const struct pb_terms *terms, uint32_t **ret_order) PB_MUST_CHECK;

#endif
