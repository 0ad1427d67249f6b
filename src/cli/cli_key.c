#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/listing.h"
#include "archive/paths.h"
#include "archive/readers.h"
#include "cli/access.h"
#include "cli/examine.h"
#include "cli/print.h"
#include "core/io.h"
#include "core/text.h"
#include "log/trust.h"

/* The readers of today in the place of those of record 0. */
static enum pb_status
bring_up_to_date(
    const struct pb_world *world, const char *dir, struct pb_founded *founded, struct pb_error *err)
{
	struct pb_readers *readers = calloc(1, sizeof(*readers));
	enum pb_status status;

	if (readers == NULL)
		return pb_fail_memory(err, N_("find who can open the archive"));
	status = pb_readers_in_force(world->files, dir, founded, readers, err);
	if (status == PB_OK) {
		founded->reader_count = readers->count;
		memcpy(founded->reader, readers->reader, sizeof(founded->reader));
	}
	free(readers);
	return status;
}

/* Read what the log states of itself and hand it on: what the three commands share. */
static enum pb_exit
with_founded(const struct pb_world *world, const struct pb_options *options,
    enum pb_status (*use)(const struct pb_world *world, const struct pb_options *options,
	const char *dir, const struct pb_founded *founded, struct pb_error *err))
{
	struct pb_founded *founded = calloc(1, sizeof(*founded));
	const char *dir = pb_access_archive(options);
	struct pb_error err = { 0 };
	enum pb_status status;

	if (dir == NULL) {
		free(founded);
		return PB_EXIT_USAGE;
	}
	status = founded == NULL ? pb_fail_memory(&err, N_("read record 0 of the archive"))
				 : pb_examine_place(world, dir, &err);
	if (status == PB_OK)
		status = pb_founded_read(world->files, dir, founded, &err);
	if (status == PB_OK)
		status = bring_up_to_date(world, dir, founded, &err);
	if (status == PB_OK)
		status = use(world, options, dir, founded, &err);
	if (status != PB_OK)
		pb_say_error(&err);
	free(founded);
	return pb_say_exit(status);
}

/* To --output, or to stdout; `text` ends with a line end.  --json wraps it as {key: text}. */
static enum pb_status
put_out(const struct pb_world *world, const struct pb_options *options, const char *key,
    struct pb_buf *text, struct pb_error *err)
{
	const char *path = options->value[PB_OPTION_OUTPUT];
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_json_writer w;

	if (path != NULL)
		return pb_access_taken(
		    pb_io_create_file(world->files, path, text->data, text->len, err), err);
	if (options->value[PB_OPTION_JSON] == NULL) {
		(void)fwrite(text->data, 1, text->len, stdout);
		return PB_OK;
	}
	if (pb_buf_text(text) == NULL)
		return pb_fail_memory(err, N_("print a key"));
	pb_json_writer_init(&w, &out);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, key, pb_buf_text(text));
	pb_json_object_end(&w);
	pb_print_json(&w);
	pb_buf_done(&out);
	return PB_OK;
}

/* ---- key list ------------------------------------------------------------------------------- */

/*
 * Keys of who is a reader no more, as a removal that was cut short leaves them, to `each`.  The id
 * is shown: it is in hex, or the file is not ours.
 */
static enum pb_status
each_former(const struct pb_world *world, const char *dir, const struct pb_founded *founded,
    void (*each)(void *arg, const char *id), void *arg, struct pb_error *err)
{
	struct pb_listing names = PB_LISTING_EMPTY;
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, dir, PB_DIR_READERS, NULL, err);
	size_t k;

	if (status == PB_OK)
		status = pb_listing_read(world->files, path.text, &names, err);
	for (size_t i = 0; status == PB_OK && i < names.count; i++) {
		char *name = names.name[i];
		size_t len = strspn(name, "0123456789abcdef");

		if (strcmp(name + len, ".key") != 0)
			continue;
		name[len] = '\0';
		for (k = 0; k < founded->reader_count; k++)
			if (strcmp(founded->reader[k].id, name) == 0)
				break;
		if (k == founded->reader_count)
			each(arg, name);
	}
	pb_listing_done(&names);
	return status;
}

