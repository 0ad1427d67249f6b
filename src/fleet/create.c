#include "fleet/create.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/code.h"
#include "copies/place.h"
#include "core/error.h"
#include "core/io.h"
#include "keys/sheet.h"
#include "log/trust.h"

static const char MAKE[] = N_("make the archive of a practice");

#define MAKING ".making"

/* One practice while it is made: both directories under a name that nobody takes for the real one,
 * until they are whole. */
struct making {
	const struct pb_world *world;
	const struct pb_fleet_row *row;
	const struct pb_fleet_options *options;
	struct pb_path archive, handout; /* of MAKING */
	struct pb_path handed;           /* where the handout goes */
	struct pb_path recovery;
	char passphrase[PB_CODE_SIZE];
	struct pb_buf reader, heir; /* certificates */
	struct pb_created created;
};

static enum pb_status
put(struct making *m, const char *name, const void *data, size_t len, struct pb_error *err)
{
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, m->handout.text, name, NULL, err);

	return status == PB_OK ? pb_io_create_file(m->world->files, path.text, data, len, err)
			       : status;
}

static enum pb_status
put_line(struct making *m, const char *name, const char *line, struct pb_error *err)
{
	char text[PB_CODE_SIZE + 1];
	int len = snprintf(text, sizeof(text), "%s\n", line);
	enum pb_status status = put(m, name, text, (size_t)len, err);

	pb_wipe(text, sizeof(text));
	return status;
}

static enum pb_status
put_sheet(struct making *m, struct pb_error *err)
{
	struct pb_buf pem = PB_BUF_EMPTY, sheet = PB_BUF_EMPTY;
	enum pb_status status =
	    pb_io_read_file(m->world->files, m->recovery.text, PB_LIMIT_PEM, &pem, err);

	if (status == PB_OK)
		status =
		    pb_sheet_make(m->world, m->archive.text, pem.data, pem.len, true, &sheet, err);
	if (status == PB_OK)
		status = put(m, "recovery.html", sheet.data, sheet.len, err);
	pb_buf_wipe(&pem);
	pb_buf_done(&pem);
	pb_buf_done(&sheet);
	return status;
}

static enum pb_status
put_trust(struct making *m, struct pb_error *err)
{
	const char *key = m->created.verifier_key;
	struct pb_note_verifier verifier;
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status = pb_note_verifier_parse(key, strlen(key), &verifier, err);

	if (status == PB_OK && pb_trust_format(&verifier, &text) != PB_OK)
		status = pb_fail_memory(err, MAKE);
	if (status == PB_OK)
		status = put(m, "trust", text.data, text.len, err);
	pb_buf_done(&text);
	return status;
}

static enum pb_status
fill_handout(struct making *m, struct pb_error *err)
{
	enum pb_status status = put_trust(m, err);

	if (status == PB_OK && m->passphrase[0] != '\0')
		status = put_line(m, "passphrase", m->passphrase, err);
	if (status == PB_OK && m->created.recovery_code[0] != '\0')
		status = put_line(m, "recovery-code", m->created.recovery_code, err);
	if (status == PB_OK && m->created.recovery_code[0] != '\0')
		status = put_sheet(m, err);
	return status;
}

static enum pb_status
read_certificates(struct making *m, struct pb_error *err)
{
	const struct pb_files *files = m->world->files;
	char *const *cell = m->row->cell;
	enum pb_status status = PB_OK;

	if (pb_fleet_row_has(m->row, PB_FLEET_READER))
		status =
		    pb_io_read_file(files, cell[PB_FLEET_READER], PB_LIMIT_PEM, &m->reader, err);
	else
		status = pb_code_make(m->world->random, m->passphrase, err);
	if (status == PB_OK && pb_fleet_row_recovery(m->row) == PB_RECOVERY_HEIR)
		status = pb_io_read_file(files, cell[PB_FLEET_HEIR], PB_LIMIT_PEM, &m->heir, err);
	return status;
}

