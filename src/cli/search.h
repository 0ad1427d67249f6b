/* A search as `find` sees it: the archive with its access record, its indexes brought up to date.
 */
#ifndef PB_CLI_SEARCH_H
#define PB_CLI_SEARCH_H

#include "cli/access.h"
#include "cli/indexing.h"
#include "core/json.h"
#include "find/find.h"

struct pb_search {
	const struct pb_world *world;
	const struct pb_options *options;
	enum pb_find_sort sort;
	bool reverse;
	uint64_t offset, limit;
	bool json;
	struct pb_access access;
	struct pb_views *views;
	struct pb_find *find;
	char program[PB_LIMIT_PATH];
};

/* Options into the first members; false: an error was printed. */
bool pb_search_options(
    const struct pb_world *world, const struct pb_options *options, struct pb_search *ret_search);

/* The access record, then the indexes.  Afterwards pb_search_close, also on failure. */
enum pb_status pb_search_open(struct pb_search *search, const struct pb_access_queries *queries,
    struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_search_close(struct pb_search *search, struct pb_error *err);

/* "indexed", "messages", and "left_out" if anything is, as members. */
void pb_search_standing_json(const struct pb_find_standing *standing, struct pb_json_writer *w);

/* The same in lines for a person; appended. */
enum pb_status pb_search_standing(
    const struct pb_find_standing *standing, struct pb_buf *out) PB_MUST_CHECK;

/* --batch: queries from standard input. */
enum pb_status pb_search_batch(struct pb_search *search, struct pb_error *err) PB_MUST_CHECK;

#endif
