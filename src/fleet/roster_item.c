#include "fleet/roster_item.h"

#include <string.h>

#define LINES_OF_ITEM 2 /* name, path; then mailboxes, if there are any, and a line for each */

static size_t
next_mailbox(const char **mailboxes)
{
	*mailboxes += strspn(*mailboxes, " \n");
	return strcspn(*mailboxes, " \n");
}

unsigned
pb_roster_item_lines(const struct pb_fleet_row *row)
{
	const char *at = row->cell[PB_FLEET_MAILBOXES];
	unsigned count = 0;

	for (size_t len; (len = next_mailbox(&at)) > 0; at += len)
		count++;
	return LINES_OF_ITEM + count + (count > 0);
}

/* Without quotes where YAML sees a plain text, whatever stands in it. */
static enum pb_status
put_text(struct pb_buf *text, const char *value, size_t len)
{
	static const char PLAIN[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/@._+-";
	bool plain = len > 0 && strchr("@._+-", value[0]) == NULL && strspn(value, PLAIN) >= len;
	enum pb_status status = PB_OK;

	if (plain)
		return pb_buf_append(text, value, len);
	status = pb_buf_append_u8(text, '\'');
	for (size_t i = 0; status == PB_OK && i < len; i++)
		status = pb_buf_append(
		    text, value[i] == '\'' ? "''" : value + i, value[i] == '\'' ? 2 : 1);
	return status == PB_OK ? pb_buf_append_u8(text, '\'') : status;
}

/* A line of one key and its value, as pb_roster_item_lines counts them. */
static enum pb_status
put_line(struct pb_buf *text, size_t indent, const char *before, const char *value, size_t len)
{
	enum pb_status status = pb_buf_printf(text, "%*s%s", (int)indent, "", before);

	if (status == PB_OK && value != NULL)
		status = put_text(text, value, len);
	return status == PB_OK ? pb_buf_append_u8(text, '\n') : status;
}

enum pb_status
pb_roster_item_put(struct pb_buf *text, size_t indent, const struct pb_fleet_row *row)
{
	const char *name = row->cell[PB_FLEET_NAME], *path = row->cell[PB_FLEET_PATH];
	const char *at = row->cell[PB_FLEET_MAILBOXES];
	enum pb_status status = put_line(text, indent, "- name: ", name, strlen(name));

	if (status == PB_OK)
		status = put_line(text, indent, "  path: ", path, strlen(path));
	if (status == PB_OK && at[0] != '\0')
		status = put_line(text, indent, "  mailboxes:", NULL, 0);
	for (size_t len; status == PB_OK && (len = next_mailbox(&at)) > 0; at += len)
		status = put_line(text, indent, "    - ", at, len);
	return status;
}

enum pb_fleet_column
pb_roster_item_column(unsigned line_of_item)
{
	return line_of_item == 0   ? PB_FLEET_NAME
	       : line_of_item == 1 ? PB_FLEET_PATH
				   : PB_FLEET_MAILBOXES;
}

bool
pb_roster_item_same(const struct pb_policy_archive *archive, const struct pb_fleet_row *row)
{
	const char *at = row->cell[PB_FLEET_MAILBOXES];
	size_t count = 0;

	for (size_t len; (len = next_mailbox(&at)) > 0; at += len, count++)
		if (count == archive->mailbox_count || strlen(archive->mailbox[count]) != len ||
		    strncmp(archive->mailbox[count], at, len) != 0)
			return false;
	return count == archive->mailbox_count;
}
