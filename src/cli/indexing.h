/* What commands share of views and index: made behind an import, or before something is listed. */
#ifndef PB_CLI_INDEXING_H
#define PB_CLI_INDEXING_H

#include "archive/views.h"
#include "cli/options.h"

/*
 * Behind a writer: each segment that `archive` closes is indexed by threads while it goes on.
 * NULL: it can't be, which pb_indexing_end says; what is written is not touched by that.
 */
struct pb_views *pb_indexing_begin(struct pb_archive *archive, struct pb_error *err);

/*
 * The segment that is open too; waits until all is indexed, and says on stderr what is not and why.
 * views NULL: err is why.  Before the archive is closed.  True: it added records, of what messages
 * say of others.
 */
bool pb_indexing_end(struct pb_archive *archive, struct pb_views *take_views, struct pb_error *err);

/*
 * All that is missing, for an archive that is open with a reader key.  PB_OK also where messages
 * could not be viewed (that is said on stderr): a list says which.  anew: what is there is made
 * again.  progress: on a terminal, if it takes longer.
 */
enum pb_status pb_indexing_update(const struct pb_world *world, struct pb_archive *archive,
    bool anew, struct pb_views **ret_views, struct pb_error *err) PB_MUST_CHECK;

/* "188 of 200 messages indexed", and why not the rest; appended, one line or more. */
enum pb_status pb_indexing_standing(
    const struct pb_views_standing *standing, struct pb_buf *out) PB_MUST_CHECK;

/* Are all of them? */
bool pb_indexing_complete(const struct pb_views_standing *standing);

#endif
