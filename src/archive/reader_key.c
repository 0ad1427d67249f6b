/* The reader key that an archive keeps with itself, under a passphrase. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/founding.h"
#include "archive/paths.h"
#include "archive/readers.h"
#include "core/error.h"
#include "core/io.h"
#include "probant/archive.h"

static enum pb_status
open_key(const struct pb_files *files, const char *dir, const struct pb_founded_reader *reader,
    const char *passphrase, size_t passphrase_len, struct pb_reader_key **ret_key,
    struct pb_error *err)
{
	struct pb_buf key = PB_BUF_EMPTY, certificate = PB_BUF_EMPTY;
	char file[2 * PB_READER_ID_MAX + 8];
	struct pb_reader *checked = NULL;
	struct pb_path path;
	enum pb_status status;

	(void)snprintf(file, sizeof(file), "%s.key", reader->id);
	status = pb_path_make(&path, dir, PB_DIR_READERS, file, err);
	if (status == PB_OK)
		status = pb_io_read_regular(files, path.text, PB_LIMIT_PEM, &key, err);
	if (status == PB_OK)
		status = pb_founded_certificate(files, dir, reader, &checked, err);
	if (status == PB_OK)
		status = pb_reader_to_pem(checked, &certificate, err);
	if (status == PB_OK)
		status = pb_reader_key_open(key.data, key.len, certificate.data, certificate.len,
		    passphrase, passphrase_len, ret_key, err);
	pb_reader_free(checked);
	pb_buf_wipe(&key);
	pb_buf_done(&key);
	pb_buf_done(&certificate);
	return status;
}

enum pb_status
pb_archive_reader_key(const struct pb_world *world, const char *dir, const char *passphrase,
    size_t passphrase_len, struct pb_reader_key **ret_key, struct pb_error *err)
{
	struct pb_founded *founded = calloc(1, sizeof(*founded));
	struct pb_readers *readers = calloc(1, sizeof(*readers));
	enum pb_status status;
	size_t i;

	status = founded == NULL || readers == NULL
		     ? pb_fail_memory(err, N_("open the reader key"))
		     : pb_founded_read(world->files, dir, founded, err);
	if (status == PB_OK)
		status = pb_readers_in_force(world->files, dir, founded, readers, err);
	if (status != PB_OK)
		goto out;
	for (i = 0; i < readers->count; i++) {
		status = open_key(world->files, dir, &readers->reader[i], passphrase,
		    passphrase_len, ret_key, err);
		if (status != PB_ENOENT)
			goto out;
	}
	(void)pb_fail(err, PB_ENOENT, N_("open the reader key"),
	    N_("the archive keeps none: it can only capture"), "%s", dir);
	status = pb_fail_todo(err, PB_ENOENT, N_("name the key's file with --reader-key"));
out:
	free(founded);
	free(readers);
	return status;
}
