/* A segment's name, header and frames, encoded and decoded (FORMAT 3). */
#ifndef PB_VAULT_SEGMENT_H
#define PB_VAULT_SEGMENT_H

#include <stdbool.h>

#include "core/buf.h"
#include "core/limits.h"
#include "record/leaf.h"

#define PB_SEGMENT_ID_LEN 8
#define PB_SEGMENT_NAME_LEN 33 /* <16 hex>-<16 hex>, without suffix and NUL */
#define PB_FRAME_HEAD_LEN 9    /* u8 tag || u64 length */
#define PB_SLOT_LEN 48

enum pb_frame_tag { PB_FRAME_SEALED = 'R', PB_FRAME_OPEN = 'P', PB_FRAME_CHECKPOINT = 'C' };

struct pb_segment_header {
	char origin[PB_LIMIT_ORIGIN + 1];
	uint8_t id[PB_SEGMENT_ID_LEN];
	uint64_t first_seq;
	uint64_t created_s;
	struct pb_buf cms; /* DER; owned */
};

/* "<first seq>-<id>" into out, NUL-terminated: the stem of .seg, .key and .idx. */
void pb_segment_name(
    uint64_t first_seq, const uint8_t id[PB_SEGMENT_ID_LEN], char out[PB_SEGMENT_NAME_LEN + 1]);
/* From a file name with that suffix; false unless canonical. */
bool pb_segment_name_parse(const char *file, const char *suffix, uint64_t *ret_first_seq,
    uint8_t ret_id[PB_SEGMENT_ID_LEN]);

/* <dir>/<folder>/<name><suffix>: the path of one of its files.  Freed with free(); NULL if there
 * is no memory. */
char *pb_segment_path(const char *dir, const char *folder, const char *name, const char *suffix);

/* The JSON header alone, appended to buf: what its H2 is over. */
enum pb_status pb_segment_header_encode(
    const struct pb_segment_header *header, struct pb_buf *buf) PB_MUST_CHECK;
/* PB_ECORRUPT: not such a header, or members beyond those. */
enum pb_status pb_segment_header_decode(const void *json, size_t len,
    struct pb_segment_header *ret_header, struct pb_error *err) PB_MUST_CHECK;
void pb_segment_header_done(struct pb_segment_header *header);

/* "PBSEGMT1" || u32 length || json, appended to buf.  PB_ELIMIT: no header is so long, or empty. */
enum pb_status pb_segment_prefix(const void *json, size_t len, struct pb_buf *buf) PB_MUST_CHECK;

#define PB_SEGMENT_PREFIX_LEN 12 /* magic and length */
/* The JSON's length from the first 12 bytes; false if they are not a segment's. */
bool pb_segment_prefix_parse(const uint8_t prefix[PB_SEGMENT_PREFIX_LEN], uint32_t *ret_len);

#endif
