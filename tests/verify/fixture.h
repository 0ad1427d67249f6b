/* What the tests of this room share: a log to be tampered with, read, verified, and judged. */
#ifndef PB_TEST_VERIFY_FIXTURE_H
#define PB_TEST_VERIFY_FIXTURE_H

#include "memory_log.h"
#include "verify/log.h"

/* ---- tampering ------------------------------------------------------------------------------ */

static inline void
log_remove(struct memory_log *log, size_t index)
{
	pb_buf_done(&log->item[index].payload);
	pb_buf_done(&log->item[index].bytes);
	memmove(&log->item[index], &log->item[index + 1],
	    (log->count - index - 1) * sizeof(log->item[0]));
	log->count--;
}

static inline void
log_swap(struct memory_log *log, size_t a, size_t b)
{
	struct item item = log->item[a];

	log->item[a] = log->item[b];
	log->item[b] = item;
}

/* The item once more, behind itself. */
static inline void
log_double(struct memory_log *log, size_t index)
{
	struct item *item = &log->item[index];

	memmove(item + 1, item, (log->count - index) * sizeof(*item));
	log->count++;
	item[1].payload = item[1].bytes = PB_BUF_EMPTY;
	if (item->payload.len > 0)
		assert_int_equal(
		    pb_buf_append(&item[1].payload, item->payload.data, item->payload.len), PB_OK);
	if (item->bytes.len > 0)
		assert_int_equal(
		    pb_buf_append(&item[1].bytes, item->bytes.data, item->bytes.len), PB_OK);
}

/* ---- the source ----------------------------------------------------------------------------- */

static inline enum pb_status
read_payload(void *ctx, uint64_t offset, void *to, size_t len, struct pb_error *err)
{
	const struct pb_buf *payload = ctx;

	(void)err;
	if (offset > payload->len || len > payload->len - offset)
		return PB_ECORRUPT;
	memcpy(to, payload->data + offset, len);
	return PB_OK;
}

static inline enum pb_status
next_item(void *ctx, struct pb_source_item *ret_item, struct pb_error *err)
{
	struct memory_log *log = ctx;
	struct item *item = &log->item[log->at];

	pb_secret_free(log->at_r);
	log->at_r = NULL;
	if (log->fail != PB_OK && log->at == log->fail_at)
		return log->fail;
	if (log->at == log->count)
		return PB_EEND;
	log->at++;
	*ret_item = (struct pb_source_item){ .kind = item->kind,
		.segment = item->segment,
		.offset = item->offset,
		.open = item->open,
		.bytes = item->bytes.data,
		.len = item->bytes.len,
		.check = PB_CHECK_FILES,
		.code = "test_damage",
		.text = "This cannot be read." };
	memcpy(ret_item->leaf, item->leaf, sizeof(item->leaf));
	ret_item->payload = (struct pb_payload){ &item->payload, item->payload.len, read_payload };
	if (item->has_r) {
		enum pb_status status = pb_secret_new(sizeof(item->r), &log->at_r, err);

		if (status != PB_OK)
			return status;
		memcpy(pb_secret_bytes(log->at_r), item->r, sizeof(item->r));
		ret_item->r = log->at_r;
	}
	if (item->has_previous) {
		ret_item->previous = item->previous;
		ret_item->previous_len = PREVIOUS_LEN;
		memset(ret_item->previous_sha256, PREVIOUS_BYTE, PB_DIGEST_LEN);
	}
	return PB_OK;
}

/* ---- verifying ------------------------------------------------------------------------------ */

