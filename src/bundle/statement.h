/* manifest.json and closed.json: what an exporter states (FORMAT 5.3). */
#ifndef PB_BUNDLE_STATEMENT_H
#define PB_BUNDLE_STATEMENT_H

#include <stdbool.h>

#include "core/buf.h"
#include "core/limits.h"

enum pb_disclosure {
	PB_DISCLOSE_NONE,
	PB_DISCLOSE_FACTS,
	PB_DISCLOSE_HEADERS,
	PB_DISCLOSE_ALL,
	PB_DISCLOSE_PARTS
};
const char *pb_disclosure_name(enum pb_disclosure what); /* "facts"... */

struct pb_disclosed_run {
	uint64_t first;
	uint64_t last;
	enum pb_disclosure what;
};

struct pb_manifest {
	char case_name[65];
	struct pb_buf recipient; /* octets; empty: absent */
	char origin[PB_LIMIT_ORIGIN + 1];
	uint64_t first;
	uint64_t last;
	uint64_t size;
	struct pb_disclosed_run *run; /* owned; ascending, maximal */
	size_t run_count;
	char software[65];
};

#define PB_MANIFEST_EMPTY ((struct pb_manifest){ 0 })

enum pb_status pb_manifest_encode(
    const struct pb_manifest *manifest, struct pb_buf *json) PB_MUST_CHECK;
/* PB_EDATA: not one (its encoding is not compared: an exporter may be of another version);
 * PB_EUNAVAIL: another format than 1. */
enum pb_status pb_manifest_decode(const void *json, size_t len, struct pb_manifest *ret_manifest,
    struct pb_error *err) PB_MUST_CHECK;
void pb_manifest_done(struct pb_manifest *manifest);

struct pb_closed_run {
	uint64_t first;
	uint64_t last;
	bool destroyed; /* else "query" */
	uint64_t by;    /* destroyed */
};

enum pb_status pb_closed_encode(
    const struct pb_closed_run *run, size_t count, struct pb_buf *json) PB_MUST_CHECK;
/* PB_EDATA: not one, or its runs are not ascending and maximal.  ret_run: free(). */
enum pb_status pb_closed_decode(const void *json, size_t len, struct pb_closed_run **ret_run,
    size_t *ret_count, struct pb_error *err) PB_MUST_CHECK;

#endif
