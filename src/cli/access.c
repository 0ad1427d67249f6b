#include "cli/access.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "archive/code.h"
#include "archive/commit.h"
#include "cli/asking.h"
#include "cli/examine.h"
#include "core/io.h"
#include "core/json.h"
#include "core/limits.h"
#include "keys/device_key.h"
#include "probant/stamp.h"
#include "record/types.h"
#include "sys/process.h"
#include "sys/terminal.h"
#include "token/token.h"

const char *
pb_access_archive(const struct pb_options *options)
{
	const char *dir = options->value[PB_OPTION_ARCHIVE];

	if (dir == NULL)
		dir = pb_process_environment("PROBANT_ARCHIVE");
	if (dir == NULL || *dir == '\0') {
		pb_say_usage(_("which archive?"), _("give --archive DIR or set PROBANT_ARCHIVE"));
		return NULL;
	}
	return dir;
}

enum pb_status
pb_access_absent(const struct pb_world *world, const char *path, struct pb_error *err)
{
	struct pb_file_info info;

	if (path == NULL || world->files->stat(world->files->ctx, path, false, &info) != 0)
		return PB_OK;
	return pb_access_taken(pb_fail(err, PB_EEXIST, N_("create a file"),
				   N_("something stands there already"), "%s", path),
	    err);
}

enum pb_status
pb_access_taken(enum pb_status status, struct pb_error *err)
{
	if (status == PB_EEXIST && err->todo == NULL)
		return pb_fail_todo(
		    err, status, N_("choose a name that is not taken; nothing is overwritten"));
	return status;
}

/* ---- the archive, for writing ---------------------------------------------------------------- */

static void
say_waiting(void *ctx)
{
	(void)ctx;
	if (pb_terminal_is(2))
		(void)fprintf(stderr, "probant: %s\n",
		    _("another command writes to the archive; waiting for it"));
}

enum pb_status
pb_access_writer(const struct pb_world *world, const char *dir, const struct pb_reader_key *key,
    struct pb_archive **ret_archive, struct pb_error *err)
{
	static const struct pb_patience patience = { .limit_s = PB_LIMIT_LOCK_WAIT_S,
		.waiting = say_waiting };

	return pb_archive_open_patiently(world, dir, key, &patience, ret_archive, err);
}

/* ---- the key --------------------------------------------------------------------- */

/* Which key it was that the passphrase does not open; a recovery file has another than ours. */
static enum pb_status
name_key(const char *dir, const char *path, enum pb_status status, struct pb_error *err)
{
	const char *todo = path != NULL
			       ? N_("a recovery file is opened by its recovery code")
			       : N_("if it is lost: --reader-key with the recovery file, and its "
				    "code as the passphrase");

	if (status != PB_EACCESS || err->object[0] != '\0')
		return status;
	(void)pb_fail(err, status, err->what, err->why, "%s", path != NULL ? path : dir);
	return pb_fail_todo(err, status, todo);
}

/* A key on a token. */
static enum pb_status
open_token(const struct pb_world *world, const struct pb_options *options, const char *dir,
    const char *uri, struct pb_reader_key **ret_key, struct pb_error *err)
{
	struct pb_buf pin = PB_BUF_EMPTY;
	struct pb_reader_device device;
	enum pb_status status;

	status = pb_asking_secret(world, options, PB_ASKED_TOKEN, uri, &pin, err);
	if (status == PB_OK)
		status = pb_token_open(uri, (const char *)pin.data, pin.len, &device, err);
	pb_buf_wipe(&pin);
	pb_buf_done(&pin);
	if (status != PB_OK)
		return status;
	status = pb_device_key_open(world, dir, &device, ret_key, err);
	if (status != PB_OK)
		device.close(device.ctx);
	return status;
}

/*
 * A key in a file, with its certificate.  Nobody is asked for what opens a file that is not there.
 * A recovery code also opens it in small letters or without its hyphens.
 */
static enum pb_status
open_file(const struct pb_world *world, const struct pb_options *options, const char *path,
    struct pb_reader_key **ret_key, struct pb_error *err)
{
	struct pb_buf pem = PB_BUF_EMPTY, secret = PB_BUF_EMPTY;
	char code[PB_CODE_SIZE];
	enum pb_status status = pb_io_read_file(world->files, path, PB_LIMIT_PEM, &pem, err);

