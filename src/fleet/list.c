#include "fleet/list.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/csv.h"
#include "core/error.h"
#include "core/io.h"
#include "core/limits.h"

static const char READ[] = N_("read the list of practices");

/* Ended by NULL.  What stands first is said where the list has no such column. */
static const char *const titles[PB_FLEET_COLUMNS][5] = {
	[PB_FLEET_NAME] = { "name", "nom" },
	[PB_FLEET_ORIGIN] = { "origin", "origine" },
	[PB_FLEET_PATH] = { "path", "chemin" },
	[PB_FLEET_MAILBOXES] = { "mailboxes", "boîtes", "boites" },
	[PB_FLEET_READER] = { "reader", "lecteur" },
	[PB_FLEET_HEIR] = { "heir", "héritier", "heritier" },
};

enum pb_status
pb_fleet_list_refuse(const struct pb_fleet_list *list, const struct pb_fleet_row *row,
    enum pb_fleet_column column, enum pb_status status, const char *why, const char *hint,
    struct pb_error *err)
{
	return pb_fail(err, status, READ, why, "line %u, column %s%s%s%s", row->line,
	    list->title[column], hint != NULL ? " (" : "", hint != NULL ? hint : "",
	    hint != NULL ? ")" : "");
}

/* ---- the first row -------------------------------------------------------------------------- */

static size_t
find_column(const char *title)
{
	for (size_t column = 0; column < PB_FLEET_COLUMNS; column++)
		for (const char *const *known = titles[column]; *known != NULL; known++)
			if (strcasecmp(*known, title) == 0)
				return column;
	return PB_FLEET_COLUMNS;
}

static enum pb_status
refuse_title(const struct pb_csv *csv, const char *why, const char *title, struct pb_error *err)
{
	(void)pb_fail(err, PB_EDATA, READ, why, "line %u, column %s", csv->line, title);
	return pb_fail_todo(err, PB_EDATA,
	    N_("the first row names the columns: name, origin, path, mailboxes, reader, heir"));
}

/* columns: what each field of a row is. */
static enum pb_status
read_titles(struct pb_fleet_list *list, struct pb_csv *csv, size_t columns[PB_LIMIT_CSV_FIELDS],
    struct pb_error *err)
{
	static const enum pb_fleet_column needed[] = { PB_FLEET_NAME, PB_FLEET_ORIGIN };
	enum pb_status status = pb_csv_next(csv, err);

	if (status == PB_EEND)
		return pb_fail(err, PB_EDATA, READ, N_("it is empty"), "line 1");
	for (size_t i = 0; status == PB_OK && i < csv->count; i++) {
		size_t column = columns[i] = find_column(csv->field[i]);

		if (column == PB_FLEET_COLUMNS)
			return refuse_title(csv, N_("there is no such column"), csv->field[i], err);
		if (list->title[column] != NULL)
			return refuse_title(
			    csv, N_("this column is there twice"), csv->field[i], err);
		list->title[column] = strdup(csv->field[i]);
		if (list->title[column] == NULL)
			status = pb_fail_memory(err, READ);
	}
	for (size_t i = 0; status == PB_OK && i < sizeof(needed) / sizeof(needed[0]); i++)
		if (list->title[needed[i]] == NULL)
			status = refuse_title(
			    csv, N_("this column is missing"), titles[needed[i]][0], err);
	for (size_t i = 0; status == PB_OK && i < PB_FLEET_COLUMNS; i++)
		if (list->title[i] == NULL && (list->title[i] = strdup(titles[i][0])) == NULL)
			status = pb_fail_memory(err, READ);
	return status;
}

/* ---- the others ----------------------------------------------------------------------------- */

/* What a person types around it does not count. */
static char *
copy_trimmed(const char *text)
{
	static const char BLANK[] = " \n";
	size_t len;

	text += strspn(text, BLANK);
	for (len = strlen(text); len > 0 && strchr(BLANK, text[len - 1]) != NULL;)
		len--;
	return strndup(text, len);
}

