/*
 * Packing: the octets of a record become a stored payload (FORMAT 3.4).
 *
 *     octets -> one zstd frame -> AES-256-GCM -> memory, or a file without a name
 *
 * The frame has no checksum of its own: GCM's tag says more.
 */
#ifndef PB_RECORD_PACK_H
#define PB_RECORD_PACK_H

#include "record/sealed.h"

struct pb_pack;

/* As pb_sealer_new has it. */
enum pb_status pb_pack_new(const struct pb_files *files, const char *origin, const char *spill_dir,
    int level, struct pb_pack **ret_pack, struct pb_error *err) PB_MUST_CHECK;

/*
 * The whole payload of the record whose secret is r, which has these octets; handed over as by
 * pb_pack_finish, but what is in memory (fd -1) without payload_sha256: the caller computes that
 * of several side by side.  zstd chooses its tables for the number of octets.
 */
enum pb_status pb_pack_whole(struct pb_pack *pack, struct pb_secret *r, const void *data,
    size_t len, struct pb_sealed *ret_sealed, struct pb_error *err) PB_MUST_CHECK;

/* For octets that come in pieces.  Begin the payload of the record whose secret is r.  One that was
 * begun is dropped. */
enum pb_status pb_pack_start(
    struct pb_pack *pack, struct pb_secret *r, struct pb_error *err) PB_MUST_CHECK;

enum pb_status pb_pack_write(
    struct pb_pack *pack, const void *data, size_t len, struct pb_error *err) PB_MUST_CHECK;

/*
 * End the payload, and hand it over: payload_sha256, payload_len, memory,
 * files and fd of ret_sealed.  Untouched on failure.
 */
enum pb_status pb_pack_finish(
    struct pb_pack *pack, struct pb_sealed *ret_sealed, struct pb_error *err) PB_MUST_CHECK;

/* Release what was begun. */
void pb_pack_drop(struct pb_pack *pack);

void pb_pack_free(struct pb_pack *pack);

#endif
