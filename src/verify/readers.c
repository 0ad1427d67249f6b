#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cursor.h"
#include "core/error.h"
#include "crypto/envelope.h"
#include "verify/state.h"

static int
compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

bool
pb_verify_readers_sort(struct pb_verify_readers *readers)
{
	qsort(readers->id, readers->count, sizeof(readers->id[0]), compare);
	for (size_t i = 1; i < readers->count; i++)
		if (strcmp(readers->id[i - 1], readers->id[i]) == 0)
			return false;
	return readers->count > 0;
}

bool
pb_verify_readers_add(struct pb_verify_readers *readers, const char *id, size_t len)
{
	if (readers->count == PB_LIMIT_READERS || len == 0 || len >= sizeof(readers->id[0]))
		return false;
	memcpy(readers->id[readers->count], id, len);
	readers->id[readers->count++][len] = '\0';
	return true;
}

bool
pb_verify_readers_stated(const struct pb_json *list, struct pb_verify_readers *ret_readers)
{
	struct pb_verify_readers readers = { 0 };

	for (size_t i = 0; i < pb_json_count(list); i++) {
		const char *id = pb_json_string(pb_json_get(pb_json_item(list, i), "id"));

		if (id == NULL || !pb_verify_readers_add(&readers, id, strlen(id)))
			return false;
	}
	if (!pb_verify_readers_sort(&readers))
		return false;
	*ret_readers = readers;
	return true;
}

enum pb_status
pb_verify_readers_of(
    const struct pb_buf *cms, struct pb_verify_readers *ret_readers, struct pb_error *err)
{
	struct pb_verify_readers readers = { 0 };
	struct pb_buf ids = PB_BUF_EMPTY;
	struct pb_cursor lines;
	enum pb_status status;
	bool sound = true;

	status = pb_envelope_recipients(cms->data, cms->len, &ids, err);
	if (status != PB_OK)
		goto out;
	pb_cursor_init(&lines, ids.data, ids.len);
	while (sound && pb_cursor_left(&lines) > 0) {
		size_t len;
		const char *id = pb_cursor_line(&lines, &len);

		sound = id != NULL && pb_verify_readers_add(&readers, id, len);
	}
	if (!sound || !pb_verify_readers_sort(&readers)) {
		status = pb_fail(err, PB_ECORRUPT, N_("read a segment's envelope"),
		    N_("too many recipients, or one of them twice"), "%s", "");
		goto out;
	}
	*ret_readers = readers;
out:
	pb_buf_done(&ids);
	return status;
}

bool
pb_verify_readers_same(const struct pb_verify_readers *a, const struct pb_verify_readers *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->id[i], b->id[i]) != 0)
			return false;
	return true;
}
