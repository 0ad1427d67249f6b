/*
 * A file of an export as it grows from front to back, and the sums of it, which a thread of their
 * own makes while the file is written: hashing takes as long as all the rest of writing.
 */
#ifndef PB_EXPORT_OUT_H
#define PB_EXPORT_OUT_H

#include "core/world.h"
#include "export/logged.h"
#include "stamp/token.h"

struct pb_export_sums {
	struct pb_export_file file;
	/* As far as they were wanted. */
	uint32_t crc32;
	uint8_t imprint[3][64]; /* by enum pb_stamp_hash */
};

/* Which sums beside SHA-256. */
struct pb_export_wanted {
	bool crc32;
	bool hash[3]; /* by enum pb_stamp_hash */
};

struct pb_export_out;

/* Into fd, from offset `base` on.  Borrows files and path, which names the file in errors. */
enum pb_status pb_export_out_new(const struct pb_files *files, int fd, const char *path,
    uint64_t base, const struct pb_export_wanted *wanted, struct pb_export_out **ret_out,
    struct pb_error *err) PB_MUST_CHECK;

/* What comes next.  present: it stands in the file already, where it belongs. */
enum pb_status pb_export_out_write(struct pb_export_out *out, const void *data, size_t len,
    bool present, struct pb_error *err) PB_MUST_CHECK;

/*
 * Where what comes next is kept, *ret_len > 0 bytes: who reads it to this place, and then hands
 * over this place as `data`, spares a copy.
 */
uint8_t *pb_export_out_room(struct pb_export_out *out, size_t *ret_len);

/* All of it is in the file, not durable yet; nothing is written then. */
enum pb_status pb_export_out_end(
    struct pb_export_out *out, struct pb_export_sums *ret_sums, struct pb_error *err) PB_MUST_CHECK;

void pb_export_out_free(struct pb_export_out *out); /* NULL is fine */

#endif
