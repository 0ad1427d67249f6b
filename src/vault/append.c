#include "vault/append.h"

#include <string.h>

#include "core/error.h"
#include "core/io.h"
#include "vault/append_state.h"

#define SECRET_LEN 32

static const char WRITING[] = N_("write to a segment");

const char *
pb_append_name(const struct pb_append *append)
{
	return append->name;
}

uint64_t
pb_append_end(const struct pb_append *append)
{
	return pb_gather_end(append->segment);
}

uint64_t
pb_append_slots(const struct pb_append *append)
{
	return append->slots;
}

struct pb_secret *
pb_append_key(const struct pb_append *append)
{
	return append->segment_key;
}

void
pb_append_settle(struct pb_append *append, uint64_t slots)
{
	append->slots = append->slots_written = append->slots_durable = slots;
	append->slots_touched = append->sealed = false;
	append->records = 0;
}

/* ---- step 1: the secrets -------------------------------------------------------------------- */

static enum pb_status
check_stopped(const struct pb_append *append, struct pb_error *err)
{
	if (append->state != APPEND_STOPPED)
		return PB_OK;
	return pb_fail(err, PB_ESTOPPED, WRITING,
	    N_("a sync or an undo failed before: what lasts is unknown"), "%s", append->path);
}

/* Whether a call may come now. */
static enum pb_status
expect(const struct pb_append *append, bool in_order, struct pb_error *err)
{
	enum pb_status status = check_stopped(append, err);

	if (status == PB_OK && append->state == APPEND_FAILED)
		status = pb_fail(err, PB_EINVAL, WRITING,
		    N_("a write failed before and was not undone"), "%s", append->path);
	else if (status == PB_OK && !in_order)
		status = pb_fail(err, PB_EINVAL, WRITING,
		    N_("the steps of a commit are out of order"), "%s", append->path);
	return status;
}

static enum pb_status
encode_slots(struct pb_append *append, struct pb_secret *const *secrets, size_t count,
    struct pb_buf *slots, struct pb_error *err)
{
	enum pb_status status;
	size_t i;

	if (count > SIZE_MAX / PB_SLOT_LEN || pb_buf_reserve(slots, count * PB_SLOT_LEN) != PB_OK)
		return pb_fail_memory(err, WRITING);
	memset(slots->data, 0, count * PB_SLOT_LEN);
	slots->len = count * PB_SLOT_LEN;
	for (i = 0; i < count; i++) {
		if (secrets[i] == NULL)
			continue;
		status = pb_slot_encode(append->segment_key, append->slots_written + 1 + i,
		    secrets[i], slots->data + i * PB_SLOT_LEN, err);
		if (status != PB_OK)
			return status;
	}
	return PB_OK;
}

enum pb_status
pb_append_secrets(
    struct pb_append *append, struct pb_secret *const *secrets, size_t count, struct pb_error *err)
{
	struct pb_buf slots = PB_BUF_EMPTY;
	enum pb_status status;

	status = expect(append, append->records == 0, err);
	if (status != PB_OK || count == 0)
		return status;
	status = encode_slots(append, secrets, count, &slots, err);
	if (status != PB_OK)
		goto out;
	append->slots_touched = true;
	status = pb_keyfile_write(append->keys, append->slots_written + 1, slots.data, count, err);
	if (status == PB_OK)
		append->slots_written += count;
	else
		append->state = APPEND_FAILED;
out:
	pb_buf_done(&slots);
	return status;
}

enum pb_status
pb_append_sync_secrets(struct pb_append *append, struct pb_error *err)
{
	enum pb_status status;

	status = expect(append, append->records == 0, err);
	if (status != PB_OK)
		return status;
	status = pb_keyfile_sync(append->keys, err);
	if (status == PB_OK && !append->keys_settled)
		status = pb_io_sync_dir(append->files, append->keys_dir, err);
	if (status != PB_OK) {
		append->state = APPEND_STOPPED;
		return status;
	}
	append->keys_settled = true;
	append->slots_durable = append->slots_written;
	return PB_OK;
}

/* ---- step 2: the frames --------------------------------------------------------------------- */

static enum pb_status
put_head(struct pb_append *append, enum pb_frame_tag tag, uint64_t len, struct pb_error *err)
{
	uint8_t head[PB_FRAME_HEAD_LEN];

	head[0] = (uint8_t)tag;
	pb_put_u64(head + 1, len);
	return pb_gather_put(append->segment, head, sizeof(head), err);
}

