#include "cli/label.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cell.h"
#include "cli/print.h"
#include "cli/say.h"

/* Labels of ours fit in it, in every language; names of facts may be longer. */
#define LABEL 12

void
pb_label(const char *label)
{
	struct pb_buf cell = PB_BUF_EMPTY;
	unsigned len = (unsigned)strlen(label);

	if (pb_cell(&cell, label, len < LABEL ? LABEL : len + 1, true) == PB_OK)
		(void)fwrite(cell.data, 1, cell.len, stdout);
	pb_buf_done(&cell);
}

void
pb_label_text(const char *text)
{
	pb_print_safe(text, strlen(text));
}

void
pb_label_line(const char *label, const char *text)
{
	pb_label(label);
	pb_label_text(text);
	(void)putchar('\n');
}

void
pb_label_value(const struct pb_json *value)
{
	const char *text = pb_json_string(value), *key;
	size_t count = pb_json_count(value);
	uint64_t number;
	bool truth;

	if (text != NULL)
		pb_label_text(text);
	else if (pb_json_as_u64(value, &number))
		(void)printf("%" PRIu64, number);
	else if (pb_json_as_bool(value, &truth))
		(void)fputs(truth ? "true" : "false", stdout);
	else if (count == 0)
		(void)putchar('-');
	for (size_t i = 0; i < count; i++) {
		const struct pb_json *member = pb_json_member(value, i, &key);
		bool parted = pb_json_is_object(pb_json_item(value, i));

		(void)fputs(i == 0 ? "" : parted ? "; " : ", ", stdout);
		if (member != NULL) {
			pb_label_text(key);
			(void)fputs(": ", stdout);
		}
		pb_label_value(member != NULL ? member : pb_json_item(value, i));
	}
}

/* Facts under the names that FORMAT gives them, in no language but its own. */
void
pb_label_members(const struct pb_json *object)
{
	const struct pb_json *member;
	const char *key;

	for (size_t i = 0; (member = pb_json_member(object, i, &key)) != NULL; i++) {
		pb_label(key);
		pb_label_value(member);
		(void)putchar('\n');
	}
}