/* What a reader's certificate says. */
struct certified {
	char algorithm[32];
	char subject[PB_READER_SUBJECT_SIZE];
	bool ends;
	int64_t until_s;
};

static enum pb_status
read_certificate(const struct pb_world *world, const char *dir,
    const struct pb_founded_reader *stated, struct certified *out, struct pb_error *err)
{
	struct pb_reader *reader = NULL;
	enum pb_status status = pb_founded_certificate(world->files, dir, stated, &reader, err);

	if (status == PB_OK) {
		(void)snprintf(
		    out->algorithm, sizeof(out->algorithm), "%s", pb_reader_algorithm(reader));
		pb_reader_subject(reader, out->subject);
		out->ends = pb_reader_until(reader, &out->until_s);
	}
	pb_reader_free(reader);
	return status;
}

static void
put_id(void *arg, const char *id)
{
	pb_json_text(arg, NULL, id);
}

static void
state_reader(const struct pb_founded_reader *reader, const struct certified *certified,
    struct pb_json_writer *w)
{
	char until[21];

	pb_json_object_begin(w, NULL);
	pb_json_text(w, "id", reader->id);
	pb_json_text(w, "role", reader->role);
	pb_json_text(w, "algorithm", certified->algorithm);
	pb_json_text(w, "subject", certified->subject);
	if (certified->ends) {
		pb_time_format(certified->until_s, until);
		pb_json_text(w, "not_after", until);
	}
	pb_json_object_end(w);
}

static enum pb_status
list_json(const struct pb_world *world, const char *dir, const struct pb_founded *founded,
    const char *vkey, struct pb_error *err)
{
	struct pb_buf out = PB_BUF_EMPTY;
	enum pb_status status = PB_OK;
	struct certified certified;
	struct pb_json_writer w;
	size_t i;

	pb_json_writer_init(&w, &out);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "verifier_key", vkey);
	pb_json_text(&w, "recovery", founded->recovery);
	pb_json_array_begin(&w, "readers");
	for (i = 0; status == PB_OK && i < founded->reader_count; i++) {
		status = read_certificate(world, dir, &founded->reader[i], &certified, err);
		if (status == PB_OK)
			state_reader(&founded->reader[i], &certified, &w);
	}
	pb_json_array_end(&w);
	pb_json_array_begin(&w, "former_keys");
	if (status == PB_OK)
		status = each_former(world, dir, founded, put_id, &w, err);
	pb_json_array_end(&w);
	pb_json_object_end(&w);
	if (status == PB_OK)
		pb_print_json(&w);
	pb_buf_done(&out);
	return status;
}

/* A name that is ours says no more than the role does. */
static void
print_certified(const struct certified *certified, int64_t now_s)
{
	bool named = certified->subject[0] != '\0' &&
		     strncmp(certified->subject, "CN=probant ", strlen("CN=probant ")) != 0;
	char until[21];

	if (named)
		(void)printf("           %s\n", certified->subject);
	if (!certified->ends)
		return;
	pb_time_format(certified->until_s, until);
	(void)printf(certified->until_s < now_s
			 ? _("           certificate expired %s; its key opens the archive all the "
			     "same\n")
			 : _("           certificate until %s\n"),
	    until);
}

static void
print_former(void *arg, const char *id)
{
	(void)arg;
	(void)printf(_("former     %s  his key is still kept here: `probant key remove` with this "
		       "id removes it\n"),
	    id);
}

static void
print_reader(const struct pb_founded_reader *reader, const char *algorithm)
{
	if (strcmp(reader->role, "recovery") == 0)
		(void)printf(_("recovery   %s  %s, in a file off line\n"), reader->id, algorithm);
	else if (strcmp(reader->role, "heir") == 0)
		(void)printf(_("heir       %s  %s\n"), reader->id, algorithm);
	else
		(void)printf(_("reader     %s  %s\n"), reader->id, algorithm);
}

