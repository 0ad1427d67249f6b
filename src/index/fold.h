/*
 * Letters without accents and case (FORMAT 6.3): what one character becomes in a word of the index.
 */
#ifndef PB_INDEX_FOLD_H
#define PB_INDEX_FOLD_H

#include <stdint.h>

#include "probant/status.h"

enum pb_fold_kind {
	PB_FOLD_BREAK = 1, /* stands between words */
	PB_FOLD_NOTHING,   /* stands in a word and does not count: an accent, a soft hyphen */
	PB_FOLD_LETTERS,   /* text: of a word.  A blank in it parts words */
	PB_FOLD_ALONE      /* text: a word by itself: scripts written without blanks */
};

/* The longest decomposition in Unicode (U+FDFA) has 18 characters of two octets. */
#define PB_FOLDED_MAX 40

struct pb_folded {
	uint32_t code;
	uint8_t kind;
	uint8_t len;
	char text[PB_FOLDED_MAX];
};

/* Remembers what it worked out.  One thread at a time. */
struct pb_fold;

enum pb_status pb_fold_new(struct pb_fold **ret_fold, struct pb_error *err) PB_MUST_CHECK;
void pb_fold_free(struct pb_fold *fold);

/* Of one code point; borrowed until the next call.  NULL: no memory. */
const struct pb_folded *pb_fold(struct pb_fold *fold, uint32_t code);

/* Of one of ASCII: the octet that it becomes; 0: it stands between words. */
char pb_fold_ascii(uint8_t octet);

#endif
