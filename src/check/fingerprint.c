#include "check/fingerprint.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/io.h"
#include "crypto/pair.h"

#define CHUNK ((size_t)PB_PAIR_BLOCK * 1024) /* of each file, within a core's cache */

struct reading {
	const struct pb_files *files;
	const char *path;
	int fd; /* -1: none, or at its end */
	uint8_t *chunk;
	size_t got;
	struct pb_fingerprint *print;
};

static void
start(struct reading *r)
{
	*r->print = (struct pb_fingerprint){ .status = PB_OK };
	if (r->path == NULL)
		return;
	r->chunk = malloc(CHUNK);
	r->print->status = r->chunk == NULL ? pb_fail_memory(&r->print->err, N_("read a file"))
					    : pb_io_open_regular(r->files, r->path, O_RDONLY,
						  &r->fd, NULL, &r->print->err);
}

static void
read_on(struct reading *r)
{
	struct pb_fingerprint *print = r->print;

	r->got = 0;
	if (r->fd < 0)
		return;
	print->status = pb_io_pread(
	    r->files, r->fd, r->path, r->chunk, CHUNK, print->len, &r->got, &print->err);
	if (print->status != PB_OK)
		r->got = 0;
	print->len += r->got;
	if (r->got < CHUNK)
		pb_io_close(r->files, &r->fd);
}

static enum pb_status
feed(struct reading r[2], const struct pb_lanes *lanes, struct pb_error *err)
{
	uint8_t out[2][PB_DIGEST_LEN];
	struct pb_pair *pair = NULL;
	enum pb_status status = pb_pair_new(lanes, &pair, err);

	if (status != PB_OK)
		return status;
	while (r[0].fd >= 0 || r[1].fd >= 0) {
		for (unsigned i = 0; i < 2; i++)
			read_on(&r[i]);
		pb_pair_update(pair, (const uint8_t *const[]){ r[0].chunk, r[1].chunk },
		    (const size_t[]){ r[0].got, r[1].got });
	}
	pb_pair_final(pair, out);
	for (unsigned i = 0; i < 2; i++)
		memcpy(r[i].print->sha256, out[i], PB_DIGEST_LEN);
	pb_pair_free(pair);
	return PB_OK;
}

void
pb_fingerprint_two(const struct pb_files *files, const struct pb_lanes *lanes,
    const char *const path[2], struct pb_fingerprint ret[2])
{
	struct reading r[2] = { { files, path[0], -1, NULL, 0, &ret[0] },
		{ files, path[1], -1, NULL, 0, &ret[1] } };
	struct pb_error err = { .status = PB_OK };
	enum pb_status status;

	for (unsigned i = 0; i < 2; i++)
		start(&r[i]);
	status = feed(r, lanes, &err);
	for (unsigned i = 0; i < 2; i++) {
		if (status != PB_OK && ret[i].status == PB_OK) {
			ret[i].status = status;
			ret[i].err = err;
		}
		pb_io_close(files, &r[i].fd);
		free(r[i].chunk);
	}
}
