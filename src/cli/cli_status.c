#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "archive/authorities.h"
#include "archive/derived.h"
#include "cli/access.h"
#include "cli/cell.h"
#include "cli/copies.h"
#include "cli/ends.h"
#include "cli/examine.h"
#include "cli/machine.h"
#include "cli/print.h"
#include "cli/words.h"
#include "core/text.h"
#include "keys/rehearsal.h"
#include "probant/stamp.h"
#include "sys/confine.h"

/* What catalog and index tell; nothing where they can't be read. */
static bool
look_at_derived(const struct pb_world *world, const char *dir, struct pb_derived *derived)
{
	struct pb_error err = { 0 };

	if (pb_derived_look(world, dir, derived, &err) == PB_OK)
		return true;
	pb_say_error(&err);
	return false;
}

static void
state_derived(const struct pb_world *world, const char *dir, struct pb_json_writer *w)
{
	struct pb_confined offered;
	struct pb_derived derived;

	if (!look_at_derived(world, dir, &derived))
		return;
	pb_json_bool(w, "rolled_back", derived.rolled_back);
	pb_confine_offered(&offered);
	pb_json_object_begin(w, "confinement");
	pb_json_bool(w, "landlock", offered.landlock);
	pb_json_bool(w, "seccomp", offered.seccomp);
	pb_json_object_end(w);
	pb_json_bool(w, "bodies_indexed", derived.bodies);
	if (derived.catalog) {
		pb_json_u64(w, "messages", derived.messages);
		pb_json_u64(w, "indexed", derived.indexed);
	}
}

static void
print_derived(const struct pb_world *world, const char *dir)
{
	struct pb_derived derived;

	if (!look_at_derived(world, dir, &derived))
		return;
	if (derived.catalog && derived.messages > 0)
		(void)printf(_("messages     %" PRIu64 ", of which %" PRIu64
			       " can be searched; the other records are the archive's own\n"),
		    derived.messages, derived.indexed);
	if (!derived.bodies)
		(void)puts(_("             without the words of bodies"));
	if (derived.rolled_back)
		(void)puts(_("rolled back  the catalog shows a newer state of this log than the "
			     "vault: nothing is written; see `probant reindex --help`"));
}

/* Its parsers meet what strangers send: who runs it on such a kernel should know. */
static void
print_confinement(void)
{
	struct pb_confined offered;

	pb_confine_offered(&offered);
	if (!offered.landlock || !offered.seccomp)
		(void)printf(
		    _("confinement  weak: this kernel has no %s for the program that reads "
		      "messages\n"),
		    offered.seccomp    ? "Landlock"
		    : offered.landlock ? "seccomp"
				       : "Landlock, seccomp");
}

/* How long its disk will do, and when certificates end; nothing where that can't be read. */
static void
look_ahead(const struct pb_world *world, const char *dir, int64_t now_s,
    struct pb_growth *ret_growth, struct pb_ends *ret_ends)
{
	struct pb_error err = { 0 };

	if (pb_growth_read(world->files, dir, now_s, ret_growth, &err) != PB_OK ||
	    pb_ends_read(world->files, dir, ret_ends, &err) != PB_OK)
		pb_say_error(&err);
}

static void
state_ahead(
    const struct pb_world *world, const char *dir, uint64_t free_bytes, struct pb_json_writer *w)
{
	int64_t now_s = world->clock->now_us(world->clock->ctx) / 1000000;
	struct pb_growth growth = { 0 };
	struct pb_ends ends = { 0 };
	uint64_t days;

	look_ahead(world, dir, now_s, &growth, &ends);
	days = pb_growth_days_left(free_bytes, pb_growth_a_day(&growth));
	if (growth.span_s > 0)
		pb_json_u64(w, "growth_bytes_a_day", pb_growth_a_day(&growth));
	if (days != UINT64_MAX)
		pb_json_u64(w, "disk_days_left", days);
	pb_ends_json(&ends, now_s, w);
	pb_ends_done(&ends);
}

static void
print_ahead(const struct pb_world *world, const char *dir, uint64_t free_bytes)
{
	int64_t now_s = world->clock->now_us(world->clock->ctx) / 1000000;
	struct pb_growth growth = { 0 };
	struct pb_ends ends = { 0 };
	char a_day[PB_CELL_SIZE_LEN];
	uint64_t days;

	look_ahead(world, dir, now_s, &growth, &ends);
	days = pb_growth_days_left(free_bytes, pb_growth_a_day(&growth));
	pb_cell_size(pb_growth_a_day(&growth), a_day);
	if (days != UINT64_MAX)
		(void)printf(
		    _("disk         the vault grows by %s a day, which leaves %" PRIu64 " days\n"),
		    a_day, days);
	pb_ends_say(&ends, now_s);
	pb_ends_done(&ends);
}

