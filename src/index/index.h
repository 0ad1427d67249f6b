/* An open index, as the rest of the room sees it. */
#ifndef PB_INDEX_INDEX_H
#define PB_INDEX_INDEX_H

#include "index/shelf.h"
#include "index/shelves.h"
#include "index/table.h"
#include "index/unit.h"

struct pb_index {
	const struct pb_files *files; /* borrowed */
	int fd;
	char *origin, *stem;
	struct pb_unit_seal seal;
	struct pb_index_table table;
};

/* What the head and the root of a file say, held against each other and the file's length. */
struct pb_index_head {
	uint64_t first_seq;
	uint64_t count;
	uint64_t table_len; /* as sealed */
};

/* data: PB_INDEX_HEAD_LEN + PB_INDEX_ROOT_LEN octets, changed.  seal: origin, stem and key are
 * there, the rest is filled in.  PB_ECORRUPT, PB_EACCESS. */
enum pb_status pb_index_head(struct pb_unit_seal *seal, uint8_t *data, uint64_t file_len,
    struct pb_index_head *ret_head, struct pb_error *err) PB_MUST_CHECK;

/* A term of the index.  PB_EEND ends the walk, which then answers PB_OK. */
typedef enum pb_status pb_index_term_fn(void *arg, const struct pb_shelf_reader *term);

/* Every term from lo on and before hi, in order. */
enum pb_status pb_index_range(struct pb_index *index, const struct pb_buf *lo,
    const struct pb_buf *hi, pb_index_term_fn *each, void *arg, struct pb_error *err) PB_MUST_CHECK;

#endif
