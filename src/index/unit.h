/*
 * The sealed units of an index file (FORMAT 6.3): root, table, shelves, padding, each under the
 * file's key with its own nonce.
 */
#ifndef PB_INDEX_UNIT_H
#define PB_INDEX_UNIT_H

#include "core/buf.h"
#include "crypto/aead.h"
#include "crypto/secret.h"

#define PB_INDEX_MAGIC "PBINDEX1"
#define PB_INDEX_HEAD_LEN 32 /* magic, first_seq, count, check of the key */
#define PB_INDEX_ROOT_LEN (16 + PB_AEAD_TAG_LEN)
#define PB_INDEX_CHECK_LEN 8

/* The numbers of the units; shelf i is PB_UNIT_SHELF + i. */
#define PB_UNIT_ROOT 0
#define PB_UNIT_TABLE 1
#define PB_UNIT_SHELF 2
#define PB_UNIT_PADDING UINT64_MAX

/* What is bound to every unit, and what it is sealed with.  All borrowed. */
struct pb_unit_seal {
	const char *origin;
	const char *stem;
	uint64_t first_seq;
	uint64_t count;
	struct pb_secret *key;
};

/* PB_EINVAL if it has not 32 octets. */
enum pb_status pb_unit_key_fits(const struct pb_secret *key, struct pb_error *err) PB_MUST_CHECK;

/* Of a key, so that another one is told from damage. */
void pb_unit_key_check(struct pb_secret *key, uint8_t out[PB_INDEX_CHECK_LEN]);

/* Append ciphertext and tag. */
enum pb_status pb_unit_seal(const struct pb_unit_seal *seal, uint64_t number, const void *plain,
    size_t len, struct pb_buf *out, struct pb_error *err) PB_MUST_CHECK;

/* In place; the last PB_AEAD_TAG_LEN octets are the tag.  PB_ECORRUPT. */
enum pb_status pb_unit_unseal(const struct pb_unit_seal *seal, uint64_t number, uint8_t *data,
    size_t len, struct pb_error *err) PB_MUST_CHECK;

/* The same with one zstd frame inside; pb_unit_open appends what it holds. */
enum pb_status pb_unit_close(const struct pb_unit_seal *seal, uint64_t number, const void *plain,
    size_t len, struct pb_buf *out, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_unit_open(const struct pb_unit_seal *seal, uint64_t number, uint8_t *data,
    size_t len, struct pb_buf *out, struct pb_error *err) PB_MUST_CHECK;

/* How long a file is that holds `used` octets and the tag of its padding. */
uint64_t pb_unit_padded(uint64_t used);

enum pb_status pb_unit_damaged(const char *stem, struct pb_error *err);

#endif
