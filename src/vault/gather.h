/*
 * The growing end of one file: what is put gathers in memory and goes out in
 * few large writes; a SHA-256 of the file runs along.
 *
 *     0 ....... end ....... written ....... written + gathered
 *       kept        in the file     in memory
 */
#ifndef PB_VAULT_GATHER_H
#define PB_VAULT_GATHER_H

#include "core/world.h"
#include "record/sealed.h"

struct pb_gather;

/* take_fd: open for reading and writing, holding `end` bytes; closed also on failure. */
enum pb_status pb_gather_new(const struct pb_files *files, const char *path, int take_fd,
    uint64_t end, struct pb_gather **ret_gather, struct pb_error *err) PB_MUST_CHECK;

uint64_t pb_gather_end(const struct pb_gather *gather);   /* kept */
uint64_t pb_gather_reach(const struct pb_gather *gather); /* end of all that was put */

/* Add bytes, or a whole sealed payload, streamed.  May write; on failure part of it was put. */
enum pb_status pb_gather_put(
    struct pb_gather *gather, const void *data, size_t len, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_gather_payload(
    struct pb_gather *gather, const struct pb_sealed *sealed, struct pb_error *err) PB_MUST_CHECK;

/* Write what is still in memory. */
enum pb_status pb_gather_flush(struct pb_gather *gather, struct pb_error *err) PB_MUST_CHECK;
/* Make what was written durable. */
enum pb_status pb_gather_sync(struct pb_gather *gather, struct pb_error *err) PB_MUST_CHECK;
/* All that was flushed is kept: the end moves. */
void pb_gather_keep(struct pb_gather *gather);

/* Back to the end, durably; nothing to do if nothing was put. */
enum pb_status pb_gather_undo(struct pb_gather *gather, struct pb_error *err) PB_MUST_CHECK;

/*
 * SHA-256 of the bytes up to the end, when nothing was put behind it.  Costs
 * nothing for what was put here; what was there before, and everything after an undo
 * of written bytes, is read from the file.
 */
enum pb_status pb_gather_sha256(
    struct pb_gather *gather, uint8_t out[PB_DIGEST_LEN], struct pb_error *err) PB_MUST_CHECK;

void pb_gather_free(struct pb_gather *gather); /* closes the file; NULL is fine */

#endif
