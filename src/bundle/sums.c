#include "bundle/sums.h"

#include <stdio.h>
#include <string.h>

#include "core/cursor.h"
#include "core/error.h"
#include "core/text.h"
#include "log/origin.h"

#define FIRST_LINE "probant/v1 bundle"

enum pb_status
pb_sums_line(const uint8_t sha256[PB_DIGEST_LEN], const char *name, struct pb_buf *buf)
{
	size_t name_len = strlen(name), len = 2 * PB_DIGEST_LEN + 2 + name_len + 1;
	char *line;

	if (pb_buf_reserve(buf, len + 1) != PB_OK)
		return PB_ENOMEM;
	line = (char *)buf->data + buf->len;
	pb_hex_encode(sha256, PB_DIGEST_LEN, line);
	memcpy(line + 2 * PB_DIGEST_LEN, "  ", 2);
	memcpy(line + 2 * PB_DIGEST_LEN + 2, name, name_len);
	line[len - 1] = '\n';
	buf->len += len;
	return PB_OK;
}

enum pb_status
pb_sums_note_text(const char *origin, const uint8_t sums_sha256[PB_DIGEST_LEN], struct pb_buf *text)
{
	char base64[PB_BASE64_LEN(PB_DIGEST_LEN) + 1];

	pb_base64_encode(sums_sha256, PB_DIGEST_LEN, base64);
	return pb_buf_printf(text, FIRST_LINE "\n%s\n%s\n", origin, base64);
}

void
pb_export_name(const char *origin, char out[PB_EXPORT_NAME_MAX])
{
	int len = snprintf(out, PB_EXPORT_NAME_MAX, "%s/export", origin);

	pb_assert(len > 0 && len < PB_EXPORT_NAME_MAX);
}

enum pb_status
pb_sums_note_sign(const char *origin, const uint8_t sums_sha256[PB_DIGEST_LEN],
    const struct pb_ed25519 *export_key, struct pb_buf *note, struct pb_error *err)
{
	char export_name[PB_EXPORT_NAME_MAX];
	const char *name = export_name;
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status;

	if (!pb_origin_valid(origin, strlen(origin)))
		return pb_fail(err, PB_EINVAL, N_("sign a bundle"),
		    N_("the origin is not of the form name/8 hex digits"), "%s", origin);
	pb_export_name(origin, export_name);
	if (pb_sums_note_text(origin, sums_sha256, &text) != PB_OK)
		status = pb_fail_memory(err, N_("sign a bundle"));
	else
		status = pb_note_sign(
		    (const char *)text.data, text.len, &name, &export_key, 1, note, err);
	pb_buf_done(&text);
	return status;
}

static enum pb_status
malformed(struct pb_error *err, const char *why)
{
	return pb_fail(err, PB_EDATA, N_("read the note over SHA256SUMS"), why, "%s", "");
}

enum pb_status
pb_sums_note_parse(const struct pb_note *note, char ret_origin[PB_LIMIT_ORIGIN + 1],
    uint8_t ret_sums_sha256[PB_DIGEST_LEN], struct pb_error *err)
{
	const char *origin, *digest;
	size_t origin_len, digest_len;
	uint8_t sha256[PB_DIGEST_LEN];
	struct pb_cursor c;

	pb_cursor_init(&c, note->text, note->text_len);
	pb_cursor_expect(&c, FIRST_LINE "\n", sizeof(FIRST_LINE));
	origin = pb_cursor_line(&c, &origin_len);
	digest = pb_cursor_line(&c, &digest_len);
	if (!pb_cursor_finished(&c))
		return malformed(err, N_("it is not three lines of which the first is its name"));
	if (!pb_origin_valid(origin, origin_len))
		return malformed(err, N_("its second line is not an origin"));
	if (!pb_base64_decode_exact(digest, digest_len, sha256, PB_DIGEST_LEN))
		return malformed(err, N_("its third line is not a SHA-256"));
	memcpy(ret_origin, origin, origin_len);
	ret_origin[origin_len] = '\0';
	memcpy(ret_sums_sha256, sha256, PB_DIGEST_LEN);
	return PB_OK;
}