static enum pb_status
make_archive(struct making *m, struct pb_error *err)
{
	const struct pb_create_options create = { .origin_name = m->row->cell[PB_FLEET_ORIGIN],
		.passphrase = m->passphrase,
		.passphrase_len = strlen(m->passphrase),
		.reader_pem = m->reader.data,
		.reader_len = m->reader.len,
		.recovery = pb_fleet_row_recovery(m->row),
		.recovery_path = m->recovery.text,
		.heir_pem = m->heir.data,
		.heir_len = m->heir.len,
		.tsa = m->options->tsa,
		.tsa_count = m->options->tsa_count };

	return pb_archive_create(m->world, m->archive.text, &create, &m->created, err);
}

/* Under its own name, for good. */
static enum pb_status
settle(const struct pb_files *files, const char *from, const char *to, struct pb_error *err)
{
	struct pb_path parent;
	enum pb_status status = pb_place_parent(&parent, to, err);
	int answer = status == PB_OK ? files->rename(files->ctx, from, to) : 0;

	if (answer < 0)
		return pb_fail_sys(err, answer, MAKE, "%s", to);
	return status == PB_OK ? pb_io_sync_dir(files, parent.text, err) : status;
}

/*
 * 1. What an earlier run left of it goes: it was never a practice's.
 * 2. Archive and handout are made, durable, as NAME.making: a crash until here leaves only those.
 * 3. The archive gets its name: from here on it is there, and a run that follows goes on with
 * 4. the handout's.
 */
static enum pb_status
make(struct making *m, struct pb_error *err)
{
	const struct pb_files *files = m->world->files;
	enum pb_status status;
	int answer;

	pb_place_remove(files, m->archive.text);
	pb_place_remove(files, m->handout.text);
	answer = files->mkdir(files->ctx, m->handout.text, 0700);
	if (answer < 0)
		return pb_fail_sys(err, answer, MAKE, "%s", m->handout.text);
	status = read_certificates(m, err);
	if (status == PB_OK)
		status = make_archive(m, err);
	if (status == PB_OK)
		status = fill_handout(m, err);
	if (status == PB_OK)
		status = pb_io_sync_dir(files, m->options->handout, err);
	if (status == PB_OK)
		status = settle(files, m->archive.text, m->row->cell[PB_FLEET_PATH], err);
	return status == PB_OK ? settle(files, m->handout.text, m->handed.text, err) : status;
}

static enum pb_status
finish(const struct making *m, struct pb_error *err)
{
	const struct pb_files *files = m->world->files;
	struct pb_file_info info;

	if (files->stat(files->ctx, m->handout.text, false, &info) != 0)
		return PB_OK;
	return settle(files, m->handout.text, m->handed.text, err);
}

enum pb_status
pb_fleet_make(const struct pb_world *world, const struct pb_fleet_row *row,
    const struct pb_fleet_options *options, bool there, struct pb_error *err)
{
	struct making *m = calloc(1, sizeof(*m));
	enum pb_status status;

	if (m == NULL)
		return pb_fail_memory(err, MAKE);
	m->world = world;
	m->row = row;
	m->options = options;
	status = pb_place_beside(&m->archive, row->cell[PB_FLEET_PATH], MAKING, err);
	if (status == PB_OK)
		status =
		    pb_path_make(&m->handed, options->handout, row->cell[PB_FLEET_NAME], NULL, err);
	if (status == PB_OK)
		status = pb_place_beside(&m->handout, m->handed.text, MAKING, err);
	if (status == PB_OK)
		status = pb_path_make(&m->recovery, m->handout.text, "recovery.pem", NULL, err);
	if (status == PB_OK)
		status = there ? finish(m, err) : make(m, err);
	pb_buf_done(&m->reader);
	pb_buf_done(&m->heir);
	pb_wipe(m, sizeof(*m));
	free(m);
	return status;
}
