/* stamps/: the objects of each anchor with a token, as they stand in its record (FORMAT 5.3). */
#include "core/error.h"
#include "export/export.h"
#include "stamp/token.h"

enum pb_status
pb_export_checkpoint(struct pb_reading *reading, const struct pb_dossier_stamp *stamp,
    struct pb_buf *note, struct pb_error *err)
{
	struct pb_export_anchor anchor;
	struct pb_opened *opened;
	enum pb_status status;

	status = pb_export_anchor_read(reading, stamp->seq, &anchor, &opened, err);
	if (status == PB_OK)
		status = pb_opened_part(opened, anchor.object[0].part, PB_LIMIT_NOTE, note, err);
	return status;
}

/* token.tst: the bare token out of the reply, octet for octet. */
static enum pb_status
write_token(struct pb_export *e, const struct pb_dossier_stamp *stamp, const struct pb_buf *reply,
    struct pb_error *err)
{
	const struct pb_package_name name = {
		.kind = PB_PACKAGE_STAMP_TOKEN, .seq = stamp->seq, .size = stamp->size
	};
	struct pb_token *token = NULL;
	enum pb_status status;
	const void *bare;
	size_t len;

	status = pb_token_parse(reply->data, reply->len, &token, err);
	if (status != PB_OK)
		return status;
	pb_token_bare(token, &bare, &len);
	status = pb_export_package_entry(e->package, &name, bare, len, err);
	pb_token_free(token);
	return status;
}

static enum pb_status
write_stamp(struct pb_export *e, const struct pb_dossier_stamp *stamp, struct pb_error *err)
{
	struct pb_export_anchor anchor;
	struct pb_buf bytes = PB_BUF_EMPTY;
	struct pb_opened *opened;
	enum pb_status status;

	status = pb_export_anchor_read(e->reading, stamp->seq, &anchor, &opened, err);
	for (size_t i = 0; status == PB_OK && i < anchor.object_count; i++) {
		const struct pb_export_object *object = &anchor.object[i];

		pb_buf_clear(&bytes);
		status = pb_opened_part(opened, object->part, PB_LIMIT_OBJECT, &bytes, err);
		if (status == PB_OK)
			status = pb_export_package_entry(
			    e->package, &object->name, bytes.data, bytes.len, err);
		if (status == PB_OK && object->name.kind == PB_PACKAGE_STAMP_REPLY)
			status = write_token(e, stamp, &bytes, err);
	}
	pb_buf_done(&bytes);
	return status;
}

enum pb_status
pb_export_write_stamps(struct pb_export *e, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	for (size_t i = 0; status == PB_OK && i < e->plan.stamp_count; i++)
		status = write_stamp(e, &e->plan.stamp[i], err);
	return status;
}
