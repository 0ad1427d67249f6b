#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/access.h"
#include "cli/print.h"
#include "core/limits.h"
#include "core/text.h"
#include "record/types.h"

/* What a line of the list says of one record. */
struct row {
	struct pb_leaf leaf;
	bool message;
	uint64_t size; /* of the message */
	uint8_t sha256[PB_DIGEST_LEN];
	const struct pb_json *facts; /* borrowed; may be NULL */
};

static void
copy_member(struct pb_json_writer *w, const struct pb_json *facts, const char *key)
{
	const char *text = pb_json_string(pb_json_get(facts, key));

	if (text != NULL)
		pb_json_text(w, key, text);
}

static void
print_row_json(const struct row *row)
{
	struct pb_buf line = PB_BUF_EMPTY;
	struct pb_json_writer w;
	char time[21];

	pb_time_format((int64_t)row->leaf.time_s, time);
	pb_json_writer_init(&w, &line);
	pb_json_object_begin(&w, NULL);
	pb_json_u64(&w, "seq", row->leaf.seq);
	pb_json_text(&w, "captured", time);
	pb_json_text(&w, "type", pb_record_type_name(row->leaf.type));
	copy_member(&w, row->facts, "event");
	copy_member(&w, row->facts, "direction");
	copy_member(&w, row->facts, "source");
	if (row->message) {
		pb_json_u64(&w, "size", row->size);
		pb_json_hex(&w, "sha256", row->sha256, sizeof(row->sha256));
	}
	pb_json_object_end(&w);
	pb_print_json(&w);
	pb_buf_done(&line);
}

static void
print_row_text(const struct row *row)
{
	char time[21], hex[2 * PB_DIGEST_LEN + 1] = "";
	const char *event = pb_json_string(pb_json_get(row->facts, "event"));

	pb_time_format((int64_t)row->leaf.time_s, time);
	(void)printf(
	    "%8" PRIu64 "  %s  %-10s  ", row->leaf.seq, time, pb_record_type_name(row->leaf.type));
	if (row->message) {
		pb_hex_encode(row->sha256, sizeof(row->sha256), hex);
		(void)printf("%12" PRIu64 "  %s\n", row->size, hex);
	} else {
		(void)printf("%12s  ", "");
		if (event != NULL)
			pb_print_safe(event, strlen(event));
		(void)putchar('\n');
	}
}

static enum pb_status
list_one(struct pb_access *access, uint64_t seq, bool json, struct pb_error *err)
{
	struct pb_buf facts = PB_BUF_EMPTY;
	struct pb_json *parsed = NULL;
	struct pb_opened *opened;
	struct row row = { 0 };
	enum pb_status status;
	uint8_t index;

	status = pb_reading_record(access->reading, seq, &row.leaf, &opened, row.sha256, err);
	if (status != PB_OK)
		return status;
	row.message = row.leaf.type == PB_RECORD_MESSAGE || row.leaf.type == PB_RECORD_IMPORTED;
	row.size = pb_opened_message_len(opened);
	index = pb_opened_find(opened, PB_PART_FACTS);
	if (index < pb_opened_count(opened) &&
	    pb_opened_part(opened, index, PB_LIMIT_JSON, &facts, NULL) == PB_OK &&
	    pb_json_parse(facts.data, facts.len, &parsed, NULL) == PB_OK)
		row.facts = parsed;
	if (json)
		print_row_json(&row);
	else
		print_row_text(&row);
	pb_json_free(parsed);
	pb_buf_done(&facts);
	return PB_OK;
}

static bool
parse_range(const char *text, uint64_t *ret_first, uint64_t *ret_last)
{
	const char *dots;

	*ret_first = 0;
	*ret_last = PB_NO_SEQ;
	if (text == NULL)
		return true;
	dots = strstr(text, "..");
	if (dots != NULL && pb_decimal_parse(text, (size_t)(dots - text), ret_first) &&
	    pb_decimal_parse(dots + 2, strlen(dots + 2), ret_last) && *ret_last != PB_NO_SEQ)
		return true;
	pb_say_usage(_("a range is two numbers, such as 0..99"), text);
	return false;
}

/* A record that can't be opened is told, and the rest is listed. */
static enum pb_status
list_all(struct pb_access *access, uint64_t first, uint64_t last, bool json)
{
	enum pb_status worst = PB_OK;
	struct pb_error err = { 0 };
	enum pb_status status;
	uint64_t seq;

	if (last >= access->size)
		last = access->size - 1;
	for (seq = first; seq <= last; seq++) {
		status = list_one(access, seq, json, &err);
		if (status != PB_OK) {
			pb_say_error(&err);
			worst = status;
		}
	}
	return worst;
}

enum pb_exit
pb_cli_list(const struct pb_world *world, const struct pb_options *options)
{
	struct pb_error err = { 0 };
	struct pb_access access;
	enum pb_status status, closed;
	uint64_t first, last;

	if (!parse_range(options->value[PB_OPTION_RANGE], &first, &last) ||
	    pb_access_archive(options) == NULL)
		return PB_EXIT_USAGE;
	status = pb_access_open(world, options, "list", "rows", first, last, &access, &err);
	if (status != PB_OK) {
		pb_say_error(&err);
		return pb_say_exit(status);
	}
	status = list_all(&access, first, last, options->value[PB_OPTION_JSON] != NULL);
	closed = pb_access_close(&access, &err);
	if (closed != PB_OK)
		pb_say_error(&err);
	return pb_say_exit(status != PB_OK ? status : closed);
}
