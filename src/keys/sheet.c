#include "keys/sheet.h"

#include <stdlib.h>
#include <string.h>

#include "archive/paths.h"
#include "archive/readers.h"
#include "core/error.h"
#include "core/io.h"
#include "dossier/sheet.h"
#include "keys/typed.h"

/* ---- made ----------------------------------------------------------------------------------- */

static enum pb_status
check_reader(const struct pb_readers *readers, const char *id, struct pb_error *err)
{
	if (pb_readers_find(readers, id) < readers->count)
		return PB_OK;
	(void)pb_fail(err, PB_ENOENT, N_("make a recovery sheet"),
	    N_("this key is no reader's of this archive"), "%s", id);
	return pb_fail_todo(err, PB_ENOENT, N_("`probant key list` shows the readers"));
}

static enum pb_status
write_sheet(const struct pb_founded *founded, const struct pb_readers *readers, const char *id,
    struct pb_buf *lines, int64_t now_s, bool html, struct pb_buf *out, struct pb_error *err)
{
	struct pb_sheet_reader reader[PB_LIMIT_READERS];
	struct pb_buf vkey = PB_BUF_EMPTY;
	struct pb_sheet sheet = { .origin = founded->origin,
		.reader_id = id,
		.reader = reader,
		.reader_count = readers->count,
		.made_s = now_s };
	enum pb_status status = pb_note_verifier_format(&founded->verifier, &vkey);

	for (size_t i = 0; i < readers->count; i++) {
		reader[i].id = readers->reader[i].id;
		reader[i].role = readers->reader[i].role;
	}
	sheet.verifier_key = status == PB_OK ? pb_buf_text(&vkey) : NULL;
	sheet.lines = pb_buf_text(lines);
	if (sheet.verifier_key == NULL || sheet.lines == NULL)
		status = PB_ENOMEM;
	if (status == PB_OK)
		status = html ? pb_sheet_html(&sheet, out) : pb_sheet_text(&sheet, out);
	pb_buf_done(&vkey);
	return status == PB_OK ? PB_OK : pb_fail_memory(err, N_("make a recovery sheet"));
}

enum pb_status
pb_sheet_make(const struct pb_world *world, const char *dir, const void *pem, size_t len, bool html,
    struct pb_buf *sheet, struct pb_error *err)
{
	struct pb_founded *founded = calloc(1, sizeof(*founded));
	struct pb_readers *readers = calloc(1, sizeof(*readers));
	int64_t now_us = world->clock->now_us(world->clock->ctx);
	struct pb_buf der = PB_BUF_EMPTY, lines = PB_BUF_EMPTY;
	struct pb_reader *reader = NULL;
	enum pb_status status;

	status = founded == NULL || readers == NULL
		     ? pb_fail_memory(err, N_("make a recovery sheet"))
		     : pb_founded_read(world->files, dir, founded, err);
	if (status == PB_OK)
		status = pb_readers_in_force(world->files, dir, founded, readers, err);
	if (status == PB_OK)
		status = pb_reader_from_pem(pem, len, &reader, err);
	if (status == PB_OK)
		status = check_reader(readers, pb_reader_id(reader), err);
	if (status == PB_OK)
		status = pb_reader_sealed_from_pem(pem, len, &der, err);
	if (status == PB_OK)
		status = pb_typed_lines(der.data, der.len, &lines, err);
	if (status == PB_OK)
		status = write_sheet(founded, readers, pb_reader_id(reader), &lines,
		    now_us / 1000000, html, sheet, err);
	pb_reader_free(reader);
	pb_buf_done(&der);
	pb_buf_done(&lines);
	free(readers);
	free(founded);
	return status;
}

/* ---- typed ---------------------------------------------------------------------------------- */

enum pb_status
pb_sheet_typed_line(struct pb_sheet_typed *typed, const char *text, size_t len, bool *ret_whole,
    struct pb_error *err)
{
	size_t before = typed->octets.len, whole;
	enum pb_status status = pb_typed_line(typed->lines + 1, text, len, &typed->octets, err);

