/*
 * What a record says, read from its sealed summary (FORMAT 6.2) by who has its segment's key: since
 * he writes or wrote it, or by the archive's reader key.  Needs no child program.
 */
#ifndef PB_ARCHIVE_SAID_H
#define PB_ARCHIVE_SAID_H

#include "archive/archive.h"
#include "catalog/catalog.h"
#include "core/json.h"

struct pb_said;

/* A segment that this process wrote and has closed since, and its key. */
struct pb_said_closed {
	const char *stem;
	struct pb_secret *key;
};

/* Borrows all; closed NULL: there is none. */
enum pb_status pb_said_new(const struct pb_archive *archive, struct pb_catalog *catalog,
    const struct pb_said_closed *closed, struct pb_said **ret_said,
    struct pb_error *err) PB_MUST_CHECK;
void pb_said_free(struct pb_said *said); /* wipes; NULL is fine */

/*
 * The row of record seq; borrowed until the next call.  PB_ENOENT: its secret was destroyed, or it
 * has no summary; PB_EACCESS: nobody here has the key, nor of any record of *ret_segment, the
 * segment that it stands in; PB_ECORRUPT: the catalog is not what it was.
 */
enum pb_status pb_said_row(struct pb_said *said, uint64_t seq, struct pb_leaf *ret_leaf,
    const struct pb_json **ret_row, struct pb_catalog_segment *ret_segment,
    struct pb_error *err) PB_MUST_CHECK;

/* The first record that may be within reach.  UINT64_MAX: none is. */
uint64_t pb_said_reach(const struct pb_said *said);

/* The leaf of record seq alone, for which no key is needed. */
enum pb_status pb_said_leaf(struct pb_said *said, uint64_t seq, struct pb_leaf *ret_leaf,
    struct pb_error *err) PB_MUST_CHECK;

#endif
