/*
 * The segment keys that a reader can open: from a segment's own envelope, or as they were
 * handed over to him when he came later (FORMAT 1.5, `past`).
 */
#ifndef PB_ARCHIVE_KEYRING_H
#define PB_ARCHIVE_KEYRING_H

#include "core/world.h"
#include "crypto/reader.h"
#include "crypto/secret.h"
#include "vault/segment.h"

/* An entry of what is handed over: u64 first seq || the wrapped key. */
#define PB_HANDED_LEN 48

struct pb_keyring;

/* Borrows files and key, copies dir.  Nothing is read yet. */
enum pb_status pb_keyring_new(const struct pb_files *files, const char *dir,
    const struct pb_reader_key *key, struct pb_keyring **ret_keyring,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * PB_EACCESS: this reader can open the segment in neither way.  PB_ECORRUPT: he should,
 * and it does not open.
 */
enum pb_status pb_keyring_open(struct pb_keyring *keyring, const struct pb_segment_header *header,
    struct pb_secret **ret_key, struct pb_error *err) PB_MUST_CHECK;

void pb_keyring_free(struct pb_keyring *keyring); /* wipes; NULL is fine */

/* What a segment's first record hands over: the past key's envelope, and the entries. */
struct pb_handover {
	char id[2 * PB_READER_ID_MAX + 1]; /* to whom */
	uint64_t segments;
	struct pb_buf cms;
	struct pb_buf entries;
};

/*
 * The keys of every segment of the archive, for `reader`.  PB_EACCESS: the keyring's own
 * reader cannot open all of them.  PB_ELIMIT: more segments than one record can hold.
 */
enum pb_status pb_keyring_hand_over(struct pb_keyring *keyring, const struct pb_random *random,
    const struct pb_reader *reader, struct pb_handover *ret_handover,
    struct pb_error *err) PB_MUST_CHECK;
void pb_handover_done(struct pb_handover *handover);

#endif