/* What is written can be read again, at an offset that a file can have. */
static enum pb_status
check_record(
    const struct pb_append *append, const struct pb_sealed *sealed, bool open, struct pb_error *err)
{
	if (sealed->payload_len == 0 || sealed->payload_len > PB_LIMIT_PAYLOAD ||
	    pb_gather_reach(append->segment) > (uint64_t)INT64_MAX - 2 * PB_LIMIT_PAYLOAD)
		return pb_fail(err, PB_ELIMIT, WRITING, N_("the record is too long, or empty"),
		    "%llu bytes", (unsigned long long)sealed->payload_len);
	if (open && (sealed->r == NULL || pb_secret_len(sealed->r) != SECRET_LEN))
		return pb_fail(err, PB_EINVAL, WRITING, N_("an open record comes with its secret"),
		    "%s", append->path);
	return PB_OK;
}

enum pb_status
pb_append_record(struct pb_append *append, const uint8_t leaf[PB_LEAF_LEN],
    const struct pb_sealed *sealed, bool open, struct pb_error *err)
{
	uint64_t fixed = PB_LEAF_LEN + (open ? SECRET_LEN : 0);
	enum pb_status status;

	status = expect(append,
	    !append->sealed && append->slots + append->records < append->slots_durable, err);
	if (status == PB_OK)
		status = check_record(append, sealed, open, err);
	if (status != PB_OK)
		return status;
	status = put_head(
	    append, open ? PB_FRAME_OPEN : PB_FRAME_SEALED, fixed + sealed->payload_len, err);
	if (status == PB_OK)
		status = pb_gather_put(append->segment, leaf, PB_LEAF_LEN, err);
	if (status == PB_OK && open)
		status =
		    pb_gather_put(append->segment, pb_secret_bytes(sealed->r), SECRET_LEN, err);
	if (status == PB_OK)
		status = pb_gather_payload(append->segment, sealed, err);
	append->records++;
	if (status != PB_OK)
		append->state = APPEND_FAILED;
	return status;
}

enum pb_status
pb_append_checkpoint(struct pb_append *append, const void *note, size_t len, struct pb_error *err)
{
	enum pb_status status;

	status = expect(append,
	    !append->sealed && append->records > 0 &&
		append->slots + append->records == append->slots_written,
	    err);
	if (status != PB_OK)
		return status;
	if (len == 0 || len > PB_LIMIT_NOTE)
		return pb_fail(err, PB_ELIMIT, WRITING, N_("no checkpoint is so long, or empty"),
		    "%zu bytes", len);
	status = put_head(append, PB_FRAME_CHECKPOINT, len, err);
	if (status == PB_OK)
		status = pb_gather_put(append->segment, note, len, err);
	append->sealed = true;
	if (status != PB_OK)
		append->state = APPEND_FAILED;
	return status;
}

enum pb_status
pb_append_sync_frames(struct pb_append *append, struct pb_error *err)
{
	enum pb_status status;

	status = expect(append, append->sealed, err);
	if (status != PB_OK)
		return status;
	status = pb_gather_flush(append->segment, err);
	if (status != PB_OK) {
		append->state = APPEND_FAILED;
		return status;
	}
	status = pb_gather_sync(append->segment, err);
	if (status == PB_OK && !append->vault_settled)
		status = pb_io_sync_dir(append->files, append->vault_dir, err);
	if (status != PB_OK) {
		append->state = APPEND_STOPPED;
		return status;
	}
	append->vault_settled = true;
	pb_gather_keep(append->segment);
	pb_append_settle(append, append->slots_written);
	return PB_OK;
}

/* ---- back, and the whole -------------------------------------------------------------------- */

/* The segment first: a whole commit must never be left whose secrets are gone (vault/cut.h). */
enum pb_status
pb_append_undo(struct pb_append *append, struct pb_error *err)
{
	enum pb_status status;

	status = check_stopped(append, err);
	if (status != PB_OK)
		return status;
	status = pb_gather_undo(append->segment, err);
	if (status == PB_OK && append->slots_touched)
		status = pb_keyfile_cut(append->keys, append->slots, err);
	if (status != PB_OK) {
		append->state = APPEND_STOPPED;
		return status;
	}
	pb_append_settle(append, append->slots);
	append->state = APPEND_READY;
	return PB_OK;
}

enum pb_status
pb_append_sha256(struct pb_append *append, uint8_t out[PB_DIGEST_LEN], struct pb_error *err)
{
	enum pb_status status;

	status = expect(append, append->records == 0, err);
	if (status == PB_OK)
		status = pb_gather_sha256(append->segment, out, err);
	return status;
}
