#include "copies/noted.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/paths.h"
#include "core/error.h"
#include "core/io.h"
#include "core/json.h"

#define FILE_NAME "copies.json"
#define FILE_LEN_MAX (256 * 1024)

static const char NOTE[] = N_("note where copies are");

/* Paths are octets; those that are no text are not noted. */
static bool
read_one(const struct pb_json *item, struct pb_noted_copy *copy)
{
	const char *path = pb_json_string(pb_json_get(item, "path"));
	uint64_t made_s;

	if (path == NULL || strlen(path) >= sizeof(copy->path) ||
	    !pb_json_as_u64(pb_json_get(item, "size"), &copy->size) ||
	    !pb_json_as_u64(pb_json_get(item, "made_s"), &made_s) || made_s > INT64_MAX)
		return false;
	memcpy(copy->path, path, strlen(path) + 1);
	copy->made_s = (int64_t)made_s;
	return true;
}

enum pb_status
pb_noted_read(
    const struct pb_files *files, const char *dir, struct pb_noted *ret_noted, struct pb_error *err)
{
	struct pb_buf bytes = PB_BUF_EMPTY;
	const struct pb_json *list;
	struct pb_json *root = NULL;
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, dir, FILE_NAME, NULL, err);

	ret_noted->count = 0;
	if (status == PB_OK)
		status = pb_io_read_regular(files, path.text, FILE_LEN_MAX, &bytes, err);
	if (status == PB_OK)
		status = pb_json_parse(bytes.data, bytes.len, &root, err);
	list = pb_json_get(root, "copies");
	for (size_t i = 0; i < pb_json_count(list) && ret_noted->count < PB_COPIES_NOTED; i++)
		ret_noted->count +=
		    read_one(pb_json_item(list, i), &ret_noted->copy[ret_noted->count]);
	pb_json_free(root);
	pb_buf_done(&bytes);
	return status == PB_ENOMEM || status == PB_EIO || status == PB_EACCESS ? status : PB_OK;
}

static void
put(struct pb_noted *noted, const struct pb_noted_copy *copy)
{
	size_t at = 0, oldest = 0;

	while (at < noted->count && strcmp(noted->copy[at].path, copy->path) != 0)
		at++;
	if (at == PB_COPIES_NOTED) {
		for (size_t i = 1; i < noted->count; i++)
			if (noted->copy[i].made_s < noted->copy[oldest].made_s)
				oldest = i;
		at = oldest;
	}
	noted->count += at == noted->count;
	noted->copy[at] = *copy;
}

static enum pb_status
encode(const struct pb_noted *noted, struct pb_buf *json)
{
	struct pb_json_writer w;

	pb_json_writer_init(&w, json);
	pb_json_object_begin(&w, NULL);
	pb_json_array_begin(&w, "copies");
	for (size_t i = 0; i < noted->count; i++) {
		pb_json_object_begin(&w, NULL);
		pb_json_text(&w, "path", noted->copy[i].path);
		pb_json_u64(&w, "size", noted->copy[i].size);
		pb_json_u64(&w, "made_s", (uint64_t)noted->copy[i].made_s);
		pb_json_object_end(&w);
	}
	pb_json_array_end(&w);
	pb_json_object_end(&w);
	return pb_json_writer_status(&w);
}

enum pb_status
pb_noted_write(const struct pb_files *files, const char *dir, const struct pb_noted_copy *copy,
    struct pb_error *err)
{
	struct pb_noted *noted = calloc(1, sizeof(*noted));
	struct pb_buf json = PB_BUF_EMPTY;
	struct pb_path path, temporary;
	enum pb_status status =
	    noted == NULL ? pb_fail_memory(err, NOTE) : pb_noted_read(files, dir, noted, err);

	if (status == PB_OK) {
		put(noted, copy);
		status = encode(noted, &json);
		if (status == PB_EINVAL)
			status = pb_fail(
			    err, PB_EINVAL, NOTE, N_("the path is no UTF-8"), "%s", copy->path);
		else if (status != PB_OK)
			status = pb_fail_memory(err, NOTE);
	}
	if (status == PB_OK)
		status = pb_path_make(&path, dir, FILE_NAME, NULL, err);
	/* Not in tmp/, which a writer empties. */
	if (status == PB_OK)
		status = pb_path_make(&temporary, dir, FILE_NAME ".new", NULL, err);
	if (status == PB_OK)
		status = pb_io_replace_file(
		    files, path.text, temporary.text, json.data, json.len, true, err);
	pb_buf_done(&json);
	free(noted);
	return status;
}
