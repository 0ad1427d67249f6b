#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "archive/bodies.h"
#include "capture/mailboxes.h"
#include "cli/access.h"
#include "cli/asking.h"
#include "cli/print.h"
#include "cli/tsa.h"
#include "core/io.h"
#include "core/limits.h"

#define COLUMNS 78

/* Exactly one way of recovery must be chosen: there is no default for losing everything. */
static bool
choose_recovery(const struct pb_options *options, struct pb_create_options *create)
{
	const char *file = options->value[PB_OPTION_RECOVERY_OUT];
	const char *heir = options->value[PB_OPTION_HEIR];
	const char *none = options->value[PB_OPTION_NO_RECOVERY];

	if ((file != NULL) + (heir != NULL) + (none != NULL) != 1) {
		pb_say_usage(_("how is the archive opened when the passphrase is lost?"),
		    _("choose one of --recovery-out FILE, --heir CERT, --no-recovery"));
		return false;
	}
	create->recovery = file != NULL   ? PB_RECOVERY_FILE
			   : heir != NULL ? PB_RECOVERY_HEIR
					  : PB_RECOVERY_NONE;
	create->recovery_path = file;
	return true;
}

static void
print_json(const struct pb_created *created, const struct pb_create_options *create)
{
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_json_writer w;

	pb_json_writer_init(&w, &out);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "origin", created->origin);
	pb_json_text(&w, "verifier_key", created->verifier_key);
	pb_json_text(&w, "reader", created->reader_id);
	if (create->recovery != PB_RECOVERY_NONE)
		pb_json_text(&w, "recovery", created->recovery_id);
	if (create->recovery == PB_RECOVERY_FILE)
		pb_json_text(&w, "recovery_code", created->recovery_code);
	pb_json_bool(&w, "local_authority", created->local_tsa);
	pb_json_object_end(&w);
	pb_print_json(&w);
	pb_buf_wipe(&out);
	pb_buf_done(&out);
}

/* A paragraph for a person, narrower than any terminal. */
static void
print_paragraph(const char *text)
{
	unsigned width = pb_print_width();

	(void)putchar('\n');
	pb_print_wrapped(text, 0, width < COLUMNS ? width : COLUMNS);
}

static void
print_recovery(const struct pb_created *created, const struct pb_create_options *create)
{
	switch (create->recovery) {
	case PB_RECOVERY_FILE:
		(void)printf(_("  recovery       %s\n"), create->recovery_path);
		print_paragraph(
		    _("Recovery code (shown this once; write it down, and keep it apart "
		      "from the file):"));
		(void)printf("\n    %s\n", created->recovery_code);
		print_paragraph(_("Take the file off line: a USB key in a safe place."));
		break;
	case PB_RECOVERY_HEIR:
		(void)printf(_("  heir           %s\n"), created->recovery_id);
		break;
	case PB_RECOVERY_NONE:
		print_paragraph(_("No recovery: who loses the passphrase loses every message."));
		break;
	}
}

static void
print_text(
    const char *dir, const struct pb_created *created, const struct pb_create_options *create)
{
	(void)printf(_("Archive made in %s\n"), dir);
	(void)printf(_("  log            %s\n"), created->origin);
	(void)printf(_("  verifier key   %s\n"), created->verifier_key);
	(void)printf(
	    _("  reader         %s\n                 under your passphrase\n"), created->reader_id);
	print_recovery(created, create);
	if (created->local_tsa)
		print_paragraph(
		    _("Timestamps: by the archive's own authority, until `probant tsa "
		      "add` names another.  Its times are claims: they prove no date to "
		      "anybody else."));
	(void)printf(_("\nNext: probant import -a %s PATH...\n"), dir);
}

static int
found(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return 1;
}

/* What would fail behind the passphrase is said before it is asked for. */
static enum pb_status
look_at_place(const struct pb_world *world, const char *dir, struct pb_error *err)
{
	const char *what = N_("make the archive's directory");
	int answer = world->files->list(world->files->ctx, dir, found, NULL);

	if (answer == 0 || answer == -ENOENT)
		return PB_OK;
	if (answer < 0)
		return pb_fail_sys(err, answer, what, "%s", dir);
	(void)pb_fail(err, PB_EEXIST, what, N_("it is not empty"), "%s", dir);
	return pb_fail_todo(err, PB_EEXIST, N_("name a directory that does not exist yet"));
}

static enum pb_status
create(const struct pb_world *world, const struct pb_options *options,
    struct pb_create_options *create, struct pb_created *ret_created, struct pb_error *err)
{
	const char *heir = options->value[PB_OPTION_HEIR];
	struct pb_buf passphrase = PB_BUF_EMPTY, certificate = PB_BUF_EMPTY;
	enum pb_status status = PB_OK;

