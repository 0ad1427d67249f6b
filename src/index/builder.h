/* An index as it is made, as the files of this room see it. */
#ifndef PB_INDEX_BUILDER_H
#define PB_INDEX_BUILDER_H

#include "index/shelves.h"
#include "index/terms.h"
#include "index/words.h"

/* Words that wait to be added together. */
#define PB_BUILDER_WAITING 32

struct pb_index_builder {
	char *origin, *stem;
	uint64_t first_seq;
	struct pb_index_row *row;
	uint64_t rows;
	uint64_t room; /* of row */
	struct pb_terms terms;
	struct pb_fold *fold;
	size_t words;  /* of the row given last */
	uint8_t field; /* while a text is read */
	size_t waiting;
	struct pb_terms_key key[PB_BUILDER_WAITING];
};

/* One more row, of any kind.  PB_ELIMIT, PB_ENOMEM. */
enum pb_status pb_index_builder_append_row(struct pb_index_builder *builder,
    const struct pb_index_row *row, struct pb_error *err) PB_MUST_CHECK;

#endif
