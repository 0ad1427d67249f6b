#include "log/tlog_proof.h"

#include <inttypes.h>
#include <string.h>

#include "core/cursor.h"
#include "core/error.h"
#include "core/text.h"

#define MAGIC "c2sp.org/tlog-proof@v1\n"
#define INDEX "index " /* before the number on the second line */
#define INDEX_LEN (sizeof(INDEX) - 1)

static enum pb_status
append_hash(struct pb_buf *text, const uint8_t hash[PB_DIGEST_LEN])
{
	char line[PB_BASE64_LEN(PB_DIGEST_LEN) + 1];

	pb_base64_encode(hash, PB_DIGEST_LEN, line);
	line[sizeof(line) - 1] = '\n';
	return pb_buf_append(text, line, sizeof(line));
}

enum pb_status
pb_tlog_proof_encode(const struct pb_tlog_proof *proof, struct pb_buf *text)
{
	size_t before = text->len;
	enum pb_status status;

	status = pb_buf_printf(text, MAGIC INDEX "%" PRIu64 "\n", proof->index);
	for (size_t i = 0; i < proof->count && status == PB_OK; i++)
		status = append_hash(text, proof->hash[i]);
	if (status == PB_OK)
		status = pb_buf_append_text(text, "\n");
	if (status == PB_OK)
		status = pb_buf_append(text, proof->note, proof->note_len);
	if (status != PB_OK)
		text->len = before;
	return status;
}

static enum pb_status
malformed(struct pb_error *err, const char *why)
{
	return pb_fail(err, PB_EDATA, N_("read a proof of a leaf"), why, "%s", "");
}

enum pb_status
pb_tlog_proof_decode(
    const void *text, size_t len, struct pb_tlog_proof *ret_proof, struct pb_error *err)
{
	struct pb_tlog_proof proof = { .count = 0 };
	struct pb_cursor c;
	const char *line;
	size_t line_len;

	pb_cursor_init(&c, text, len);
	pb_cursor_expect(&c, MAGIC, sizeof(MAGIC) - 1);
	if (c.failed)
		return malformed(err, N_("its first line is not c2sp.org/tlog-proof@v1"));
	/* C2SP allows a line "extra" here; nothing of ours has one (FORMAT 5.5). */
	line = pb_cursor_line(&c, &line_len);
	if (line == NULL || line_len < INDEX_LEN || memcmp(line, INDEX, INDEX_LEN) != 0 ||
	    !pb_decimal_parse(line + INDEX_LEN, line_len - INDEX_LEN, &proof.index))
		return malformed(err, N_("its second line is not the number of a leaf"));
	while ((line = pb_cursor_line(&c, &line_len)) != NULL && line_len > 0) {
		if (proof.count == sizeof(proof.hash) / sizeof(proof.hash[0]))
			return malformed(err, N_("it has more hashes than any tree is high"));
		if (!pb_base64_decode_exact(
			line, line_len, proof.hash[proof.count++], PB_DIGEST_LEN))
			return malformed(err, N_("a hash is not in base64"));
	}
	proof.note_len = pb_cursor_left(&c);
	proof.note = (const char *)pb_cursor_bytes(&c, proof.note_len);
	if (proof.note_len == 0)
		return malformed(err, N_("it has no checkpoint"));
	*ret_proof = proof;
	return PB_OK;
}

enum pb_status
pb_consistency_encode(const uint8_t *proof, size_t count, struct pb_buf *text)
{
	size_t before = text->len;
	enum pb_status status = PB_OK;

	for (size_t i = 0; i < count && status == PB_OK; i++)
		status = append_hash(text, proof + i * PB_DIGEST_LEN);
	if (status != PB_OK)
		text->len = before;
	return status;
}

enum pb_status
pb_consistency_decode(
    const void *text, size_t len, uint8_t *proof, size_t *ret_count, struct pb_error *err)
{
	uint8_t hashes[PB_PROOF_MAX * PB_DIGEST_LEN];
	struct pb_cursor c;
	size_t count = 0;

	pb_cursor_init(&c, text, len);
	while (pb_cursor_left(&c) > 0) {
		size_t line_len;
		const char *line = pb_cursor_line(&c, &line_len);

		if (line == NULL || count == PB_PROOF_MAX ||
		    !pb_base64_decode_exact(
			line, line_len, hashes + count++ * PB_DIGEST_LEN, PB_DIGEST_LEN))
			return pb_fail(err, PB_EDATA, N_("read a proof of consistency"),
			    N_("it is not made of hashes in base64, one a line"), "%s", "");
	}
	memcpy(proof, hashes, count * PB_DIGEST_LEN);
	*ret_count = count;
	return PB_OK;
}
