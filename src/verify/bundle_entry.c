#include "verify/bundle_entry.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"

enum pb_status
pb_bundle_tools_init(struct pb_bundle_tools *tools, struct pb_error *err)
{
	struct pb_bundle_tools made = { .chunk = malloc(PB_BUNDLE_CHUNK),
		.opening = calloc(1, sizeof(*made.opening)),
		.proof = calloc(1, sizeof(*made.proof)) };
	enum pb_status status = PB_OK;

	pb_lanes_init(&made.lanes);
	if (made.chunk == NULL || made.opening == NULL || made.proof == NULL)
		status = pb_fail_memory(err, N_("verify"));
	if (status == PB_OK)
		status = pb_digest_new(PB_DIGEST_H2, &made.h2, err);
	if (status == PB_OK)
		status = pb_digest_new(PB_DIGEST_SHA256, &made.sha256, err);
	if (status != PB_OK) {
		pb_bundle_tools_done(&made);
		return status;
	}
	*tools = made;
	return PB_OK;
}

void
pb_bundle_tools_done(struct pb_bundle_tools *tools)
{
	free(tools->chunk);
	free(tools->opening);
	free(tools->proof);
	pb_digest_free(tools->h2);
	pb_digest_free(tools->sha256);
	pb_buf_done(&tools->text);
	*tools = (struct pb_bundle_tools){ 0 };
}

void
pb_bundle_pass_begin(struct pb_bundle_pass *pass, struct pb_bundle_tools *tools,
    const struct pb_zip_bytes *bytes, struct pb_bundle_entry *entry, struct pb_digest *whole)
{
	*pass = (struct pb_bundle_pass){
		.tools = tools, .bytes = bytes, .entry = entry, .whole = whole
	};
}

uint64_t
pb_bundle_pass_left(const struct pb_bundle_pass *pass)
{
	return pass->entry->len - pass->at;
}

enum pb_status
pb_bundle_pass_read(struct pb_bundle_pass *pass, uint64_t len, struct pb_digest *digest,
    struct pb_buf *copy, struct pb_error *err)
{
	uint8_t *chunk = pass->tools->chunk;

	if (len > pb_bundle_pass_left(pass))
		len = pb_bundle_pass_left(pass);
	while (len > 0) {
		size_t n = len < PB_BUNDLE_CHUNK ? (size_t)len : PB_BUNDLE_CHUNK;
		enum pb_status status = pass->bytes->read(
		    pass->bytes->ctx, pass->entry->data + pass->at, chunk, n, err);

		if (status != PB_OK)
			return status;
		pass->crc32 = pb_zip_crc32(pass->crc32, chunk, n);
		if (pass->whole != NULL)
			pb_digest_update(pass->whole, chunk, n);
		if (digest != NULL)
			pb_digest_update(digest, chunk, n);
		if (copy != NULL && pb_buf_append(copy, chunk, n) != PB_OK)
			return pb_fail_memory(err, N_("verify a bundle"));
		pass->at += n;
		len -= n;
	}
	return PB_OK;
}

void
pb_bundle_pass_end(struct pb_bundle_pass *pass, const uint8_t sha256[PB_DIGEST_LEN])
{
	struct pb_bundle_entry *entry = pass->entry;

	entry->passed = true;
	entry->crc_wrong = pass->crc32 != entry->crc32;
	entry->sha256_wrong = entry->listed && memcmp(sha256, entry->sha256, PB_DIGEST_LEN) != 0;
}

static enum pb_status
check(struct pb_bundle_tools *tools, const struct pb_zip_bytes *bytes,
    struct pb_bundle_entry *entry, struct pb_buf *copy, struct pb_error *err)
{
	struct pb_bundle_pass pass;
	uint8_t sha256[PB_DIGEST_LEN];
	enum pb_status status;

	pb_bundle_pass_begin(&pass, tools, bytes, entry, tools->sha256);
	status = pb_bundle_pass_read(&pass, UINT64_MAX, NULL, copy, err);
	pb_digest_final(tools->sha256, sha256);
	if (status == PB_OK)
		pb_bundle_pass_end(&pass, sha256);
	return status;
}

enum pb_status
pb_bundle_entry_check(struct pb_bundle_tools *tools, const struct pb_zip_bytes *bytes,
    struct pb_bundle_entry *entry, struct pb_error *err)
{
	return check(tools, bytes, entry, NULL, err);
}

enum pb_status
pb_bundle_entry_text(struct pb_bundle_tools *tools, const struct pb_zip_bytes *bytes,
    struct pb_bundle_entry *entry, size_t max, bool *ret_too_long, struct pb_error *err)
{
	pb_buf_clear(&tools->text);
	*ret_too_long = entry->len > max;
	if (*ret_too_long)
		return PB_OK;
	return check(tools, bytes, entry, &tools->text, err);
}
