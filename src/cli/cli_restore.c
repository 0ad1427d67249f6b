/* `restore`: an archive out of a backup or a copy. */
#include <inttypes.h>
#include <stdio.h>

#include "archive/restored.h"
#include "cli/access.h"
#include "cli/examine.h"
#include "cli/print.h"
#include "cli/verdict.h"
#include "copies/restore.h"
#include "core/text.h"

static void
print_json(const struct pb_restored_seen *seen, enum pb_verdict verdict, const char *made)
{
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_json_writer w;

	pb_json_writer_init(&w, &out);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "origin", seen->origin);
	pb_json_u64(&w, "records", seen->size);
	pb_json_text(&w, "made", made);
	pb_json_bool(&w, "incomplete", seen->incomplete);
	pb_json_bool(&w, "locked", seen->locked);
	pb_json_u64(&w, "ledger", seen->ledger);
	pb_json_u64(&w, "destroyed", seen->destroyed);
	pb_json_text(&w, "verdict", pb_verdict_name(verdict));
	pb_json_object_end(&w);
	pb_print_json(&w);
	pb_buf_done(&out);
}

static void
print_ledger(const struct pb_restored_seen *seen)
{
	if (seen->ledger > seen->size)
		(void)printf(_("missing    %" PRIu64 " records that the newer state has; what is "
			       "written here from now on is another history than that one's\n"),
		    seen->ledger - seen->size);
	if (seen->destroyed > 0)
		(void)printf(ngettext("destroyed  %" PRIu64 " record that the newer state had "
				      "destroyed\n",
				 "destroyed  %" PRIu64 " records that the newer state had "
				 "destroyed\n",
				 (unsigned long)seen->destroyed),
		    seen->destroyed);
	if (seen->ledger == 0)
		(void)puts(_("note       who holds a newer checkpoint of this log will see another "
			     "history in what is written here"));
}

static void
print_text(const struct pb_restored_seen *seen, const char *to, const char *made)
{
	(void)printf(
	    _("restored   %" PRIu64 " records of %s, as of %s\n"), seen->size, seen->origin, made);
	if (seen->incomplete)
		(void)puts(
		    _("note       that copy was cut off while it was brought up to date; the "
		      "log shows how far it goes"));
	print_ledger(seen);
	if (!seen->locked)
		return;
	(void)puts(_("locked     it can be verified and nothing else: what was destroyed since is "
		     "not known here"));
	(void)printf(
	    _("next       restore it again with --ledger and a newer state of it; if there "
	      "is none: probant restore --accept-unknown-destructions %s\n"),
	    to);
}

static enum pb_status
run(const struct pb_world *world, const struct pb_options *options, struct pb_restored_seen *seen,
    struct pb_verification **ret_verification, struct pb_error *err)
{
	struct pb_restore *restore = NULL;
	struct pb_reader_key *key = NULL;
	enum pb_status status;

	status = pb_restore_begin(world, options->operand[0], options->operand[1], &restore, err);
	if (status == PB_OK && pb_restore_has_private(restore))
		status = pb_access_key(world, options, pb_restore_dir(restore), &key, err);
	if (status == PB_OK)
		status = pb_restore_finish(
		    restore, key, options->value[PB_OPTION_LEDGER], seen, ret_verification, err);
	pb_restore_free(restore);
	pb_reader_key_free(key);
	return status;
}

static enum pb_exit
accept(const struct pb_world *world, const char *dir)
{
	struct pb_archive *archive = NULL;
	struct pb_error err = { 0 };
	enum pb_status status = pb_examine_place(world, dir, &err);

	if (status == PB_OK)
		status = pb_restored_accept(world->files, dir, &err);

	if (status == PB_OK)
		status = pb_access_writer(world, dir, NULL, &archive, &err);
	if (status == PB_OK)
		status = pb_access_finish(archive, &err);
	if (status != PB_OK) {
		pb_say_error(&err);
		return pb_say_exit(status);
	}
	(void)puts(_("accepted   the log says that destructions since its backup are unknown"));
	return PB_EXIT_OK;
}

enum pb_exit
pb_cli_restore(const struct pb_world *world, const struct pb_options *options)
{
	bool accepting = options->value[PB_OPTION_ACCEPT] != NULL;
	struct pb_verification *verification = NULL;
	struct pb_restored_seen seen;
	struct pb_error err = { 0 };
	enum pb_verdict verdict;
	enum pb_status status;
	char made[21];

	if (options->operand_count != (accepting ? 1U : 2U)) {
		pb_say_usage(accepting ? _("name the restored archive")
				       : _("name what is restored, and a new directory"),
		    "restore");
		return PB_EXIT_USAGE;
	}
	if (accepting)
		return accept(world, options->operand[0]);
	status = run(world, options, &seen, &verification, &err);
	if (status != PB_OK) {
		pb_say_error(&err);
		return pb_say_exit(status);
	}
	verdict = pb_verification_verdict(verification);
	pb_time_format(seen.made_s, made);
	if (options->value[PB_OPTION_JSON] != NULL)
		print_json(&seen, verdict, made);
	else {
		print_text(&seen, options->operand[1], made);
		if (verdict == PB_INVALID)
			(void)pb_verdict_print(verification, false);
	}
	pb_verification_free(verification);
	return verdict == PB_INVALID ? PB_EXIT_INVALID : PB_EXIT_OK;
}
