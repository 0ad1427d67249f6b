/* An entry of a package, read from front to back and held against its CRC and SHA256SUMS. */
#ifndef PB_VERIFY_BUNDLE_ENTRY_H
#define PB_VERIFY_BUNDLE_ENTRY_H

#include "bundle/package.h"
#include "bundle/zip.h"
#include "crypto/digest.h"
#include "crypto/lanes.h"
#include "log/tlog_proof.h"
#include "record/opening.h"

/* Octets are read in steps of this. */
#define PB_BUNDLE_CHUNK (256 * 1024)

/* Where it stands, and what SHA256SUMS says of it. */
struct pb_bundle_entry {
	struct pb_package_name name;
	uint64_t len;
	uint64_t data; /* offset in the package */
	uint32_t crc32;
	bool listed; /* sha256 is known */
	bool passed; /* its octets were read and held against both */
	bool crc_wrong, sha256_wrong;
	uint8_t sha256[PB_DIGEST_LEN];
};

/* What one thread needs to look, used again from record to record. */
struct pb_bundle_tools {
	uint8_t *chunk; /* PB_BUNDLE_CHUNK */
	struct pb_digest *h2;
	struct pb_digest *sha256;
	struct pb_lanes lanes;
	struct pb_opening *opening;
	struct pb_tlog_proof *proof;
	struct pb_buf text;
};

enum pb_status pb_bundle_tools_init(
    struct pb_bundle_tools *tools, struct pb_error *err) PB_MUST_CHECK;
void pb_bundle_tools_done(struct pb_bundle_tools *tools);

/* An entry as it passes. */
struct pb_bundle_pass {
	struct pb_bundle_tools *tools;
	const struct pb_zip_bytes *bytes;
	struct pb_bundle_entry *entry;
	struct pb_digest *whole; /* fed with all of it; or NULL */
	uint64_t at;
	uint32_t crc32;
};

void pb_bundle_pass_begin(struct pb_bundle_pass *pass, struct pb_bundle_tools *tools,
    const struct pb_zip_bytes *bytes, struct pb_bundle_entry *entry, struct pb_digest *whole);
uint64_t pb_bundle_pass_left(const struct pb_bundle_pass *pass);
/* The next len octets, or all that are left if they are fewer, into digest and copy, if any. */
enum pb_status pb_bundle_pass_read(struct pb_bundle_pass *pass, uint64_t len,
    struct pb_digest *digest, struct pb_buf *copy, struct pb_error *err) PB_MUST_CHECK;
/* All of it has passed; its SHA-256 was computed on the way. */
void pb_bundle_pass_end(struct pb_bundle_pass *pass, const uint8_t sha256[PB_DIGEST_LEN]);

/* All of it, looked at for nothing else. */
enum pb_status pb_bundle_entry_check(struct pb_bundle_tools *tools,
    const struct pb_zip_bytes *bytes, struct pb_bundle_entry *entry,
    struct pb_error *err) PB_MUST_CHECK;
/* The same, into tools->text; *ret_too_long: it has more than max octets, and was not read. */
enum pb_status pb_bundle_entry_text(struct pb_bundle_tools *tools, const struct pb_zip_bytes *bytes,
    struct pb_bundle_entry *entry, size_t max, bool *ret_too_long,
    struct pb_error *err) PB_MUST_CHECK;

#endif
