/*
 * The words of a text, folded (FORMAT 6.3): what an index is made of, and what a query asks for, by
 * the same rules.
 */
#ifndef PB_INDEX_WORDS_H
#define PB_INDEX_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "index/fold.h"

/* What is longer counts by its beginning, up to the last whole character. */
#define PB_WORD_MAX 80   /* octets of a word */
#define PB_WHOLE_MAX 240 /* of an address or identifier, whole */

/* One word; not NUL-terminated, borrowed for the call.  Anything but PB_OK ends the walk. */
typedef enum pb_status pb_word_fn(void *arg, const char *word, size_t len);

/* Every word in its order.  PB_ENOMEM, or what `each` answers. */
enum pb_status pb_words_each(
    struct pb_fold *fold, const void *text, size_t len, pb_word_fn *each, void *arg) PB_MUST_CHECK;

/*
 * What stands whole beside its words: addresses, "jean@cabinet.example" and its domain,
 * "@cabinet.example"; in a field of identifiers everything between blanks, without < and >.
 */
enum pb_status pb_words_whole(struct pb_fold *fold, const void *text, size_t len, bool identifiers,
    pb_word_fn *each, void *arg) PB_MUST_CHECK;

#endif
