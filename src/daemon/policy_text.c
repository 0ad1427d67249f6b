#include "daemon/policy_text.h"

#include "core/error.h"
#include "core/io.h"
#include "core/limits.h"

static enum pb_status
parse(struct pb_buf *take_text, enum pb_status status, struct pb_buf *ret_text,
    struct pb_capture_policy **ret_policy, struct pb_error *err)
{
	if (status == PB_OK)
		status = pb_capture_policy_parse(take_text->data, take_text->len, ret_policy, err);
	if (status == PB_OK)
		*ret_text = *take_text;
	else
		pb_buf_done(take_text);
	return status;
}

enum pb_status
pb_policy_text_read(const struct pb_world *world, const char *file, struct pb_buf *ret_text,
    struct pb_capture_policy **ret_policy, struct pb_error *err)
{
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status = pb_io_read_regular(world->files, file, PB_LIMIT_POLICY, &text, err);

	return parse(&text, status, ret_text, ret_policy, err);
}

enum pb_status
pb_policy_text_handed(const struct pb_world *world, int fd, struct pb_buf *ret_text,
    struct pb_capture_policy **ret_policy, struct pb_error *err)
{
	static const char what[] = N_("read the policy that was handed over");
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status = pb_buf_reserve(&text, PB_LIMIT_POLICY);

	if (status != PB_OK)
		return pb_fail_memory(err, what);
	status =
	    pb_io_pread(world->files, fd, "policy", text.data, PB_LIMIT_POLICY, 0, &text.len, err);
	return parse(&text, status, ret_text, ret_policy, err);
}
