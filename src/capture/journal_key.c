#include "capture/journal_key.h"

#include <string.h>

#include "core/error.h"
#include "record/machine_key.h"

#define KEY_LEN PB_JOURNAL_KEY_LEN

static const char NOTING[] = N_("note what is imported");

enum pb_status
pb_journal_key_init(
    struct pb_journal_key *key, const struct pb_world *world, const char *dir, struct pb_error *err)
{
	enum pb_status status = pb_machine_key(world, dir, &key->secret, err);

	return status == PB_OK ? pb_expander_new(&key->expander, err) : status;
}

/* HMAC-SHA-256 under the machine's key, of info and 0x01, its beginning. */
static enum pb_status
keyed(struct pb_journal_key *key, const struct pb_buf *info, uint8_t out[KEY_LEN],
    struct pb_error *err)
{
	uint8_t whole[PB_EXPAND_LEN];
	enum pb_status status =
	    pb_expander_derive(key->expander, key->secret, info->data, info->len, whole, err);

	if (status == PB_OK)
		memcpy(out, whole, KEY_LEN);
	return status;
}

static enum pb_status
append_name(struct pb_buf *info, const char *text)
{
	return pb_buf_append(info, text, strlen(text) + 1);
}

static enum pb_status
describe(const struct pb_message_origin *origin, struct pb_buf *info)
{
	enum pb_status status = append_name(info, "probant/v1 import source");

	if (status == PB_OK)
		status = append_name(info, origin->path);
	if (status == PB_OK)
		status = pb_buf_append_u64(info, origin->file_size);
	if (status == PB_OK)
		status = pb_buf_append_u64(info, (uint64_t)origin->modified_us);
	if (status == PB_OK && origin->packed != NULL) {
		status =
		    append_name(info, origin->packed->entry != NULL ? origin->packed->entry : "");
		if (status == PB_OK)
			status = pb_buf_append_u64(info, origin->packed->number);
	}
	if (status == PB_OK && origin->mbox != NULL) {
		status = append_name(info, "mbox");
		if (status == PB_OK)
			status = pb_buf_append_u64(info, origin->mbox->offset);
	}
	return status;
}

enum pb_status
pb_journal_key_source(struct pb_journal_key *key, const struct pb_message_origin *origin,
    uint8_t out[KEY_LEN], struct pb_error *err)
{
	struct pb_buf info = PB_BUF_EMPTY;
	enum pb_status status;

	if (describe(origin, &info) == PB_OK)
		status = keyed(key, &info, out, err);
	else
		status = pb_fail_memory(err, NOTING);
	pb_buf_wipe(&info);
	pb_buf_done(&info);
	return status;
}

enum pb_status
pb_journal_key_message(struct pb_journal_key *key, const struct pb_sealed *sealed,
    uint8_t out[KEY_LEN], struct pb_error *err)
{
	static const char context[] = "probant/v1 import message";
	uint8_t text[sizeof(context) + PB_DIGEST_LEN];
	const struct pb_buf info = { text, sizeof(text), sizeof(text) };

	memcpy(text, context, sizeof(context));
	memcpy(text + sizeof(context), sealed->message_sha256, PB_DIGEST_LEN);
	return keyed(key, &info, out, err);
}

enum pb_status
pb_journal_key_head(struct pb_journal_key *key, const uint8_t head[PB_IMPORTS_HEAD_LEN],
    uint8_t out[KEY_LEN], struct pb_error *err)
{
	static const char context[] = "probant/v1 imports head";
	const size_t after = PB_IMPORTS_MAC_AT + KEY_LEN;
	uint8_t text[sizeof(context) + PB_IMPORTS_HEAD_LEN - KEY_LEN];
	const struct pb_buf info = { text, sizeof(text), sizeof(text) };
	uint8_t *at = text + sizeof(context);

	memcpy(text, context, sizeof(context));
	memcpy(at, head, PB_IMPORTS_MAC_AT);
	memcpy(at + PB_IMPORTS_MAC_AT, head + after, PB_IMPORTS_HEAD_LEN - after);
	return keyed(key, &info, out, err);
}

void
pb_journal_key_done(struct pb_journal_key *key)
{
	pb_expander_free(key->expander);
	pb_secret_free(key->secret);
}
