/* When the certificates that an archive depends on end: so that somebody hears of it before. */
#ifndef PB_ARCHIVE_ENDS_H
#define PB_ARCHIVE_ENDS_H

#include "core/world.h"
#include "crypto/reader.h"

enum pb_end_of {
	PB_END_TSA_ROOT,   /* of an authority's roots, the first that ends */
	PB_END_TSA_CLIENT, /* by which it knows us */
	PB_END_READER      /* ends nothing: the key opens what was sealed for it */
};

struct pb_end {
	enum pb_end_of of;
	char name[2 * PB_READER_ID_MAX + 1]; /* the authority's; the reader's id */
	int64_t ends_s;
};

struct pb_ends {
	struct pb_end *end; /* owned */
	size_t count;
};

/* Of certificates that have an end and can be read: a client's may be another user's.  No lock is
 * needed.  PB_ECORRUPT: the archive is damaged. */
enum pb_status pb_ends_read(const struct pb_files *files, const char *dir, struct pb_ends *ret_ends,
    struct pb_error *err) PB_MUST_CHECK;
void pb_ends_done(struct pb_ends *ends);

#endif