/* A trust file for the log of that origin and key, with a witness that it asks for or not. */
static inline struct pb_trust *
trust_of(const char *origin, uint8_t key_seed, bool witness)
{
	struct pb_ed25519 *log_key = make_key((uint8_t)(1 + key_seed));
	struct pb_ed25519 *witness_key = make_key(WITNESS_SEED);
	struct pb_note_verifier log = verifier_of(origin, PB_NOTE_ED25519, log_key);
	struct pb_note_verifier other = verifier_of(WITNESS, PB_NOTE_COSIGNATURE, witness_key);
	struct pb_buf text = PB_BUF_EMPTY;
	struct pb_trust *trust = NULL;

	assert_int_equal(pb_buf_append_text(&text, "log "), PB_OK);
	assert_int_equal(pb_note_verifier_format(&log, &text), PB_OK);
	assert_int_equal(pb_buf_append_text(&text, "\nwitness w "), PB_OK);
	assert_int_equal(pb_note_verifier_format(&other, &text), PB_OK);
	assert_int_equal(
	    pb_buf_append_text(&text, witness ? "\nquorum w\n" : "\nquorum none\n"), PB_OK);
	assert_int_equal(pb_trust_parse(text.data, text.len, &trust, NULL), PB_OK);
	pb_ed25519_free(log_key);
	pb_ed25519_free(witness_key);
	pb_buf_done(&text);
	return trust;
}

static inline struct pb_verification *
verify_with(struct memory_log *log, const struct pb_verify_log_options *options)
{
	struct pb_source source = { log, next_item };
	struct pb_verification *v = NULL;

	log->at = 0;
	assert_int_equal(pb_verification_new(&v, NULL), PB_OK);
	assert_int_equal(pb_verify_log(&source, options, v, NULL), PB_OK);
	return v;
}

/* With all that can be asked for: opened, trusted, and held against an earlier checkpoint. */
static inline struct pb_verification *
verify(struct memory_log *log)
{
	struct pb_trust *trust = trust_of(ORIGIN, 0, false);
	struct pb_verify_log_options options = { .open = true,
		.trust = trust,
		.against = log->held.data,
		.against_len = log->held.len };
	struct pb_verification *v = verify_with(log, &options);

	pb_trust_free(trust);
	return v;
}

static inline const struct pb_finding *
find_code(const struct pb_verification *v, enum pb_check_id id, const char *code)
{
	const struct pb_check *check = pb_verification_check(v, id);

	for (size_t i = 0; i < check->findings_kept; i++)
		if (strcmp(check->findings[i].code, code) == 0)
			return &check->findings[i];
	return NULL;
}

/* The finding is there, with that weight and record; its verdict counts. */
static inline void
assert_found(const struct pb_verification *v, enum pb_check_id id, enum pb_verdict weight,
    const char *code, uint64_t seq)
{
	const struct pb_finding *finding = find_code(v, id, code);

	if (finding == NULL)
		fail_msg("no finding %s", code);
	assert_int_equal(finding->weight, weight);
	assert_int_equal(finding->seq, seq);
	if (weight != PB_VALID)
		assert_int_not_equal(pb_verification_verdict(v), PB_VALID);
	if (weight == PB_INVALID)
		assert_int_equal(pb_verification_verdict(v), PB_INVALID);
}

/* No finding but those of that check. */
static inline void
assert_only(const struct pb_verification *v, enum pb_check_id id, size_t count)
{
	for (int i = 0; i < PB_CHECK_COUNT; i++) {
		const struct pb_check *check = pb_verification_check(v, (enum pb_check_id)i);

		if (check->findings_count != (i == (int)id ? count : 0))
			fail_msg("check %s has %d findings, the first %s",
			    pb_check_name((enum pb_check_id)i), (int)check->findings_count,
			    check->findings_count > 0 ? check->findings[0].code : "none");
	}
}

/* Make a log by a recipe, verify it, expect one finding. */
static inline void
expect(struct recipe recipe, enum pb_check_id id, enum pb_verdict weight, const char *code,
    uint64_t seq)
{
	struct memory_log log;
	struct pb_verification *v;

	log_make(&log, recipe);
	v = verify(&log);
	assert_found(v, id, weight, code, seq);
	pb_verification_free(v);
	log_done(&log);
}

/* The same, and nothing else is found: everything around it was made right again. */
static inline void
expect_only(struct recipe recipe, enum pb_check_id id, enum pb_verdict weight, const char *code,
    uint64_t seq)
{
	struct memory_log log;
	struct pb_verification *v;

	log_make(&log, recipe);
	v = verify(&log);
	assert_found(v, id, weight, code, seq);
	assert_only(v, id, 1);
	pb_verification_free(v);
	log_done(&log);
}

#endif