static void
print_json(const struct pb_world *world, const char *dir, const struct pb_archive_status *s,
    const struct pb_stamp_standing *stamps, const struct pb_rehearsed *rehearsed)
{
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_json_writer w;
	char newest[21];

	pb_time_format((int64_t)s->last_time_s, newest);
	pb_json_writer_init(&w, &out);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "origin", s->origin);
	pb_json_text(&w, "verifier_key", s->verifier_key);
	pb_json_u64(&w, "records", s->records);
	pb_json_text(&w, "newest", newest);
	pb_json_u64(&w, "segments", s->segments);
	pb_json_u64(&w, "vault_bytes", s->vault_bytes);
	pb_json_u64(&w, "published", s->published);
	pb_json_u64(&w, "quarantined", s->quarantined);
	pb_json_u64(&w, "free_bytes", s->free_bytes);
	pb_json_bool(&w, "writer_at_work", s->locked);
	pb_json_bool(&w, "torn_tail", s->torn);
	state_derived(world, dir, &w);
	state_ahead(world, dir, s->free_bytes, &w);
	pb_json_object_begin(&w, "timestamps");
	pb_json_u64(&w, "authorities", stamps->authorities);
	pb_json_bool(&w, "local_only", stamps->local_only);
	pb_json_u64(&w, "stamped_size", stamps->stamped_size);
	if (stamps->stamped_size > 0) {
		pb_json_u64(&w, "stamped_us", (uint64_t)stamps->stamped_us);
		pb_json_text(&w, "stamped_by", stamps->stamped_by);
	}
	pb_json_u64(&w, "backlog", stamps->backlog);
	if (stamps->backlog > 0)
		pb_json_u64(&w, "oldest_s", (uint64_t)stamps->oldest_s);
	pb_json_bool(&w, "gap", stamps->gap);
	pb_json_object_end(&w);
	pb_copies_json(world, dir, s->records, &w);
	if (rehearsed->recovery)
		pb_json_u64(&w, "rehearsed_s", (uint64_t)rehearsed->last_s);
	pb_json_object_end(&w);
	pb_print_json(&w);
	pb_buf_done(&out);
}

static void
print_stamps(const struct pb_stamp_standing *stamps)
{
	bool local = strcmp(stamps->stamped_by, "local") == 0;
	char time[PB_WORDS_TIME_LEN];

	if (stamps->stamped_size > 0) {
		pb_words_time(stamps->stamped_us / 1000000, time);
		(void)printf(_("timestamps   over the first %" PRIu64 " records, %s"),
		    stamps->stamped_size, time);
		if (!local)
			(void)printf(_(", by %s"), stamps->stamped_by);
		(void)putchar('\n');
	} else if (stamps->local_only) {
		(void)puts(_("timestamps   none yet: `probant import` stamps what it keeps"));
	} else {
		(void)puts(_("timestamps   none yet: run `probant stamp`, by a timer"));
	}
	if (stamps->local_only || local)
		(void)puts(_("             by the archive's own authority: its times are claims"));
	if (stamps->backlog > 0 && !(stamps->local_only && stamps->stamped_size == 0)) {
		pb_words_time(stamps->oldest_s, time);
		(void)printf(ngettext("unstamped    %" PRIu64 " record, of %s\n",
				 "unstamped    %" PRIu64 " records, the oldest of %s\n",
				 (unsigned long)stamps->backlog),
		    stamps->backlog, time);
		(void)puts(_("             `probant stamp` has them stamped"));
	}
	if (stamps->gap)
		(void)puts(_("gap          no authority answers; the log says since when; see "
			     "`probant tsa list`"));
}

/* A way back that nobody has tried for a year may be none. */
static void
print_rehearsed(const struct pb_rehearsed *rehearsed, int64_t now_s)
{
	char time[PB_WORDS_TIME_LEN];

	if (!rehearsed->recovery)
		return;
	if (rehearsed->last_s == 0) {
		(void)puts(
		    _("recovery     no rehearsal is known: `probant key rehearse` tries it"));
		return;
	}
	pb_words_time(rehearsed->last_s, time);
	(void)printf(_("recovery     rehearsed %s\n"), time);
	if (now_s - rehearsed->last_s > PB_REHEARSAL_YEAR_S)
		(void)puts(_("             more than a year ago: `probant key rehearse` is due"));
}