	if (status != PB_OK)
		return status;
	/* DER says how long it is: when the digest has come too, no line is left. */
	whole = pb_reader_sealed_len(typed->octets.data, typed->octets.len);
	if (whole == 0 && (typed->octets.len < 2 || typed->octets.data[0] != 0x30)) {
		typed->octets.len = before;
		return pb_fail(err, PB_EDATA, N_("read a typed line"),
		    N_("no recovery sheet begins so"), "%u", typed->lines + 1);
	}
	typed->lines++;
	*ret_whole = whole > 0 && typed->octets.len >= whole + 4;
	return PB_OK;
}

static enum pb_status
try_reader(const struct pb_world *world, const char *dir, const struct pb_founded_reader *stated,
    const struct pb_buf *key, const char *passphrase, size_t passphrase_len,
    struct pb_buf *certificate, struct pb_reader_key **ret_key, struct pb_error *err)
{
	struct pb_reader *reader = NULL;
	enum pb_status status = pb_founded_certificate(world->files, dir, stated, &reader, err);

	pb_buf_clear(certificate);
	if (status == PB_OK)
		status = pb_reader_to_pem(reader, certificate, err);
	if (status == PB_OK)
		status = pb_reader_key_open(key->data, key->len, certificate->data,
		    certificate->len, passphrase, passphrase_len, ret_key, err);
	pb_reader_free(reader);
	return status;
}

/* The reader whose certificate it fits: the passphrase is tried first, so a wrong one is told. */
static enum pb_status
find_reader(const struct pb_world *world, const char *dir, const struct pb_readers *readers,
    const struct pb_buf *key, const char *passphrase, size_t passphrase_len,
    struct pb_buf *certificate, struct pb_reader_key **ret_key, struct pb_error *err)
{
	for (size_t i = 0; i < readers->count; i++) {
		enum pb_status status = try_reader(world, dir, &readers->reader[i], key, passphrase,
		    passphrase_len, certificate, ret_key, err);

		if (status != PB_EDATA)
			return status;
	}
	return pb_fail(err, PB_ENOENT, N_("read a recovery sheet"),
	    N_("its key is no reader's of this archive"), "%s", dir);
}

enum pb_status
pb_sheet_restore(const struct pb_world *world, const char *dir, const struct pb_sheet_typed *typed,
    const char *passphrase, size_t passphrase_len, struct pb_buf *ret_pem,
    struct pb_reader_key **ret_key, struct pb_error *err)
{
	struct pb_founded *founded = calloc(1, sizeof(*founded));
	struct pb_readers *readers = calloc(1, sizeof(*readers));
	struct pb_buf der = PB_BUF_EMPTY, key = PB_BUF_EMPTY, certificate = PB_BUF_EMPTY;
	struct pb_reader_key *opened = NULL;
	enum pb_status status;

	status = founded == NULL || readers == NULL ||
			 pb_buf_append(&der, typed->octets.data, typed->octets.len) != PB_OK
		     ? pb_fail_memory(err, N_("read a recovery sheet"))
		     : pb_typed_end(&der, pb_reader_sealed_len(der.data, der.len), err);
	if (status == PB_OK)
		status = pb_reader_sealed_to_pem(der.data, der.len, &key, err);
	if (status == PB_OK)
		status = pb_founded_read(world->files, dir, founded, err);
	if (status == PB_OK)
		status = pb_readers_in_force(world->files, dir, founded, readers, err);
	if (status == PB_OK)
		status = find_reader(world, dir, readers, &key, passphrase, passphrase_len,
		    &certificate, &opened, err);
	if (status == PB_OK &&
	    (pb_buf_reserve(ret_pem, key.len + certificate.len) != PB_OK ||
		pb_buf_append(ret_pem, key.data, key.len) != PB_OK ||
		pb_buf_append(ret_pem, certificate.data, certificate.len) != PB_OK))
		status = pb_fail_memory(err, N_("read a recovery sheet"));
	if (status == PB_OK) {
		*ret_key = opened;
		opened = NULL;
	}
	pb_reader_key_free(opened);
	pb_buf_done(&der);
	pb_buf_done(&key);
	pb_buf_done(&certificate);
	free(readers);
	free(founded);
	return status;
}