static enum pb_status
list_text(const struct pb_world *world, const char *dir, const struct pb_founded *founded,
    const char *vkey, struct pb_error *err)
{
	int64_t now_s = world->clock->now_us(world->clock->ctx) / 1000000;
	struct certified certified;
	enum pb_status status;
	bool alone = true; /* no way but the passphrase */
	size_t i;

	(void)printf(_("log key    %s\n"), vkey);
	for (i = 0; i < founded->reader_count; i++) {
		status = read_certificate(world, dir, &founded->reader[i], &certified, err);
		if (status != PB_OK)
			return status;
		print_reader(&founded->reader[i], certified.algorithm);
		print_certified(&certified, now_s);
		alone &= strcmp(founded->reader[i].role, "reader") == 0;
	}
	if (alone)
		(void)puts(_("recovery   none: who loses the passphrase loses every message"));
	return each_former(world, dir, founded, print_former, NULL, err);
}

static enum pb_status
list(const struct pb_world *world, const struct pb_options *options, const char *dir,
    const struct pb_founded *founded, struct pb_error *err)
{
	struct pb_buf vkey = PB_BUF_EMPTY;
	enum pb_status status;

	if (pb_note_verifier_format(&founded->verifier, &vkey) != PB_OK ||
	    pb_buf_text(&vkey) == NULL)
		status = pb_fail_memory(err, N_("list keys"));
	else if (options->value[PB_OPTION_JSON] != NULL)
		status = list_json(world, dir, founded, pb_buf_text(&vkey), err);
	else
		status = list_text(world, dir, founded, pb_buf_text(&vkey), err);
	pb_buf_done(&vkey);
	return status;
}

enum pb_exit
pb_cli_key_list(const struct pb_world *world, const struct pb_options *options)
{
	return with_founded(world, options, list);
}

/* ---- key policy ----------------------------------------------------------------------------- */

static enum pb_status
policy(const struct pb_world *world, const struct pb_options *options, const char *dir,
    const struct pb_founded *founded, struct pb_error *err)
{
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status;

	(void)dir;
	if (pb_trust_format(&founded->verifier, &text) != PB_OK)
		status = pb_fail_memory(err, N_("print a trust file"));
	else
		status = put_out(world, options, "policy", &text, err);
	pb_buf_done(&text);
	return status;
}

enum pb_exit
pb_cli_key_policy(const struct pb_world *world, const struct pb_options *options)
{
	return with_founded(world, options, policy);
}

/* ---- key export ----------------------------------------------------------------------------- */

static enum pb_status
export_reader(const struct pb_world *world, const char *dir, const struct pb_founded *founded,
    const char *id, struct pb_buf *text, struct pb_error *err)
{
	struct pb_reader *reader = NULL;
	enum pb_status status;
	size_t i;

	for (i = 0; i < founded->reader_count; i++)
		if (strcmp(founded->reader[i].id, id) == 0)
			break;
	if (i == founded->reader_count) {
		(void)pb_fail(err, PB_ENOENT, N_("print a reader's certificate"),
		    N_("no reader has this id"), "%s", id);
		return pb_fail_todo(err, PB_ENOENT, N_("`probant key list` shows the ids"));
	}
	status = pb_founded_certificate(world->files, dir, &founded->reader[i], &reader, err);
	if (status == PB_OK)
		status = pb_reader_to_pem(reader, text, err);
	pb_reader_free(reader);
	return status;
}

static enum pb_status
export_key(const struct pb_world *world, const struct pb_options *options, const char *dir,
    const struct pb_founded *founded, struct pb_error *err)
{
	const char *id = options->value[PB_OPTION_READER];
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status = PB_OK;

	if (id != NULL)
		status = export_reader(world, dir, founded, id, &text, err);
	else if (pb_note_verifier_format(&founded->verifier, &text) != PB_OK ||
		 pb_buf_append(&text, "\n", 1) != PB_OK)
		status = pb_fail_memory(err, N_("print a key"));
	if (status == PB_OK)
		status = put_out(
		    world, options, id != NULL ? "certificate" : "verifier_key", &text, err);
	pb_buf_done(&text);
	return status;
}

enum pb_exit
pb_cli_key_export(const struct pb_world *world, const struct pb_options *options)
{
	return with_founded(world, options, export_key);
}
