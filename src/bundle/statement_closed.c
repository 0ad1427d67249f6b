#include <stdlib.h>
#include <string.h>

#include "bundle/statement.h"
#include "core/error.h"
#include "core/json.h"

static enum pb_status
malformed(struct pb_error *err, const char *why)
{
	return pb_fail(err, PB_EDATA, N_("read which records are closed"), why, "log/closed.json");
}

/* One run would say the same as two that touch. */
static bool
runs_touch(const struct pb_closed_run *a, const struct pb_closed_run *b)
{
	return a->last + 1 == b->first && a->destroyed == b->destroyed &&
	       (!a->destroyed || a->by == b->by);
}

/* Ascending, maximal (FORMAT 5.3). */
static bool
closed_valid(const struct pb_closed_run *run, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (run[i].first > run[i].last)
			return false;
		if (i > 0 && (run[i - 1].last >= run[i].first || runs_touch(&run[i - 1], &run[i])))
			return false;
	}
	return true;
}

enum pb_status
pb_closed_encode(const struct pb_closed_run *run, size_t count, struct pb_buf *json)
{
	size_t start = json->len;
	struct pb_json_writer w;

	if (!closed_valid(run, count))
		return PB_EINVAL;
	if (count > PB_LIMIT_RUNS)
		return PB_ELIMIT;
	pb_json_writer_init(&w, json);
	pb_json_array_begin(&w, NULL);
	for (size_t i = 0; i < count; i++) {
		pb_json_object_begin(&w, NULL);
		pb_json_u64(&w, "first", run[i].first);
		pb_json_u64(&w, "last", run[i].last);
		pb_json_text(&w, "reason", run[i].destroyed ? "destroyed" : "query");
		if (run[i].destroyed)
			pb_json_u64(&w, "by", run[i].by);
		pb_json_object_end(&w);
	}
	pb_json_array_end(&w);
	if (pb_json_writer_status(&w) != PB_OK)
		json->len = start;
	return pb_json_writer_status(&w);
}

/* `by` stands with "destroyed" alone. */
static bool
read_closed_run(const struct pb_json *item, struct pb_closed_run *run)
{
	const char *reason = pb_json_string(pb_json_get(item, "reason"));

	if (reason == NULL || !pb_json_as_u64(pb_json_get(item, "first"), &run->first) ||
	    !pb_json_as_u64(pb_json_get(item, "last"), &run->last))
		return false;
	run->destroyed = strcmp(reason, "destroyed") == 0;
	if (run->destroyed)
		return pb_json_count(item) == 4 &&
		       pb_json_as_u64(pb_json_get(item, "by"), &run->by);
	return pb_json_count(item) == 3 && strcmp(reason, "query") == 0;
}

/* `json` is one JSON value: is it an array? */
static bool
begins_array(const void *json, size_t len)
{
	const char *text = json;
	size_t at = 0;

	while (at < len && strchr(" \t\r\n", text[at]) != NULL)
		at++;
	return at < len && text[at] == '[';
}

static enum pb_status
read_closed(
    const struct pb_json *root, struct pb_closed_run *run, size_t count, struct pb_error *err)
{
	for (size_t i = 0; i < count; i++)
		if (!read_closed_run(pb_json_item(root, i), &run[i]))
			return malformed(err, N_("a run of closed records is malformed"));
	if (!closed_valid(run, count))
		return malformed(
		    err, N_("the runs of closed records are not ascending and maximal"));
	return PB_OK;
}

enum pb_status
pb_closed_decode(const void *json, size_t len, struct pb_closed_run **ret_run, size_t *ret_count,
    struct pb_error *err)
{
	struct pb_closed_run *run = NULL;
	struct pb_json *root = NULL;
	enum pb_status status;
	size_t count;

	status = pb_json_parse(json, len, &root, err);
	if (status != PB_OK)
		return status;
	count = pb_json_count(root);
	if (!begins_array(json, len)) {
		status = malformed(err, N_("it is not a list"));
		goto out;
	}
	if (count > PB_LIMIT_RUNS) {
		status = pb_fail(err, PB_ELIMIT, N_("read which records are closed"),
		    N_("it has too many runs of records"), "more than %d", PB_LIMIT_RUNS);
		goto out;
	}
	run = calloc(count > 0 ? count : 1, sizeof(*run));
	if (run == NULL) {
		status = pb_fail_memory(err, N_("read which records are closed"));
		goto out;
	}
	status = read_closed(root, run, count, err);
	if (status != PB_OK)
		goto out;
	*ret_run = run;
	*ret_count = count;
	run = NULL;
out:
	free(run);
	pb_json_free(root);
	return status;
}
