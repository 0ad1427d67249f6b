/*
 * An opened record as the entries of a package (FORMAT 5.3): what of it is disclosed, with
 * its salts, and p_i of what is not.
 */
#ifndef PB_EXPORT_RECORD_H
#define PB_EXPORT_RECORD_H

#include "bundle/package.h"
#include "export/select.h"
#include "record/leaf.h"
#include "record/opened.h"
#include "record/opening.h"

/* An entry whose bytes are parts of the record. */
struct pb_export_entry {
	struct pb_package_name name;
	uint8_t part; /* of message.eml: not used */
	uint64_t len;
	uint32_t crc32;
	uint8_t sha256[PB_DIGEST_LEN];
	size_t at; /* in `bytes`, if they are kept; of message.eml in `message` */
};

struct pb_export_record {
	uint64_t seq;
	struct pb_opening opening;
	struct pb_export_entry entry[PB_LIMIT_PARTS];
	size_t entry_count;
	bool kept;             /* the bytes of the entries are here */
	struct pb_buf message; /* of message.eml */
	struct pb_buf bytes;   /* of the others */
	struct pb_buf json;    /* opening.json */
	uint32_t json_crc32;
	uint8_t json_sha256[PB_DIGEST_LEN];
};

#define PB_EXPORT_RECORD_EMPTY ((struct pb_export_record){ .seq = 0 })
void pb_export_record_done(struct pb_export_record *record); /* wipes */

/* What one thread needs, used again from record to record.  Zeros before. */
struct pb_export_tools {
	struct pb_expander *expander;
	struct pb_digest *part;    /* H2 of the part that passes */
	struct pb_digest *message; /* SHA-256 of kinds 1 and 2 */
};

enum pb_status pb_export_tools_init(
    struct pb_export_tools *tools, struct pb_error *err) PB_MUST_CHECK;
void pb_export_tools_done(struct pb_export_tools *tools);

/* Bytes of all parts: what is kept takes no more. */
uint64_t pb_export_record_len(const struct pb_opened *opened);

/*
 * One pass over the record: held against its leaf, and its entries prepared.  r: its
 * secret.  digests: of its parts, or NULL; then they are computed as it passes.  elsewhere: parts
 * of kind 4 stand in stamps/.  keep: keep the bytes. PB_ECORRUPT: it is not what its leaf commits
 * to.  `record` is used again.
 */
enum pb_status pb_export_record_make(struct pb_export_tools *tools, const struct pb_leaf *leaf,
    struct pb_opened *opened, struct pb_secret *r, const struct pb_opened_digests *digests,
    const struct pb_export_choice *choice, bool elsewhere, bool keep,
    struct pb_export_record *record, struct pb_error *err) PB_MUST_CHECK;

/* The bytes of an entry, from a record that is open, whose bytes were not kept. */
struct pb_export_flow {
	void *ctx;
	enum pb_status (*write)(void *ctx, const void *data, size_t len, struct pb_error *err);
};
enum pb_status pb_export_record_stream(struct pb_opened *opened,
    const struct pb_export_entry *entry, const struct pb_export_flow *flow,
    struct pb_error *err) PB_MUST_CHECK;

#endif
