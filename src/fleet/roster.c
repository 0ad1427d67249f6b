#include "fleet/roster.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "fleet/roster_item.h"
#include "policy/tree.h"

static const char EDIT[] = N_("change the archives of a policy");

/* A policy's text, and where its archives stand in it. */
struct roster {
	const struct pb_buf *yaml;
	struct pb_policy_node *root;
	const struct pb_policy_node *archives; /* NULL: it has none yet */
};

/* ---- lines ---------------------------------------------------------------------------------- */

/* Where this line (from 1) begins; the end of the text for one behind the last. */
static size_t
offset_of(const struct pb_buf *yaml, unsigned line)
{
	const uint8_t *at = yaml->data, *end = yaml->data + yaml->len;

	for (; line > 1 && at < end; line--) {
		const uint8_t *feed = memchr(at, '\n', (size_t)(end - at));

		at = feed == NULL ? end : feed + 1;
	}
	return (size_t)(at - yaml->data);
}

static unsigned
lines_in(const uint8_t *data, size_t len)
{
	unsigned lines = 0;

	for (size_t i = 0; i < len; i++)
		lines += data[i] == '\n';
	return lines;
}

static unsigned
last_line(const struct pb_policy_node *node)
{
	unsigned last = node->line;

	for (const struct pb_policy_node *child = node->first; child != NULL; child = child->next) {
		unsigned line = last_line(child); /* PB_LIMIT_POLICY_DEPTH */

		last = line > last ? line : last;
	}
	return last;
}

static enum pb_status
refuse_shape(unsigned line, struct pb_error *err)
{
	(void)pb_fail(err, PB_EINVAL, EDIT, N_("its archives are not each on lines of their own"),
	    "line %u", line);
	return pb_fail_todo(err, PB_EINVAL,
	    N_("write them one below the other, each begun by \"- name:\", as "
	       "policies/capture.yaml "
	       "does"));
}

/* Spaces before the "- " of an item. */
static enum pb_status
indent_of(const struct roster *r, const struct pb_policy_node *item, size_t *ret_indent,
    struct pb_error *err)
{
	size_t begin = offset_of(r->yaml, item->line), at = begin;

	while (at < r->yaml->len && r->yaml->data[at] == ' ')
		at++;
	if (at + 1 >= r->yaml->len || r->yaml->data[at] != '-' || r->yaml->data[at + 1] != ' ')
		return refuse_shape(item->line, err);
	*ret_indent = at - begin;
	return PB_OK;
}

static enum pb_status
open_roster(const struct pb_buf *yaml, struct roster *ret_roster, struct pb_error *err)
{
	struct roster r = { .yaml = yaml };
	enum pb_status status = pb_policy_tree_read(yaml->data, yaml->len, &r.root, err);

	if (status != PB_OK)
		return status;
	if (r.root->shape == PB_POLICY_MAPPING)
		r.archives = pb_policy_tree_member(r.root, "archives");
	*ret_roster = r;
	return PB_OK;
}

/* ---- what is put in ------------------------------------------------------------------------- */

/* Behind the last archive; ret_line: where the first of them stands. */
static enum pb_status
put_items(const struct roster *r, const struct pb_fleet_list *list, const bool *known,
    struct pb_buf *text, unsigned *ret_line, struct pb_error *err)
{
	size_t indent = 2, at = r->yaml->len;
	enum pb_status status = PB_OK;

	if (r->archives != NULL) {
		at = offset_of(r->yaml, last_line(r->archives->last) + 1);
		status = indent_of(r, r->archives->first, &indent, err);
	}
	if (status != PB_OK)
		return status;
	status = pb_buf_append(text, r->yaml->data, at);
	if (status == PB_OK && at > 0 && text->data[at - 1] != '\n')
		status = pb_buf_append_u8(text, '\n');
	if (status == PB_OK && r->archives == NULL)
		status = pb_buf_append_text(text, "archives:\n");
	*ret_line = lines_in(text->data, text->len) + 1;
	for (size_t i = 0; status == PB_OK && i < list->count; i++)
		if (!known[i])
			status = pb_roster_item_put(text, indent, &list->row[i]);
	if (status == PB_OK)
		status = pb_buf_append(text, r->yaml->data + at, r->yaml->len - at);
	return status == PB_OK ? PB_OK : pb_fail_memory(err, EDIT);
}

/* ---- whose fault it is ---------------------------------------------------------------------- */

/*
 * The policy with the list in it is refused at a line that came from the list, or at another, which
 * stands `shifted` higher in the policy as it is.
 */
static enum pb_status
blame(const struct pb_fleet_list *list, const bool *known, unsigned first, bool *ret_of_list,
    struct pb_error *err)
{
	const struct pb_error refused = *err;
	unsigned line, shifted = 0;
	enum pb_fleet_column column;
	char *behind, *hint;

	if (strncmp(refused.object, "line ", 5) != 0)
		return refused.status;
	line = (unsigned)strtoul(refused.object + 5, &behind, 10);
	for (size_t i = 0; line >= first && i < list->count; i++) {
		unsigned lines = known[i] ? 0 : pb_roster_item_lines(&list->row[i]);

		if (line < first + shifted + lines) {
			hint = strstr(behind, " (");
			if (hint != NULL)
				hint[strlen(hint) - 1] = '\0';
			*ret_of_list = true;
			column = strstr(behind, ".mailboxes") != NULL
				     ? PB_FLEET_MAILBOXES
				     : pb_roster_item_column(line - first - shifted);
			return pb_fleet_list_refuse(list, &list->row[i], column, refused.status,
			    refused.why, hint != NULL ? hint + 2 : NULL, err);
		}
		shifted += lines;
	}
	return pb_fail(
	    err, refused.status, refused.what, refused.why, "line %u%s", line - shifted, behind);
}

