#include "core/error.h"
#include "verify/bundle.h"

void
pb_bundle_find(struct pb_bundle_state *state, enum pb_check_id id, enum pb_verdict weight,
    uint64_t seq, const char *code, const char *text, const char *where)
{
	pb_verification_find(state->v, id, weight, seq, code, text, "%s", where);
}

void
pb_bundle_find_at(struct pb_bundle_state *state, enum pb_check_id id, enum pb_verdict weight,
    uint64_t seq, const char *code, const char *text, const struct pb_package_name *name)
{
	char where[PB_ZIP_NAME_MAX + 1];

	pb_package_format(name, where);
	pb_bundle_find(state, id, weight, seq, code, text, where);
}

enum pb_status
pb_bundle_read(struct pb_bundle_state *state, const struct pb_bundle_entry *entry, size_t max,
    struct pb_buf *buf, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	if (entry->len > max) {
		pb_bundle_find_at(state, PB_CHECK_FILES, PB_INVALID, PB_NO_SEQ, "entry_too_long",
		    N_("This entry is longer than it can be."), &entry->name);
		return PB_ENOENT;
	}
	if (pb_buf_reserve(buf, (size_t)entry->len) != PB_OK)
		return pb_fail_memory(err, N_("verify a bundle"));
	if (entry->len > 0)
		status = state->package->read(state->package->ctx, entry->data,
		    buf->data + buf->len, (size_t)entry->len, err);
	if (status == PB_OK)
		buf->len += (size_t)entry->len;
	return status;
}

enum pb_status
pb_bundle_read_single(struct pb_bundle_state *state, enum pb_package_kind kind, size_t max,
    struct pb_buf *buf, struct pb_error *err)
{
	if (state->single[kind] == 0)
		return PB_ENOENT;
	return pb_bundle_read(state, &state->entry[state->single[kind] - 1], max, buf, err);
}
