/* `key add`, `key remove`, `key rotate`, `key passphrase`: who can open the archive. */
#include <stdio.h>
#include <string.h>

#include "cli/access.h"
#include "cli/asking.h"
#include "cli/print.h"
#include "core/io.h"
#include "core/limits.h"
#include "keys/change.h"

/* What came of it. */
struct outcome {
	char id[PB_READER_ID_SIZE];
	char code[PB_CODE_SIZE]; /* or "" */
};

static enum pb_exit
end(enum pb_status status, const struct pb_error *err)
{
	if (status != PB_OK)
		pb_say_error(err);
	return pb_say_exit(status);
}

/* ---- key add -------------------------------------------------------------------------------- */

static const char *
role_in_words(const char *role)
{
	if (strcmp(role, "recovery") == 0)
		return _("recovery");
	return strcmp(role, "heir") == 0 ? _("heir") : _("reader");
}

static void
print_added(const struct pb_options *options, const char *role, const struct outcome *outcome)
{
	bool past = options->value[PB_OPTION_PAST] != NULL;
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_json_writer w;

	if (options->value[PB_OPTION_JSON] != NULL) {
		pb_json_writer_init(&w, &out);
		pb_json_object_begin(&w, NULL);
		pb_json_text(&w, "reader", outcome->id);
		pb_json_text(&w, "role", role);
		pb_json_bool(&w, "past", past);
		if (outcome->code[0] != '\0')
			pb_json_text(&w, "code", outcome->code);
		pb_json_object_end(&w);
		pb_print_json(&w);
		pb_buf_wipe(&out);
		pb_buf_done(&out);
		return;
	}
	(void)printf(_("Reader       %s (%s)\n"), outcome->id, role_in_words(role));
	if (outcome->code[0] != '\0')
		(void)printf(_("\nThe code that opens %s, shown once and stored nowhere:\n\n"
			       "    %s\n\nWrite it down; keep it apart from the file.\n"),
		    options->value[PB_OPTION_OUTPUT], outcome->code);
	(void)puts(past ? _("\nHe can open what was kept so far, and all that comes.")
			: _("\nHe can open what is kept from now on, and nothing of before.  "
			    "--past hands over the rest."));
}

static bool
choose_role(const struct pb_options *options, const char **ret_role)
{
	const char *role = options->value[PB_OPTION_ROLE];

	*ret_role = role != NULL ? role : "reader";
	if (strcmp(*ret_role, "reader") == 0 || strcmp(*ret_role, "recovery") == 0 ||
	    strcmp(*ret_role, "heir") == 0)
		return true;
	pb_say_usage(_("a role is reader, recovery or heir"), role);
	return false;
}

static bool
choose_key(const struct pb_options *options)
{
	bool made = options->value[PB_OPTION_NEW] != NULL;

	if (made != (options->operand_count == 0)) {
		pb_say_usage(_("whose key?"), _("give a certificate, or --new -o FILE"));
		return false;
	}
	if (made != (options->value[PB_OPTION_OUTPUT] != NULL)) {
		pb_say_usage(
		    _("--new and -o FILE go together"), _("the new key stands in FILE alone"));
		return false;
	}
	return true;
}

static enum pb_status
add(const struct pb_world *world, const struct pb_options *options, const char *role,
    struct pb_archive *archive, struct outcome *outcome, struct pb_error *err)
{
	bool past = options->value[PB_OPTION_PAST] != NULL;
	struct pb_buf pem = PB_BUF_EMPTY;
	enum pb_status status;

	if (options->operand_count == 0)
		return pb_access_taken(pb_reader_add_new(archive, options->value[PB_OPTION_OUTPUT],
					   role, past, outcome->id, outcome->code, err),
		    err);
	status = pb_io_read_file(world->files, options->operand[0], PB_LIMIT_PEM, &pem, err);
	if (status == PB_OK)
		status = pb_reader_add(archive, pem.data, pem.len, role, past, outcome->id, err);
	pb_buf_done(&pem);
	return status;
}

enum pb_exit
pb_cli_key_add(const struct pb_world *world, const struct pb_options *options)
{
	const char *dir = pb_access_archive(options), *role;
	struct outcome outcome = { .code = "" };
	struct pb_archive *archive = NULL;
	struct pb_reader_key *key = NULL;
	struct pb_error err = { 0 };
	enum pb_status status;

	if (dir == NULL || !choose_role(options, &role) || !choose_key(options))
		return PB_EXIT_USAGE;
	status = pb_access_absent(world, options->value[PB_OPTION_OUTPUT], &err);
	if (status == PB_OK && options->value[PB_OPTION_PAST] != NULL)
		status = pb_access_key(world, options, dir, &key, &err);
	if (status == PB_OK)
		status = pb_archive_open(world, dir, key, &archive, &err);
	if (status == PB_OK)
		status = add(world, options, role, archive, &outcome, &err);
	if (status == PB_OK) {
		print_added(options, role, &outcome);
		status = pb_access_finish(archive, &err);
	} else {
		(void)pb_archive_close(archive, NULL);
	}
	pb_wipe(&outcome, sizeof(outcome));
	pb_reader_key_free(key);
	return end(status, &err);
}

