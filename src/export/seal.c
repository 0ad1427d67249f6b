/* A bare package that no authority had stamped goes into its container. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/file.h"
#include "bundle/package.h"
#include "bundle/statement.h"
#include "core/error.h"
#include "core/io.h"
#include "export/finish.h"

static const char SEAL[] = N_("seal a package");

static enum pb_status
no_package(const char *path, struct pb_error *err)
{
	(void)pb_fail(err, PB_EDATA, SEAL, N_("it is not a bare package of a bundle"), "%s", path);
	return pb_fail_todo(err, PB_EDATA,
	    N_("name the file that `probant export` left when no authority answered"));
}

/* Its manifest, wherever it stands among the entries.  PB_ECORRUPT: there is none. */
static enum pb_status
find_manifest(struct pb_zip_reader *reader, struct pb_manifest *ret_manifest, struct pb_error *err)
{
	struct pb_package_name name;
	struct pb_zip_entry entry;
	struct pb_buf json = PB_BUF_EMPTY;
	enum pb_status status;

	do {
		status = pb_zip_reader_next(reader, &entry, err);
	} while (status == PB_OK &&
		 (!pb_package_parse(entry.name, &name) || name.kind != PB_PACKAGE_MANIFEST));
	if (status == PB_OK)
		status = pb_zip_reader_whole(reader, &entry, PB_LIMIT_JSON, &json, err);
	if (status == PB_OK)
		status = pb_manifest_decode(json.data, json.len, ret_manifest, err);
	pb_buf_done(&json);
	return status;
}

static enum pb_status
read_manifest(const struct pb_files *files, const char *path, struct pb_manifest *ret_manifest,
    struct pb_error *err)
{
	struct pb_bundle_file file = { .fd = -1 };
	struct pb_zip_reader *reader = NULL;
	enum pb_status status = pb_bundle_file_open(files, path, &file, err);

	if (status != PB_OK)
		return status == PB_ECORRUPT ? no_package(path, err) : status;
	status = pb_zip_reader_new(&file.bytes, &reader, err);
	if (status == PB_OK)
		status = find_manifest(reader, ret_manifest, err);
	if (status == PB_ECORRUPT || status == PB_EDATA || status == PB_EEND || status == PB_ELIMIT)
		status = no_package(path, err);
	pb_zip_reader_free(reader);
	pb_bundle_file_close(&file);
	return status;
}

static void
describe(const struct pb_manifest *m, struct pb_exported *exported)
{
	*exported = (struct pb_exported){ .first = m->first, .last = m->last, .size = m->size };
	for (size_t i = 0; i < m->run_count; i++)
		exported->opened += m->run[i].last - m->run[i].first + 1;
	exported->closed = m->last - m->first + 1 - exported->opened;
}

/* The file, for nobody else until it is closed. */
static enum pb_status
claim(const struct pb_files *files, const char *path, int *ret_fd, struct pb_error *err)
{
	enum pb_status status = pb_io_open_regular(files, path, O_RDONLY, ret_fd, NULL, err);

	if (status != PB_OK)
		return status == PB_ECORRUPT ? no_package(path, err) : status;
	return pb_export_guard(files, *ret_fd, path, err);
}

enum pb_status
pb_archive_seal(struct pb_archive *archive, const struct pb_http *http, const char *path,
    struct pb_exported *ret_exported, struct pb_error *err)
{
	struct pb_manifest manifest = PB_MANIFEST_EMPTY;
	struct pb_export_whole whole = { .package = { path, 0 }, .output = path };
	const struct pb_files *files = archive->world->files;
	struct pb_exported exported;
	struct pb_path sealing;
	enum pb_status status;
	int fd = -1;

	status = pb_export_beside(&sealing, path, ".sealing", err);
	if (status == PB_OK)
		status = claim(files, path, &fd, err);
	if (status == PB_OK)
		status = read_manifest(files, path, &manifest, err);
	if (status == PB_OK && strcmp(manifest.origin, archive->origin) != 0)
		status = pb_fail(err, PB_EINVAL, SEAL, N_("it is of another archive"), "%s", path);
	if (status == PB_OK) {
		whole.sealing = sealing.text;
		whole.case_name = manifest.case_name;
		describe(&manifest, &exported);
		status = pb_export_finish(archive, http, &whole, &exported, err);
		if (status == PB_OK || status == PB_EUNAVAIL)
			*ret_exported = exported;
	}
	pb_manifest_done(&manifest);
	pb_io_close(files, &fd);
	return status;
}
