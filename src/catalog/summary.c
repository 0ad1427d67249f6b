#include "catalog/summary.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"

static const char AAD[] = "probant/v1 summary"; /* its NUL is part of it */
static const char SEALING[] = N_("seal a summary");
static const char OPENING[] = N_("open a summary");

#define AAD_LEN (sizeof(AAD) + PB_DIGEST_LEN)
#define AROUND (PB_AEAD_NONCE_LEN + PB_AEAD_TAG_LEN)

struct pb_summarizer {
	struct pb_aead *aead;
	struct pb_expander *expander;
	struct pb_secret *key; /* of the summary at hand */
};

enum pb_status
pb_summarizer_new(struct pb_summarizer **ret_summarizer, struct pb_error *err)
{
	struct pb_summarizer *s = calloc(1, sizeof(*s));
	enum pb_status status;

	if (s == NULL)
		return pb_fail_memory(err, SEALING);
	status = pb_aead_new(&s->aead, err);
	if (status == PB_OK)
		status = pb_expander_new(&s->expander, err);
	if (status == PB_OK)
		status = pb_secret_new(PB_AEAD_KEY_LEN, &s->key, err);
	if (status != PB_OK) {
		pb_summarizer_free(s);
		return status;
	}
	*ret_summarizer = s;
	return PB_OK;
}

void
pb_summarizer_free(struct pb_summarizer *s)
{
	if (s == NULL)
		return;
	pb_aead_free(s->aead);
	pb_expander_free(s->expander);
	pb_secret_free(s->key);
	free(s);
}

/* FORMAT 1.1, 6.2: the record's summary key; the leaf's SHA3-256 binds the summary to it. */
static enum pb_status
start(struct pb_summarizer *s, struct pb_secret *r, const uint8_t leaf[PB_LEAF_LEN],
    const uint8_t nonce[PB_AEAD_NONCE_LEN], struct pb_error *err)
{
	static const char info[] = "probant/v1 summary";
	uint8_t aad[AAD_LEN];
	enum pb_status status;

	memcpy(aad, AAD, sizeof(AAD));
	pb_digest_sha3_256(leaf, PB_LEAF_LEN, aad + sizeof(AAD));
	status = pb_expander_derive(
	    s->expander, r, info, sizeof(info) - 1, pb_secret_bytes(s->key), err);
	if (status == PB_OK)
		status =
		    pb_aead_start(s->aead, pb_secret_bytes(s->key), nonce, aad, sizeof(aad), err);
	return status;
}

enum pb_status
pb_summary_seal(struct pb_summarizer *s, const struct pb_random *random, struct pb_secret *r,
    const uint8_t leaf[PB_LEAF_LEN], const void *row, size_t len, struct pb_buf *sealed,
    struct pb_error *err)
{
	uint8_t *out;
	enum pb_status status;
	int answer;

	if (len > PB_LIMIT_SUMMARY - AROUND)
		return pb_fail(err, PB_ELIMIT, SEALING, N_("it is too long"), "%zu bytes", len);
	if (pb_buf_reserve(sealed, len + AROUND) != PB_OK)
		return pb_fail_memory(err, SEALING);
	out = sealed->data + sealed->len;
	answer = random->fill(random->ctx, out, PB_AEAD_NONCE_LEN);
	if (answer < 0)
		return pb_fail_sys(err, answer, N_("draw random numbers"), "%s", "a summary");
	memcpy(out + PB_AEAD_NONCE_LEN, row, len);
	status = start(s, r, leaf, out, err);
	if (status == PB_OK)
		status = pb_aead_encrypt(s->aead, out + PB_AEAD_NONCE_LEN, len, err);
	if (status == PB_OK)
		status = pb_aead_tag(s->aead, out + PB_AEAD_NONCE_LEN + len, err);
	if (status == PB_OK)
		sealed->len += len + AROUND;
	else
		pb_wipe(out, len + AROUND);
	return status;
}

enum pb_status
pb_summary_open(struct pb_summarizer *s, struct pb_secret *r, const uint8_t leaf[PB_LEAF_LEN],
    const void *sealed, size_t len, struct pb_buf *row, struct pb_error *err)
{
	const uint8_t *in = sealed;
	size_t row_len = len - AROUND;
	enum pb_status status;
	bool right = false;
	uint8_t *out;

	if (len < AROUND || len > PB_LIMIT_SUMMARY)
		return pb_fail(err, PB_ECORRUPT, OPENING, N_("it has not the length of one"),
		    "%zu bytes", len);
	if (pb_buf_reserve(row, row_len) != PB_OK)
		return pb_fail_memory(err, OPENING);
	out = row->data + row->len;
	memcpy(out, in + PB_AEAD_NONCE_LEN, row_len);
	status = start(s, r, leaf, in, err);
	if (status == PB_OK)
		status = pb_aead_decrypt(s->aead, out, row_len, err);
	if (status == PB_OK)
		status = pb_aead_check(s->aead, in + len - PB_AEAD_TAG_LEN, &right, err);
	if (status == PB_OK && !right)
		status = pb_fail(err, PB_ECORRUPT, OPENING,
		    N_("it was not sealed for this record, or was changed since"), "%llu",
		    (unsigned long long)pb_get_u64(leaf + 8));
	if (status == PB_OK)
		row->len += row_len;
	else
		pb_wipe(out, row_len);
	return status;
}
