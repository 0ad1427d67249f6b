/*
 * An export that was cut off goes on: what says which one it was, and the records that stand
 * whole in its file and need not be opened again.
 */
#ifndef PB_EXPORT_RESUME_H
#define PB_EXPORT_RESUME_H

#include "export/export.h"

/* The file beside a partial package. */
struct pb_export_state {
	uint64_t export_seq;
	uint64_t size;
	uint8_t selection[PB_DIGEST_LEN];
	bool unopened; /* there are records that do not open: they are looked for again */
};

/* PB_ENOENT: there is none.  PB_EDATA: it is not one. */
enum pb_status pb_export_state_read(const struct pb_files *files, const char *path,
    struct pb_export_state *ret_state, struct pb_error *err) PB_MUST_CHECK;
/* A new file, durable. */
enum pb_status pb_export_state_create(const struct pb_files *files, const char *path,
    const struct pb_export_state *state, struct pb_error *err) PB_MUST_CHECK;

/* SHA-256 over all that decides what a package holds. */
enum pb_status pb_export_selection(const struct pb_export_plan *plan,
    const struct pb_export_options *options, uint8_t out[PB_DIGEST_LEN],
    struct pb_error *err) PB_MUST_CHECK;

/*
 * If all entries of record seq stand whole where the package goes on, they become part of it as
 * they are: their bytes are read, not made.  *ret_present tells.  leaf: its leaf.bin must be this.
 */
enum pb_status pb_export_resume_record(struct pb_export *e, uint64_t seq,
    const uint8_t leaf[PB_LEAF_LEN], bool *ret_present, struct pb_error *err) PB_MUST_CHECK;

#endif
