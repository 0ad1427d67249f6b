/* The segments of an archive, from the names in vault/. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/io.h"
#include "vault/frames.h"

struct listing {
	struct pb_buf names; /* PB_SEGMENT_NAME_LEN + 1 bytes each */
	void (*stranger)(void *arg, const char *name);
	void *arg;
};

static int
take(void *arg, const char *file)
{
	struct listing *listing = arg;
	uint8_t name[PB_SEGMENT_NAME_LEN + 1] = { 0 }, id[PB_SEGMENT_ID_LEN];
	uint64_t first_seq;

	if (!pb_segment_name_parse(file, ".seg", &first_seq, id)) {
		if (listing->stranger != NULL)
			listing->stranger(listing->arg, file);
		return 0;
	}
	memcpy(name, file, PB_SEGMENT_NAME_LEN);
	return pb_buf_append(&listing->names, name, sizeof(name)) == PB_OK ? 0 : -ENOMEM;
}

/* Hexadecimal of fixed width: the order of the texts is that of the numbers. */
static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, PB_SEGMENT_NAME_LEN);
}

enum pb_status
pb_frames_list(const struct pb_files *files, const char *dir,
    char (**ret_names)[PB_SEGMENT_NAME_LEN + 1], size_t *ret_count,
    void (*stranger)(void *arg, const char *name), void *arg, struct pb_error *err)
{
	static const char what[] = N_("list the segments");
	struct listing listing = { .stranger = stranger, .arg = arg };
	char *path = pb_path_join(dir, "vault");
	enum pb_status status = PB_OK;
	int answer;

	if (path == NULL) {
		status = pb_fail_memory(err, what);
		goto out;
	}
	answer = files->list(files->ctx, path, take, &listing);
	if (answer < 0) {
		status = pb_fail_sys(err, answer, what, "%s", path);
		goto out;
	}
	*ret_count = listing.names.len / (PB_SEGMENT_NAME_LEN + 1);
	if (*ret_count > 0)
		qsort(listing.names.data, *ret_count, PB_SEGMENT_NAME_LEN + 1, compare);
	*ret_names = (char(*)[PB_SEGMENT_NAME_LEN + 1])(void *)listing.names.data;
	listing.names = PB_BUF_EMPTY;
out:
	pb_buf_done(&listing.names);
	free(path);
	return status;
}
