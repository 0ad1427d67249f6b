#include "cli/outside.h"

#include <stdlib.h>

#include "bundle/file.h"
#include "core/io.h"
#include "core/limits.h"
#include "log/checkpoint.h"
#include "log/trust.h"
#include "stamp/roots.h"

static enum pb_status
form_of_trust(const struct pb_buf *file, struct pb_error *err)
{
	struct pb_trust *trust = NULL;
	enum pb_status status = pb_trust_parse(file->data, file->len, &trust, err);

	pb_trust_free(trust);
	return status;
}

static enum pb_status
form_of_roots(const struct pb_buf *file, struct pb_error *err)
{
	struct pb_stamp_roots *roots = NULL;
	enum pb_status status = pb_stamp_roots_parse(file->data, file->len, &roots, err);

	pb_stamp_roots_free(roots);
	return status;
}

static enum pb_status
form_of_checkpoint(const struct pb_buf *file, struct pb_error *err)
{
	struct pb_note *note = malloc(sizeof(*note));
	struct pb_checkpoint checkpoint;
	enum pb_status status;

	if (note == NULL)
		return pb_fail_memory(err, N_("read a checkpoint"));
	status = pb_note_parse(file->data, file->len, note, err);
	if (status == PB_OK)
		status = pb_checkpoint_parse(note, &checkpoint, err);
	free(note);
	return status;
}

/* One option: its file, in its form. */
struct role {
	enum pb_option option;
	size_t max;
	enum pb_status (*form)(const struct pb_buf *file, struct pb_error *err);
	const char *todo;
};

static const struct role roles[3] = {
	{ PB_OPTION_TRUST, PB_LIMIT_TRUST, form_of_trust,
	    N_("--trust takes the file that `probant key policy` wrote; a checkpoint goes to "
	       "--against") },
	{ PB_OPTION_TSA_ROOTS, PB_LIMIT_PEM, form_of_roots,
	    N_("--tsa-roots takes root certificates in PEM, such as `probant tsa roots` writes") },
	{ PB_OPTION_AGAINST, PB_LIMIT_NOTE, form_of_checkpoint,
	    N_("--against takes a copy of log/checkpoint or another bundle; a trust file goes to "
	       "--trust") },
};

static enum pb_status
read_bytes(const struct pb_world *world, const struct role *role, const char *path,
    struct pb_buf *file, struct pb_error *err)
{
	enum pb_status status = PB_OK;
	bool bundle = false;

	if (role->option == PB_OPTION_AGAINST)
		status = pb_bundle_file_looks(world->files, path, &bundle, err);
	/* What is no regular file (a pipe) is no bundle, and may be a checkpoint. */
	if (status == PB_ECORRUPT)
		status = PB_OK;
	if (status != PB_OK)
		return status;
	if (bundle)
		return pb_bundle_file_checkpoint(world->files, path, file, err);
	return pb_io_read_file(world->files, path, role->max, file, err);
}

static enum pb_status
read_role(const struct pb_world *world, const struct role *role, const char *path,
    struct pb_buf *file, struct pb_error *err)
{
	enum pb_status status = read_bytes(world, role, path, file, err);

	if (status == PB_OK)
		status = role->form(file, err);
	if (status != PB_EDATA && status != PB_ELIMIT)
		return status;
	if (err->object[0] == '\0')
		(void)pb_fail(err, status, err->what, err->why, "%s", path);
	else
		(void)pb_fail(err, status, err->what, err->why, "%s: %s", path, err->object);
	return pb_fail_todo(err, status, role->todo);
}

enum pb_status
pb_outside_read(const struct pb_world *world, const struct pb_options *options,
    struct pb_outside *ret_outside, struct pb_error *err)
{
	struct pb_outside outside = { .trust = NULL };
	const void **data[3] = { &outside.trust, &outside.tsa_roots, &outside.against };
	size_t *len[3] = { &outside.trust_len, &outside.tsa_roots_len, &outside.against_len };
	enum pb_status status = PB_OK;
	size_t i;

	for (i = 0; status == PB_OK && i < 3; i++) {
		const char *path = options->value[roles[i].option];

		if (path == NULL)
			continue;
		status = read_role(world, &roles[i], path, &outside.file[i], err);
		*data[i] = outside.file[i].data != NULL ? (const void *)outside.file[i].data : "";
		*len[i] = outside.file[i].len;
	}
	if (status == PB_OK)
		*ret_outside = outside;
	else
		pb_outside_done(&outside);
	return status;
}

void
pb_outside_done(struct pb_outside *outside)
{
	size_t i;

	for (i = 0; i < 3; i++)
		pb_buf_done(&outside->file[i]);
	*outside = (struct pb_outside){ .trust = NULL };
}
