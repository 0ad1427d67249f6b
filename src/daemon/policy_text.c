#include "daemon/policy_text.h"

#include <string.h>

#include "core/error.h"
#include "core/io.h"
#include "core/limits.h"
#include "policy/whole.h"

enum pb_status
pb_policy_text_timestamp(const struct pb_world *world, const char *file, struct pb_buf *ret_text,
    struct pb_timestamp_policy **ret_policy, struct pb_error *err)
{
	struct pb_buf text = PB_BUF_EMPTY;
	struct pb_error own = { 0 };
	enum pb_status status = pb_io_read_regular(world->files, file, PB_LIMIT_POLICY, &text, err);

	if (status == PB_OK) {
		status = pb_timestamp_policy_parse(text.data, text.len, ret_policy, &own);
		if (status == PB_ENOMEM)
			status = pb_fail_memory(err, own.what);
		else if (status != PB_OK)
			status =
			    pb_fail(err, status, own.what, own.why, "%s, %s", file, own.object);
	}
	if (status == PB_OK)
		*ret_text = text;
	else
		pb_buf_done(&text);
	return status;
}

/* ---- handed over ---------------------------------------------------------------------------- */

enum pb_status
pb_policy_text_join(const struct pb_buf *timestamp, const struct pb_buf *capture,
    struct pb_buf *ret_both, struct pb_error *err)
{
	struct pb_buf both = PB_BUF_EMPTY;
	enum pb_status status = pb_buf_append(&both, timestamp->data, timestamp->len);

	if (status == PB_OK)
		status = pb_buf_append_u8(&both, 0);
	if (status == PB_OK)
		status = pb_buf_append(&both, capture->data, capture->len);
	if (status != PB_OK) {
		pb_buf_done(&both);
		return pb_fail_memory(err, N_("hand a policy over"));
	}
	*ret_both = both;
	return PB_OK;
}

/* both: what stands before its first NUL, and what behind it. */
static enum pb_status
split(const struct pb_buf *both, struct pb_buf *timestamp, struct pb_buf *capture,
    struct pb_error *err)
{
	static const char what[] = N_("read the policy that was handed over");
	const uint8_t *nul = both->len > 0 ? memchr(both->data, 0, both->len) : NULL;
	size_t len = nul != NULL ? (size_t)(nul - both->data) : 0;

	if (nul == NULL)
		return pb_fail(err, PB_EDATA, what, N_("it is not whole"), "%s", "");
	if (pb_buf_append(timestamp, both->data, len) != PB_OK ||
	    pb_buf_append(capture, nul + 1, both->len - len - 1) != PB_OK)
		return pb_fail_memory(err, what);
	return PB_OK;
}

enum pb_status
pb_policy_text_handed(const struct pb_world *world, int fd, struct pb_buf *ret_text,
    struct pb_capture_policy **ret_policy, struct pb_buf *ret_timestamp, struct pb_error *err)
{
	struct pb_buf both = PB_BUF_EMPTY, text = PB_BUF_EMPTY, timestamp = PB_BUF_EMPTY;
	enum pb_status status = pb_policy_whole_text(world->files, fd, &both, err);

	if (status == PB_OK)
		status = split(&both, &timestamp, &text, err);
	if (status == PB_OK)
		status = pb_policy_whole_parse(&text, ret_policy, err);
	pb_buf_done(&both);
	if (status != PB_OK) {
		pb_buf_done(&text);
		pb_buf_done(&timestamp);
		return status;
	}
	*ret_text = text;
	*ret_timestamp = timestamp;
	return PB_OK;
}
