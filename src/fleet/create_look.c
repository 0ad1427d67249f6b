/* Whether the archive of a row can be made; nothing is changed. */
#include "fleet/create.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/founding.h"
#include "copies/place.h"
#include "core/error.h"
#include "core/io.h"
#include "crypto/reader.h"
#include "log/origin.h"

static const char MAKE[] = N_("make the archive of a practice");

/* A certificate that a reader can have. */
static enum pb_status
check_certificate(const struct pb_world *world, const struct pb_fleet_list *list,
    const struct pb_fleet_row *row, enum pb_fleet_column column, char ret_id[129],
    struct pb_error *err)
{
	struct pb_reader *reader = NULL;
	struct pb_buf pem = PB_BUF_EMPTY;
	struct pb_error why = { 0 };
	enum pb_status status;

	status = pb_io_read_file(world->files, row->cell[column], PB_LIMIT_PEM, &pem, &why);
	if (status == PB_OK)
		status = pb_reader_from_pem(pem.data, pem.len, &reader, &why);
	if (status == PB_OK)
		(void)snprintf(ret_id, 129, "%s", pb_reader_id(reader));
	else if (status == PB_ENOMEM)
		status = pb_fail_memory(err, MAKE);
	else
		status = pb_fleet_list_refuse(list, row, column, PB_EDATA,
		    why.why != NULL ? why.why : N_("this file cannot be read"), row->cell[column],
		    err);
	pb_reader_free(reader);
	pb_buf_done(&pem);
	return status;
}

static enum pb_status
check_readers(const struct pb_world *world, const struct pb_fleet_list *list,
    const struct pb_fleet_row *row, struct pb_error *err)
{
	char reader[129] = "", heir[129] = "";
	enum pb_status status = PB_OK;

	if (pb_fleet_row_has(row, PB_FLEET_READER) && !pb_fleet_row_has(row, PB_FLEET_HEIR))
		return pb_fleet_list_refuse(list, row, PB_FLEET_HEIR, PB_EDATA,
		    N_("how is it opened when the reader's key is lost? a certificate, or none"),
		    NULL, err);
	if (pb_fleet_row_has(row, PB_FLEET_READER))
		status = check_certificate(world, list, row, PB_FLEET_READER, reader, err);
	if (status == PB_OK && pb_fleet_row_recovery(row) == PB_RECOVERY_HEIR)
		status = check_certificate(world, list, row, PB_FLEET_HEIR, heir, err);
	if (status == PB_OK && reader[0] != '\0' && strcmp(reader, heir) == 0)
		status = pb_fleet_list_refuse(list, row, PB_FLEET_HEIR, PB_EDATA,
		    N_("this is the reader's own certificate"), NULL, err);
	return status;
}

/* The log's name is that of the list, and 8 digits of its own (FORMAT 2). */
static bool
is_of_origin(const char *origin, const char *name)
{
	size_t len = strlen(name);

	return strncmp(origin, name, len) == 0 && strlen(origin) == len + 9;
}

static int
stop_at_entry(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return 1;
}

/* What stands at the path: nothing, an empty directory, or the archive itself. */
static enum pb_status
check_place(const struct pb_world *world, const struct pb_fleet_list *list,
    const struct pb_fleet_row *row, bool *ret_there, struct pb_error *err)
{
	const struct pb_files *files = world->files;
	const char *path = row->cell[PB_FLEET_PATH];
	int answer = files->list(files->ctx, path, stop_at_entry, NULL);
	struct pb_founded *founded = NULL;
	struct pb_file_info info;
	struct pb_path parent;
	enum pb_status status = pb_place_parent(&parent, path, err);

	*ret_there = false;
	if (status != PB_OK || answer == 0)
		return status;
	if (answer == -ENOENT)
		return files->stat(files->ctx, parent.text, true, &info) == 0 &&
			       info.type == PB_FILE_DIRECTORY
			   ? PB_OK
			   : pb_fleet_list_refuse(list, row, PB_FLEET_PATH, PB_EDATA,
				 N_("the directory around it is not there"), path, err);
	founded = calloc(1, sizeof(*founded));
	if (founded == NULL)
		return pb_fail_memory(err, MAKE);
	status = answer < 0 ? PB_EEXIST : pb_founded_read(files, path, founded, err);
	*ret_there = status == PB_OK && is_of_origin(founded->origin, row->cell[PB_FLEET_ORIGIN]);
	if (!*ret_there && status != PB_ENOMEM)
		status = pb_fleet_list_refuse(list, row, PB_FLEET_PATH, PB_EEXIST,
		    status == PB_OK ? N_("an archive of another origin stands there")
				    : N_("something stands there that is no archive"),
		    status == PB_OK ? founded->origin : path, err);
	free(founded);
	return status;
}

/* What an earlier practice of this name was handed is not written over. */
static enum pb_status
check_handout(const struct pb_world *world, const struct pb_fleet_list *list,
    const struct pb_fleet_row *row, const char *handout, struct pb_error *err)
{
	struct pb_file_info info;
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, handout, row->cell[PB_FLEET_NAME], NULL, err);

	if (status == PB_OK && world->files->stat(world->files->ctx, path.text, false, &info) == 0)
		status = pb_fleet_list_refuse(list, row, PB_FLEET_NAME, PB_EEXIST,
		    N_("something stands where its handout is to go"), path.text, err);
	return status;
}

enum pb_status
pb_fleet_look(const struct pb_world *world, const struct pb_fleet_list *list,
    const struct pb_fleet_row *row, const struct pb_fleet_options *options, bool *ret_there,
    struct pb_error *err)
{
	const char *origin = row->cell[PB_FLEET_ORIGIN];
	enum pb_status status;

	if (!pb_origin_name_valid(origin, strlen(origin)))
		return pb_fleet_list_refuse(list, row, PB_FLEET_ORIGIN, PB_EDATA,
		    N_("an origin is lower-case letters, digits, dots and hyphens, with / between"),
		    origin, err);
	status = check_place(world, list, row, ret_there, err);
	if (status != PB_OK || *ret_there)
		return status;
	status = check_readers(world, list, row, err);
	return status == PB_OK ? check_handout(world, list, row, options->handout, err) : status;
}
