/*
 * The package as it is written: entries from front to back, SHA256SUMS beside them,
 * and the digest of the whole (FORMAT 5.3, 5.4).
 */
#ifndef PB_EXPORT_PACKAGE_H
#define PB_EXPORT_PACKAGE_H

#include "bundle/package.h"
#include "core/world.h"
#include "crypto/digest.h"
#include "crypto/ed25519.h"
#include "export/out.h"

struct pb_export_package;

/*
 * Into fd, from offset `base` on.  tmp: a directory for files without a name, since SHA256SUMS and
 * the central directory grow with the number of entries and memory does not.  Borrows all.
 */
enum pb_status pb_export_package_new(const struct pb_files *files, const char *tmp, int fd,
    const char *path, uint64_t base, const struct pb_export_wanted *wanted,
    struct pb_export_package **ret_package, struct pb_error *err) PB_MUST_CHECK;

/* An entry begins; what is promised of its bytes must be kept. */
enum pb_status pb_export_package_begin(struct pb_export_package *package,
    const struct pb_package_name *name, uint64_t len, uint32_t crc32,
    const uint8_t sha256[PB_DIGEST_LEN], struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_export_package_data(struct pb_export_package *package, const void *data,
    size_t len, struct pb_error *err) PB_MUST_CHECK;
/* Bytes of the entry that stand in the file already, where they belong. */
enum pb_status pb_export_package_present(struct pb_export_package *package, const void *data,
    size_t len, struct pb_error *err) PB_MUST_CHECK;
/* A whole small entry. */
enum pb_status pb_export_package_entry(struct pb_export_package *package,
    const struct pb_package_name *name, const void *data, size_t len,
    struct pb_error *err) PB_MUST_CHECK;

/* Offset of what comes next, in the package. */
uint64_t pb_export_package_offset(const struct pb_export_package *package);

/* A message.eml: of the first PB_DOSSIER_ROWS, ascending by seq, for the report; else NULL. */
struct pb_export_message {
	uint64_t seq;
	uint64_t len;
	uint8_t sha256[PB_DIGEST_LEN];
};
const struct pb_export_message *pb_export_package_message(
    const struct pb_export_package *package, uint64_t seq);

/*
 * SHA256SUMS, its note and the directory; all of it is in the file then, and nothing behind it.
 * It is not durable before the container, or the copy without room before it, is.
 */
enum pb_status pb_export_package_end(struct pb_export_package *package, const char *origin,
    const struct pb_ed25519 *key, struct pb_export_sums *ret_sums,
    struct pb_error *err) PB_MUST_CHECK;

void pb_export_package_free(struct pb_export_package *package); /* NULL is fine */

#endif
