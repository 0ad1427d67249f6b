/* backup.json: what a copy states about itself (FORMAT 7.1). */
#include <string.h>

#include "copies/names.h"
#include "copies/snapshot.h"
#include "core/error.h"
#include "core/json.h"
#include "log/origin.h"

enum pb_status
pb_snapshot_encode(const struct pb_snapshot *snapshot, bool complete, struct pb_buf *json)
{
	struct pb_json_writer w;

	pb_json_writer_init(&w, json);
	pb_json_object_begin(&w, NULL);
	pb_json_u64(&w, "format", 1);
	pb_json_text(&w, "origin", snapshot->origin);
	pb_json_u64(&w, "size", snapshot->size);
	pb_json_u64(&w, "made_s", snapshot->made_s > 0 ? (uint64_t)snapshot->made_s : 0);
	pb_json_u64(&w, "private", snapshot->private_len);
	pb_json_bool(&w, "complete", complete);
	pb_json_text(&w, "software", "probant " PROBANT_VERSION);
	pb_json_object_end(&w);
	return pb_json_writer_status(&w);
}

enum pb_status
pb_snapshot_decode(const void *json, size_t len, struct pb_snapshot *ret_snapshot,
    bool *ret_complete, struct pb_error *err)
{
	struct pb_snapshot snapshot = PB_SNAPSHOT_EMPTY;
	struct pb_json *root = NULL;
	const char *origin;
	uint64_t format, made_s;
	enum pb_status status = pb_json_parse(json, len, &root, err);

	if (status != PB_OK)
		return status;
	origin = pb_json_string(pb_json_get(root, "origin"));
	if (!pb_json_as_u64(pb_json_get(root, "format"), &format) || format != 1 ||
	    origin == NULL || !pb_origin_valid(origin, strlen(origin)) ||
	    !pb_json_as_u64(pb_json_get(root, "size"), &snapshot.size) ||
	    !pb_json_as_u64(pb_json_get(root, "made_s"), &made_s) || made_s > INT64_MAX ||
	    !pb_json_as_u64(pb_json_get(root, "private"), &snapshot.private_len) ||
	    !pb_json_as_bool(pb_json_get(root, "complete"), ret_complete)) {
		status = pb_fail(err, PB_EDATA, N_("read what a copy states about itself"),
		    N_("it is malformed, or of a newer version"), "%s", PB_COPIES_FACTS);
	} else {
		memcpy(snapshot.origin, origin, strlen(origin) + 1);
		snapshot.made_s = (int64_t)made_s;
		*ret_snapshot = snapshot;
	}
	pb_json_free(root);
	return status;
}