	if (status == PB_OK)
		status = pb_asking_secret(world, options, PB_ASKED_FILE, path, &secret, err);
	if (status == PB_OK)
		status = pb_reader_key_open(pem.data, pem.len, pem.data, pem.len,
		    (const char *)secret.data, secret.len, ret_key, err);
	if (status == PB_EACCESS && pb_code_typed((const char *)secret.data, secret.len, code))
		status = pb_reader_key_open(
		    pem.data, pem.len, pem.data, pem.len, code, strlen(code), ret_key, err);
	pb_wipe(code, sizeof(code));
	pb_buf_wipe(&secret);
	pb_buf_done(&secret);
	pb_buf_wipe(&pem);
	pb_buf_done(&pem);
	return status;
}

static enum pb_status
open_kept(const struct pb_world *world, const struct pb_options *options, const char *dir,
    struct pb_reader_key **ret_key, struct pb_error *err)
{
	struct pb_buf passphrase = PB_BUF_EMPTY;
	enum pb_status status =
	    pb_asking_secret(world, options, PB_ASKED_ARCHIVE, dir, &passphrase, err);

	if (status == PB_OK)
		status = pb_archive_reader_key(
		    world, dir, (const char *)passphrase.data, passphrase.len, ret_key, err);
	pb_buf_wipe(&passphrase);
	pb_buf_done(&passphrase);
	return status;
}

enum pb_status
pb_access_key(const struct pb_world *world, const struct pb_options *options, const char *dir,
    struct pb_reader_key **ret_key, struct pb_error *err)
{
	const char *name = options->value[PB_OPTION_READER_KEY];
	enum pb_status status = pb_examine_place(world, dir, err);

	if (status != PB_OK)
		return status;
	if (name == NULL)
		status = open_kept(world, options, dir, ret_key, err);
	else if (pb_token_is_uri(name))
		status = open_token(world, options, dir, name, ret_key, err);
	else
		status = open_file(world, options, name, ret_key, err);
	return name_key(dir, name, status, err);
}

/* ---- the access record ---------------------------------------------------------------------- */

static enum pb_status
check_purpose(const struct pb_options *options, struct pb_error *err)
{
	const char *purpose = options->value[PB_OPTION_PURPOSE];

	if (purpose != NULL && *purpose != '\0')
		return PB_OK;
	(void)pb_fail(
	    err, PB_EINVAL, N_("read content"), N_("no purpose was given"), "%s", "--purpose");
	return pb_fail_todo(err, PB_EINVAL,
	    N_("say why with --purpose TEXT; it is kept, sealed, in an access record"));
}

/* What an access record says. */
struct accessing {
	const char *command, *what;
	const char *purpose;
	uint64_t first, last;
	const struct pb_access_queries *queries; /* NULL: nothing was searched for */
};

/* {"purpose":...,"queries":[...]} */
static void
write_envelope(const struct accessing *a, struct pb_json_writer *e)
{
	pb_json_object_begin(e, NULL);
	pb_json_octets(e, "purpose", a->purpose, strlen(a->purpose));
	if (a->queries != NULL) {
		pb_json_array_begin(e, "queries");
		for (size_t i = 0; i < a->queries->count; i++)
			pb_json_octets(e, NULL, a->queries->text[i], strlen(a->queries->text[i]));
		pb_json_array_end(e);
	}
	pb_json_object_end(e);
}

/* {"event":"access","command":...,"what":...,"records":[first,last]}, and its envelope */
static enum pb_status
record_access(struct pb_archive *archive, const struct accessing *a, struct pb_error *err)
{
	struct pb_buf facts = PB_BUF_EMPTY, envelope = PB_BUF_EMPTY;
	struct pb_json_writer w, e;
	enum pb_status status;

	pb_json_writer_init(&w, &facts);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "event", "access");
	pb_json_text(&w, "command", a->command);
	pb_json_text(&w, "what", a->what);
	pb_json_array_begin(&w, "records");
	pb_json_u64(&w, NULL, a->first);
	pb_json_u64(&w, NULL, a->last);
	pb_json_array_end(&w);
	pb_json_object_end(&w);
	pb_json_writer_init(&e, &envelope);
	write_envelope(a, &e);
	if (pb_json_writer_status(&w) != PB_OK || pb_json_writer_status(&e) != PB_OK)
		status = pb_fail_memory(err, N_("write the access record"));
	else
		status = pb_commit_own(archive, PB_RECORD_MANAGEMENT, &facts, &envelope, NULL, err);
	pb_buf_done(&facts);
	pb_buf_wipe(&envelope);
	pb_buf_done(&envelope);
	return status;
}

