/*
 * Any octets as range-proof, leaf.tlog-proof and consistency file: what is accepted has one
 * encoding, which is the input; and no proof of invented hashes leads anywhere.
 */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "crypto/crypto.h"
#include "fuzz/fuzz.h"
#include "log/range.h"
#include "log/tlog_proof.h"

#define LEAVES 300 /* of a range that is walked */

static bool
same(const struct pb_buf *buf, const uint8_t *data, size_t len)
{
	return buf->len == len && (len == 0 || memcmp(buf->data, data, len) == 0);
}

static void
range(const uint8_t *data, size_t len)
{
	static const uint8_t leaf[PB_DIGEST_LEN] = { 1 };
	struct pb_range_proof *proof = malloc(sizeof(*proof));
	struct pb_buf again = PB_BUF_EMPTY;
	uint8_t root[PB_DIGEST_LEN];
	struct pb_range_walk walk;
	struct pb_error err;

	pb_assert(proof != NULL);
	if (pb_range_decode(data, len, proof, &err) == PB_OK) {
		pb_assert(pb_range_encode(proof, &again) == PB_OK && same(&again, data, len));
		pb_assert(proof->first <= proof->last && proof->last < proof->size);
		if (proof->last - proof->first < LEAVES) {
			pb_range_begin(&walk, proof);
			for (uint64_t i = proof->first; i <= proof->last; i++) {
				pb_range_add(&walk, leaf);
				pb_range_root_here(&walk, root);
			}
			pb_range_end(&walk, root);
		}
	}
	pb_buf_done(&again);
	free(proof);
}

static void
inclusion(const uint8_t *data, size_t len)
{
	static const uint8_t leaf[PB_DIGEST_LEN] = { 0 }, root[PB_DIGEST_LEN] = { 1 };
	struct pb_tlog_proof *proof = malloc(sizeof(*proof));
	struct pb_buf again = PB_BUF_EMPTY;
	struct pb_error err;

	pb_assert(proof != NULL);
	if (pb_tlog_proof_decode(data, len, proof, &err) == PB_OK) {
		pb_assert(pb_tlog_proof_encode(proof, &again) == PB_OK && same(&again, data, len));
		pb_assert(!pb_tree_check_inclusion(
		    leaf, proof->index, proof->index + 1, proof->hash[0], proof->count, root));
	}
	pb_buf_done(&again);
	free(proof);
}

static void
consistency(const uint8_t *data, size_t len)
{
	uint8_t *proof = malloc((size_t)PB_PROOF_MAX * PB_DIGEST_LEN);
	struct pb_buf again = PB_BUF_EMPTY;
	struct pb_error err;
	size_t count;

	pb_assert(proof != NULL);
	if (pb_consistency_decode(data, len, proof, &count, &err) == PB_OK)
		pb_assert(pb_consistency_encode(proof, count, &again) == PB_OK &&
			  same(&again, data, len));
	pb_buf_done(&again);
	free(proof);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	pb_assert(pb_crypto_init(NULL) == PB_OK);
	range(data, len);
	inclusion(data, len);
	consistency(data, len);
	return 0;
}
