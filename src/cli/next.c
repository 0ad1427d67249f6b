/* `probant` alone, or with an archive: where things stand, and what to do next. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/access.h"
#include "cli/colour.h"
#include "cli/command.h"
#include "cli/examine.h"
#include "core/text.h"
#include "probant/archive.h"
#include "probant/stamp.h"
#include "sys/process.h"

/* dir: the archive, to be named in the command; NULL: it need not be. */
static void
step(const char *command, const char *dir, const char *rest, const char *why)
{
	(void)printf("  %sprobant %s%s%s%s%s\n      %s\n", pb_colour_on(1, PB_COLOUR_STRONG),
	    command, dir != NULL ? " -a " : "", dir != NULL ? dir : "", rest,
	    pb_colour_off(1, PB_COLOUR_STRONG), why);
}

/* Most urgent first. */
static void
print_steps(
    const struct pb_archive_status *s, const struct pb_stamp_standing *stamps, const char *dir)
{
	if (s->torn && !s->locked)
		step("stamp", dir, "",
		    _("a command was ended in the middle; what it had not acknowledged is put "
		      "aside"));
	if (stamps->authorities == 0)
		step("tsa add", dir, "", _("no authority stamps this archive"));
	else if (stamps->backlog > 0 && !(stamps->local_only && stamps->stamped_size == 0))
		step("stamp", dir, "", _("records wait for a timestamp"));
	if (s->records < PB_NEXT_RECORDS)
		step("import", dir, " ~/Maildir", _("nothing is kept yet"));
	else
		step("list", dir, " --purpose '...'", _("what is kept"));
	step("verify", dir, "", _("check all of it"));
	step("status", dir, "", _("more on this archive"));
	step("help", NULL, "", _("all commands"));
}

static enum pb_exit
print_archive(const struct pb_world *world, const char *dir, bool named)
{
	struct pb_archive_status s;
	struct pb_stamp_standing stamps;
	struct pb_error err = { 0 };

	if (pb_examine_place(world, dir, &err) != PB_OK ||
	    pb_archive_describe(world, dir, &s, &err) != PB_OK ||
	    pb_archive_stamp_standing(world, dir, &stamps, &err) != PB_OK) {
		pb_say_error(&err);
		return pb_say_exit(err.status);
	}
	(void)printf("%s%s%s\n", pb_colour_on(1, PB_COLOUR_STRONG), s.origin,
	    pb_colour_off(1, PB_COLOUR_STRONG));
	(void)printf(ngettext("%" PRIu64 " record in %s\n", "%" PRIu64 " records in %s\n",
			 (unsigned long)s.records),
	    s.records, dir);
	(void)printf("\n%s\n", _("Next:"));
	print_steps(&s, &stamps, named ? dir : NULL);
	return PB_EXIT_OK;
}

enum pb_exit
pb_cli_next(const struct pb_world *world, const struct pb_options *options)
{
	const char *named = options->value[PB_OPTION_ARCHIVE];
	const char *dir = named != NULL ? named : pb_process_environment("PROBANT_ARCHIVE");

	if (dir == NULL || *dir == '\0')
		return pb_cli_help(world, options);
	return print_archive(world, dir, named != NULL);
}
