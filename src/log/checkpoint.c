#include "log/checkpoint.h"

#include <inttypes.h>
#include <string.h>

#include "core/cursor.h"
#include "core/error.h"
#include "core/text.h"
#include "log/origin.h"

#define HEAD "sha3-256 " /* before the digest on the extension line */
#define HEAD_LEN (sizeof(HEAD) - 1)

enum pb_status
pb_checkpoint_format(const struct pb_checkpoint *checkpoint, struct pb_buf *buf)
{
	char root[PB_BASE64_LEN(PB_DIGEST_LEN) + 1];
	char head[PB_BASE64_LEN(PB_DIGEST_LEN) + 1];

	pb_base64_encode(checkpoint->root, PB_DIGEST_LEN, root);
	pb_base64_encode(checkpoint->head, PB_DIGEST_LEN, head);
	return pb_buf_printf(buf, "%s\n%" PRIu64 "\n%s\n" HEAD "%s\n", checkpoint->origin,
	    checkpoint->size, root, head);
}

enum pb_status
pb_checkpoint_sign(const struct pb_checkpoint *checkpoint, const struct pb_ed25519 *key,
    struct pb_buf *buf, struct pb_error *err)
{
	const char *name = checkpoint->origin;
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status;

	if (!pb_origin_valid(name, strlen(name)))
		return pb_fail(err, PB_EINVAL, N_("sign a checkpoint"),
		    N_("the origin is not of the form name/8 hex digits"), "%s", name);
	status = pb_checkpoint_format(checkpoint, &text);
	if (status != PB_OK)
		status = pb_fail_memory(err, N_("sign a checkpoint"));
	else
		status = pb_note_sign((const char *)text.data, text.len, &name, &key, 1, buf, err);
	pb_buf_done(&text);
	return status;
}

static enum pb_status
malformed(struct pb_error *err, const char *why)
{
	return pb_fail(err, PB_EDATA, N_("read a checkpoint"), why, "%s", "");
}

static bool
parse_head(const char *line, size_t len, uint8_t out[PB_DIGEST_LEN])
{
	return len > HEAD_LEN && memcmp(line, HEAD, HEAD_LEN) == 0 &&
	       pb_base64_decode_exact(line + HEAD_LEN, len - HEAD_LEN, out, PB_DIGEST_LEN);
}

enum pb_status
pb_checkpoint_parse(
    const struct pb_note *note, struct pb_checkpoint *ret_checkpoint, struct pb_error *err)
{
	const char *origin, *size, *root, *head;
	size_t origin_len, size_len, root_len, head_len;
	struct pb_checkpoint checkpoint = { .size = 0 };
	struct pb_cursor c;

	pb_cursor_init(&c, note->text, note->text_len);
	origin = pb_cursor_line(&c, &origin_len);
	size = pb_cursor_line(&c, &size_len);
	root = pb_cursor_line(&c, &root_len);
	head = pb_cursor_line(&c, &head_len);
	if (!pb_cursor_finished(&c))
		return malformed(err, N_("it does not have four lines"));
	if (!pb_origin_valid(origin, origin_len))
		return malformed(err, N_("its first line is not an origin"));
	memcpy(checkpoint.origin, origin, origin_len);
	if (!pb_decimal_parse(size, size_len, &checkpoint.size))
		return malformed(err, N_("its second line is not a tree size"));
	if (!pb_base64_decode_exact(root, root_len, checkpoint.root, PB_DIGEST_LEN))
		return malformed(err, N_("its third line is not a root hash"));
	if (!parse_head(head, head_len, checkpoint.head))
		return malformed(err, N_("its fourth line is not the SHA3-256 of the last leaf"));
	*ret_checkpoint = checkpoint;
	return PB_OK;
}
