/* How a machine captures, in lines for a person. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/cell.h"
#include "cli/ends.h"
#include "cli/label.h"
#include "cli/machine.h"
#include "cli/print.h"
#include "cli/say.h"
#include "cli/words.h"
#include "health/health.h"

static void
words_of(uint64_t time_us, char out[PB_WORDS_TIME_LEN])
{
	pb_words_time((int64_t)(time_us / 1000000), out);
}

/* ---- doors ---------------------------------------------------------------------------------- */

static void
say_life(const struct pb_machine *m, const char *label, const struct pb_board_row *row)
{
	uint64_t begun_us = row->number[PB_BOARD_BEGUN_US];
	uint64_t alive_us = row->number[PB_BOARD_ALIVE_US];
	char time[PB_WORDS_TIME_LEN];

	pb_label(label);
	if (pb_health_lives(row, m->now_us)) {
		words_of(begun_us, time);
		(void)printf(_("runs, since %s\n"), time);
	} else if (alive_us != 0) {
		words_of(alive_us, time);
		(void)printf(_("gives no sign of life, since %s\n"), time);
	} else {
		(void)puts(_("does not run"));
	}
}

static void
say_mail(const struct pb_board_row *row)
{
	const uint64_t *n = row->number;
	char time[PB_WORDS_TIME_LEN];

	pb_label("");
	if (n[PB_BOARD_LAST_US] == 0) {
		(void)puts(_("no message was kept yet"));
	} else {
		words_of(n[PB_BOARD_LAST_US], time);
		(void)printf(_("last message %s, kept %" PRIu64 " ms behind its last octet\n"),
		    time, n[PB_BOARD_LAG_US] / 1000);
	}
	pb_label("");
	(void)printf(_("kept %" PRIu64 ", deferred %" PRIu64 ", let through %" PRIu64
		       "; recipients without an archive %" PRIu64 "\n"),
	    n[PB_BOARD_KEPT], n[PB_BOARD_DEFERRED], n[PB_BOARD_PASSED], n[PB_BOARD_UNMAPPED]);
	if (n[PB_BOARD_GAPS_WAITING] > 0) {
		pb_label("");
		(void)printf(
		    _("gaps that no record tells of yet: %" PRIu64 "\n"), n[PB_BOARD_GAPS_WAITING]);
	}
	if (n[PB_BOARD_FAILING_US] > 0) {
		words_of(n[PB_BOARD_FAILING_US], time);
		pb_label("");
		(void)printf(_("mail for an archive cannot be kept, since %s\n"), time);
	}
}

static void
say_door(const struct pb_machine *m, size_t at)
{
	const struct pb_policy_door *door = &m->policy->door[at];
	const struct pb_board_row *row = &m->boards.door[at];

	say_life(m, door->name, row);
	pb_label("");
	(void)printf(_("sessions: %" PRIu64 " of %u\n"), row->number[PB_BOARD_SESSIONS],
	    (unsigned)door->max_sessions);
	say_mail(row);
	if (m->door_ends_s[at] != 0)
		pb_ends_say_one(_("its certificate"), "", m->door_ends_s[at], m->now_us / 1000000);
}

/* ---- archives ------------------------------------------------------------------------------- */

static void
say_backlog(const struct pb_machine_archive *archive, const struct pb_board_row *row)
{
	uint64_t waiting =
	    archive->readable ? archive->stamps.backlog : row->number[PB_BOARD_WAITING];
	uint64_t since_us = archive->readable ? (uint64_t)archive->stamps.oldest_s * 1000000
					      : row->number[PB_BOARD_WAITING_SINCE_US];
	bool gap = archive->readable ? archive->stamps.gap : row->number[PB_BOARD_UNANSWERED] != 0;
	char time[PB_WORDS_TIME_LEN];

	pb_label("");
	words_of(since_us, time);
	if (waiting == 0)
		(void)puts(_("all of it is stamped"));
	else
		(void)printf(_("unstamped: %" PRIu64 ", the oldest of %s\n"), waiting, time);
	if (gap) {
		pb_label("");
		(void)puts(_("no authority answers, and its log says so"));
	}
}

static void
say_archive(const struct pb_machine *m, size_t at)
{
	const struct pb_machine_archive *archive = &m->archive[at];
	const struct pb_board_row *row = &m->boards.archive[at];
	char time[PB_WORDS_TIME_LEN];

	pb_label_line(m->policy->archive[at].name, m->policy->archive[at].path);
	pb_label("");
	(void)printf(_("records: %" PRIu64 "; by doors %" PRIu64), archive->records,
	    row->number[PB_BOARD_KEPT]);
	if (row->number[PB_BOARD_LAST_US] > 0) {
		words_of(row->number[PB_BOARD_LAST_US], time);
		(void)printf(_(", the last %s"), time);
	}
	(void)putchar('\n');
	if (row->number[PB_BOARD_FAILING_US] > 0) {
		words_of(row->number[PB_BOARD_FAILING_US], time);
		pb_label("");
		(void)printf(_("it cannot be written to, since %s\n"), time);
	}
	say_backlog(archive, row);
	pb_ends_say(&archive->ends, m->now_us / 1000000);
	if (!archive->readable) {
		pb_label("");
		(void)puts(_("it cannot be looked into by you: this is what its writer tells"));
	}
}

/* ---- disks, and the whole ------------------------------------------------------------------- */

static void
say_disk(const struct pb_machine_disk *disk)
{
	uint64_t days = pb_growth_days_left(disk->free_bytes, disk->a_day);
	char room[PB_CELL_SIZE_LEN], a_day[PB_CELL_SIZE_LEN];

	pb_cell_size(disk->free_bytes, room);
	pb_cell_size(disk->a_day, a_day);
	pb_label_line(_("disk"), disk->path);
	pb_label("");
	if (!disk->known)
		(void)printf(_("%s free; how fast it fills is not known yet\n"), room);
	else if (days == UINT64_MAX)
		(void)printf(_("%s free; its vaults did not grow for a week\n"), room);
	else
		(void)printf(
		    _("%s free; its vaults grow by %s a day, which leaves %" PRIu64 " days\n"),
		    room, a_day, days);
}

void
pb_machine_print(const struct pb_machine *m)
{
	pb_label_line(_("policy"), m->file);
	say_life(m, _("writer"), &m->boards.writer);
	(void)puts(_("Doors"));
	for (size_t i = 0; i < m->policy->door_count; i++)
		say_door(m, i);
	(void)puts(_("Archives"));
	for (size_t i = 0; i < m->policy->archive_count; i++)
		say_archive(m, i);
	for (size_t i = 0; i < m->disk_count; i++)
		say_disk(&m->disk[i]);
}