/* ---- what is there already ------------------------------------------------------------------- */

static enum pb_status
look_up(const struct pb_capture_policy *policy, const struct pb_fleet_list *list,
    const struct pb_fleet_row *row, bool *ret_known, struct pb_error *err)
{
	for (size_t i = 0; i < policy->archive_count; i++) {
		const struct pb_policy_archive *archive = &policy->archive[i];

		if (strcmp(archive->name, row->cell[PB_FLEET_NAME]) != 0)
			continue;
		*ret_known = true;
		if (strcmp(archive->path, row->cell[PB_FLEET_PATH]) != 0)
			return pb_fleet_list_refuse(list, row, PB_FLEET_PATH, PB_EDATA,
			    N_("the policy has it at another path"), archive->path, err);
		if (!pb_roster_item_same(archive, row))
			return pb_fleet_list_refuse(list, row, PB_FLEET_MAILBOXES, PB_EDATA,
			    N_("the policy has other mailboxes for it"), NULL, err);
	}
	return PB_OK;
}

static enum pb_status
look_all_up(const struct pb_capture_policy *policy, const struct pb_fleet_list *list, bool *known,
    bool *ret_of_list, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	for (size_t i = 0; status == PB_OK && i < list->count; i++) {
		known[i] = false;
		if (policy != NULL)
			status = look_up(policy, list, &list->row[i], &known[i], err);
	}
	*ret_of_list = status != PB_OK;
	return status;
}

/* ---- the whole ------------------------------------------------------------------------------ */

/* Lines were put in or taken out; nothing else must have come of it. */
static enum pb_status
check_changed(const struct roster *r, const struct pb_capture_policy *before,
    const struct pb_capture_policy *after, size_t archives, struct pb_error *err)
{
	if (after->archive_count == archives &&
	    (before == NULL || after->door_count == before->door_count))
		return PB_OK;
	return refuse_shape(r->archives != NULL ? r->archives->line : 1, err);
}

static enum pb_status
add(const struct roster *r, const struct pb_fleet_list *list, bool *known, struct pb_buf *text,
    struct pb_capture_policy **ret_policy, bool *ret_of_list, struct pb_error *err)
{
	struct pb_capture_policy *before = NULL, *after = NULL;
	enum pb_status status = PB_OK;
	unsigned first = 0;
	size_t archives = 0;

	if (r->archives != NULL)
		status = pb_capture_policy_parse(r->yaml->data, r->yaml->len, &before, err);
	if (status == PB_OK)
		status = look_all_up(before, list, known, ret_of_list, err);
	if (status == PB_OK)
		status = put_items(r, list, known, text, &first, err);
	if (status == PB_OK) {
		status = pb_capture_policy_parse(text->data, text->len, &after, err);
		if (status == PB_EDATA || status == PB_ELIMIT)
			status = blame(list, known, first, ret_of_list, err);
	}
	archives = before != NULL ? before->archive_count : 0;
	for (size_t i = 0; i < list->count; i++)
		archives += !known[i];
	if (status == PB_OK)
		status = check_changed(r, before, after, archives, err);
	pb_capture_policy_free(before);
	if (status == PB_OK)
		*ret_policy = after;
	else
		pb_capture_policy_free(after);
	return status;
}

enum pb_status
pb_roster_add(const struct pb_buf *yaml, const struct pb_fleet_list *list, bool *known,
    struct pb_buf *text, struct pb_capture_policy **ret_policy, bool *ret_of_list,
    struct pb_error *err)
{
	struct roster r;
	enum pb_status status = open_roster(yaml, &r, err);

	*ret_of_list = false;
	if (status != PB_OK)
		return status;
	status = add(&r, list, known, text, ret_policy, ret_of_list, err);
	pb_policy_tree_free(r.root);
	return status;
}

static enum pb_status
take_out(const struct roster *r, size_t archive, struct pb_buf *text, struct pb_error *err)
{
	const struct pb_policy_node *item = pb_policy_tree_child(r->archives, archive);
	size_t begin = offset_of(r->yaml, item->line), indent;
	size_t end = offset_of(r->yaml, last_line(item) + 1);
	enum pb_status status = indent_of(r, item, &indent, err);

	if (status != PB_OK)
		return status;
	status = pb_buf_append(text, r->yaml->data, begin);
	if (status == PB_OK)
		status = pb_buf_append(text, r->yaml->data + end, r->yaml->len - end);
	return status == PB_OK ? PB_OK : pb_fail_memory(err, EDIT);
}

enum pb_status
pb_roster_remove(
    const struct pb_buf *yaml, size_t archive, struct pb_buf *text, struct pb_error *err)
{
	struct pb_capture_policy *before = NULL, *after = NULL;
	struct roster r = { .root = NULL };
	enum pb_status status = pb_capture_policy_parse(yaml->data, yaml->len, &before, err);

	if (status == PB_OK)
		status = open_roster(yaml, &r, err);
	if (status == PB_OK)
		status = take_out(&r, archive, text, err);
	if (status == PB_OK)
		status = pb_capture_policy_parse(text->data, text->len, &after, err);
	if (status == PB_OK)
		status = check_changed(&r, before, after, before->archive_count - 1, err);
	pb_policy_tree_free(r.root);
	pb_capture_policy_free(before);
	pb_capture_policy_free(after);
	return status;
}