	if (heir != NULL)
		status = pb_io_read_file(world->files, heir, PB_LIMIT_PEM, &certificate, err);
	if (status == PB_OK)
		status = pb_access_absent(world, create->recovery_path, err);
	if (status == PB_OK)
		status = look_at_place(world, options->operand[0], err);
	if (status == PB_OK)
		status = pb_asking_new(world, options, PB_OPTION_PASSPHRASE_FILE,
		    options->operand[0], &passphrase, err);
	create->heir_pem = certificate.data;
	create->heir_len = certificate.len;
	create->passphrase = (const char *)passphrase.data;
	create->passphrase_len = passphrase.len;
	if (status == PB_OK)
		status = pb_access_taken(
		    pb_archive_create(world, options->operand[0], create, ret_created, err), err);
	pb_buf_wipe(&passphrase);
	pb_buf_done(&passphrase);
	pb_buf_done(&certificate);
	return status;
}

/* The authority of --tsa; without it the archive gets one of its own. */
static bool
choose_authority(const struct pb_world *world, const struct pb_options *options,
    struct pb_create_options *create, struct pb_tsa_settings *settings, struct pb_buf *roots,
    enum pb_exit *ret_exit)
{
	const char *url = options->value[PB_OPTION_TSA];

	if (url == NULL && options->value[PB_OPTION_TSA_ROOTS] != NULL) {
		pb_say_usage(_("which authority are these roots of?"), "--tsa URL");
		*ret_exit = PB_EXIT_USAGE;
		return false;
	}
	if (url == NULL)
		return true;
	if (!pb_tsa_options(world, options, "tsa", url, roots, settings, ret_exit))
		return false;
	create->tsa = settings;
	create->tsa_count = 1;
	return true;
}

static enum pb_status
find_mailboxes(
    const struct pb_options *options, struct pb_mailboxes *mailboxes, struct pb_error *err)
{
	enum pb_status status = PB_OK;
	const char *address;
	size_t i;

	for (i = 0;
	     status == PB_OK && (address = pb_options_nth(options, PB_OPTION_MAILBOX, i)) != NULL;
	     i++)
		status = pb_mailboxes_add(mailboxes, address, err);
	return status;
}

/* The log says so, and so it needs an archive that is there. */
static enum pb_status
leave_bodies_out(const struct pb_world *world, const char *dir, struct pb_error *err)
{
	struct pb_archive *archive = NULL;
	struct pb_error closing = { 0 };
	enum pb_status status = pb_access_writer(world, dir, NULL, &archive, err), closed;

	if (status == PB_OK)
		status = pb_bodies_choose(archive, false, err);
	closed = pb_access_finish(archive, &closing);
	if (status == PB_OK && closed != PB_OK)
		*err = closing;
	return status != PB_OK ? status : closed;
}

enum pb_exit
pb_cli_init(const struct pb_world *world, const struct pb_options *options)
{
	struct pb_create_options choices = { .origin_name = options->value[PB_OPTION_ORIGIN] };
	struct pb_tsa_settings settings;
	struct pb_mailboxes mailboxes = PB_MAILBOXES_EMPTY;
	struct pb_buf roots = PB_BUF_EMPTY;
	struct pb_created created;
	struct pb_error err = { 0 };
	enum pb_status status;
	enum pb_exit code;

	if (choices.origin_name == NULL) {
		pb_say_usage(_("which name shall the log have?"), "--origin NAME");
		return PB_EXIT_USAGE;
	}
	if (!choose_recovery(options, &choices))
		return PB_EXIT_USAGE;
	if (!choose_authority(world, options, &choices, &settings, &roots, &code)) {
		pb_buf_done(&roots);
		return code;
	}
	status = find_mailboxes(options, &mailboxes, &err);
	if (status == PB_OK)
		status = create(world, options, &choices, &created, &err);
	if (status == PB_OK && mailboxes.count > 0)
		status = pb_mailboxes_save(&mailboxes, world->files, options->operand[0], &err);
	pb_buf_done(&roots);
	pb_mailboxes_done(&mailboxes);
	if (status != PB_OK) {
		pb_say_error(&err);
		return pb_say_exit(status);
	}
	if (options->value[PB_OPTION_JSON] != NULL)
		print_json(&created, &choices);
	else
		print_text(options->operand[0], &created, &choices);
	pb_wipe(&created, sizeof(created));
	/* Behind it, since the recovery code must have been shown whatever happens here. */
	if (options->value[PB_OPTION_NO_BODIES] != NULL)
		status = leave_bodies_out(world, options->operand[0], &err);
	if (status != PB_OK)
		pb_say_error(&err);
	return status == PB_OK ? PB_EXIT_OK : pb_say_exit(status);
}
