#include "archive/ends.h"

#include <stdio.h>
#include <stdlib.h>

#include "archive/authorities.h"
#include "archive/readers.h"
#include "core/error.h"
#include "core/io.h"
#include "crypto/expiry.h"

#define WHAT N_("look when certificates end")

static void
add(struct pb_ends *ends, enum pb_end_of of, const char *name, int64_t ends_s)
{
	struct pb_end *end = &ends->end[ends->count++];

	end->of = of;
	end->ends_s = ends_s;
	(void)snprintf(end->name, sizeof(end->name), "%s", name);
}

static void
add_roots(struct pb_ends *ends, const struct pb_tsa *tsa)
{
	size_t count = pb_stamp_roots_count(tsa->roots);
	int64_t first_s = INT64_MAX;

	for (size_t i = 0; i < count; i++)
		if (pb_stamp_roots_ends_s(tsa->roots, i) < first_s)
			first_s = pb_stamp_roots_ends_s(tsa->roots, i);
	if (count > 0)
		add(ends, PB_END_TSA_ROOT, tsa->name, first_s);
}

static void
add_client(struct pb_ends *ends, const struct pb_files *files, const struct pb_tsa *tsa)
{
	struct pb_buf pem = PB_BUF_EMPTY;
	int64_t ends_s;

	if (tsa->client_pem[0] != '\0' &&
	    pb_io_read_regular(files, tsa->client_pem, PB_LIMIT_PEM, &pem, NULL) == PB_OK &&
	    pb_expiry_first(pem.data, pem.len, &ends_s, NULL) == PB_OK)
		add(ends, PB_END_TSA_CLIENT, tsa->name, ends_s);
	pb_buf_wipe(&pem); /* its key stands beside it */
	pb_buf_done(&pem);
}

static enum pb_status
add_reader(struct pb_ends *ends, const struct pb_files *files, const char *dir,
    const struct pb_founded_reader *stated, struct pb_error *err)
{
	struct pb_reader *reader = NULL;
	enum pb_status status = pb_founded_certificate(files, dir, stated, &reader, err);
	int64_t ends_s;

	if (status == PB_OK && pb_reader_until(reader, &ends_s))
		add(ends, PB_END_READER, stated->id, ends_s);
	pb_reader_free(reader);
	return status;
}

/* What both need is too large for a stack. */
struct stated {
	struct pb_founded founded;
	struct pb_readers readers;
};

static enum pb_status
look(const struct pb_files *files, const char *dir, const struct pb_authorities *authorities,
    const struct pb_readers *readers, struct pb_ends *ends, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	ends->end = calloc(2 * authorities->count + readers->count + 1, sizeof(*ends->end));
	if (ends->end == NULL)
		return pb_fail_memory(err, WHAT);
	for (size_t i = 0; i < authorities->count; i++) {
		add_roots(ends, &authorities->tsa[i]);
		add_client(ends, files, &authorities->tsa[i]);
	}
	for (size_t i = 0; status == PB_OK && i < readers->count; i++)
		status = add_reader(ends, files, dir, &readers->reader[i], err);
	return status;
}

enum pb_status
pb_ends_read(
    const struct pb_files *files, const char *dir, struct pb_ends *ret_ends, struct pb_error *err)
{
	struct stated *stated = calloc(1, sizeof(*stated));
	struct pb_authorities *authorities = NULL;
	struct pb_ends ends = { 0 };
	enum pb_status status;

	status = stated == NULL ? pb_fail_memory(err, WHAT)
				: pb_authorities_read(files, dir, &authorities, err);
	if (status == PB_OK)
		status = pb_founded_read(files, dir, &stated->founded, err);
	if (status == PB_OK)
		status = pb_readers_in_force(files, dir, &stated->founded, &stated->readers, err);
	if (status == PB_OK)
		status = look(files, dir, authorities, &stated->readers, &ends, err);
	if (status == PB_OK)
		*ret_ends = ends;
	else
		pb_ends_done(&ends);
	pb_authorities_free(authorities);
	free(stated);
	return status;
}

void
pb_ends_done(struct pb_ends *ends)
{
	free(ends->end);
	*ends = (struct pb_ends){ 0 };
}