/* ---- key remove ----------------------------------------------------------------------------- */

static void
print_id(const struct pb_options *options, const char *member, const char *id, const char *text)
{
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_json_writer w;

	if (options->value[PB_OPTION_JSON] == NULL) {
		(void)puts(text);
		return;
	}
	pb_json_writer_init(&w, &out);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, member, id);
	pb_json_object_end(&w);
	pb_print_json(&w);
	pb_buf_done(&out);
}

enum pb_exit
pb_cli_key_remove(const struct pb_world *world, const struct pb_options *options)
{
	const char *dir = pb_access_archive(options);
	struct pb_archive *archive = NULL;
	struct pb_error err = { 0 };
	enum pb_status status;

	if (dir == NULL)
		return PB_EXIT_USAGE;
	status = pb_archive_open(world, dir, NULL, &archive, &err);
	if (status == PB_OK)
		status = pb_reader_remove(archive, options->operand[0], &err);
	if (status == PB_OK) {
		print_id(options, "removed", options->operand[0],
		    _("He is a reader no more: nothing that is kept from now on is sealed for "
		      "him.\nWhat was kept while he was one stays open to whoever has his key and "
		      "a copy of the archive; nothing can take that back."));
		status = pb_access_finish(archive, &err);
	} else {
		(void)pb_archive_close(archive, NULL);
	}
	return end(status, &err);
}

/* ---- key rotate, key passphrase ------------------------------------------------------------- */

enum pb_exit
pb_cli_key_rotate(const struct pb_world *world, const struct pb_options *options)
{
	const char *dir = pb_access_archive(options);
	struct pb_buf passphrase = PB_BUF_EMPTY;
	struct pb_archive *archive = NULL;
	struct pb_reader_key *key = NULL;
	struct pb_error err = { 0 };
	struct outcome outcome;
	enum pb_status status;

	if (dir == NULL)
		return PB_EXIT_USAGE;
	status = pb_access_key(world, options, dir, &key, &err);
	if (status == PB_OK)
		status = pb_asking_new(
		    world, options, PB_OPTION_NEW_PASSPHRASE_FILE, dir, &passphrase, &err);
	if (status == PB_OK)
		status = pb_archive_open(world, dir, key, &archive, &err);
	if (status == PB_OK)
		status = pb_reader_rotate(
		    archive, (const char *)passphrase.data, passphrase.len, outcome.id, &err);
	if (status == PB_OK) {
		print_id(options, "reader", outcome.id,
		    _("The archive's own reader key is a new one, under the new passphrase; it "
		      "opens what was kept so far, too.\nWhoever has the old key and a copy of "
		      "the archive can still open what was kept until now."));
		status = pb_access_finish(archive, &err);
	} else {
		(void)pb_archive_close(archive, NULL);
	}
	pb_buf_wipe(&passphrase);
	pb_buf_done(&passphrase);
	pb_reader_key_free(key);
	return end(status, &err);
}

enum pb_exit
pb_cli_key_passphrase(const struct pb_world *world, const struct pb_options *options)
{
	const char *dir = pb_access_archive(options);
	struct pb_buf passphrase = PB_BUF_EMPTY;
	struct pb_reader_key *key = NULL;
	struct pb_error err = { 0 };
	enum pb_status status;

	if (dir == NULL)
		return PB_EXIT_USAGE;
	status = pb_access_key(world, options, dir, &key, &err);
	if (status == PB_OK)
		status = pb_asking_new(
		    world, options, PB_OPTION_NEW_PASSPHRASE_FILE, dir, &passphrase, &err);
	if (status == PB_OK)
		status = pb_reader_repass(
		    world, dir, key, (const char *)passphrase.data, passphrase.len, &err);
	if (status == PB_OK)
		print_id(options, "reader", pb_reader_id(pb_reader_key_reader(key)),
		    _("The key is the same, under another passphrase.  If somebody may have the "
		      "old passphrase and a copy of the archive, `probant key rotate` is what "
		      "helps."));
	pb_buf_wipe(&passphrase);
	pb_buf_done(&passphrase);
	pb_reader_key_free(key);
	return end(status, &err);
}
