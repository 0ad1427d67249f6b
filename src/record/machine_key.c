#include "record/machine_key.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/io.h"

#define KEY_LEN 32
#define FILE_NAME "private/machine.key"

static enum pb_status
read_key(
    const struct pb_files *files, const char *path, struct pb_secret *key, struct pb_error *err)
{
	struct pb_buf buf = PB_BUF_EMPTY;
	enum pb_status status = pb_io_read_regular(files, path, KEY_LEN, &buf, err);

	if (status == PB_ELIMIT || (status == PB_OK && buf.len != KEY_LEN)) {
		(void)pb_fail(err, PB_ECORRUPT, N_("read the machine's key"),
		    N_("it has not the length of one"), "%s", path);
		status = pb_fail_todo(err, PB_ECORRUPT,
		    N_("remove it and the file `imports`: what was imported before is then not "
		       "recognised"));
	}
	if (status == PB_OK)
		memcpy(pb_secret_bytes(key), buf.data, KEY_LEN);
	pb_buf_wipe(&buf);
	pb_buf_done(&buf);
	return status;
}

enum pb_status
pb_machine_key(
    const struct pb_world *world, const char *dir, struct pb_secret **ret_key, struct pb_error *err)
{
	char *path = pb_path_join(dir, FILE_NAME);
	struct pb_secret *key = NULL;
	enum pb_status status;

	if (path == NULL)
		return pb_fail_memory(err, N_("read the machine's key"));
	status = pb_secret_random(world->random, KEY_LEN, &key, err);
	if (status == PB_OK)
		status = pb_io_create_file(world->files, path, pb_secret_bytes(key), KEY_LEN, err);
	if (status == PB_EEXIST)
		status = read_key(world->files, path, key, err);
	if (status == PB_OK) {
		*ret_key = key;
		key = NULL;
	}
	pb_secret_free(key);
	free(path);
	return status;
}
