/*
 * The headers of a ZIP as FORMAT 5.1 prescribes them: what the writer writes and the
 * reader compares with.  Internal to the room.
 */
#ifndef PB_BUNDLE_ZIP_FORMAT_H
#define PB_BUNDLE_ZIP_FORMAT_H

#include "bundle/zip.h"

#define PB_ZIP_LOCAL_MAX (30 + PB_ZIP_NAME_MAX + 20)
#define PB_ZIP_CENTRAL_FIXED 46
#define PB_ZIP_CENTRAL_MAX (PB_ZIP_CENTRAL_FIXED + PB_ZIP_NAME_MAX + 28)
#define PB_ZIP_END_LEN 22
#define PB_ZIP_END64_LEN (56 + 20 + PB_ZIP_END_LEN)

/* What the end records state. */
struct pb_zip_end {
	uint64_t count;         /* entries */
	uint64_t directory;     /* offset of the central directory */
	uint64_t directory_len; /* bytes */
};

/* Each answers the length of what it wrote.  entry->data is not asked. */
size_t pb_zip_local_encode(const struct pb_zip_entry *entry, uint8_t out[PB_ZIP_LOCAL_MAX]);
size_t pb_zip_central_encode(const struct pb_zip_entry *entry, uint8_t out[PB_ZIP_CENTRAL_MAX]);
/* The end records, all that stands behind the central directory. */
size_t pb_zip_end_encode(const struct pb_zip_end *end, uint8_t out[PB_ZIP_END64_LEN]);

/*
 * What the fixed part of a central header says of its length: name and extra field.
 * For the reader, who has yet to compare.
 */
size_t pb_zip_central_len(const uint8_t fixed[PB_ZIP_CENTRAL_FIXED]);
/*
 * Name, length and CRC of a central header of `len` octets, len = pb_zip_central_len.
 * The offset is not read: it is prescribed.  False: no name, or no such length.
 */
bool pb_zip_central_decode(const uint8_t *header, size_t len, struct pb_zip_entry *ret_entry);

/*
 * What the last octets of a ZIP say: PB_ZIP_END64_LEN of them if the last PB_ZIP_END_LEN
 * ask for it (pb_zip_end_wants64), else those.  Nothing is checked.
 */
bool pb_zip_end_wants64(const uint8_t last[PB_ZIP_END_LEN]);
void pb_zip_end_decode(const uint8_t last[PB_ZIP_END_LEN], struct pb_zip_end *ret_end);
void pb_zip_end64_decode(const uint8_t last[PB_ZIP_END64_LEN], struct pb_zip_end *ret_end);

#endif
