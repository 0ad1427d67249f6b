#include <string.h>

#include "core/error.h"
#include "verify/state.h"

#define CHUNK (64 * 1024)

static enum pb_status
digest(const struct pb_payload *payload, struct pb_digest *sha256, uint8_t out[PB_DIGEST_LEN],
    struct pb_error *err)
{
	uint8_t chunk[CHUNK];
	enum pb_status status = PB_OK;

	for (uint64_t at = 0; status == PB_OK && at < payload->len; at += CHUNK) {
		uint64_t left = payload->len - at;
		size_t len = left < CHUNK ? (size_t)left : CHUNK;

		status = payload->read(payload->ctx, at, chunk, len, err);
		if (status == PB_OK)
			pb_digest_update(sha256, chunk, len);
	}
	pb_digest_final(sha256, out);
	return status;
}

enum pb_status
pb_verify_payload(struct pb_verify_state *state, const struct pb_source_item *item,
    const struct pb_leaf *leaf, bool *ret_right, struct pb_error *err)
{
	uint8_t computed[PB_DIGEST_LEN];
	enum pb_status status;

	pb_verification_looked(state->v, PB_CHECK_PAYLOAD);
	status = digest(&item->payload, state->sha256, computed, err);
	if (status != PB_OK && !pb_verify_unsound(status))
		return status;
	*ret_right = status == PB_OK && memcmp(computed, leaf->payload_sha256, PB_DIGEST_LEN) == 0;
	if (!*ret_right)
		pb_verify_find(state, item, PB_CHECK_PAYLOAD, PB_INVALID, leaf->seq,
		    "payload_sha256",
		    N_("What is stored of this record is not what the log states: it was "
		       "changed or damaged after it was kept."));
	return PB_OK;
}