static enum pb_status
fill_row(struct pb_fleet_row *row, const struct pb_csv *csv,
    const size_t columns[PB_LIMIT_CSV_FIELDS], const char *root, struct pb_error *err)
{
	char *path;

	row->line = csv->line;
	for (size_t i = 0; i < csv->count; i++)
		if ((row->cell[columns[i]] = copy_trimmed(csv->field[i])) == NULL)
			return pb_fail_memory(err, READ);
	for (size_t i = 0; i < PB_FLEET_COLUMNS; i++)
		if (row->cell[i] == NULL && (row->cell[i] = strdup("")) == NULL)
			return pb_fail_memory(err, READ);
	if (root == NULL || row->cell[PB_FLEET_PATH][0] != '\0')
		return PB_OK;
	path = pb_path_join(root, row->cell[PB_FLEET_NAME]);
	if (path == NULL)
		return pb_fail_memory(err, READ);
	free(row->cell[PB_FLEET_PATH]);
	row->cell[PB_FLEET_PATH] = path;
	return PB_OK;
}

static enum pb_status
check_row(const struct pb_fleet_list *list, const struct pb_fleet_row *row, struct pb_error *err)
{
	static const enum pb_fleet_column needed[] = { PB_FLEET_NAME, PB_FLEET_ORIGIN,
		PB_FLEET_PATH };

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (row->cell[needed[i]][0] == '\0')
			return pb_fleet_list_refuse(list, row, needed[i], PB_EDATA,
			    N_("something must stand here"),
			    needed[i] == PB_FLEET_PATH ? "--root DIR" : NULL, err);
	return PB_OK;
}

static enum pb_status
read_row(struct pb_fleet_list *list, const struct pb_csv *csv,
    const size_t columns[PB_LIMIT_CSV_FIELDS], const char *root, struct pb_error *err)
{
	struct pb_fleet_row *rows;
	enum pb_status status;

	if (list->count == PB_LIMIT_POLICY_ARCHIVES)
		return pb_fail(err, PB_ELIMIT, READ, N_("a policy has 4096 archives at most"),
		    "line %u", csv->line);
	rows = reallocarray(list->row, list->count + 1, sizeof(*rows));
	if (rows == NULL)
		return pb_fail_memory(err, READ);
	list->row = rows;
	rows += list->count++;
	*rows = (struct pb_fleet_row){ .line = 0 };
	status = fill_row(rows, csv, columns, root, err);
	return status == PB_OK ? check_row(list, rows, err) : status;
}

enum pb_status
pb_fleet_list_read(const void *csv, size_t len, const char *root, struct pb_fleet_list **ret_list,
    struct pb_error *err)
{
	struct pb_fleet_list *list = calloc(1, sizeof(*list));
	struct pb_csv rows = { .len = 0 };
	size_t columns[PB_LIMIT_CSV_FIELDS];
	enum pb_status status;

	status = list == NULL ? pb_fail_memory(err, READ) : pb_csv_begin(&rows, csv, len, err);
	if (status == PB_OK)
		status = read_titles(list, &rows, columns, err);
	while (status == PB_OK && (status = pb_csv_next(&rows, err)) == PB_OK)
		status = read_row(list, &rows, columns, root, err);
	if (status == PB_EEND && list->count == 0)
		status =
		    pb_fail(err, PB_EDATA, READ, N_("it names no practice"), "line %u", rows.line);
	pb_csv_done(&rows);
	if (status != PB_EEND) {
		pb_fleet_list_free(list);
		return status;
	}
	*ret_list = list;
	return PB_OK;
}

void
pb_fleet_list_free(struct pb_fleet_list *list)
{
	if (list == NULL)
		return;
	for (size_t i = 0; i < list->count; i++)
		for (size_t k = 0; k < PB_FLEET_COLUMNS; k++)
			free(list->row[i].cell[k]);
	for (size_t k = 0; k < PB_FLEET_COLUMNS; k++)
		free(list->title[k]);
	free(list->row);
	free(list);
}

/* ---- cells ---------------------------------------------------------------------------------- */

bool
pb_fleet_row_has(const struct pb_fleet_row *row, enum pb_fleet_column column)
{
	return row->cell[column][0] != '\0';
}

enum pb_recovery
pb_fleet_row_recovery(const struct pb_fleet_row *row)
{
	const char *heir = row->cell[PB_FLEET_HEIR];

	if (strcmp(heir, "none") == 0 || strcmp(heir, "aucun") == 0)
		return PB_RECOVERY_NONE;
	return heir[0] != '\0' ? PB_RECOVERY_HEIR : PB_RECOVERY_FILE;
}