static enum pb_status
no_such_record(uint64_t first, uint64_t last, uint64_t size, struct pb_error *err)
{
	const char *what = N_("find a record");

	if (first > last)
		return pb_fail(err, PB_ENOENT, what, N_("the range ends before it begins"),
		    "%" PRIu64 "..%" PRIu64, first, last);
	return pb_fail(err, PB_ENOENT, what, N_("that is beyond the newest record"),
	    "%" PRIu64 " > %" PRIu64, last, size - 1);
}

static enum pb_status
open_archive(const struct pb_world *world, const struct pb_options *options,
    struct accessing *accessing, struct pb_access *access, struct pb_error *err)
{
	enum pb_status status = check_purpose(options, err);

	if (status == PB_OK)
		status = pb_access_key(world, options, access->dir, &access->key, err);
	if (status == PB_OK)
		status = pb_access_writer(world, access->dir, access->key, &access->archive, err);
	if (status != PB_OK)
		return status;
	access->size = pb_archive_size(access->archive);
	if (accessing->last == PB_NO_SEQ)
		accessing->last = access->size - 1;
	if (accessing->first > accessing->last || accessing->last >= access->size)
		return no_such_record(accessing->first, accessing->last, access->size, err);
	accessing->purpose = options->value[PB_OPTION_PURPOSE];
	status = record_access(access->archive, accessing, err);
	if (status == PB_OK)
		status =
		    pb_reading_new(world->files, access->dir, access->key, &access->reading, err);
	return status;
}

static enum pb_status
open_access(const struct pb_world *world, const struct pb_options *options,
    struct accessing *accessing, struct pb_access *ret_access, struct pb_error *err)
{
	struct pb_access access = { .dir = pb_access_archive(options) };
	enum pb_status status;

	if (access.dir == NULL)
		return PB_EINVAL;
	status = open_archive(world, options, accessing, &access, err);
	if (status == PB_OK)
		*ret_access = access;
	else
		(void)pb_access_close(&access, NULL);
	return status;
}

enum pb_status
pb_access_open(const struct pb_world *world, const struct pb_options *options, const char *command,
    const char *what, uint64_t first, uint64_t last, struct pb_access *ret_access,
    struct pb_error *err)
{
	struct accessing accessing = {
		.command = command, .what = what, .first = first, .last = last
	};

	return open_access(world, options, &accessing, ret_access, err);
}

enum pb_status
pb_access_open_search(const struct pb_world *world, const struct pb_options *options,
    const char *what, const struct pb_access_queries *queries, struct pb_access *ret_access,
    struct pb_error *err)
{
	struct accessing accessing = {
		.command = "find", .what = what, .last = PB_NO_SEQ, .queries = queries
	};

	return open_access(world, options, &accessing, ret_access, err);
}

enum pb_status
pb_access_search(struct pb_access *access, const struct pb_options *options, const char *what,
    const struct pb_access_queries *queries, struct pb_error *err)
{
	const struct accessing accessing = { .command = "find",
		.what = what,
		.purpose = options->value[PB_OPTION_PURPOSE],
		.last = access->size - 1,
		.queries = queries };

	return record_access(access->archive, &accessing, err);
}

enum pb_status
pb_access_stamp(struct pb_archive *archive, struct pb_error *err)
{
	struct pb_stamp_outcome outcome;

	if (archive == NULL || !pb_archive_stamps_locally(archive))
		return PB_OK;
	return pb_archive_stamp(archive, NULL, false, &outcome, err);
}

enum pb_status
pb_access_finish(struct pb_archive *archive, struct pb_error *err)
{
	enum pb_status status = pb_access_stamp(archive, err), closed;
	struct pb_error closing = { 0 };

	closed = pb_archive_close(archive, &closing);
	if (status == PB_OK && closed != PB_OK && err != NULL)
		*err = closing;
	return status != PB_OK ? status : closed;
}

enum pb_status
pb_access_close(struct pb_access *access, struct pb_error *err)
{
	enum pb_status status;

	pb_reading_free(access->reading);
	status = pb_access_finish(access->archive, err);
	pb_reader_key_free(access->key);
	return status;
}
