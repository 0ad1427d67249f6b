#include "policy/whole.h"

#include <string.h>

#include "core/error.h"
#include "core/io.h"
#include "core/limits.h"

#define WHAT N_("read a policy")
/* With a timestamp policy, as the writer is handed it. */
#define TEXT_MAX (2 * (PB_LIMIT_POLICY + 1) + PB_LIMIT_MAP)

size_t
pb_policy_whole_own(const struct pb_buf *text)
{
	const uint8_t *end = text->len > 0 ? memchr(text->data, '\0', text->len) : NULL;

	return end != NULL ? (size_t)(end - text->data) : text->len;
}

/* What is wrong stands in that file, not in the policy's own. */
static enum pb_status
take_map(struct pb_capture_policy *policy, const void *text, size_t len, struct pb_error *err)
{
	enum pb_status status = pb_capture_policy_map(policy, text, len, err);

	if (err != NULL && (status == PB_EDATA || status == PB_ELIMIT)) {
		const struct pb_error at = *err;

		(void)pb_fail(err, status, at.what, at.why, "%s, %s", policy->map.file, at.object);
	}
	return status;
}

enum pb_status
pb_policy_whole_map(const struct pb_files *files, struct pb_capture_policy *policy,
    struct pb_buf *text, struct pb_error *err)
{
	size_t from = text->len;
	enum pb_status status;

	if (policy->map.kind != PB_MAP_FILE)
		return PB_OK;
	status = pb_io_read_regular(files, policy->map.file, PB_LIMIT_MAP, text, err);
	return status == PB_OK ? take_map(policy, text->data + from, text->len - from, err)
			       : status;
}

/* The policy of what stands in text, and text itself, if all went well so far. */
static enum pb_status
end(enum pb_status status, struct pb_buf *take_text, struct pb_capture_policy *take_policy,
    struct pb_buf *ret_text, struct pb_capture_policy **ret_policy)
{
	if (status == PB_OK) {
		*ret_text = *take_text;
		*ret_policy = take_policy;
	} else {
		pb_buf_done(take_text);
		pb_capture_policy_free(take_policy);
	}
	return status;
}

enum pb_status
pb_policy_whole_read(const struct pb_files *files, const char *path, struct pb_buf *ret_text,
    struct pb_capture_policy **ret_policy, struct pb_error *err)
{
	struct pb_capture_policy *policy = NULL;
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status = pb_io_read_regular(files, path, PB_LIMIT_POLICY, &text, err);

	if (status == PB_OK)
		status = pb_capture_policy_parse(text.data, text.len, &policy, err);
	if (status == PB_OK && policy->map.kind == PB_MAP_FILE &&
	    pb_buf_append_u8(&text, '\0') != PB_OK)
		status = pb_fail_memory(err, WHAT);
	if (status == PB_OK)
		status = pb_policy_whole_map(files, policy, &text, err);
	return end(status, &text, policy, ret_text, ret_policy);
}

enum pb_status
pb_policy_whole_text(
    const struct pb_files *files, int fd, struct pb_buf *text, struct pb_error *err)
{
	struct pb_file_info info;
	int answer = files->stat_fd(files->ctx, fd, &info);

	if (answer != 0)
		return pb_fail_sys(err, answer, WHAT, "%s", "descriptor");
	if (info.size > TEXT_MAX)
		return pb_fail(err, PB_ELIMIT, WHAT, N_("it is too long"), "%s", "descriptor");
	if (pb_buf_reserve(text, (size_t)info.size) != PB_OK)
		return pb_fail_memory(err, WHAT);
	text->len = (size_t)info.size;
	return pb_io_pread_exact(files, fd, "policy", text->data, text->len, 0, err);
}

enum pb_status
pb_policy_whole_parse(
    const struct pb_buf *text, struct pb_capture_policy **ret_policy, struct pb_error *err)
{
	struct pb_capture_policy *policy = NULL;
	size_t own = pb_policy_whole_own(text);
	enum pb_status status = pb_capture_policy_parse(text->data, own, &policy, err);

	if (status == PB_OK && (policy->map.kind == PB_MAP_FILE) != (own < text->len))
		status = pb_fail(err, PB_EDATA, WHAT, N_("its map is missing"), "%s", "");
	if (status == PB_OK && own < text->len)
		status = take_map(policy, text->data + own + 1, text->len - own - 1, err);
	if (status == PB_OK)
		*ret_policy = policy;
	else
		pb_capture_policy_free(policy);
	return status;
}

enum pb_status
pb_policy_whole_handed(const struct pb_files *files, int fd, struct pb_buf *ret_text,
    struct pb_capture_policy **ret_policy, struct pb_error *err)
{
	struct pb_capture_policy *policy = NULL;
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status = pb_policy_whole_text(files, fd, &text, err);

	if (status == PB_OK)
		status = pb_policy_whole_parse(&text, &policy, err);
	return end(status, &text, policy, ret_text, ret_policy);
}
