/* `key sheet`, `key restore-sheet`, `key rehearse`: the way back when everything else is lost. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/access.h"
#include "cli/print.h"
#include "cli/typing.h"
#include "core/io.h"
#include "core/limits.h"
#include "keys/rehearsal.h"
#include "keys/sheet.h"
#include "token/token.h"

static enum pb_exit
end(enum pb_status status, const struct pb_error *err)
{
	if (status != PB_OK)
		pb_say_error(err);
	return pb_say_exit(status);
}

/* ---- key sheet ------------------------------------------------------------------------------ */

static bool
is_html(const char *path)
{
	size_t len = path == NULL ? 0 : strlen(path);

	return (len > 5 && strcmp(path + len - 5, ".html") == 0) ||
	       (len > 4 && strcmp(path + len - 4, ".htm") == 0);
}

/* The text of the sheet, to --output or to standard output. */
static enum pb_status
put_sheet(const struct pb_world *world, const struct pb_options *options,
    const struct pb_buf *sheet, struct pb_error *err)
{
	const char *path = options->value[PB_OPTION_OUTPUT];
	enum pb_status status;

	if (path == NULL) {
		(void)fwrite(sheet->data, 1, sheet->len, stdout);
		return PB_OK;
	}
	status = pb_access_taken(
	    pb_io_create_file(world->files, path, sheet->data, sheet->len, err), err);
	if (status == PB_OK)
		(void)puts(_("Print it, try it once with `probant key rehearse --sheet`, keep it "
			     "apart from the code, and delete this file."));
	return status;
}

enum pb_exit
pb_cli_key_sheet(const struct pb_world *world, const struct pb_options *options)
{
	const char *dir = pb_access_archive(options), *path = options->value[PB_OPTION_READER_KEY];
	struct pb_buf pem = PB_BUF_EMPTY, sheet = PB_BUF_EMPTY;
	struct pb_error err = { 0 };
	enum pb_status status;

	if (dir == NULL)
		return PB_EXIT_USAGE;
	if (path == NULL) {
		pb_say_usage(_("which key shall stand on the sheet?"), "--reader-key FILE");
		return PB_EXIT_USAGE;
	}
	/* The URI is not shown: somebody may have put a PIN into it. */
	if (pb_token_is_uri(path)) {
		pb_say_usage(_("a token does not hand its key out"), "--reader-key FILE");
		return PB_EXIT_USAGE;
	}
	status = pb_io_read_file(world->files, path, PB_LIMIT_PEM, &pem, &err);
	if (status == PB_OK)
		status = pb_sheet_make(world, dir, pem.data, pem.len,
		    is_html(options->value[PB_OPTION_OUTPUT]), &sheet, &err);
	if (status == PB_OK)
		status = put_sheet(world, options, &sheet, &err);
	pb_buf_wipe(&pem);
	pb_buf_done(&pem);
	pb_buf_done(&sheet);
	return end(status, &err);
}

/* ---- key restore-sheet ---------------------------------------------------------------------- */

enum pb_exit
pb_cli_key_restore_sheet(const struct pb_world *world, const struct pb_options *options)
{
	const char *dir = pb_access_archive(options), *path = options->value[PB_OPTION_OUTPUT];
	struct pb_reader_key *key = NULL;
	struct pb_buf pem = PB_BUF_EMPTY;
	struct pb_error err = { 0 };
	enum pb_status status;

	if (dir == NULL)
		return PB_EXIT_USAGE;
	if (path == NULL) {
		pb_say_usage(_("where shall the key go?"), "-o FILE");
		return PB_EXIT_USAGE;
	}
	status = pb_access_absent(world, path, &err);
	if (status == PB_OK)
		status = pb_typing_key(world, options, dir, &pem, &key, &err);
	if (status == PB_OK)
		status = pb_access_taken(
		    pb_io_create_file(world->files, path, pem.data, pem.len, &err), &err);
	if (status == PB_OK)
		(void)printf(_("The key of reader %s stands in %s again, under the same code.\n"),
		    pb_reader_id(pb_reader_key_reader(key)), path);
	pb_reader_key_free(key);
	pb_buf_wipe(&pem);
	pb_buf_done(&pem);
	return end(status, &err);
}

/* ---- key rehearse --------------------------------------------------------------------------- */

static void
print_rehearsal(
    const struct pb_options *options, const struct pb_reader_key *key, const struct pb_rehearsal *r)
{
	const char *id = pb_reader_id(pb_reader_key_reader(key));
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_json_writer w;

	if (options->value[PB_OPTION_JSON] != NULL) {
		pb_json_writer_init(&w, &out);
		pb_json_object_begin(&w, NULL);
		pb_json_text(&w, "reader", id);
		pb_json_u64(&w, "segments", r->segments);
		pb_json_u64(&w, "opened", r->opened);
		pb_json_u64(&w, "records", r->records);
		if (r->opened < r->segments)
			pb_json_text(&w, "first_closed", r->first_closed);
		pb_json_object_end(&w);
		pb_print_json(&w);
		pb_buf_done(&out);
		return;
	}
	(void)printf(_("reader       %s\n"), id);
	(void)printf(
	    _("opened       %" PRIu64 " of %" PRIu64 " segments, and a record of each that "
	      "holds one (%" PRIu64 ")\n"),
	    r->opened, r->segments, r->records);
	if (r->opened == r->segments)
		(void)puts(_("recovery     works; the log says that it was rehearsed"));
	else
		(void)printf(
		    _("recovery     DOES NOT OPEN EVERYTHING: the first that stays closed is "
		      "%s (%s)\n"),
		    r->first_closed,
		    r->why == PB_EACCESS ? _("it was not sealed for this reader, nor handed over")
					 : _("damaged: run `probant verify`"));
}

static enum pb_status
take_key(const struct pb_world *world, const struct pb_options *options, const char *dir,
    struct pb_reader_key **ret_key, struct pb_error *err)
{
	struct pb_buf pem = PB_BUF_EMPTY;
	enum pb_status status;

	if (options->value[PB_OPTION_SHEET] == NULL)
		return pb_access_key(world, options, dir, ret_key, err);
	status = pb_typing_key(world, options, dir, &pem, ret_key, err);
	pb_buf_wipe(&pem);
	pb_buf_done(&pem);
	return status;
}

enum pb_exit
pb_cli_key_rehearse(const struct pb_world *world, const struct pb_options *options)
{
	const char *dir = pb_access_archive(options);
	bool sheet = options->value[PB_OPTION_SHEET] != NULL;
	struct pb_archive *archive = NULL;
	struct pb_reader_key *key = NULL;
	struct pb_rehearsal rehearsal;
	struct pb_error err = { 0 };
	enum pb_status status;

	if (dir == NULL)
		return PB_EXIT_USAGE;
	if (sheet == (options->value[PB_OPTION_READER_KEY] != NULL)) {
		pb_say_usage(_("which key shall be tried?"), "--reader-key FILE | --sheet");
		return PB_EXIT_USAGE;
	}
	status = take_key(world, options, dir, &key, &err);
	if (status == PB_OK)
		status = pb_archive_open(world, dir, key, &archive, &err);
	if (status == PB_OK)
		status = pb_rehearse(archive, sheet, &rehearsal, &err);
	if (status == PB_OK) {
		print_rehearsal(options, key, &rehearsal);
		status = pb_access_finish(archive, &err);
	} else {
		(void)pb_archive_close(archive, NULL);
	}
	pb_reader_key_free(key);
	if (status == PB_OK && rehearsal.opened < rehearsal.segments)
		return PB_EXIT_DATA;
	return end(status, &err);
}