/* An authority may be dead while another answers: nothing else would show it. */
static void
print_failing(const struct pb_world *world, const char *dir)
{
	struct pb_authorities *authorities = NULL;
	struct pb_error err = { 0 };

	if (pb_authorities_read(world->files, dir, &authorities, &err) != PB_OK) {
		pb_say_error(&err);
		return;
	}
	for (size_t i = 0; i < authorities->count; i++) {
		const struct pb_tsa *tsa = &authorities->tsa[i];

		if (tsa->state.failures > 0)
			(void)printf(_("authority    %s does not answer well (%s)\n"), tsa->name,
			    tsa->state.reason);
	}
	pb_authorities_free(authorities);
}

static void
print_text(const struct pb_archive_status *s, const struct pb_stamp_standing *stamps)
{
	char newest[PB_WORDS_TIME_LEN], used[PB_CELL_SIZE_LEN], left[PB_CELL_SIZE_LEN];

	pb_words_time((int64_t)s->last_time_s, newest);
	pb_cell_size(s->vault_bytes, used);
	pb_cell_size(s->free_bytes, left);
	(void)printf(_("log          %s\n"), s->origin);
	if (s->records < PB_NEXT_RECORDS)
		(void)printf(
		    _("records      %" PRIu64 ", the archive's own; no message yet: `probant "
		      "import` keeps some\n"),
		    s->records);
	else
		(void)printf(_("records      %" PRIu64 ", the newest of %s (local clock)\n"
			       "             messages, and what the archive notes of itself\n"),
		    s->records, newest);
	(void)printf(ngettext("vault        %s in %" PRIu64 " segment; %s free on the disk\n",
			 "vault        %s in %" PRIu64 " segments; %s free on the disk\n",
			 (unsigned long)s->segments),
	    used, s->segments, left);
	(void)printf(_("published    in log/checkpoint, signed: how far the log is, %" PRIu64 "\n"),
	    s->published);
	if (s->published < s->records && !s->locked)
		(void)puts(_("             the rest will be by the next command that writes"));
	if (s->quarantined > 0)
		(void)printf(_("quarantine   %" PRIu64 " unfinished commits, never acknowledged\n"),
		    s->quarantined);
	if (s->locked)
		(void)puts(_("writer       at work"));
	if (s->torn && !s->locked)
		(void)puts(_("unfinished   bytes behind the last commit; the next command that "
			     "writes puts them in order"));
	print_stamps(stamps);
}

static enum pb_exit
status_of_machine(
    const struct pb_world *world, const struct pb_options *options, const char *policy)
{
	struct pb_machine *machine = NULL;
	struct pb_error err = { 0 };

	if (pb_machine_look(world, policy, &machine, &err) != PB_OK) {
		pb_say_error(&err);
		return pb_say_exit(err.status);
	}
	if (options->value[PB_OPTION_JSON] != NULL)
		pb_machine_json(machine);
	else
		pb_machine_print(machine);
	pb_machine_free(machine);
	return PB_EXIT_OK;
}

static enum pb_exit
status_of_archive(const struct pb_world *world, const struct pb_options *options)
{
	const char *dir = pb_access_archive(options);
	struct pb_archive_status s;
	struct pb_stamp_standing stamps;
	struct pb_rehearsed rehearsed;
	struct pb_error err = { 0 };

	if (dir == NULL)
		return PB_EXIT_USAGE;
	if (pb_examine_place(world, dir, &err) != PB_OK ||
	    pb_archive_describe(world, dir, &s, &err) != PB_OK ||
	    pb_archive_stamp_standing(world, dir, &stamps, &err) != PB_OK ||
	    pb_rehearsal_last(world, dir, &rehearsed, &err) != PB_OK) {
		pb_say_error(&err);
		return pb_say_exit(err.status);
	}
	if (options->value[PB_OPTION_JSON] != NULL)
		print_json(world, dir, &s, &stamps, &rehearsed);
	else {
		print_text(&s, &stamps);
		print_ahead(world, dir, s.free_bytes);
		print_derived(world, dir);
		print_confinement();
		print_rehearsed(&rehearsed, world->clock->now_us(world->clock->ctx) / 1000000);
		pb_copies_print(world, dir, s.records);
		print_failing(world, dir);
		(void)puts(s.records < PB_NEXT_RECORDS
			       ? _("next         probant import -a DIR PATH...")
			       : _("next         hand a copy of log/checkpoint to somebody else, "
				   "regularly"));
	}
	return PB_EXIT_OK;
}

enum pb_exit
pb_cli_status(const struct pb_world *world, const struct pb_options *options)
{
	const char *policy = pb_machine_asked(world, options);

	if (!pb_machine_is_clear(options))
		return PB_EXIT_USAGE;
	return policy != NULL ? status_of_machine(world, options, policy)
			      : status_of_archive(world, options);
}
